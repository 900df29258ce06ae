import { asArray, asText, at } from '../checks/core/workloads';
import { access } from './access';
import { cause, type Origins } from './cause';
import { changesOf, type Locks, type ObjectChange, type Scene } from './changes';
import { cost } from './cost';
import { data } from './data';
import { fails } from './fails';
import { interrupts } from './interrupts';
import { CLASSES, inOrder, type ChangeClass, type Line } from './line';
import { reach } from './reach';
import { documentsOf, type RenderedSet } from './set';
import { settingChanges, type SettingChange, type SettingsFile } from './settings';
import { sealedLines } from './sops';
import { watching } from './watching';

/** Both moments of one cluster, as text. */
export interface ClusterInput {
  readonly cluster: string;
  readonly before: RenderedSet;
  readonly after: RenderedSet;
  /** Files of settings, without the encrypted ones, at both moments. */
  readonly settings: readonly [readonly SettingsFile[], readonly SettingsFile[]];
  /** Files encrypted by sops, at both moments. */
  readonly sealed: readonly [readonly SettingsFile[], readonly SettingsFile[]];
  readonly locks: Locks;
  /** Files outside of dist/ and clusters/ that differ. */
  readonly sources: readonly string[];
}

/** What a change does to one cluster. */
export interface ClusterReview {
  readonly cluster: string;
  /** The worst first. */
  readonly lines: readonly Line[];
  readonly changes: readonly ObjectChange[];
  readonly settings: readonly SettingChange[];
  readonly objects: number;
}

/** All consequences of the change of one cluster. Throws a StrataError where a file is no YAML. */
export function reviewCluster(input: ClusterInput): ClusterReview {
  const { cluster, before, after } = input;
  const settings = settingChanges(...input.settings);
  const scene: Scene = {
    ...{ cluster, before, after },
    changes: changesOf(before, after),
    locks: input.locks,
    nodes: [nodesOf(input.settings[0]), nodesOf(input.settings[1])],
  };
  const origins: Origins = { settings, sources: input.sources };
  const told = [
    ...[fails, data, interrupts, access, reach, watching, cost].flatMap((rule) => rule(scene)),
    ...sealedLines(cluster, ...input.sealed),
  ];
  const lines = [...told, ...cause(scene, origins, told)].sort(inOrder);
  return {
    cluster,
    lines,
    changes: scene.changes,
    settings,
    objects: after.paths.filter((path) => /\.ya?ml$/.test(path)).length,
  };
}

/** Nodes that ordinary pods run on: workers, or all where there is no worker. */
function nodesOf(files: readonly SettingsFile[]): number {
  const [main] = files.filter(({ path }) => path.endsWith('/cluster.yaml'));
  if (!main) return 1;
  const nodes = asArray(at(documentsOf(main.text, main.path)[0], 'nodes'));
  const counted = (role?: string): number =>
    nodes
      .filter((node) => role === undefined || asText(at(node, 'role')) === role)
      .reduce<number>((sum, node) => sum + Number(at(node, 'count') ?? 1), 0);
  return counted('worker') || counted() || 1;
}

/** How many lines each class has. */
export function countsOf(lines: readonly Line[]): Record<ChangeClass, number> {
  const counts = Object.fromEntries(CLASSES.map((name) => [name, 0])) as Record<ChangeClass, number>;
  for (const line of lines) counts[line.class]++;
  return counts;
}
