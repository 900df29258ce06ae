import { block, replicas, sized } from '../../../settings/blocks';
import { component, type SettingsOf } from '../../core/definition';

export const argoRollouts = component({
  name: 'argo-rollouts',
  layer: 'delivery',
  scope: 'cluster',
  description: 'Argo Rollouts: releases step by step (blue-green, canary), judged by metrics',
  settings: block({ ...sized, replicas }).describe(
    'Argo Rollouts, the controller of Rollouts: releases step by step instead of all at once.',
  ),
  namespaces: [
    {
      name: 'argo-rollouts',
      environment: 'platform',
      podSecurity: 'restricted',
      quota: { cpu: '1', memory: '1Gi', storage: '0' },
    },
  ],
  crds: ['argo-rollouts'],
  exceptions: [
    {
      subject: 'argo-rollouts',
      exception: 'rbac-secrets',
      reason:
        'An analysis takes arguments from Secrets beside it, in any namespace: tokens of a metrics server, say.',
    },
  ],
});

export type ArgoRolloutsSettings = SettingsOf<typeof argoRollouts>;
