import { join } from 'node:path';
import { checkAll } from '../../../checks/all';
import type { ClusterSettings } from '../../../charts/settings';
import type { KubeObject } from '../../../charts/core/objects';
import { loadClusters } from '../../../cli/load';
import { renderCluster, SettingsError } from '../../../cli/pipeline';
import { readRunbooks } from '../../../cli/runbooks';
import { image } from '../../../imports/images';

const root = join(__dirname, '../../..');
const [staging] = loadClusters(join(root, 'clusters'), ['staging']).clusters;
if (!staging) throw new Error('staging does not load');

const BLOCKS = {
  'cloudnative-pg': { enabled: true },
  'barman-cloud': { enabled: true },
} as const;

/** staging with these components of the cluster, and none of its environments' own. */
function settingsWith(components: Partial<ClusterSettings['components']>): ClusterSettings {
  const { environments } = staging!.settings;
  return {
    ...staging!.settings,
    environments: environments.map((one) => ({ ...one, components: {} })),
    components: {
      ...staging!.settings.components,
      'cloudnative-pg': undefined,
      'barman-cloud': undefined,
      ...components,
    } as never,
  };
}

const objectsOf = (settings: ClusterSettings, component: string): readonly KubeObject[] =>
  renderCluster(settings)
    .objects.filter((rendered) => rendered.component === component)
    .map(({ object }) => object);

function pick(objects: readonly KubeObject[], kind: string, name: string) {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found as KubeObject & Record<string, any>;
}

describe('CloudNativePG', () => {
  const settings = settingsWith(BLOCKS);
  const operator = objectsOf(settings, 'cloudnative-pg');
  const container = pick(operator, 'Deployment', 'cnpg-controller-manager')['spec'].template.spec
    .containers[0];

  it('is judged without a finding, with its plugin', () => {
    const rendered = renderCluster(settings);
    const objects = JSON.parse(JSON.stringify(rendered.objects)) as typeof rendered.objects;
    const input = { settings, ...rendered, objects, today: '2026-11-20', runbooks: readRunbooks(root) };
    expect(checkAll(input).map(({ object, problem }) => `${object}: ${problem}`)).toEqual([]);
  });

  it('[SEC-07] pins every image that the operator chooses by itself', () => {
    const env = new Map<string, string>(container.env.map(({ name, value }: any) => [name, value]));
    expect(env.get('OPERATOR_IMAGE_NAME')).toBe(container.image);
    expect(env.get('POSTGRES_IMAGE_NAME')).toBe(image('cnpg-postgresql', '17').reference);
    expect(env.get('PGBOUNCER_IMAGE_NAME')).toBe(image('cnpg-pgbouncer').reference);
    for (const name of ['OPERATOR', 'POSTGRES', 'PGBOUNCER'])
      expect(env.get(`${name}_IMAGE_NAME`)).toMatch(
        /^ghcr\.io\/cloudnative-pg\/[a-z-]+:[^@]+@sha256:[0-9a-f]{64}$/,
      );
  });

  it('has the webhooks of upstream, under the names that the operator looks for, each for one kind', () => {
    const hooks = (kind: string, name: string) =>
      pick(operator, kind, name)['webhooks'].map((hook: any) => [
        hook.name,
        hook.clientConfig.service.path,
        hook.rules[0].resources[0],
        hook.failurePolicy,
      ]);
    expect(hooks('MutatingWebhookConfiguration', 'cnpg-mutating-webhook-configuration')).toEqual([
      ['mbackup.cnpg.io', '/mutate-postgresql-cnpg-io-v1-backup', 'backups', 'Fail'],
      ['mcluster.cnpg.io', '/mutate-postgresql-cnpg-io-v1-cluster', 'clusters', 'Fail'],
      ['mdatabase.cnpg.io', '/mutate-postgresql-cnpg-io-v1-database', 'databases', 'Fail'],
      [
        'mscheduledbackup.cnpg.io',
        '/mutate-postgresql-cnpg-io-v1-scheduledbackup',
        'scheduledbackups',
        'Fail',
      ],
    ]);
    const validating = hooks('ValidatingWebhookConfiguration', 'cnpg-validating-webhook-configuration');
    expect(validating.map(([name]: string[]) => name)).toEqual([
      'vbackup.cnpg.io',
      'vcluster.cnpg.io',
      'vdatabase.cnpg.io',
      'vpooler.cnpg.io',
      'vscheduledbackup.cnpg.io',
    ]);
  });

  it('[SEC-02] lets in the API server, on the port of the webhooks, and Prometheus', () => {
    const [fromNodes, fromPods] = pick(operator, 'NetworkPolicy', 'cnpg-controller-manager')['spec'].ingress;
    expect(fromNodes).toEqual({
      from: [
        { ipBlock: { cidr: '10.0.0.0/24' } },
        // tunnels: what calls a webhook on another node
        { ipBlock: { cidr: '10.244.9.64/32' } },
        { ipBlock: { cidr: '10.244.86.128/32' } },
        { ipBlock: { cidr: '10.244.185.0/32' } },
      ],
      ports: [{ port: 9443, protocol: 'TCP' }],
    });
    expect(fromPods.ports).toEqual([{ port: 8080, protocol: 'TCP' }]);
  });

  it('gives all its memory to the limit where the settings name one', () => {
    const own = objectsOf(
      settingsWith({ ...BLOCKS, 'cloudnative-pg': { enabled: true, memory: '1Gi', cpu: '1', replicas: 3 } }),
      'cloudnative-pg',
    );
    const { spec } = pick(own, 'Deployment', 'cnpg-controller-manager');
    expect(spec.replicas).toBe(3);
    expect(spec.template.spec.containers[0].resources).toEqual({
      requests: { cpu: '1', memory: '1Gi' },
      limits: { memory: '1Gi' },
    });
    expect(own.some(({ kind }) => kind === 'PodDisruptionBudget')).toBe(true);
  });
});

