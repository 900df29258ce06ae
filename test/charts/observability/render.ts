import { checkAll } from '../../../checks/all';
import type { ClusterSettings } from '../../../charts/settings';
import { loadClusters } from '../../../cli/load';
import { renderCluster } from '../../../cli/pipeline';
import { readRunbooks } from '../../../cli/runbooks';
import { problemsOnOneNode } from '../one-node';

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
export const problems = (components: string, alerts = '{ receivers: [] }'): string[] =>
  problemsOnOneNode(components, (text) => `${text}alerts: ${alerts}\n`);
