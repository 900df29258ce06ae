// Schedules as Kubernetes reads them: robfig/cron v3.0.1, parser.go (ParseStandard) and spec.go.

/** When something runs: the numbers that each field allows. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  /** Of the month. */
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** Of the week, 0 for Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** A day has to fit both fields where one of them is `*`, and either of them where both name days. */
  readonly isAnyDay: boolean;
  readonly isAnyWeekday: boolean;
}

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly words?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, words: MONTHS },
  { name: 'day of the week', least: 0, most: 6, words: WEEKDAYS },
] as const satisfies readonly Field[];

/** Longest each month can be. */
const LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The shorthands that stand for five fields; `@every` counts from the start of the controller, and is none of them. */
const SHORTHANDS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/** The schedule that a text writes, or what is wrong with it: `60 is no minute, which go from 0 to 59`. */
export function parseCron(text: string): Cron | string {
  if (/^(CRON_)?TZ=/.test(text)) return 'a time zone stands in the field timeZone, not in the schedule';
  const parts = (SHORTHANDS.get(text.trim()) ?? text).trim().split(/\s+/);
  if (parts.length !== FIELDS.length) return 'it has not five fields';
  const fields = FIELDS.map((field, index) => numbersOf(parts[index] ?? '', field));
  const flaw = fields.find((field) => typeof field === 'string');
  if (flaw !== undefined) return flaw;
  const [minutes, hours, days, months, weekdays] = fields as [Numbers, Numbers, Numbers, Numbers, Numbers];
  const cron = {
    ...{ minutes, hours, days, months, weekdays },
    isAnyDay: isStar(parts[2]),
    isAnyWeekday: isStar(parts[4]),
  };
  return monthsOf(cron).length ? cron : 'that day never comes';
}

/** The months in which a schedule runs at least once, also in years without 29 February where `isShort` is set. */
export function monthsOf(cron: Omit<Cron, 'minutes' | 'hours'>, isShort = false): readonly number[] {
  // a month has every day of the week
  const hasDay = (length: number): boolean => !cron.isAnyWeekday || Math.min(...cron.days) <= length;
  return [...cron.months].filter((month) => hasDay(month === 2 && isShort ? 28 : (LENGTHS[month - 1] ?? 0)));
}

type Numbers = ReadonlySet<number>;

const isStar = (part = ''): boolean => part.split(',').some((one) => /^[*?](\/1)?$/.test(one));

function numbersOf(part: string, field: Field): Numbers | string {
  const numbers = new Set<number>();
  for (const range of part.split(',')) {
    const [, from = '', to, step] = /^([^-/]+)(?:-([^-/]+))?(?:\/([0-9]+))?$/.exec(range) ?? [];
    const isAll = from === '*' || from === '?';
    const first = isAll ? field.least : numberOf(from, field);
    const last = isAll || (to === undefined && step !== undefined) ? field.most : numberOf(to ?? from, field);
    if (first === undefined || last === undefined || (isAll && to !== undefined))
      return `"${range}" is no ${field.name}, which go from ${field.least} to ${field.most}`;
    if (first > last) return `"${range}" ends before it begins`;
    if (step !== undefined && Number(step) === 0) return `"${range}" goes in steps of nothing`;
    for (let number = first; number <= last; number += Number(step ?? 1)) numbers.add(number);
  }
  return numbers;
}

function numberOf(text: string, { least, most, words = [] }: Field): number | undefined {
  const word = words.indexOf(text.toLowerCase());
  if (word >= 0) return word + least;
  const number = /^[0-9]{1,2}$/.test(text) ? Number(text) : NaN;
  return number >= least && number <= most ? number : undefined;
}
