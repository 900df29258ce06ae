import type { Labels } from '../../charts/core/labels';
import type { AlertTest, Firing, Target, Timeline } from './table';

// Shapes that many alerts have, written once: what changes at minute 10 or 20, how long it has to hold, and when it ends.

interface Text {
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
}

/** `absent(up == 1)`, with `wait` minutes to hold: nobody of the target answers, or it is not there. */
export function unanswered(target: Target, wait: number, text: Text): AlertTest {
  const up = target.series('up');
  const told = { minutes: [10 + wait, 39] as const, labels: {}, summary: text.summary };
  return {
    severity: text.severity,
    fires: {
      'it does not answer for half an hour': { series: { [up]: '1x9 0x29 1x9' }, ...told },
      'it is away for half an hour': { series: { [up]: '1x9 stale _x29 1x9' }, ...told },
    },
    silent: {
      'it answers': { [up]: '1x40' },
      'a restart': { [up]: `1x9 0x${wait - 1} 1x9` },
    },
  };
}

/** A series that is wrong from minute 10 on, and what it says then. */
export interface Wrong {
  readonly series: string;
  readonly labels: Labels;
  readonly summary: string;
}

interface Held {
  readonly severity: 'critical' | 'warning';
  /** Minutes. */
  readonly wait: number;
  /** Values of the series when all is well, and when it is not: just on the two sides of the threshold. */
  readonly well: number;
  readonly bad: number;
  /** Series that stay as they are → their value. */
  readonly beside?: Readonly<Record<string, number>>;
  /** Minutes by which the expression looks back, and so ends late. @default 0 */
  readonly late?: number;
}

/** A value on the wrong side of a threshold, held for some time. Each of the `wrongs` fires alone. */
export function held(
  { severity, wait, well, bad, beside = {}, late = 0 }: Held,
  wrongs: Readonly<Record<string, Wrong>>,
): AlertTest {
  const constant = Object.fromEntries(Object.entries(beside).map(([name, value]) => [name, `${value}x90`]));
  const fires = Object.entries(wrongs).map(([what, { series, labels, summary }]) => [
    what,
    {
      series: { ...constant, [series]: `${well}x9 ${bad}x${wait + 9} ${well}x${late + 9}` },
      minutes: [10 + wait, 19 + wait + late] as const,
      labels,
      summary,
    },
  ]);
  const [first] = Object.values(wrongs);
  if (!first) throw new Error('nothing is ever wrong');
  const short = wait - late - 1;
  return {
    severity,
    fires: Object.fromEntries(fires) as AlertTest['fires'],
    silent: {
      'all is well': { ...constant, [first.series]: `${well}x${wait + 20}` },
      ...(short >= 0 && {
        'not for long': { ...constant, [first.series]: `${well}x9 ${bad}x${short} ${well}x9` },
      }),
    },
  };
}

/** A counter that grows by `each` a minute from minute 21 to 60, and not before and after. It does not begin at zero, where rates are cut. */
export const burst = (each: number): string => `1000x20 ${1000 + each}+${each}x39 ${1000 + 40 * each}x20`;
/** A counter that grows by `each` in every minute of the same time. */
export const steady = (each: number): string => `1000+${each}x80`;
/** A counter that grows by `usual` a minute, and by `each` from minute 21 to 60. */
export const changed = (usual: number, each: number): string => {
  const before = 1000 + 20 * usual;
  const after = before + 40 * each;
  return `1000+${usual}x20 ${before + each}+${each}x39 ${after + usual}+${usual}x20`;
};

interface Share {
  readonly severity: 'critical' | 'warning';
  readonly wait: number;
  /** The part, and all series of the whole beside it, with their growth a minute. */
  readonly part: string;
  readonly rest: Readonly<Record<string, number>>;
  /** Growth of the part a minute: just beyond the threshold, and just below. */
  readonly bad: number;
  readonly well: number;
  readonly labels: Labels;
  readonly summary: string;
}

/** A part of what five minutes brought is too large. Five values make four steps: all four are bad from minute 24 to 60. */
export function share({ severity, wait, part, rest, bad, well, labels, summary }: Share): AlertTest {
  const others: Timeline = Object.fromEntries(
    Object.entries(rest).map(([name, each]) => [name, steady(each)]),
  );
  return {
    severity,
    fires: {
      'for forty minutes': {
        series: { ...others, [part]: burst(bad) },
        ...{ minutes: [24 + wait, 60] as const, labels, summary },
      },
    },
    silent: {
      'a few': { ...others, [part]: steady(well) },
      none: { ...others, [part]: '1000x80' },
    },
  };
}

/** A counter grows at all, within the `window` minutes that the expression looks back, and fires at once. */
export const counted = (
  severity: 'critical' | 'warning',
  window: number,
  series: string,
  told: { readonly labels: Labels; readonly summary: string },
  beside: Timeline = {},
): AlertTest => ({
  severity,
  fires: {
    once: {
      series: { ...beside, [series]: `0x9 1x${window + 20}` },
      minutes: [10, 8 + window],
      ...told,
    },
  },
  silent: { never: { ...beside, [series]: '5x40' } },
});

type Told = Pick<Firing, 'labels' | 'summary'>;

/** Each of these counters grows once, within the quarter of an hour that the expression looks back, with `wait` minutes to hold. */
export function grown(wait: number, counters: Readonly<Record<string, Told>>): AlertTest {
  return {
    severity: 'warning',
    fires: Object.fromEntries(
      Object.entries(counters).map(([series, told]) => [
        series.replace(/\{.*/, ''),
        { series: { [series]: '0x9 1x40' }, minutes: [10 + wait, 23] as const, ...told },
      ]),
    ),
    silent: {
      'nothing fails': Object.fromEntries(Object.keys(counters).map((series) => [series, '3x40'])),
      // a pod that starts anew begins at zero
      'a new pod': Object.fromEntries(Object.keys(counters).map((series) => [series, '_x9 0x40'])),
    },
  };
}

/**
 * Each of these counters is there from its first event on, and either that event or a later one fires at once, for the quarter of an hour
 * that the expression looks back.
 */
export const happened = (counters: Readonly<Record<string, Told>>): AlertTest => ({
  severity: 'warning',
  fires: Object.fromEntries(
    Object.entries(counters).flatMap(([series, told]) => {
      const name = series.replace(/\{.*/, '');
      return [
        [`${name}: the first one`, { series: { [series]: '_x10 1x40' }, minutes: [10, 24], ...told }],
        [
          `${name}: another one`,
          { series: { [series]: '1x40 2x40' }, history: 15, minutes: [41, 54], ...told },
        ],
      ] as const;
    }),
  ),
  silent: { 'nothing happens': Object.fromEntries(Object.keys(counters).map((series) => [series, '0x40'])) },
});
