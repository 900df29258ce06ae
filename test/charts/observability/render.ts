import { checkAll } from '../../../checks/all';
import type { ClusterSettings } from '../../../charts/settings';
import { loadClusters } from '../../../cli/load';
import { renderCluster } from '../../../cli/pipeline';
import { readRunbooks } from '../../../cli/runbooks';
import { problemsOnOneNode } from '../one-node';

const clusters = new Map(
  loadClusters('clusters', ['staging', 'mono']).clusters.map(({ settings }) => [settings.name, settings]),
);
const runbooks = readRunbooks('.');

/** The cluster `staging`, which has the whole stack, or another one, with what `change` does to its settings. */
export function render(change: (settings: any) => void = () => undefined, name = 'staging') {
  const settings = structuredClone(clusters.get(name)) as any;
  change(settings);
  const { objects, declarations, kustomizations } = renderCluster(settings as ClusterSettings);
  const input = { settings, objects, declarations, kustomizations, runbooks, today: '2026-11-20' };
  const all = objects.map(({ object }) => object) as any[];
  const find = (kind: string, name: string) =>
    all.find((object) => object.kind === kind && object.metadata.name === name);
  return { settings, objects: all, find, declarations, findings: () => checkAll(input) };
}

/** A cluster that keeps logs as well, on nodes that have the room for it. */
export const renderLogs = (change: (settings: any) => void = () => undefined, name = 'staging') =>
  render((settings) => {
    Object.assign(settings.components, {
      loki: { retention: '14d', size: '10Gi' },
      'fluent-bit': { buffer: '512Mi' },
    });
    for (const node of settings.nodes) Object.assign(node, { cpu: 16, memory: '64Gi', disk: '1Ti' });
    change(settings);
  }, name);

/** A cluster that collects traces as well, on nodes that have the room for it. */
export const renderTraces = (change: (settings: any) => void = () => undefined, name = 'staging') =>
  render((settings) => {
    Object.assign(settings.components, {
      jaeger: { retention: '7d', size: '10Gi' },
      'opentelemetry-collector': { sampling: 10, slowMilliseconds: 1000 },
    });
    for (const node of settings.nodes) Object.assign(node, { cpu: 16, memory: '64Gi', disk: '1Ti' });
    change(settings);
  }, name);

/** What is wrong with a file that has this block of components, and this section of alerts. */
export const problems = (components: string, alerts = '{ receivers: [] }'): string[] =>
  problemsOnOneNode(components, (text) => `${text}alerts: ${alerts}\n`);
