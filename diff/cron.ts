const RANGES: readonly (readonly [number, number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
];
const NAMED: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};
const DAYS_A_YEAR = 365.25;

/** Runs a week of a cron schedule of five fields, on average; undefined where it is none. */
export function runsPerWeek(schedule: string): number | undefined {
  const fields = (NAMED[schedule.trim()] ?? schedule).trim().split(/\s+/);
  if (fields.length !== 5) return undefined;
  const sizes = fields.map((field, index) => countOf(field, RANGES[index] ?? [0, 0]));
  if (sizes.some((size) => size === undefined)) return undefined;
  const [minutes = 0, hours = 0, days = 0, months = 0, weekdays = 0] = sizes.map((size) => size ?? 0);
  const [byDay, byWeekday] = [fields[2] !== '*', fields[4] !== '*'];
  // cron(8): where both are restricted, a day counts when either matches
  const dayShare = days / 31;
  const weekdayShare = Math.min(weekdays, 7) / 7;
  const share =
    byDay && byWeekday ? dayShare + weekdayShare - dayShare * weekdayShare : byDay ? dayShare : weekdayShare;
  const daysAYear = DAYS_A_YEAR * share * (months / 12);
  return (minutes * hours * daysAYear * 7) / DAYS_A_YEAR;
}

/** How many values a field means. Names of days and months count as one each. */
function countOf(field: string, [first, last]: readonly [number, number]): number | undefined {
  let total = 0;
  for (const part of field.split(',')) {
    const match = /^(\*|[0-9a-z]+(?:-[0-9a-z]+)?)(?:\/(\d+))?$/i.exec(part);
    if (!match) return undefined;
    const [, range = '', step = '1'] = match;
    const [from, to] =
      range === '*'
        ? [first, last === 7 ? 6 : last]
        : boundsOf(range, match[2] === undefined ? undefined : last);
    total += Math.floor((to - from) / Number(step)) + 1;
  }
  return total;
}

const NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function boundsOf(range: string, open: number | undefined): [number, number] {
  const [from = '', to] = range.split('-');
  const number = (text: string): number =>
    /^\d+$/.test(text) ? Number(text) : Math.max(0, NAMES.indexOf(text.toLowerCase()));
  return [number(from), to === undefined ? (open ?? number(from)) : number(to)];
}
