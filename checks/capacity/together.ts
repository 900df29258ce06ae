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
  const groups = new Map<string, { readonly minutes: Uint8Array; requests: Requests }>();
  for (const { pod, each, count } of finite.filter(({ pod }) => pod.kind === 'CronJob')) {
    const window = windowOf(pod.rendered.object);
    const key = JSON.stringify(window);
    const group = groups.get(key) ?? { minutes: minutesOf(window), requests: NOTHING };
    group.requests = plus(group.requests, times(each, count));
    groups.set(key, group);
  }
  let worst = NOTHING;
  for (let minute = 0; minute < DAY && groups.size; minute++) {
    let sum = NOTHING;
    for (const { minutes, requests } of groups.values()) if (minutes[minute]) sum = plus(sum, requests);
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
