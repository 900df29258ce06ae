import { block, replicas, sizedFrom } from '../../../settings/blocks';
import { dnsName } from '../../../settings/scalars';
import { own } from '../../../settings/own';
import { ARGOCD_NAMESPACE } from '../../core/namespaces';
import { component, type SettingsOf } from '../../core/definition';

export const argocd = component({
  name: 'argocd',
  layer: 'delivery',
  scope: 'cluster',
  description: 'Argo CD, which applies what git says',
  settings: block({
    // half of what those of one node take (containers.ts)
    ...sizedFrom({ least: '256Mi', for: 'a cache of the objects of one node' }),
    replicas,
    host: own(
      'address',
      dnsName
        .exactOptional()
        .describe('Host name of its web pages. Default: none, not reachable from outside.'),
    ),
  }).describe('Argo CD, which applies everything else.'),
  onByDefault: true,
  namespaces: [ARGOCD_NAMESPACE],
  crds: ['argo-cd'],
  exceptions: [
    {
      subject: 'argocd-application-controller',
      exception: 'rbac-wildcard',
      reason:
        'The controller applies every kind of every component, and the roles among them: Kubernetes lets nobody grant what he does not hold. ' +
        'What reaches it is limited by the AppProjects, which name kinds and namespaces.',
    },
  ],
});

export type ArgocdSettings = SettingsOf<typeof argocd>;
