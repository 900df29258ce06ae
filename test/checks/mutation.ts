import { join } from 'node:path';
import { checkAll } from '../../checks/all';
import type { CheckInput, Finding } from '../../checks/core/rule';
import type { KubeObject } from '../../charts/core/objects';
import { renderCluster } from '../../cli/pipeline';
import { readRunbooks } from '../../cli/runbooks';
import { loadClusters } from '../../settings/load';

const root = join(__dirname, '../..');

/** The real mono cluster, rendered once per test file. */
const mono = (() => {
  const { clusters, problems } = loadClusters(join(root, 'clusters'), ['mono']);
  const [cluster] = clusters;
  if (!cluster) throw new Error(`mono does not load: ${JSON.stringify(problems)}`);
  const rendered = renderCluster(cluster.settings);
  // what the writer puts into files: plain JSON
  const objects = JSON.stringify(rendered.objects);
  const runbooks = readRunbooks(root);
  return { ...rendered, settings: cluster.settings, objects, runbooks };
})();

/** A fresh copy of everything that rules look at, on a day on which all accepted ends of life still hold. */
export function monoInput(): CheckInput & {
  objects: CheckInput['objects'][number][];
  kustomizations: (CheckInput['kustomizations'][number] & { content: any })[];
} {
  return {
    settings: structuredClone(mono.settings),
    declarations: mono.declarations,
    kustomizations: structuredClone([...mono.kustomizations]),
    objects: JSON.parse(mono.objects) as CheckInput['objects'][number][],
    today: '2026-11-20',
    runbooks: mono.runbooks,
  };
}

/** Breaks one thing in the real set and gives the findings of all rules. */
export function findingsAfter(breakIt: (input: ReturnType<typeof monoInput>) => void): Finding[] {
  const input = monoInput();
  breakIt(input);
  return checkAll(input);
}

/** The object of that kind and `namespace/name` (or `name`), to be broken. Throws where the set has none. */
export function pick(
  input: ReturnType<typeof monoInput>,
  kind: string,
  path: string,
): KubeObject & { spec: any } {
  const found = input.objects.find(({ object: { kind: k, metadata } }) => {
    const full = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
    return k === kind && full === path;
  });
  if (!found) throw new Error(`mono has no ${kind} ${path}`);
  return found.object as KubeObject & { spec: any };
}

/** `rule object field`, which is what a mutation test expects exactly once. */
export const brief = (findings: readonly Finding[]): string[] =>
  findings.map(({ rule, object, field }) => `${rule}: ${object} ${field}`);
