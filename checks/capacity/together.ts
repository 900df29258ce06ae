import { parseCron } from '../../settings/cron';
import { most, NOTHING, plus, times, type Requests } from '../core/requests';
import { asText, at, type PodTemplate } from '../core/workloads';

/** Pods of one template, of which so many run. */
interface Group {
  readonly pod: PodTemplate;
  readonly each: Requests;
  readonly count: number;
}

const DAY = 24 * 60;

/**
 * What pods that end request together at the worst minute of a day. A CronJob's pods may be there from each start until the deadline of its
 * Job; without a deadline, with a schedule or a time zone that tells no minute of UTC, always. Which day it is does not count: some day all
 * of them come. Of Jobs, which run once, only the largest counts.
 */
export function mostAtOnce(demands: readonly Group[]): Requests {
  const finite = demands.filter(({ pod }) => pod.finite);
  const once = finite
    .filter(({ pod }) => pod.kind !== 'CronJob')
    .reduce((sum, { each }) => most(sum, each), NOTHING);
  const groups = new Map<string, { readonly day: Day; requests: Requests }>();
  for (const { pod, each, count } of finite.filter(({ pod }) => pod.kind === 'CronJob')) {
    const window = windowOf(pod.rendered.object);
    const key = JSON.stringify(window);
    const group = groups.get(key) ?? { day: dayOf(key, window), requests: NOTHING };
    group.requests = plus(group.requests, times(each, count));
    groups.set(key, group);
  }
  let worst = NOTHING;
  // between these minutes, the sum stays as it is
  for (const minute of new Set([...groups.values()].flatMap(({ day }) => day.changes))) {
    let sum = NOTHING;
    for (const { day, requests } of groups.values()) if (day.minutes[minute]) sum = plus(sum, requests);
    worst = most(worst, sum);
  }
  return plus(once, worst);
}

interface Window {
  readonly schedule: string;
  /** Minutes from a start to the end of what it started. */
  readonly length: number;
}

function windowOf(cronJob: unknown): Window {
  const zone = asText(at(cronJob, 'spec.timeZone')) ?? '';
  const seconds = at(cronJob, 'spec.jobTemplate.spec.activeDeadlineSeconds');
  const isKnown = /^(Etc\/)?(UTC|GMT)$/.test(zone) && typeof seconds === 'number' && seconds >= 0;
  return {
    schedule: asText(at(cronJob, 'spec.schedule')) ?? '',
    length: isKnown ? Math.min(Math.ceil(seconds / 60), DAY) : DAY,
  };
}

interface Day {
  /** 1 for each minute in which a run may be there. */
  readonly minutes: Uint8Array;
  /** The first minute, and those in which a run begins to be there or no longer is. */
  readonly changes: readonly number[];
}

/** Window, as JSON → its day. Each namespace with a quota is asked for the same few. */
const days = new Map<string, Day>();

function dayOf(key: string, window: Window): Day {
  const known = days.get(key);
  if (known) return known;
  const minutes = minutesOf(window);
  const changes = [...minutes.keys()].filter(
    (minute) => minute === 0 || minutes[minute] !== minutes[minute - 1],
  );
  const day = { minutes, changes };
  days.set(key, day);
  return day;
}

/** 1 for each minute of the day in which a run may be there, after midnight too. */
function minutesOf({ schedule, length }: Window): Uint8Array {
  const minutes = new Uint8Array(DAY);
  const cron = parseCron(schedule);
  if (typeof cron === 'string' || length === DAY) return minutes.fill(1);
  // minutes that are still to fill, of the run that ends last
  let left = 0;
  for (let minute = 0; minute < 2 * DAY; minute++) {
    const ofDay = minute % DAY;
    if (cron.minutes.has(ofDay % 60) && cron.hours.has(Math.floor(ofDay / 60))) left = length;
    if (left-- > 0) minutes[ofDay] = 1;
  }
  return minutes;
}
