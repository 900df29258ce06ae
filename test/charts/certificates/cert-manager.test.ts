import { readFileSync } from 'node:fs';
import { CertManager } from '../../../charts/certificates/cert-manager/cert-manager';
import { Cluster } from '../../../charts/core/cluster';
import { Component } from '../../../charts/core/component';
import { componentsOf } from '../../../charts/core/components';
import { component } from '../../../charts/core/definition';
import type { IngressController } from '../../../charts/core/network';
import { derive } from '../../../charts/derived';
import { declarationsOf, objectsOf } from '../../../charts/core/render';
import { loadClusters } from '../../../cli/load';
import type { ClusterSettings } from '../../../charts/settings';

const [mono] = loadClusters('clusters', ['mono']).clusters;

/** Some ingress controller in the host network. */
class Edge extends Component {
  readonly ingress: IngressController;
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
  }
}

function build(certificates: Partial<ClusterSettings['certificates']> = {}, component: object = {}) {
  const settings = structuredClone(mono!.settings) as any;
  Object.assign(settings.certificates, certificates);
  Object.assign(settings.components['cert-manager'], component);
  const cluster = new Cluster(settings);
  const certManager = new CertManager(cluster, {
    ...settings.components['cert-manager'],
    certificates: settings.certificates,
    ingress: new Edge(cluster).ingress,
  });
  derive(cluster);
  const all = componentsOf(cluster);
  const objects = objectsOf([certManager]).map(({ object }) => object) as any[];
  const find = (kind: string, name: string, namespace?: string) =>
    objects.find(
      ({ kind: k, metadata }) =>
        k === kind && metadata.name === name && (!namespace || metadata.namespace === namespace),
    );
  const container = (name: string) => find('Deployment', name).spec.template.spec.containers[0];
  const flag = (name: string, value: string): string[] =>
    container(name)
      .args.filter((argument: string) => argument.startsWith(`--${value}=`))
      .map((argument: string) => argument.slice(value.length + 3));
  const alert = (name: string) =>
    find('PrometheusRule', 'cert-manager').spec.groups[0].rules.find((rule: any) => rule.alert === name);
  return {
    cluster,
    certManager,
    objects,
    everything: objectsOf(all),
    find,
    container,
    flag,
    alert,
    declarations: declarationsOf(cluster, all),
  };
}

const ZONES = { dns01: { provider: 'cloudflare' as const, zones: ['example.com', 'example.org'] } };

/** `TCP/443` of each rule of a policy, by the address ranges it names. */
const reachable = (rules: any[]): [string, string[]][] =>
  rules.map(({ to, ports }) => [
    to
      .map(({ ipBlock, podSelector }: any) => ipBlock?.cidr ?? Object.keys(podSelector.matchLabels)[0])
      .join(),
    ports.map(({ protocol, port }: any) => `${protocol}/${port}`),
  ]);

