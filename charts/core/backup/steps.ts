import type { Image } from '../../../imports/images';
import type { OwnStep, ScriptStore } from '../backup';
import type { ContainerSpec, EnvValue } from '../pod';
import { mebi, type Memory } from '../quantities';
import type { SecretRef } from '../secrets';
import { projectedVolume, scratch, secretVolume, type ConfigFiles, type Volume } from '../volumes';
import check from './check.sh';
import common from './common.sh';
import decrypt from './decrypt.sh';
import fetch from './fetch.sh';
import key from './key.sh';
import open from './open.sh';
import report from './report.sh';
import store from './store.sh';

/** Steps that are the same for every datastore, in images that have a POSIX shell only. */
const TOOL_SCRIPTS = { check, decrypt, fetch, key, open, report, store };
type Tool = keyof typeof TOOL_SCRIPTS;

/** Files of a ConfigMap for these steps. */
export const toolScripts = (...tools: readonly Tool[]): Record<string, string> => ({
  'common.sh': common,
  ...Object.fromEntries(tools.map((tool) => [`${tool}.sh`, TOOL_SCRIPTS[tool]])),
});

/** What backups and their checks read in the namespace of a datastore, and drills in theirs. */
const SHARED = {
  backup: ['check', 'key', 'store'],
  drill: ['decrypt', 'fetch', 'open', 'report'],
} as const satisfies Record<string, readonly Tool[]>;

/** What all runs of one sort share in a namespace. */
export const sharedSteps = (scripts: ScriptStore, runs: keyof typeof SHARED): readonly ConfigFiles[] =>
  scripts.files(`${runs}-steps`, toolScripts(...SHARED[runs]));

/** The scripts of a datastore's own steps, some of which it may have in common with other datastores. */
export const sharedScripts = (
  scripts: ScriptStore,
  prefix: string,
  steps: readonly OwnStep[],
): readonly ConfigFiles[] => scripts.files(prefix, ownScripts(steps));

/** Files of one ConfigMap for the datastore's own steps. */
export const ownScripts = (steps: readonly OwnStep[]): Record<string, string> =>
  Object.assign({}, ...steps.map(({ scripts }) => scripts)) as Record<string, string>;

/** Folders that the steps of one run share. */
export type BackupVolumes = Readonly<Record<'/scripts' | '/work' | '/keys' | '/tmp', Volume>>;

/** Sops and rclone of one set: both stream, and hold a few buffers of 16 MiB at the most (rclone, backend s3, chunk_size × concurrency). */
const TOOL_RESOURCES = { cpu: '50m', memory: mebi(64), memoryLimit: mebi(192) } as const;

/** `scripts` are files of one folder. */
export const backupVolumes = (scripts: readonly ConfigFiles[], room: Memory): BackupVolumes => ({
  '/scripts': projectedVolume('scripts', scripts),
  '/work': scratch('work', room),
  // the clear data key: in memory, and gone with the pod
  '/keys': { name: 'keys', source: { emptyDir: { medium: 'Memory', sizeLimit: mebi(1) } }, readOnly: false },
  '/tmp': scratch('tmp', mebi(64)),
});

/** A step with a script of ours, in the shell that the image has. */
export const toolContainer = (
  name: Tool,
  program: Image,
  volumes: BackupVolumes,
  env: Readonly<Record<string, EnvValue>>,
  mounts: ContainerSpec['mounts'] = {},
): ContainerSpec => ({
  name,
  image: program,
  command: ['sh', `/scripts/${name}.sh`],
  env,
  resources: TOOL_RESOURCES,
  mounts: { ...volumes, ...mounts },
});

export const ownContainer = (
  step: OwnStep,
  volumes: BackupVolumes,
  env: Readonly<Record<string, EnvValue>>,
): ContainerSpec & Pick<OwnStep, 'sidecar'> => ({
  ...(step.sidecar && { sidecar: true }),
  name: step.name,
  image: step.image,
  command: [step.shell ?? 'bash', `/scripts/${Object.keys(step.scripts)[0] ?? ''}`, ...(step.args ?? [])],
  env: { ...env, ...step.env },
  resources: step.resources,
  mounts: { ...volumes, ...step.mounts },
});

const IDENTITY_FOLDER = '/identity';

/** The steps that turn the newest set of the bucket into clear files, in the folder data of the run. */
export function fetchContainers(
  programs: { readonly rclone: Image; readonly sops: Image },
  volumes: BackupVolumes,
  identity: Pick<SecretRef, 'name'>,
  env: Readonly<Record<string, EnvValue>>,
  bucket: Readonly<Record<string, EnvValue>>,
): readonly ContainerSpec[] {
  return [
    toolContainer('fetch', programs.rclone, volumes, { ...env, ...bucket }),
    toolContainer(
      'open',
      programs.sops,
      volumes,
      { ...env, SOPS_AGE_KEY_FILE: `${IDENTITY_FOLDER}/identity` },
      { [IDENTITY_FOLDER]: secretVolume(identity, 'identity') },
    ),
    toolContainer('decrypt', programs.rclone, volumes, { ...env, ...bucket }),
  ];
}
