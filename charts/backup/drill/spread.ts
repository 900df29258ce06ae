import { contentHash } from '../../core/hash';

/** Minutes between two drills that begin one after the other: most restores are done by then. */
const STEP = 30;
const DAY = 24 * 60;

/**
 * When each drill begins, so that not all of a cluster begin in the same minute: at the hour of the schedule, or as many half hours later on
 * the same day as its name says. Where the rest of the day is too short for all, also before that hour; two of them share a half hour only
 * where the whole day has none left.
 *
 * @param schedule five fields of cron, of which the first two are numbers
 * @param ids names of the drills, in any order
 */
export function spread(schedule: string, ids: readonly string[]): ReadonlyMap<string, string> {
  const [minute = '', hour = '', ...days] = schedule.trim().split(/\s+/);
  const start = Number(hour) * 60 + Number(minute);
  const later = Math.floor((DAY - 1 - start) / STEP) + 1;
  const places = ids.length > later ? DAY / STEP : later;
  const taken = new Set<number>();
  return new Map(
    [...ids].sort().map((id) => {
      if (taken.size === places) taken.clear();
      let place = Number(BigInt(`0x${contentHash(id)}`) % BigInt(places));
      while (taken.has(place)) place = (place + 1) % places;
      taken.add(place);
      const begin = (start + place * STEP) % DAY;
      return [id, [begin % 60, Math.floor(begin / 60), ...days].join(' ')];
    }),
  );
}