describe('issuers', () => {
  test("[CERT-01] are both of Let's Encrypt, each with its own server, account and the contact of the settings", () => {
    const { find } = build({ contact: 'tls@example.com' });
    const servers = {
      'letsencrypt-staging': 'https://acme-staging-v02.api.letsencrypt.org/directory',
      'letsencrypt-prod': 'https://acme-v02.api.letsencrypt.org/directory',
    };
    const accounts = Object.entries(servers).map(([name, server]) => {
      const { acme } = find('ClusterIssuer', name).spec;
      expect(acme).toMatchObject({ server, email: 'tls@example.com' });
      return acme.privateKeySecretRef.name;
    });
    expect(new Set(accounts).size).toBe(2);
  });

  test('[CERT-01] prove hosts by HTTP through the ingress controller, without a port of the node', () => {
    const { find } = build();
    for (const name of ['letsencrypt-staging', 'letsencrypt-prod'])
      expect(find('ClusterIssuer', name).spec.acme.solvers).toEqual([
        { http01: { ingress: { ingressClassName: 'edge-class', serviceType: 'ClusterIP' } } },
      ]);
  });

  test('[CERT-01] prove the zones of the settings by DNS, with a token that is declared and nowhere written', () => {
    const { find, declarations, objects } = build(ZONES);
    const [http, dns] = find('ClusterIssuer', 'letsencrypt-prod').spec.acme.solvers;
    expect(http.selector).toBeUndefined();
    expect(dns.selector.dnsZones).toEqual(['example.com', 'example.org']);
    const { name, key } = dns.dns01.cloudflare.apiTokenSecretRef;
    const declared = declarations.secrets.find((secret) => secret.name === name);
    expect(declared).toMatchObject({ namespace: 'cert-manager', component: 'cert-manager' });
    expect(declared?.keys[key]).toMatchObject({ kind: 'provided' });
    expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    expect(build().declarations.secrets).toEqual([]);
  });

  test('[CERT-01] offer the one that the settings choose', () => {
    for (const issuer of ['letsencrypt-staging', 'letsencrypt-prod'] as const) {
      const { certManager, find } = build({ issuer });
      expect(certManager.issuer).toEqual({ component: certManager, name: issuer });
      expect(find('ClusterIssuer', issuer)).toBeDefined();
    }
  });

  test("offer an authority of the cluster's own that signs with a Secret which its certificate fills", () => {
    const { certManager, find } = build();
    const { ca } = find('ClusterIssuer', certManager.internal.name).spec;
    const certificate = find('Certificate', 'internal-ca');
    expect(certificate.spec).toMatchObject({ isCA: true, secretName: ca.secretName });
    expect(find('ClusterIssuer', certificate.spec.issuerRef.name).spec).toEqual({ selfSigned: {} });
    // a ClusterIssuer reads Secrets of one namespace only
    expect(build().flag('cert-manager', 'cluster-resource-namespace')).toEqual([
      certificate.metadata.namespace,
    ]);
  });

  test('come after the webhook that judges them', () => {
    const { objects } = build(ZONES);
    const judged = objects.filter(({ apiVersion }) => apiVersion.startsWith('cert-manager.io/'));
    expect(judged).toHaveLength(5);
    for (const { metadata } of judged) expect(metadata.annotations['argocd.argoproj.io/sync-wave']).toBe('1');
    const others = objects.filter((object) => !judged.includes(object));
    for (const { metadata } of others)
      expect(metadata.annotations ?? {}).not.toHaveProperty(['argocd.argoproj.io/sync-wave']);
  });
});

describe('the webhook', () => {
  test('is called where its Service listens, by configurations that take their authority from the Secret it makes', () => {
    const { find, flag } = build();
    const service = find('Service', 'cert-manager-webhook');
    const [authority] = flag('cert-manager-webhook', 'dynamic-serving-ca-secret-name');
    const kinds = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];
    const paths = kinds.map((kind) => {
      const { metadata, webhooks } = find(kind, 'cert-manager-webhook');
      expect(metadata.annotations['cert-manager.io/inject-ca-from-secret']).toBe(`cert-manager/${authority}`);
      expect(webhooks[0].clientConfig).not.toHaveProperty('caBundle');
      const called = webhooks[0].clientConfig.service;
      expect([called.namespace, called.name]).toEqual([service.metadata.namespace, service.metadata.name]);
      return called.path;
    });
    expect(paths).toEqual(['/mutate', '/validate']);
    // the API server's default port for webhooks
    expect(service.spec.ports).toContainEqual(expect.objectContaining({ port: 443, targetPort: 'https' }));
    expect(flag('cert-manager-webhook', 'dynamic-serving-dns-names')).toContain(
      `${service.metadata.name}.${service.metadata.namespace}.svc`,
    );
  });

  test('listens where its container says', () => {
    const { container, flag } = build();
    const https = container('cert-manager-webhook').ports.find(({ name }: any) => name === 'https');
    expect(flag('cert-manager-webhook', 'secure-port')).toEqual([String(https.containerPort)]);
  });

  test('[SEC-02] is open to the nodes, where the API server is, and to Prometheus', () => {
    const { find } = build();
    const { ingress } = find('NetworkPolicy', 'cert-manager-webhook').spec;
    expect(ingress.map(({ ports }: any) => ports[0].port)).toEqual([9402, 10250]);
    expect(ingress[1].from).toEqual([{ ipBlock: { cidr: mono!.settings.network.nodes } }]);
  });
});

