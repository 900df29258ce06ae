import { block, sized } from '../../../settings/blocks';
import { component, type SettingsOf } from '../../core/definition';

export const traefik = component({
  name: 'traefik',
  layer: 'network',
  scope: 'cluster',
  description: 'Ingress controller on ports 80 and 443 of the nodes',
  settings: block(sized).describe('Traefik, the ingress controller.'),
  onByDefault: true,
  namespaces: [
    {
      // the host network, and with it ports 80 and 443 of the node, is forbidden below this level
      name: 'ingress',
      environment: 'platform',
      podSecurity: 'privileged',
      quota: { cpu: '2', memory: '2Gi', storage: '0' },
    },
  ],
  crds: ['traefik'],
  exceptions: [
    {
      subject: 'traefik',
      exception: 'host-network',
      reason: 'A server without a load balancer in front has ports 80 and 443 of its own address only.',
    },
    {
      subject: 'traefik',
      exception: 'capability:NET_BIND_SERVICE',
      reason:
        'Ports below 1024 of the node: the sysctl that frees them in a pod does not reach the host network.',
    },
    {
      subject: 'traefik',
      exception: 'run-as-root',
      reason:
        'An added capability reaches only processes of user 0: Kubernetes sets no ambient capabilities, and without privilege escalation ' +
        'those of a file do not count either.',
    },
    {
      subject: 'traefik',
      exception: 'rbac-secrets',
      reason: 'It serves the certificates of Ingresses, whose Secrets lie beside them in any namespace.',
    },
    {
      subject: 'TraefikHigh5xxRate',
      exception: 'late-alert',
      reason:
        'A share of five minutes, so that a failure in a quiet hour wakes nobody up. Where all requests fail it is known after three minutes; ' +
        'one that is just above 5 % takes the whole window.',
    },
  ],
});

export type TraefikSettings = SettingsOf<typeof traefik>;
