import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../charts/core/objects';
import { readRendered } from '../../cli/rendered';
import { ProgrammeError } from './report';
import { standInOf } from './stand-ins';

/** One object with the text that is sent for it. */
export interface Manifest {
  readonly object: KubeObject;
  /** File of dist/<cluster>/, or what else it comes from. */
  readonly file: string;
  /** YAML or JSON, sent as it is, so that the server sees doubled keys. */
  readonly text: string;
}

/** What is applied together before the next is begun. */
export interface Step {
  /** `3 mysql-prod` */
  readonly title: string;
  readonly manifests: readonly Manifest[];
  /** Whether these are of the run and not of the cluster. @default false */
  readonly standIn?: boolean;
}

export interface RenderedSet {
  /** In the order of waves, namespaces and what others stand on first. */
  readonly steps: readonly Step[];
  /** Kept for the end: see the table of stand-ins. */
  readonly last: readonly Manifest[];
}

const WAVE = 'argocd.argoproj.io/sync-wave';
/** As Argo CD does within one wave: what others are put into or refer to comes first, workloads come last. */
const FIRST = [
  'Namespace',
  'PriorityClass',
  'StorageClass',
  'LimitRange',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
];
const LAST = ['DaemonSet', 'Deployment', 'StatefulSet', 'Job', 'CronJob'];

export const manifestOf = (object: KubeObject, file: string): Manifest => ({
  object,
  file,
  text: JSON.stringify(object),
});

/** Reads dist/<cluster>. Throws a ProgrammeError where a folder is no component of the root, or a component has no folder. */
export function readSet(folder: string): RenderedSet {
  const { objects, problems } = readRendered(folder);
  if (problems.length) throw new ProgrammeError(problems.join('\n'));
  if (!objects.length) throw new ProgrammeError(`${folder} holds no object. Render it: npm run synth`);
  const waves = componentWaves(objects.map(({ object }) => object));
  const manifests = objects.map(({ object, file }) => ({
    object,
    file,
    text: readFileSync(join(folder, file), 'utf8'),
  }));
  const folders = [...new Set(objects.map(({ component }) => component))];
  const strays = folders.filter((name) => !waves.has(name));
  if (strays.length) throw new ProgrammeError(`${folder}: no Application brings ${strays.join(', ')}`);
  const now = manifests.filter(({ object }) => !standInOf(object));
  const steps = folders
    .map((name) => ({ name, wave: waves.get(name) ?? 0 }))
    .sort((one, other) => one.wave - other.wave || (one.name < other.name ? -1 : 1))
    .flatMap(({ name, wave }) =>
      stepsOf(
        `${wave} ${name}`,
        now.filter(({ file }) => file.startsWith(`${name}/`)),
      ),
    );
  return { steps, last: manifests.filter(({ object }) => standInOf(object)) };
}

/** Component → wave, as the root's Applications say. */
function componentWaves(objects: readonly KubeObject[]): Map<string, number> {
  const applications = objects.filter(({ kind }) => kind === 'Application');
  return new Map(applications.map((application) => [folderOf(application), waveOf(application)]));
}

const folderOf = ({ spec }: KubeObject): string =>
  String((spec as any).source.path)
    .split('/')
    .slice(2)
    .join('/');

const waveOf = ({ metadata }: KubeObject): number => Number(metadata.annotations?.[WAVE] ?? 0);

function stepsOf(title: string, manifests: readonly Manifest[]): Step[] {
  const groups = new Map<string, Manifest[]>();
  for (const manifest of manifests) {
    const key = `${waveOf(manifest.object)} ${rankOf(manifest.object)}`;
    groups.set(key, [...(groups.get(key) ?? []), manifest]);
  }
  const order = (manifest: Manifest | undefined): readonly [number, number] =>
    manifest ? [waveOf(manifest.object), rankOf(manifest.object)] : [0, 0];
  return [...groups.values()]
    .sort(([one], [other]) => {
      const [wave, rank] = order(one);
      const [otherWave, otherRank] = order(other);
      return wave - otherWave || rank - otherRank;
    })
    .map((group) => ({ title, manifests: group }));
}

/** Below zero comes first, above zero last. */
function rankOf({ kind }: KubeObject): number {
  if (FIRST.includes(kind)) return FIRST.indexOf(kind) - FIRST.length;
  return LAST.indexOf(kind) + 1;
}
