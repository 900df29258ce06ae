import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { Cluster } from '../../../charts/core/cluster';
import { Component } from '../../../charts/core/component';
import { componentsOf } from '../../../charts/core/components';
import { component } from '../../../charts/core/definition';
import type { Issuer } from '../../../charts/core/contracts';
import type { IngressController } from '../../../charts/core/network';
import { ARGOCD_NAMESPACE } from '../../../charts/core/namespaces';
import { derive } from '../../../charts/derived';
import { declarationsOf, objectsOf } from '../../../charts/core/render';
import { Argocd, type ArgocdProps } from '../../../charts/delivery/argocd/argocd';
import { loadClusters } from '../../../cli/load';
import type { ClusterSettings } from '../../../charts/settings';
import * as models from '../../../imports/models';

const [mono] = loadClusters('clusters', ['mono']).clusters;

/** Some ingress controller in the host network, and some issuer. */
class Edge extends Component {
  readonly ingress: IngressController;
  readonly issuer: Issuer;
  constructor(cluster: Cluster) {
    super(cluster, {
      definition: component({
        name: 'edge',
        layer: 'network',
        scope: 'cluster',
        description: 'fake',
        settings: null,
      }),
      namespace: 'ingress',
    });
    const pods = this.podGroup('edge', { app: 'edge' }, { hostNetwork: true });
    this.ingress = { component: this, className: 'edge-class', pods, annotations: {} };
    this.issuer = { component: this, name: 'some-issuer' };
  }
}

interface Wanted {
  readonly host?: string;
  readonly component?: object;
  readonly receivers?: readonly object[];
  readonly repository?: string;
  readonly profile?: ClusterSettings['profile'];
  readonly offers?: Pick<ArgocdProps, 'ingress' | 'issuer'>;
}

function build({ host, component = {}, receivers, repository, profile, offers }: Wanted = {}) {
  const settings = structuredClone(mono!.settings) as any;
  Object.assign(settings.components.argocd, component, host === undefined ? {} : { host });
  if (receivers) settings.alerts.receivers = receivers;
  if (repository) settings.gitops.repository = repository;
  if (profile) settings.profile = profile;
  const cluster = new Cluster(settings);
  const argocd = new Argocd(cluster, {
    ...settings.components.argocd,
    receivers: settings.alerts,
    ...(offers ?? (({ ingress, issuer }) => ({ ingress, issuer }))(new Edge(cluster))),
  });
  derive(cluster);
  const all = componentsOf(cluster);
  const objects = objectsOf([argocd]).map(({ object }) => object) as any[];
  const find = (kind: string, name: string) =>
    objects.find(({ kind: k, metadata }) => k === kind && metadata.name === name);
  const pod = (name: string) => (find('Deployment', name) ?? find('StatefulSet', name))?.spec.template.spec;
  return {
    objects,
    find,
    pod,
    container: (name: string) => pod(name).containers[0],
    data: (name: string) => find('ConfigMap', name).data as Record<string, string>,
    alert: (name: string) =>
      find('PrometheusRule', 'argocd').spec.groups[0].rules.find((rule: any) => rule.alert === name),
    alerts: find('PrometheusRule', 'argocd').spec.groups[0].rules as any[],
    names: (kind: string) =>
      objects
        .filter((object) => object.kind === kind)
        .map((o) => o.metadata.name)
        .sort(),
    declarations: declarationsOf(cluster, all),
  };
}

const env = (container: any) =>
  Object.fromEntries(container.env.map(({ name, value, valueFrom }: any) => [name, value ?? valueFrom]));

/** `peer port,…` of each rule of a policy, in one direction. */
const rules = (policy: any, direction: 'ingress' | 'egress') =>
  policy.spec[direction].map((rule: any) => {
    const peer = (rule.from ?? rule.to)[0];
    const labels = peer.podSelector?.matchLabels;
    const who =
      labels?.['app.kubernetes.io/component'] ?? labels?.['app.kubernetes.io/name'] ?? labels?.['k8s-app'];
    return `${who ?? peer.ipBlock.cidr} ${rule.ports.map(({ port }: any) => port).join()}`;
  });