describe('flows', () => {
  test('[SEC-02] let the controller reach authorities and the hosts it tries, and ask name servers only for DNS-01', () => {
    const outwards = (built: ReturnType<typeof build>) =>
      reachable(built.find('NetworkPolicy', 'cert-manager').spec.egress);
    expect(outwards(build())).toContainEqual(['0.0.0.0/0', ['TCP/443', 'TCP/80']]);
    expect(outwards(build())).toContainEqual([mono!.settings.network.nodes, ['TCP/80']]);
    expect(outwards(build(ZONES))).toContainEqual(['0.0.0.0/0', ['TCP/443', 'TCP/80', 'UDP/53', 'TCP/53']]);
  });

  test('[SEC-02] keep the cainjector from everything but the API server', () => {
    const { egress } = build().find('NetworkPolicy', 'cert-manager-cainjector').spec;
    expect(reachable(egress)).toEqual([
      ['10.43.0.1/32', ['TCP/443']],
      [mono!.settings.network.nodes, ['TCP/6443']],
    ]);
  });

  test('[SEC-02] [CERT-01] open the pods that answer challenges to the ingress controller, where things are published', () => {
    const policies = build().everything.filter(
      ({ object: { kind, metadata } }) => kind === 'NetworkPolicy' && metadata.name === 'acme-solver',
    );
    const namespaces = policies.map(({ object }) => object.metadata.namespace);
    const { environments } = mono!.settings;
    for (const { namespace } of environments) expect(namespaces).toContain(namespace);
    // those of environments belong to them: however many there are, cert-manager stays as it is
    expect(policies.filter(({ component }) => component === 'cert-manager')).toHaveLength(
      policies.length - environments.length,
    );
    expect(namespaces).not.toContain('cert-manager');
    expect(namespaces).not.toContain('ingress');
    const { spec } = policies.find(({ component }) => component === 'environment-prod')!.object as any;
    expect(spec.podSelector.matchLabels).toEqual({ 'acme.cert-manager.io/http01-solver': 'true' });
    expect(spec.ingress).toEqual([
      {
        from: [{ ipBlock: { cidr: mono!.settings.network.nodes } }],
        ports: [{ port: 8089, protocol: 'TCP' }],
      },
    ]);
    expect(spec.policyTypes).toContain('Egress');
    expect(spec).not.toHaveProperty('egress');
  });
});

