import { corpus } from './change';

const rules = 'PrometheusRule prod/xwiki';
const alert = (o: any, name: string) => o.spec.groups[0].rules.find((rule: any) => rule.alert === name);

describe('watching', () => {
  corpus([
    [
      'an alert that goes',
      (set) =>
        set.edit(
          rules,
          (o) =>
            (o.spec.groups[0].rules = o.spec.groups[0].rules.filter(
              (rule: any) => rule.alert !== 'XwikiDown',
            )),
        ),
      'watching',
      ['the alert XwikiDown (critical) goes: nobody is told any more'],
    ],
    [
      'an alert that comes',
      (set) => set.edit(rules, (o) => o.spec.groups[0].rules.push({ alert: 'XwikiOdd', expr: 'up == 0' })),
      'watching',
      ['the alert XwikiOdd (none) is new'],
    ],
    [
      'all alerts of a component',
      (set) => set.remove(rules),
      'watching',
      ['the alert XwikiDown (critical) goes'],
    ],
    [
      'a looser threshold',
      (set) =>
        set.edit(
          rules,
          (o) =>
            (alert(o, 'XwikiVolumeFillingUp').expr = alert(o, 'XwikiVolumeFillingUp').expr.replace(
              '> 0.8',
              '> 0.95',
            )),
        ),
      'watching',
      ['XwikiVolumeFillingUp].expr: 0.8 → 0.95', 'is looser: it tells of less'],
    ],
    [
      'a stricter threshold',
      (set) =>
        set.edit(
          rules,
          (o) =>
            (alert(o, 'XwikiVolumeFillingUp').expr = alert(o, 'XwikiVolumeFillingUp').expr.replace(
              '> 0.8',
              '> 0.5',
            )),
        ),
      'watching',
      ['is stricter', '!looser'],
    ],
    [
      'another expression',
      (set) => set.edit(rules, (o) => (alert(o, 'XwikiDown').expr = 'up == 0')),
      'watching',
      ['XwikiDown looks at something else'],
    ],
    [
      'a longer wait',
      (set) => set.edit(rules, (o) => (alert(o, 'XwikiDown').for = '1h')),
      'watching',
      ['rules[XwikiDown].for: 4m → 1h', 'XwikiDown fires later'],
    ],
    [
      'a shorter wait',
      (set) => set.edit(rules, (o) => (alert(o, 'XwikiDown').for = '30s')),
      'watching',
      ['XwikiDown fires sooner'],
    ],
    [
      'a lower severity',
      (set) => set.edit(rules, (o) => (alert(o, 'XwikiDown').labels.severity = 'warning')),
      'watching',
      ['critical → warning', 'less severe'],
    ],
    [
      'another text',
      (set) => set.edit(rules, (o) => (alert(o, 'XwikiDown').annotations.summary = 'x')),
      'watching',
      ['XwikiDown says something else'],
    ],
    [
      'a scrape that goes',
      (set) => set.remove('ServiceMonitor prod/mysql'),
      'watching',
      ['it is scraped no more: its alerts and dashboards go blind'],
    ],
    [
      'a longer interval',
      (set) => set.edit('ServiceMonitor prod/mysql', (o) => (o.spec.endpoints[0].interval = '10m')),
      'watching',
      ['something else is scraped', '!more often'].slice(1),
    ],
    [
      'who is told by Argo CD',
      (set) =>
        set.edit(
          'ConfigMap argocd/argocd-notifications-cm',
          (o) => (o.data = { ...o.data, 'service.webhook.x': 'url: y' }),
        ),
      'watching',
      ['who is told of what changes: service.webhook.x (new)'],
    ],
    [
      'a dashboard',
      (set) =>
        set.add('xwiki-prod/configmap-board.yaml', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'board', namespace: 'prod', labels: { grafana_dashboard: '1' } },
          data: {},
        }),
      'watching',
      ['the dashboard board is new'],
    ],
    [
      'a target',
      (set) =>
        set.add('xwiki-prod/slo-x.yaml', {
          apiVersion: 'pyrra.dev/v1alpha1',
          kind: 'ServiceLevelObjective',
          metadata: { name: 'x', namespace: 'prod' },
          spec: { target: '99' },
        }),
      'fails watching',
      ['a service level is promised'],
    ],
  ]);
});

describe('cost', () => {
  corpus([
    [
      'more memory asked for',
      (set) =>
        set.edit(
          'StatefulSet recette/mysql',
          (o) => (o.spec.template.spec.containers[0].resources.requests.memory = '900Mi'),
        ),
      'interrupts cost',
      ['recette requests', 'more of memory', 'of its quota left (before:'],
    ],
    [
      'a lower limit',
      (set) =>
        set.edit(
          'Deployment prod/pgbouncer',
          (o) => (o.spec.template.spec.containers[0].resources.limits.memory = '16Mi'),
        ),
      'interrupts cost',
      ['→ 16Mi', 'a container above the lower one is killed'],
    ],
    [
      'a higher quota',
      (set) => set.edit('ResourceQuota prod/quota', (o) => (o.spec.hard['requests.memory'] = '8Gi')),
      'cost',
      ['prod requests memory as before', 'of its quota left'],
    ],
    [
      'a claim more',
      (set) =>
        set.copy(
          'PersistentVolumeClaim recette/xwiki-data',
          'xwiki-recette/persistentvolumeclaim-more.yaml',
          (o) => {
            o.metadata.name = 'more';
            o.spec.resources.requests.storage = '1Gi';
          },
        ),
      'cost',
      ['recette requests 1 Gi more of claims'],
    ],
    [
      'a CPU request written otherwise',
      (set) =>
        set.edit(
          'Deployment prod/xwiki',
          (o) => (o.spec.template.spec.containers[0].resources.requests.cpu = '0.5'),
        ),
      '',
      ['!|'],
    ],
  ]);
});
