import type { RenderedObject } from '../charts/core/render';
import { isObject } from '../checks/core/workloads';
import type { Finding } from '../checks/core/rule';
import type { ClusterSettings } from '../settings/base';
import type { Path, Problem } from '../settings/problem';
import type { LoadedCluster } from './load';
import type { RenderedCluster } from './pipeline';

/** A finding, and the setting that it comes from. */
export interface SettledFinding extends Finding {
  /** Where it stands, or would stand, in the file that a person edits. Undefined where no setting is behind it. */
  readonly at?: Pick<Problem, 'file' | 'line' | 'column' | 'path'>;
}

/**
 * The findings with the settings that they come from: what the rule names, else the key of the component's block that has the value of the
 * field, else the block as a whole.
 */
export function settled(
  cluster: LoadedCluster,
  { objects, declarations }: RenderedCluster,
  findings: readonly Finding[],
): SettledFinding[] {
  const byFile = new Map(objects.map((rendered) => [rendered.file, rendered]));
  const blocks = new Map(declarations.components.map(({ id, setting }) => [id, setting]));
  return findings.map((finding) => {
    const rendered = byFile.get(finding.file);
    const path = finding.setting ?? (rendered && pathOf(finding, rendered, blocks, cluster.settings));
    const [place] = path ? cluster.locate([{ path, problem: '', remedy: '' }]) : [];
    if (!place) return finding;
    const { file, line, column, path: shown } = place;
    return { ...finding, at: { file, line, column, path: shown } };
  });
}

function pathOf(
  { field }: Finding,
  { object, component }: RenderedObject,
  blocks: ReadonlyMap<string, Path | undefined>,
  settings: ClusterSettings,
): Path | undefined {
  const block = blocks.get(component);
  if (!block) return undefined;
  const value = below(object, stepsOf(field));
  const same = leavesOf(below(settings, block)).filter(
    (leaf) => leaf.value === value || String(leaf.value) === value,
  );
  const [only] = same;
  return only && same.length === 1 ? [...block, ...only.path] : block;
}

/** `spec.hard["requests.cpu"]`, `spec.rules[0].host` → their steps. */
const stepsOf = (field: string): Path =>
  [...field.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain]) => quoted ?? (index === undefined ? (plain ?? '') : Number(index)),
  );

function below(value: unknown, path: Path): unknown {
  let inner = value;
  for (const step of path) {
    if (Array.isArray(inner)) inner = inner[Number(step)];
    else if (isObject(inner) && Object.hasOwn(inner, step)) inner = inner[step];
    else return undefined;
  }
  return inner;
}

interface Leaf {
  readonly path: Path;
  readonly value: string | number;
}

/** Texts and numbers. Whether something is true is said by too many keys to tell one from another. */
function leavesOf(value: unknown, path: Path = []): Leaf[] {
  if (typeof value === 'string' || typeof value === 'number') return [{ path, value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesOf(item, [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
}