describe('Barman Cloud', () => {
  const plugin = objectsOf(settingsWith(BLOCKS), 'barman-cloud');

  it('lies where the operator looks for plugins, under a Service that says who it is', () => {
    const { metadata, spec } = pick(plugin, 'Service', 'barman-cloud');
    expect(metadata.namespace).toBe('cnpg-system');
    expect(metadata.labels).toMatchObject({ 'cnpg.io/pluginName': 'barman-cloud.cloudnative-pg.io' });
    expect(metadata.annotations).toEqual({
      'cnpg.io/pluginPort': '9090',
      'cnpg.io/pluginServerSecret': 'barman-cloud-server-tls',
      'cnpg.io/pluginClientSecret': 'barman-cloud-client-tls',
    });
    expect(spec.ports).toEqual([{ name: 'grpc', port: 9090, targetPort: 'grpc', protocol: 'TCP' }]);
  });

  it('has the certificates of both sides from the internal authority, the server under the name of its Service', () => {
    const server = pick(plugin, 'Certificate', 'barman-cloud-server')['spec'];
    expect(server).toMatchObject({
      secretName: 'barman-cloud-server-tls',
      dnsNames: ['barman-cloud'],
      issuerRef: { kind: 'ClusterIssuer', name: 'internal-ca' },
    });
    expect(server.usages).toContain('server auth');
    expect(pick(plugin, 'Certificate', 'barman-cloud-client')['spec'].usages).toContain('client auth');
  });

  it('does not hold the key by which the operator proves itself', () => {
    const { volumes } = pick(plugin, 'Deployment', 'barman-cloud')['spec'].template.spec;
    const client = volumes.find(({ name }: { name: string }) => name === 'client');
    expect(client.secret.items).toEqual([{ key: 'tls.crt', path: 'tls.crt' }]);
  });

  it('[SEC-07] pins the sidecar of every database pod', () => {
    const [{ env }] = pick(plugin, 'Deployment', 'barman-cloud')['spec'].template.spec.containers;
    expect(env).toEqual([{ name: 'SIDECAR_IMAGE', value: image('barman-cloud-sidecar').reference }]);
  });

  it('[SEC-02] lets in the operator, and Prometheus', () => {
    const { ingress } = pick(plugin, 'NetworkPolicy', 'barman-cloud')['spec'];
    expect(ingress.map(({ ports }: any) => ports[0].port).sort()).toEqual([8080, 9090]);
  });

  it('says what it lacks without the operator', () => {
    const render = () => renderCluster(settingsWith({ 'barman-cloud': { enabled: true } }));
    expect(render).toThrow(SettingsError);
    expect(render).toThrow('barman-cloud needs cloudnative-pg, which is off');
  });
});
