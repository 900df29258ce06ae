/** Prometheus' durations: each unit at most once, the largest first. */
const DURATION = /^(?=.)(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const UNIT_SECONDS = [365 * 86_400, 7 * 86_400, 86_400, 3600, 60, 1, 0.001];

/** Seconds of a duration as Prometheus and Alertmanager write it, such as `1h30m`; undefined where it is none. */
export function secondsOf(value: unknown): number | undefined {
  const match = typeof value === 'string' ? DURATION.exec(value) : null;
  return match
    ?.slice(1)
    .reduce(
      (sum, count: string | undefined, unit) => sum + Number(count ?? 0) * (UNIT_SECONDS[unit] ?? 0),
      0,
    );
}

/** The same the other way, in whole seconds, rounded up: 296.5 gives `4m57s`. */
export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  const parts = [
    [Math.floor(whole / 3600), 'h'],
    [Math.floor((whole % 3600) / 60), 'm'],
    [whole % 60, 's'],
  ] as const;
  return (
    parts
      .filter(([count]) => count > 0)
      .map(([count, unit]) => `${count}${unit}`)
      .join('') || '0s'
  );
}