describe('workloads', () => {
  const PARTS = ['cert-manager', 'cert-manager-cainjector', 'cert-manager-webhook'];

  test('start pods of challenges from an image with a digest', () => {
    expect(build().flag('cert-manager', 'acme-http01-solver-image')).toEqual([
      expect.stringMatching(/\/cert-manager-acmesolver:v[\d.]+@sha256:[0-9a-f]{64}$/),
    ]);
  });

  test('are as many as the settings say, with a budget where one may go', () => {
    const single = build();
    expect(single.objects.some(({ kind }) => kind === 'PodDisruptionBudget')).toBe(false);
    const double = build({}, { replicas: 2 });
    for (const name of PARTS) {
      expect(single.find('Deployment', name).spec.replicas).toBe(1);
      expect(double.find('Deployment', name).spec.replicas).toBe(2);
      expect(double.find('PodDisruptionBudget', name)).toBeDefined();
    }
  });

  test('elect a leader by leases that they may write, in their own namespace', () => {
    const { find, flag } = build();
    for (const name of ['cert-manager', 'cert-manager-cainjector']) {
      const [namespace] = flag(name, 'leader-election-namespace');
      const role = find('Role', `${name}:leaderelection`);
      expect(role.metadata.namespace).toBe(namespace);
      expect(role.rules[0].resourceNames).toHaveLength(1);
    }
  });

  test('take the size of the controller from the settings', () => {
    const { container } = build({}, { memory: '300Mi', cpu: '70m' });
    expect(container('cert-manager').resources.requests).toEqual({ cpu: '70m', memory: '300Mi' });
    expect(container('cert-manager-webhook').resources).toEqual(
      build().container('cert-manager-webhook').resources,
    );
  });

  test('give the cainjector no right to what its flags keep it from', () => {
    const { find, flag } = build();
    const writes = (resource: string) =>
      find('ClusterRole', 'cert-manager-cainjector').rules.some(
        ({ resources, verbs }: any) =>
          resources.includes(resource) &&
          verbs.some((verb: string) => /update|patch|create|delete/.test(verb)),
      );
    expect(writes('validatingwebhookconfigurations')).toBe(true);
    const everywhere = find('ClusterRole', 'cert-manager-cainjector').rules;
    expect(everywhere.flatMap(({ resources }: any) => resources)).not.toContain('secrets');
    const [namespace] = flag('cert-manager-cainjector', 'namespace');
    const sources = find('Role', 'cert-manager-cainjector', namespace).rules;
    expect(sources.flatMap(({ resources }: any) => resources)).toContain('secrets');
    const { metadata } = find('ValidatingWebhookConfiguration', 'cert-manager-webhook');
    expect(metadata.annotations['cert-manager.io/inject-ca-from-secret'].split('/')[0]).toBe(namespace);
    for (const kind of ['customresourcedefinitions', 'apiservices']) {
      expect(flag('cert-manager-cainjector', `enable-${kind}-injectable`)).toEqual(['false']);
      expect(writes(kind)).toBe(false);
    }
  });

  test('come after the ingress controller whose class the solvers name', () => {
    expect([...build().certManager.dependencies]).toEqual(
      expect.arrayContaining(['edge', 'crds', 'platform-namespaces']),
    );
  });

  test('are all read by Prometheus', () => {
    const { find } = build();
    for (const name of PARTS) {
      const monitor = find('ServiceMonitor', name).spec;
      const service = find('Service', name);
      expect(service.metadata.labels).toMatchObject(monitor.selector.matchLabels);
      expect(service.spec.ports.map(({ name: port }: any) => port)).toContain(monitor.endpoints[0].port);
    }
  });
});

describe('alerts', () => {
  test('[OBS-08] wake somebody up 21 days before a certificate ends that should have been renewed', () => {
    const rule = build().alert('CertManagerCertificateExpiringSoon');
    expect(rule.labels.severity).toBe('critical');
    expect(rule.expr).toMatch(/certmanager_certificate_expiration_timestamp_seconds > 0.*< 21 \* 86400/);
    expect(rule.expr).toMatch(/certmanager_certificate_renewal_timestamp_seconds.*< time\(\)/);
  });

  test('name the targets as Prometheus does: after the Services', () => {
    const { objects, alert } = build();
    const jobs = [...alert('CertManagerDown').expr.matchAll(/job="([^"]+)"/g)].map(([, job]: any) => job);
    const services = objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name);
    expect(jobs.sort()).toEqual(services.sort());
  });

  test('are explained in the runbook', () => {
    const [{ rules }] = build().find('PrometheusRule', 'cert-manager').spec.groups;
    const headings = readFileSync('charts/certificates/cert-manager/runbook.md', 'utf8').match(/^## .*$/gm);
    for (const { alert } of rules) expect(headings).toContain(`## ${alert}`);
  });
});