const PROGRAMS = ['argocd-application-controller', 'argocd-repo-server', 'argocd-server'];
const HOST = 'deploy.example.com';
const MAIL = { name: 'ops', type: 'email', to: 'ops@example.com' };
const CHAT = { name: 'chat', type: 'slack', channel: '#deploys' };
const HOOK = { name: 'email', type: 'webhook', url: 'https://hooks.example.com:8443/in' };
const PAGER = { name: 'pager', type: 'pagerduty' };

describe('what runs', () => {
  test('[GITOPS-02] is the controller, the repository server, the server, its cache and the notifications, and nothing unused', () => {
    const { names, pod, container } = build();
    expect(names('StatefulSet')).toEqual(['argocd-application-controller']);
    expect(names('Deployment')).toEqual([
      'argocd-notifications-controller',
      'argocd-redis',
      'argocd-repo-server',
      'argocd-server',
    ]);
    for (const name of PROGRAMS) expect(container(name).args[0]).toBe(`/usr/local/bin/${name}`);
    expect(container('argocd-notifications-controller').args).toEqual([
      '/usr/local/bin/argocd-notifications',
    ]);
    for (const name of PROGRAMS) expect(pod(name).initContainers).toBeUndefined();
  });

  test('is all of one version, that of the lock', () => {
    const { container, declarations } = build();
    const { version } = declarations.components.find(({ id }) => id === 'argocd')!;
    const images = [...PROGRAMS, 'argocd-notifications-controller'].map((name) => container(name).image);
    expect(new Set(images).size).toBe(1);
    expect(images[0]).toContain(`argoproj/argocd:${version}@sha256:`);
  });

  test('gets a token of the API server only where it talks to it', () => {
    const { pod } = build();
    const tokens = [...PROGRAMS, 'argocd-redis', 'argocd-notifications-controller'].map((name) => [
      name,
      pod(name).automountServiceAccountToken,
    ]);
    expect(tokens).toEqual([
      ['argocd-application-controller', true],
      ['argocd-repo-server', false],
      ['argocd-server', true],
      ['argocd-redis', false],
      ['argocd-notifications-controller', true],
    ]);
  });

  test('finds cache and repository server at the Services that are rendered', () => {
    const { container, find } = build();
    const flags = container('argocd-application-controller').args as string[];
    for (const [flag, name, port] of [
      ['redis', 'argocd-redis', 6379],
      ['repo-server', 'argocd-repo-server', 8081],
    ] as const) {
      expect(flags).toContain(`--${flag}=${name}.argocd.svc:${port}`);
      expect(find('Service', name).spec.ports.map((each: any) => each.port)).toContain(port);
    }
  });

  test('asks the API server for differences, and looks at git as often as the repository server forgets', () => {
    const { container } = build();
    const controller = container('argocd-application-controller');
    expect(controller.args).toContain('--server-side-diff-enabled');
    const poll = env(controller).ARGOCD_RECONCILIATION_TIMEOUT;
    expect(poll).toMatch(/^[0-9]+s$/);
    expect(env(container('argocd-repo-server')).ARGOCD_RECONCILIATION_TIMEOUT).toBe(poll);
  });

  test('takes the size of its main pod from the settings, and garbage collection with it', () => {
    const { container } = build({ component: { cpu: '700m', memory: '2Gi' } });
    const { resources, ...controller } = container('argocd-application-controller');
    expect(resources).toEqual({ requests: { cpu: '700m', memory: '2Gi' }, limits: { memory: '2Gi' } });
    expect(env(controller).GOMEMLIMIT).toBe('1843MiB');
    expect(container('argocd-server').resources).toEqual(build().container('argocd-server').resources);
  });

  test('has budgets where, and only where, there are two pods to take away from', () => {
    expect(build().names('PodDisruptionBudget')).toEqual([]);
    const two = build({ component: { replicas: 2 } });
    expect(two.names('PodDisruptionBudget')).toEqual(['argocd-repo-server', 'argocd-server']);
    expect(two.find('Deployment', 'argocd-server').spec.replicas).toBe(2);
    expect(env(two.container('argocd-server')).ARGOCD_API_SERVER_REPLICAS).toBe('2');
    expect(two.find('StatefulSet', 'argocd-application-controller').spec.replicas).toBe(1);
  });

  test('fits the quota of its namespace during roll-outs, on the largest profile', () => {
    const { objects } = build({ profile: 'standard' });
    const quantity = (text: string) => Number.parseInt(text) * (text.endsWith('Gi') ? 1024 : 1);
    const mebibytes = objects
      .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
      .reduce((sum, { kind, spec }) => {
        const surge = kind === 'Deployment' && spec.strategy.type === 'RollingUpdate' ? 1 : 0;
        const { requests } = spec.template.spec.containers[0].resources;
        return sum + (spec.replicas + surge) * quantity(requests.memory);
      }, 0);
    expect(mebibytes).toBeLessThanOrEqual(quantity(ARGOCD_NAMESPACE.quota.memory));
  });

  test('gives the cache less data than memory, and a password that is declared', () => {
    const { container, declarations } = build();
    const { args, env: variables, resources } = container('argocd-redis');
    const maximum = Number(args[args.indexOf('--maxmemory') + 1]);
    expect(maximum).toBeGreaterThan(2 ** 25);
    expect(maximum).toBeLessThan(Number.parseInt(resources.limits.memory) * 2 ** 20);
    expect(args[args.indexOf('--requirepass') + 1]).toBe('$(REDIS_PASSWORD)');
    const { name, key } = variables[0].valueFrom.secretKeyRef;
    const declared = declarations.secrets.find((secret) => secret.name === name);
    expect(declared?.keys[key]).toMatchObject({ kind: 'random' });
    for (const program of PROGRAMS)
      expect(env(container(program)).REDIS_PASSWORD).toEqual({ secretKeyRef: { name, key } });
  });
});

