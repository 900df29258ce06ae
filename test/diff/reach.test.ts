import { corpus } from './change';

const policy = 'NetworkPolicy prod/xwiki';
const all = { ipBlock: { cidr: '0.0.0.0/0' } };

describe('reach', () => {
  corpus([
    [
      'a private network',
      (set) =>
        set.edit(policy, (o) =>
          o.spec.egress.push({ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }], ports: [{ port: 443 }] }),
        ),
      'reach',
      ['xwiki in prod may now reach 10.0.0.0/8 on 443/TCP'],
    ],
    [
      'the internet',
      (set) =>
        set.edit('NetworkPolicy recette/mysql-backup-logical', (o) =>
          o.spec.egress.push({
            to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }],
            ports: [{ port: 8443, protocol: 'TCP' }],
          }),
        ),
      'reach',
      ['mysql-backup-logical in recette may now reach the internet on 8443/TCP'],
    ],
    [
      'every address',
      (set) => set.edit(policy, (o) => o.spec.egress.push({ to: [all] })),
      'reach',
      ['may now reach every address (0.0.0.0/0) on all ports'],
    ],
    [
      'everybody may come in',
      (set) => set.edit(policy, (o) => o.spec.ingress.push({ ports: [{ port: 8080 }] })),
      'reach',
      ['everybody may now reach xwiki in prod on 8080/TCP'],
    ],
    [
      'a connection closed',
      (set) => set.edit(policy, (o) => o.spec.ingress.pop()),
      'reach',
      ['may no longer reach xwiki in prod', 'connections are cut at once'],
    ],
    [
      'the order of rules',
      (set) => set.edit(policy, (o) => o.spec.egress.reverse()),
      '',
      ['order of lists', '!may now'],
    ],
    [
      'a protocol written out',
      (set) =>
        set.edit('NetworkPolicy prod/mysql', (o) => {
          for (const rule of o.spec.ingress) for (const port of rule.ports) delete port.protocol;
        }),
      '',
      ['!|'],
    ],
    [
      'egress no longer closed',
      (set) => set.edit('NetworkPolicy prod/default-deny', (o) => (o.spec.policyTypes = ['Ingress'])),
      'reach',
      ['it no longer closes egress of all pods of prod'],
    ],
    [
      'the policy that closes a namespace, gone',
      (set) => set.remove('NetworkPolicy prod/default-deny'),
      'reach',
      ['it no longer closes ingress and egress of all pods of prod'],
    ],
    [
      'a policy of one group gone, in a namespace that is closed',
      (set) => set.remove(policy),
      'reach',
      ['xwiki in prod may no longer reach', '!it no longer closes'],
    ],
    [
      'a policy for other pods',
      (set) => set.edit(policy, (o) => (o.spec.podSelector.matchLabels.tier = 'gold')),
      'reach',
      ['the policy holds for other pods'],
    ],
    [
      'another public host',
      (set) =>
        set.edit('Ingress prod/xwiki', (o) =>
          o.spec.rules.push({ ...o.spec.rules[0], host: 'new.example.org' }),
        ),
      'reach',
      ['the world may ask for new.example.org'],
    ],
    [
      'no TLS',
      (set) => set.edit('Ingress prod/xwiki', (o) => delete o.spec.tls),
      'reach',
      ['it is served without TLS'],
    ],
    [
      'no middlewares',
      (set) =>
        set.edit(
          'Ingress prod/xwiki',
          (o) => delete o.metadata.annotations['traefik.ingress.kubernetes.io/router.middlewares'],
        ),
      'reach',
      ['its middlewares go: no rate limit'],
    ],
    [
      'a looser rate limit',
      (set) => set.edit('Middleware ingress/rate-limit', (o) => (o.spec.rateLimit.average = 5000)),
      'reach',
      ['spec.rateLimit.average: 50 → 5000', 'more or fewer requests of one client'],
    ],
    [
      'a middleware that goes',
      (set) => set.remove('Middleware ingress/compress'),
      'reach',
      ['a route that names it is not served'],
    ],
    [
      'a way in beside the ingress controller',
      (set) => set.edit('Service prod/xwiki', (o) => (o.spec.type = 'NodePort')),
      'reach',
      ['reached from outside of the cluster (NodePort)'],
    ],
    [
      'a Service for other pods',
      (set) => set.edit('Service prod/xwiki', (o) => (o.spec.selector.tier = 'gold')),
      'reach',
      ['the Service answers with other pods, or none'],
    ],
    [
      'another port',
      (set) => set.edit('Service prod/xwiki', (o) => (o.spec.ports[0].port = 81)),
      'reach',
      ['a port of the Service changes'],
    ],
    [
      'a Service that goes',
      (set) => set.remove('Service prod/xwiki'),
      'reach',
      ['who asks for this name finds nobody'],
    ],
    [
      'an annotation of Argo CD',
      (set) =>
        set.edit('Ingress prod/xwiki', (o) => (o.metadata.annotations['argocd.argoproj.io/sync-wave'] = '3')),
      '',
      ['!reach |'],
    ],
  ]);
});
