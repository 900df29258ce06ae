import { checkAll } from '../../../checks/all';
import type { ClusterSettings } from '../../../charts/settings';
import { parseSettings } from '../../../charts/settings';
import { loadClusters } from '../../../cli/load';
import { renderCluster } from '../../../cli/pipeline';
import { readRunbooks } from '../../../cli/runbooks';

const [staging] = loadClusters('clusters', ['staging']).clusters.map(({ settings }) => settings);
const runbooks = readRunbooks('.');

/** The cluster `staging`, which has the whole stack, with what `change` does to its settings. */
export function render(change: (settings: any) => void = () => undefined) {
  const settings = structuredClone(staging) as any;
  change(settings);
  const { objects, declarations, kustomizations } = renderCluster(settings as ClusterSettings);
  const input = { settings, objects, declarations, kustomizations, runbooks, today: '2026-11-20' };
  const all = objects.map(({ object }) => object) as any[];
  const find = (kind: string, name: string) =>
    all.find((object) => object.kind === kind && object.metadata.name === name);
  return { objects: all, find, declarations, findings: () => checkAll(input) };
}

/** What is wrong with a file that has this block of components, and this section of alerts. */
export function problems(components: string, alerts = '{ receivers: [] }'): string[] {
  const text = `
name: test
distribution: k3s
profile: mono
domain: example.com
nodes: [{ name: server, role: control-plane, cpu: 8, memory: 16Gi, disk: 160Gi }]
network: { nodes: 10.0.0.0/24 }
environments: [{ name: prod, stage: prod }]
certificates: { contact: ops@example.com }
gitops: { repository: 'https://github.com/example/strata.git' }
storage: { classes: [{ name: longhorn }], general: longhorn, database: longhorn }
alerts: ${alerts}
components: ${components}
`;
  return parseSettings(text, 'cluster.yaml').problems.map(({ path, problem }) => `${path}: ${problem}`);
}