describe('settings', () => {
  test('[GITOPS-04] give Applications a health, without which waves do not wait', () => {
    const lua = build().data('argocd-cm')['resource.customizations.health.argoproj.io_Application']!;
    expect(lua).toContain('local report = { status = "Progressing"');
    expect(lua).toContain('report.status = status.health.status');
    expect(lua).toMatch(/return report\n$/);
  });

  test('[GITOPS-02] carry the label that Argo CD finds them by', () => {
    const { objects, declarations } = build();
    const maps = objects.filter(({ kind }) => kind === 'ConfigMap');
    expect(maps.map(({ metadata }) => metadata.name).sort()).toEqual([
      'argocd-cm',
      'argocd-cmd-params-cm',
      'argocd-gpg-keys-cm',
      'argocd-notifications-cm',
      'argocd-rbac-cm',
      'argocd-ssh-known-hosts-cm',
      'argocd-tls-certs-cm',
    ]);
    for (const { metadata } of maps) expect(metadata.labels['app.kubernetes.io/part-of']).toBe('argocd');
    for (const name of ['argocd-secret', 'argocd-notifications-secret'])
      expect(declarations.secrets.find((secret) => secret.name === name)!.labels).toEqual({
        'app.kubernetes.io/part-of': 'argocd',
      });
  });

  test('track by annotation, let in nobody without a role, and open no shell', () => {
    const { data, find } = build();
    expect(data('argocd-cm')).toMatchObject({
      'application.resourceTrackingMethod': 'annotation',
      'users.anonymous.enabled': 'false',
      'exec.enabled': 'false',
    });
    expect(find('ConfigMap', 'argocd-rbac-cm')).not.toHaveProperty('data');
  });

  test('hold YAML where Argo CD reads YAML', () => {
    const { data } = build({ receivers: [MAIL, CHAT, HOOK] });
    const isYaml = (key: string) =>
      /resource\.(exclusions|.*ignoreResourceUpdates)|service|trigger|template|subscriptions/.test(key);
    const texts = [
      ...Object.entries(data('argocd-cm')),
      ...Object.entries(data('argocd-notifications-cm')),
    ].filter(([key]) => isYaml(key));
    expect(texts).toHaveLength(5 + 3 + 3 + 3 + 1);
    for (const [, text] of texts) expect(typeof parse(text)).toBe('object');
    expect(parse(data('argocd-cm')['resource.exclusions']!)).toContainEqual({
      apiGroups: ['coordination.k8s.io'],
      kinds: ['Lease'],
    });
  });

  test('know the keys of public git hosts', () => {
    const lines = build().data('argocd-ssh-known-hosts-cm').ssh_known_hosts!.trimEnd().split('\n');
    for (const line of lines) {
      const [, type, key, ...rest] = line.split(' ');
      expect(rest).toEqual([]);
      // the key begins with the length and the name of its type (RFC 4253, 6.6)
      const bytes = Buffer.from(key!, 'base64');
      expect(bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString()).toBe(type);
    }
    for (const host of ['github.com', 'gitlab.com'])
      expect(lines.filter((line) => line.startsWith(`${host} ssh-ed25519 `))).toHaveLength(1);
  });

  test('declare Secrets and render none', () => {
    const { objects, declarations } = build();
    expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    // what the server writes there itself is left to it
    expect(Object.keys(declarations.secrets.find(({ name }) => name === 'argocd-secret')!.keys)).toEqual([
      'server.secretkey',
    ]);
  });

  test('declare the key to a repository behind ssh, as Argo CD looks for it', () => {
    const { declarations } = build({ repository: 'git@git.example.com:team/strata.git' });
    expect(declarations.secrets.find(({ name }) => name === 'argocd-repository')).toMatchObject({
      labels: { 'argocd.argoproj.io/secret-type': 'repository' },
      keys: {
        url: { kind: 'template', template: 'git@git.example.com:team/strata.git' },
        sshPrivateKey: { kind: 'provided' },
      },
    });
    expect(build().declarations.secrets.map(({ name }) => name)).not.toContain('argocd-repository');
  });
});

