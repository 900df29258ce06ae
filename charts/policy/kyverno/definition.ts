import { z } from 'zod';
import type { ClusterSettings } from '../../../settings/base';
import { block, replicas, sizedFrom } from '../../../settings/blocks';
import type { Mistake } from '../../../settings/problem';
import { PROFILES } from '../../../settings/profiles';
import { component } from '../../core/definition';

const settings = block({
  ...sizedFrom({ least: '128Mi', for: 'its informers, as upstream requests' }),
  replicas,
  failurePolicy: z
    .enum(['Ignore', 'Fail'])
    .default('Ignore')
    .describe(
      'What the API server does with a change in an environment that Kyverno should judge, while no pod of Kyverno answers: Ignore admits it, Fail refuses it.',
    ),
}).describe('Kyverno, which judges objects by policies.');

export type KyvernoSettings = Readonly<z.output<typeof settings>>;

/** With `Fail`, environments stand still while no pod of Kyverno answers: there should be two, and not on the same node. */
function mistakes(
  { enabled, failurePolicy, replicas: own }: KyvernoSettings,
  cluster: Partial<ClusterSettings>,
): readonly Mistake[] {
  if (!enabled || failurePolicy !== 'Fail') return [];
  const pods = own ?? (cluster.profile && PROFILES[cluster.profile].replicas);
  const nodes = cluster.nodes?.reduce((sum, { count }) => sum + count, 0);
  const remedy = 'Write failurePolicy: Ignore';
  return [
    ...(pods === 1
      ? [
          {
            path: ['failurePolicy'],
            problem: 'with one pod of Kyverno, its restart would stop every change that a policy judges',
            remedy: `${remedy}, or replicas: 2 or more`,
          },
        ]
      : []),
    ...(nodes === 1
      ? [
          {
            path: ['failurePolicy'],
            problem:
              'on a cluster of one node, its restart would leave nobody to judge, and every such change would be refused',
            remedy,
          },
        ]
      : []),
  ];
}

export const kyverno = component({
  name: 'kyverno',
  layer: 'policy',
  scope: 'cluster',
  description: 'Kyverno: policies that judge objects before the API server stores them',
  settings,
  mistakes,
  namespaces: [
    {
      name: 'kyverno',
      environment: 'platform',
      podSecurity: 'restricted',
      quota: { cpu: '2', memory: '4Gi', storage: '0' },
    },
  ],
  crds: ['kyverno'],
});
