import { Target, type AlertTest, type Firing } from './table';

const up = (target: Target): string => target.series('up');

/** One of several programs has no pod that answers, for ten minutes: a warning that names the program. */
export function partDown(parts: readonly Target[]): AlertTest {
  const others = (part: Target, values: string): Record<string, string> =>
    Object.fromEntries(parts.filter((one) => one !== part).map((one) => [up(one), values]));
  const fires = (part: Target, values: string): Firing => ({
    series: { ...others(part, '1x39'), [up(part)]: values },
    minutes: [20, 29],
    labels: { job: part.spec.service, namespace: part.spec.namespace },
    summary: `${part.spec.service} does not answer`,
  });
  const [first] = parts;
  if (!first) throw new Error('there is no part');
  const replica = new Target({ ...first.spec, pod: 'another', instance: '10.42.1.1:9999' });
  return {
    severity: 'warning',
    fires: Object.fromEntries(
      parts.flatMap((part) => [
        [`${part.spec.service} does not answer for 20 minutes`, fires(part, '1x9 0x19 1x9')],
        [`${part.spec.service} is not there for 20 minutes`, fires(part, '1x9 stale _x19 1x9')],
      ]),
    ),
    silent: {
      'all answer': Object.fromEntries(parts.map((part) => [up(part), '1x30'])),
      'one of two replicas does not': {
        ...others(first, '1x30'),
        [up(first)]: '0x30',
        [up(replica)]: '1x30',
      },
      'a restart of nine minutes': { ...others(first, '1x30'), [up(first)]: '1x9 0x9 1x9' },
    },
  };
}