describe('rights', () => {
  const rule = (role: any) =>
    role.rules.map(({ apiGroups, resources, verbs, resourceNames }: any) =>
      [apiGroups, resources, verbs, resourceNames ?? []].map((list) => [...list].sort().join()).join(' | '),
    );

  test('over everything has the controller alone', () => {
    const { objects, names } = build();
    const wild = objects.filter(({ rules: all }) =>
      all?.some(({ apiGroups, resources, verbs }: any) => [apiGroups, resources, verbs].flat().includes('*')),
    );
    expect(wild.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'ClusterRole argocd-application-controller',
    ]);
    expect(names('ClusterRole')).toEqual(['argocd-application-controller', 'argocd-server']);
    expect(names('Role')).toEqual([
      'argocd-application-controller',
      'argocd-notifications-controller',
      'argocd-server',
    ]);
  });

  test('of the server outside its namespace are to look at objects, never at Secrets', () => {
    const role = build().find('ClusterRole', 'argocd-server');
    expect(new Set(role.rules.flatMap(({ verbs }: any) => verbs))).toEqual(new Set(['get', 'list']));
    expect(role.rules.flatMap(({ resources }: any) => resources)).not.toContain('secrets');
  });

  test('of the server reach every kind that components can render', () => {
    const shown = new Set(
      build()
        .find('ClusterRole', 'argocd-server')
        .rules.flatMap(({ apiGroups, resources }: any) =>
          resources.map((resource: string) => `${apiGroups[0]}/${resource}`),
        ),
    );
    const plural = (kind: string) =>
      kind
        .toLowerCase()
        .replace(/y$/, 'ie')
        .replace(/(ss|us)$/, '$1e') + 's';
    const kinds = (Object.values(models) as unknown[]).filter(
      (model): model is models.ModelClass => typeof model === 'function' && 'kind' in model,
    );
    expect(kinds.length).toBeGreaterThan(30);
    const hidden = kinds
      .map(
        ({ apiVersion, kind }) =>
          `${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${plural(kind)}`,
      )
      .filter((resource) => !shown.has(resource));
    expect(hidden).toEqual(['/secrets']);
  });

  test('of the notifications end at reading one Secret and one ConfigMap by name', () => {
    const found = rule(build().find('Role', 'argocd-notifications-controller'));
    expect(found).toContain(' | secrets | get | argocd-notifications-secret');
    expect(found).toContain(' | configmaps | get | argocd-notifications-cm');
    expect(found.filter((line: string) => /secrets \| .*(create|update|patch|delete)/.test(line))).toEqual(
      [],
    );
  });
});

