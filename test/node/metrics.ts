import type { Stage } from './stage';

/** Series (`name{labels}`, as the exposition has them) → value. */
export type Samples = ReadonlyMap<string, number>;

/** What a port of a pod or Service shows Prometheus. Through the API server, as a person would look. */
export async function samplesOf(
  stage: Stage,
  namespace: string,
  kind: 'pods' | 'services',
  address: string,
): Promise<Samples> {
  const path = `/api/v1/namespaces/${namespace}/${kind}/${address}/proxy/metrics`;
  const { code, output, errors } = await stage.kubectl(['get', '--raw', path]);
  if (code !== 0) throw new Error(`${namespace}/${address}: ${errors.trim()}`);
  return new Map(
    output
      .split('\n')
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => {
        const space = line.lastIndexOf(' ');
        return [line.slice(0, space), Number(line.slice(space + 1))];
      }),
  );
}

/** The results of backups, checks and drills. */
export const results = (stage: Stage, namespace: string): Promise<Samples> =>
  samplesOf(stage, namespace, 'services', 'pushgateway:http');

/** Value of the one series of a name that has all of these labels; NaN where there is none. */
export function valueOf(samples: Samples, name: string, labels: Readonly<Record<string, string>>): number {
  const found = [...samples].filter(
    ([series]) =>
      series.startsWith(`${name}{`) &&
      Object.entries(labels).every(([label, value]) => series.includes(`${label}="${value}"`)),
  );
  return found.length === 1 ? (found[0]?.[1] ?? NaN) : NaN;
}
