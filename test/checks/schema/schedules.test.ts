import { scheduleFindings } from '../../../checks/schema/schedules';
import { schema } from '../../../checks/schema/schema';
import { brief, findingsAfter, pick } from '../mutation';

const cronJob = (schedule: unknown, timeZone: unknown = 'Etc/UTC') => ({
  kind: 'CronJob',
  spec: { schedule, ...(timeZone !== null && { timeZone }) },
});
const problems = (object: { kind: string }): string[] =>
  scheduleFindings(object).map(({ problem }) => problem);

test.each([
  '15 1 * * *',
  '*/15 0-6/2 1,15 jan-mar mon-fri',
  '0 0 29 2 *',
  '@daily',
  '@every 1h30m',
  '0 0 ? * SUN',
])('%s is a schedule', (schedule) => expect(problems(cronJob(schedule))).toEqual([]));

test.each([
  ['hello', 'it has not five fields'],
  ['', 'it has not five fields'],
  ['61 1 * * *', '"61" is no minute, which go from 0 to 59'],
  ['0 24 * * *', '"24" is no hour, which go from 0 to 23'],
  ['15 1 * * 7', '"7" is no day of the week, which go from 0 to 6'],
  ['15 1 31 4,6,9,11 *', 'that day never comes'],
  ['15 1 30 2 *', 'that day never comes'],
  ['5-1 1 * * *', '"5-1" ends before it begins'],
  ['*/0 1 * * *', '"*/0" goes in steps of nothing'],
  ['TZ=Europe/Paris 15 1 * * *', 'a time zone stands in the field timeZone, not in the schedule'],
  ['@every often', 'it has not five fields'],
])('"%s" is no schedule', (schedule, why) => {
  expect(problems(cronJob(schedule))).toEqual([`"${schedule}" is no schedule: ${why}`]);
});

test.each(['UTC', 'Etc/UTC', 'Europe/Paris', 'America/Argentina/Buenos_Aires', 'Etc/GMT+3', 'EST5EDT'])(
  '%s is a time zone',
  (zone) => expect(problems(cronJob('0 1 * * *', zone))).toEqual([]),
);

test.each(['Europe/Pariss', 'europe/paris', 'Local', '+02:00', 'CEST+2', ''])(
  '"%s" is no time zone',
  (zone) => {
    expect(problems(cronJob('0 1 * * *', zone))).toEqual([`"${zone}" is no time zone`]);
  },
);

test('a CronJob without a time zone is found', () => {
  expect(problems(cronJob('0 1 * * *', null))).toEqual([expect.stringContaining('names no time zone')]);
});

test.each([
  ['RecurringJob', { cron: '0 0 * * 7' }],
  ['ScheduledBackup', { schedule: '0 1 * * *' }],
  ['ScheduledBackup', { schedule: '60 0 1 * * *' }],
  ['ScheduledBackup', { schedule: '0 0 25 * * *' }],
])('schedules of a %s are read too', (kind, spec) => {
  expect(problems({ kind, ...{ spec } })).toHaveLength(1);
});

test('a ScheduledBackup has seconds, and a kind without a schedule is left alone', () => {
  expect(problems({ kind: 'ScheduledBackup', ...{ spec: { schedule: '0 0 1 * * *' } } })).toEqual([]);
  expect(problems({ kind: 'Deployment', ...{ spec: { schedule: 'hello' } } })).toEqual([]);
});

test('the rule schema tells of them', () => {
  const findings = findingsAfter((input) => {
    pick(input, 'CronJob', 'prod/postgresql-backup-logical').spec.schedule = '15 1 * * 7';
  });
  expect(brief(findings)).toEqual(['schema: CronJob prod/postgresql-backup-logical spec.schedule']);
  expect(findings[0]?.rule).toBe(schema.name);
});