describe('the web pages', () => {
  test('[IAC-09] are not published without a host, and then keep TLS', () => {
    const { names, find, container, declarations } = build();
    expect(names('Ingress')).toEqual([]);
    expect(container('argocd-server').args).not.toContain('--insecure');
    expect(find('Service', 'argocd-server').spec.ports[0]).toMatchObject({ name: 'https', port: 443 });
    const { readinessProbe, livenessProbe } = container('argocd-server');
    for (const probe of [readinessProbe, livenessProbe]) expect(probe.httpGet.scheme).toBe('HTTPS');
    expect(declarations.components.find(({ id }) => id === 'argocd')!.dependencies).not.toContain('edge');
    expect(find('NetworkPolicy', 'argocd-server').spec.ingress).toHaveLength(1);
  });

  test('[GITOPS-02] are published at a host with TLS, which ends at the ingress controller', () => {
    const { find, container, data, declarations } = build({ host: HOST });
    const { metadata, spec } = find('Ingress', 'argocd-server');
    expect(spec).toMatchObject({ ingressClassName: 'edge-class', tls: [{ hosts: [HOST] }] });
    expect(metadata.annotations['cert-manager.io/cluster-issuer']).toBe('some-issuer');
    const { service } = spec.rules[0].http.paths[0].backend;
    const port = find('Service', service.name).spec.ports.find(({ name }: any) => name === service.port.name);
    expect(port).toMatchObject({ port: 80, targetPort: 'http' });
    expect(container('argocd-server').args).toContain('--insecure');
    expect(container('argocd-server').readinessProbe.httpGet).toMatchObject({ port: 'http', scheme: 'HTTP' });
    expect(data('argocd-cm').url).toBe(`https://${HOST}`);
    expect(declarations.components.find(({ id }) => id === 'argocd')!.dependencies).toContain('edge');
  });

  test('cannot be published by nobody', () => {
    expect(() => build({ host: HOST, offers: {} })).toThrow(`Argo CD at ${HOST} needs an ingress controller`);
  });
});

