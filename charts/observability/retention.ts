import { matching } from '../../settings/scalar';

/** How long something is kept: `14d`, `2w`. A day is the least. */
export const daysOrWeeks = (example: string) =>
  matching('a number of days or weeks', /^[1-9][0-9]{0,2}(d|w)$/, example, 'Write a number and d or w');

/** Hours of days or weeks. */
export const hoursOf = (retention: string): number =>
  Number.parseInt(retention, 10) * (retention.endsWith('w') ? 7 * 24 : 24);
