import { parseCron } from '../../settings/cron';
import type { FieldFinding } from '../core/rule';
import { asText, at } from '../core/workloads';

interface Schedule {
  readonly field: string;
  /** Whether a field for seconds comes first (robfig/cron v3, parser option Second). */
  readonly hasSeconds: boolean;
  /** The clock, where the kind has a field for it. */
  readonly zone?: string;
}

/** Kind → where its schedule is. That of a ScheduledBackup of CloudNativePG begins with seconds. */
const SCHEDULES: ReadonlyMap<string, Schedule> = new Map([
  ['CronJob', { field: 'spec.schedule', hasSeconds: false, zone: 'spec.timeZone' }],
  ['RecurringJob', { field: 'spec.cron', hasSeconds: false }],
  ['ScheduledBackup', { field: 'spec.schedule', hasSeconds: true }],
]);

const REMEDY = 'Write minute, hour, day of the month, month and day of the week, e.g. 15 2 * * *';
const REMEDY_WITH_SECONDS = 'Write second, minute, hour, day of the month, month and day of the week';

/** Schedules that no controller can read or that never come, and time zones that there are not. */
export function scheduleFindings(object: { readonly kind: string }): FieldFinding[] {
  const schedule = SCHEDULES.get(object.kind);
  if (!schedule) return [];
  const { field, hasSeconds, zone } = schedule;
  const text = asText(at(object, field));
  const flaw = text === undefined ? undefined : hasSeconds ? flawWithSeconds(text) : flawOf(text);
  const remedy = hasSeconds ? REMEDY_WITH_SECONDS : REMEDY;
  return [
    ...(flaw === undefined ? [] : [{ field, problem: `"${text ?? ''}" is no schedule: ${flaw}`, remedy }]),
    ...(zone === undefined ? [] : zoneFindings(zone, at(object, zone))),
  ];
}

function flawOf(text: string): string | undefined {
  // from the start of the controller on
  if (/^@every (\d+(\.\d+)?(ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined;
  const cron = parseCron(text);
  return typeof cron === 'string' ? cron : undefined;
}

function flawWithSeconds(text: string): string | undefined {
  if (text.startsWith('@')) return flawOf(text);
  const [seconds = '', ...rest] = text.trim().split(/\s+/);
  if (rest.length !== 5) return 'it has not six fields';
  // seconds go as far as minutes do
  return flawOf([seconds, '0 * * *'].join(' ')) ? `"${seconds}" is no second` : flawOf(rest.join(' '));
}

const ZONE_REMEDY = 'Name a time zone as the IANA database has it, e.g. Etc/UTC';

function zoneFindings(field: string, value: unknown): FieldFinding[] {
  if (value === undefined)
    return [
      {
        field,
        problem: 'it names no time zone, so that the clock of whoever runs the controllers decides',
        remedy: ZONE_REMEDY,
      },
    ];
  const name = asText(value);
  // another type is what the schema tells
  if (name === undefined || isZone(name)) return [];
  return [{ field, problem: `"${name}" is no time zone`, remedy: ZONE_REMEDY }];
}

/** Controllers look for a file of that name, upper and lower case as they are (Go, time.LoadLocation). */
function isZone(name: string): boolean {
  if (!/^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/.test(name) || name === 'Local') return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