describe('connections', () => {
  test('of the repository server go to its cache, and to the internet for git', () => {
    const { find } = build();
    const policy = find('NetworkPolicy', 'argocd-repo-server');
    expect(rules(policy, 'egress').sort()).toEqual(['0.0.0.0/0 443', 'argocd-redis 6379', 'kube-dns 53,53']);
    expect(rules(policy, 'ingress').sort()).toEqual([
      'argocd-application-controller 8081',
      'argocd-server 8081',
      'prometheus 8084',
    ]);
  });

  test.each([
    ['git@git.example.com:2222/strata.git', [443, 22]],
    ['ssh://git@git.example.com:2222/strata.git', [443, 2222]],
    ['ssh://git@git.example.com/strata.git', [443, 22]],
    ['https://git.example.com:8443/strata.git', [443, 8443]],
    ['https://git.example.com/strata:8443/x.git', [443]],
  ])('of the repository server follow the address %s', (repository, ports) => {
    const { egress } = build({ repository }).find('NetworkPolicy', 'argocd-repo-server').spec;
    const internet = egress.find(({ to }: any) => to[0].ipBlock?.cidr === '0.0.0.0/0');
    expect(internet.ports.map(({ port }: any) => port)).toEqual(ports);
  });

  test('to the cache come from those who have its password', () => {
    const { find, objects } = build();
    const holders = objects
      .filter(({ spec }) =>
        spec?.template?.spec.containers[0].env?.some(({ name }: any) => name === 'REDIS_PASSWORD'),
      )
      .map(({ metadata }) => `${metadata.name} 6379`)
      .filter((name) => !name.startsWith('argocd-redis'));
    expect(rules(find('NetworkPolicy', 'argocd-redis'), 'ingress').sort()).toEqual(holders.sort());
    // none at all: the API server drops an empty list
    expect(find('NetworkPolicy', 'argocd-redis').spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'] });
    expect(find('NetworkPolicy', 'argocd-redis').spec).not.toHaveProperty('egress');
  });

  test('of the notifications go where the receivers are', () => {
    const ports = (...receivers: object[]) =>
      build({ receivers })
        .find('NetworkPolicy', 'argocd-notifications-controller')
        .spec.egress.find(({ to }: any) => to[0].ipBlock?.cidr === '0.0.0.0/0')
        .ports.map(({ port }: any) => port);
    expect(ports(MAIL)).toEqual([465]);
    expect(ports(CHAT)).toEqual([443]);
    expect(ports(MAIL, CHAT, HOOK)).toEqual([465, 443, 8443]);
  });
});

describe('notifications', () => {
  test('[GITOPS-09] tell every receiver of failures, and chats and programs of deployments', () => {
    const { data } = build({ receivers: [MAIL, CHAT, HOOK, PAGER] });
    const config = data('argocd-notifications-cm');
    const told = Object.fromEntries(
      parse(config.subscriptions!).map(({ recipients, triggers }: any) => [triggers.join(), recipients]),
    );
    const quiet = ['slack:deploys', 'webhook-email'];
    expect(told).toEqual({
      'on-sync-failed': ['email:ops@example.com', ...quiet],
      'on-health-degraded': ['email:ops@example.com', ...quiet],
      'on-deployed': quiet,
    });
    for (const trigger of Object.keys(told)) {
      const [{ send }] = parse(config[`trigger.${trigger}`]!);
      for (const template of send) expect(config).toHaveProperty([`template.${template}`]);
    }
    // recipients name services
    expect(Object.keys(config).filter((key) => key.startsWith('service.'))).toEqual([
      'service.email',
      'service.slack',
      'service.webhook.webhook-email',
    ]);
  });

  test('take nothing secret from the settings but from keys that are declared', () => {
    const { data, declarations } = build({ receivers: [MAIL, CHAT] });
    const config = data('argocd-notifications-cm');
    const used = [config['service.email'], config['service.slack']].join().match(/\$[\w-]+/g)!;
    const { keys } = declarations.secrets.find(({ name }) => name === 'argocd-notifications-secret')!;
    expect(used.map((key) => key.slice(1)).sort()).toEqual(Object.keys(keys).sort());
    expect(used).toHaveLength(5);
    // a value out of the Secret would be text, and the port is a number
    expect(parse(config['service.email']!).port).toBe(465);
  });

  test('send JSON to programs, whatever the message holds', () => {
    const { data } = build({ receivers: [HOOK] });
    const { webhook, message } = parse(data('argocd-notifications-cm')['template.app-sync-failed']!);
    const { method, body } = webhook['webhook-email'];
    expect(method).toBe('POST');
    const values = body.replace(/\{\{[^}]*\| toJson\}\}/g, '"x"');
    expect(JSON.parse(values)).toEqual({
      event: 'sync-failed',
      application: 'x',
      revision: 'x',
      message: 'x',
    });
    expect(message).not.toContain('https://');
    const withHost = build({ receivers: [HOOK], host: HOST }).data('argocd-notifications-cm');
    expect(parse(withHost['template.app-sync-failed']!).message).toContain(
      `https://${HOST}/applications/{{.app.metadata.name}}`,
    );
  });

  test('are left out where nobody takes them', () => {
    const { names, alert, declarations } = build({ receivers: [PAGER] });
    expect(names('Deployment')).not.toContain('argocd-notifications-controller');
    expect(names('ConfigMap')).not.toContain('argocd-notifications-cm');
    expect(alert('ArgocdNotificationsFailing')).toBeUndefined();
    expect(declarations.secrets.map(({ name }) => name)).not.toContain('argocd-notifications-secret');
  });
});

