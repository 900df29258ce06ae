import { contentHash } from '../../core/hash';

/** Minutes between two drills that begin one after the other: most restores are done by then. */
const STEP = 30;
const DAY = 24 * 60;

/**
 * When each drill begins, so that not all of a cluster begin in the same minute: at the hour of the schedule, or as many half hours later on
 * the same day as its name says. Two of them share a half hour only where the day has none left. A schedule with several hours or minutes
 * stays as it is.
 *
 * @param schedule five fields of cron
 * @param ids names of the drills, in any order
 */
export function spread(schedule: string, ids: readonly string[]): ReadonlyMap<string, string> {
  const [minute = '', hour = '', ...days] = schedule.trim().split(/\s+/);
  if (!/^\d+$/.test(minute) || !/^\d+$/.test(hour)) return new Map(ids.map((id) => [id, schedule]));
  const start = Number(hour) * 60 + Number(minute);
  const places = Math.floor((DAY - 1 - start) / STEP) + 1;
  const taken = new Set<number>();
  return new Map(
    [...ids].sort().map((id) => {
      if (taken.size === places) taken.clear();
      let place = Number(BigInt(`0x${contentHash(id)}`) % BigInt(places));
      while (taken.has(place)) place = (place + 1) % places;
      taken.add(place);
      const begin = start + place * STEP;
      return [id, [begin % 60, Math.floor(begin / 60), ...days].join(' ')];
    }),
  );
}
