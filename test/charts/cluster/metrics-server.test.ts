import { loadClusters } from '../../../cli/load';
import { renderCluster } from '../../../cli/pipeline';
import { problemsOnOneNode } from '../one-node';

const [staging] = loadClusters('clusters', ['staging']).clusters;

function build(block: Record<string, unknown> = {}) {
  const settings = structuredClone(staging!.settings) as any;
  settings.components['metrics-server'] = { enabled: true, kubeletCertificates: 'signed', ...block };
  const { objects, declarations } = renderCluster(settings);
  const own = objects
    .filter(({ component }) => component === 'metrics-server')
    .map(({ object }) => object) as any[];
  const find = (kind: string, name: string) =>
    own.find((object) => object.kind === kind && object.metadata.name === name);
  const { containers } = find('Deployment', 'metrics-server').spec.template.spec;
  return { find, args: containers[0].args as string[], flows: declarations.flows };
}

test('the API leads to its Service', () => {
  const { find } = build();
  const { service, group, version } = find('APIService', 'v1beta1.metrics.k8s.io').spec;
  expect({ group, version }).toEqual({ group: 'metrics.k8s.io', version: 'v1beta1' });
  const { ports } = find('Service', service.name).spec;
  expect(ports.map(({ port }: any) => port)).toEqual([service.port]);
});

test("kubelets' certificates are verified, unless the settings say that nobody can", () => {
  expect(build().args).not.toContain('--kubelet-insecure-tls');
  expect(build({ kubeletCertificates: 'self-signed' }).args).toContain('--kubelet-insecure-tls');
});

test('[SEC-02] it reaches kubelets on the nodes and the API server, and nothing else but names', () => {
  const targets = build()
    .flows.filter(({ from }) => from.kind === 'pods' && from.namespace === 'metrics-server')
    .map(({ to, ports }) => `${to.name} ${ports.map(({ port }) => port).join(' ')}`);
  expect(targets).toEqual(['kubelets 10250', 'api-server 443', 'api-server-nodes 6443']);
});

test('k3s brings one: a second one is a mistake, one that is off is not', () => {
  const problems = (block: string) => problemsOnOneNode(`{ metrics-server: ${block} }`);
  expect(problems('{}')).toEqual([
    'components.metrics-server: k3s brings a metrics-server, and two of them would answer for one API',
  ]);
  expect(problems('{ enabled: false }')).toEqual([]);
});