describe('alerts', () => {
  const runbook = readFileSync('charts/delivery/argocd/runbook.md', 'utf8');

  test('each have a section in the runbook, and no section stands for none', () => {
    const sections = [...runbook.matchAll(/^## (Argocd\w+)$/gm)].map(([, name]) => name);
    expect(sections.sort()).toEqual(
      build()
        .alerts.map(({ alert }) => alert)
        .sort(),
    );
  });

  test('look for every program at the target that Prometheus reads', () => {
    const { alert, names } = build();
    const jobs = [...alert('ArgocdDown').expr.matchAll(/job="([^"]+)",namespace="argocd"/g)].map(
      ([, job]) => job,
    );
    expect(jobs.sort()).toEqual(names('ServiceMonitor'));
    expect(jobs).toHaveLength(4);
  });

  test('[GITOPS-03] tell of Applications that differ from git, in every state that is not the right one', () => {
    const { alert } = build();
    expect(alert('ArgocdApplicationOutOfSync').expr).toContain('sync_status=~"OutOfSync|Unknown"');
    const health = ['ArgocdApplicationUnhealthy', 'ArgocdApplicationStuck']
      .map((name) => /health_status=~"([^"]+)"/.exec(alert(name).expr)![1])
      .join('|');
    expect(health.split('|').sort()).toEqual(['Degraded', 'Missing', 'Progressing', 'Unknown']);
  });
});

describe('health of PostgreSQL clusters', () => {
  const health = Object.entries(build().data('argocd-cm')).filter(([key]) =>
    /^resource\.customizations\.health\.\w+\.cnpg\.io_/.test(key),
  );

  test.each(['Cluster', 'Pooler', 'Database', 'ScheduledBackup'])('%s has a check', (kind) => {
    expect(health.map(([key]) => key)).toContain(`resource.customizations.health.postgresql.cnpg.io_${kind}`);
  });

  test('every check is whole, and names a status that Argo CD knows', () => {
    expect(health).toHaveLength(5);
    for (const [, lua] of health) {
      const words = (pattern: RegExp) => [...lua.matchAll(pattern)].length;
      expect(words(/\b(then|do)\b/g) - words(/\belseif\b/g)).toBe(words(/\bend\b/g));
      for (const [, status] of lua.matchAll(/status = "(\w+)"/g))
        expect(['Healthy', 'Progressing', 'Degraded', 'Suspended']).toContain(status);
    }
  });

  test('a cluster whose archive is dead is not well, and one that git stops is when it has stopped', () => {
    const [, lua] = health.find(([key]) => key.endsWith('_Cluster')) ?? [];
    expect(lua).toContain('condition.type == "ContinuousArchiving" and condition.status == "False"');
    expect(lua).toContain('["cnpg.io/hibernation"] == "on"');
    // the operator does not stop a cluster that is not healthy: the annotation alone says nothing
    expect(lua).toMatch(
      /condition.type == "cnpg.io\/hibernation" then[^]*?condition.status == "True" then\s+report.status = "Healthy"/,
    );
  });
});
