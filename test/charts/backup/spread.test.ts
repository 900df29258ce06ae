import { spread } from '../../../charts/backup/drill/spread';

const IDS = Array.from({ length: 20 }, (_, index) => `postgresql-logical-drill-env-${index}`);
const minutesOf = (schedules: ReadonlyMap<string, string>): number[] =>
  [...schedules.values()].map((schedule) => {
    const [minute, hour] = schedule.split(' ').map(Number);
    return hour! * 60 + minute!;
  });

describe('restore drills', () => {
  test('begin half an hour apart, from the hour of the schedule to the end of its day', () => {
    const minutes = minutesOf(spread('30 5 2 * *', IDS)).sort((one, other) => one - other);
    expect(new Set(minutes).size).toBe(IDS.length);
    for (const minute of minutes) expect((minute - 330) % 30).toBe(0);
    expect(minutes[0]).toBeGreaterThanOrEqual(330);
    expect(minutes.at(-1)).toBeLessThan(24 * 60);
  });

  test('keep the days of the schedule', () => {
    for (const schedule of spread('0 1 * * 0', IDS).values()) expect(schedule).toMatch(/^\d+ \d+ \* \* 0$/);
  });

  test('begin when they began before, whatever order they are named in, and nearly all also with one more', () => {
    const before = spread('30 5 2 * *', IDS);
    expect(new Map([...spread('30 5 2 * *', [...IDS].reverse())].sort())).toEqual(
      new Map([...before].sort()),
    );
    const after = spread('30 5 2 * *', [...IDS, 'mysql-logical-drill-prod']);
    expect(IDS.filter((id) => after.get(id) !== before.get(id)).length).toBeLessThan(5);
  });

  test.each(['15 22 2 * *', '59 23 2 * *', '0 20 * * 0'])(
    'begin before the hour too where the rest of the day is too short, and still not two at once: %s',
    (schedule) => {
      expect(new Set(minutesOf(spread(schedule, IDS))).size).toBe(IDS.length);
    },
  );

  test('share half hours only where the whole day has too few', () => {
    const ids = Array.from({ length: 96 }, (_, index) => `drill-${index}`);
    const times = minutesOf(spread('59 23 2 * *', ids));
    for (const time of times) expect(times.filter((one) => one === time)).toHaveLength(2);
  });
});
