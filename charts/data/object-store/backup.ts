import { image, type Image } from '../../../imports/images';
import type { BackupPlan, OwnStep } from '../../core/backup';
import type { Endpoint } from '../../core/network';
import type { EnvValue } from '../../core/pod';
import { bytesOf, goMemoryLimit, mebi, memory, type Memory } from '../../core/quantities';
import { keyOf, type SecretRef } from '../../core/secrets';
import type { Volume } from '../../core/volumes';
import dump from './backup/dump.sh';
import load from './backup/load.sh';
import metadata from './backup/metadata.sh';
import restore from './backup/restore.sh';
import scratchServer from './backup/scratch.sh';
import session from './backup/session.sh';

interface PlanInput {
  /** Names of the buckets that are kept. */
  readonly buckets: readonly string[];
  readonly size: Memory;
  readonly region: string;
  readonly image: Image;
  readonly user: BackupPlan['user'];
  readonly endpoint: Endpoint;
  /** Of the accounts of the same names. */
  readonly secrets: { readonly backup: SecretRef; readonly restore: SecretRef };
  readonly authority: Volume;
  readonly authorityFolder: string;
}

const HOUR = 3600;
/** rclone: four files at a time, each with a few buffers, and the names of one folder. */
const RCLONE = { cpu: '100m', memory: mebi(96), memoryLimit: mebi(384) } as const;
/** One client loads it, four files at a time. */
const SCRATCH = { cpu: '100m', memory: mebi(256), memoryLimit: mebi(768) } as const;
/** Where the server of a drill listens: beside nothing else, in its own pod. */
const SCRATCH_PORT = 8433;

/** Every night a copy of all objects, with their attributes. */
export const bucketsPlan = (input: PlanInput): BackupPlan => ({
  kind: 'buckets',
  schedule: '30 2 * * *',
  maxAgeSeconds: 30 * HOUR,
  deadlineSeconds: 6 * HOUR,
  // the set, one bucket of it as files, and in a drill the server that takes them
  scratch: memory(3 * bytesOf(input.size)),
  user: input.user,
  servers: [input.endpoint],
  dump: [client(input, 'backup', 'dump', { dump })],
  load: [scratchStep(input), loadStep(input)],
  restore: [client(input, 'restore', 'restore', { restore, metadata })],
});

const step = (
  name: string,
  scripts: Readonly<Record<string, string>>,
  env: Readonly<Record<string, EnvValue>>,
): OwnStep => ({
  name,
  image: image('rclone'),
  shell: 'sh',
  resources: RCLONE,
  env,
  scripts: {
    ...Object.fromEntries(Object.entries(scripts).map(([file, text]) => [`${file}.sh`, text])),
    'session.sh': session,
  },
});

/** A remote of rclone (rclone.org/docs, "Config file": RCLONE_CONFIG_<remote>_<option>). */
const remote = (region: string, endpoint: string) => ({
  RCLONE_CONFIG_STORE_TYPE: 's3',
  RCLONE_CONFIG_STORE_PROVIDER: 'SeaweedFS',
  RCLONE_CONFIG_STORE_REGION: region,
  RCLONE_CONFIG_STORE_ENDPOINT: endpoint,
});

/** A step that talks to the live store, over TLS, with an account of its own. */
const client = (
  { buckets, region, endpoint, secrets, authority, authorityFolder }: PlanInput,
  account: 'backup' | 'restore',
  name: string,
  scripts: Readonly<Record<string, string>>,
): OwnStep => ({
  ...step(name, scripts, {
    ...remote(region, `https://${endpoint.host}:${endpoint.port}`),
    RCLONE_CONFIG_STORE_ACCESS_KEY_ID: keyOf(secrets[account], 'access-key-id'),
    RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY: keyOf(secrets[account], 'secret-access-key'),
    // the account may use buckets, not make them
    RCLONE_CONFIG_STORE_NO_CHECK_BUCKET: 'true',
    RCLONE_CA_CERT: `${authorityFolder}/ca.crt`,
    BUCKETS: buckets.join(' '),
  }),
  mounts: { [authorityFolder]: authority },
});

/** A store in the pod of the drill, which nothing else reaches. */
const scratchStep = ({ image: program }: PlanInput): OwnStep => ({
  name: 'scratch',
  image: program,
  shell: 'sh',
  sidecar: true,
  resources: SCRATCH,
  env: { PORT: String(SCRATCH_PORT), GOMEMLIMIT: goMemoryLimit(SCRATCH.memoryLimit), HOME: '/tmp' },
  scripts: { 'scratch.sh': scratchServer },
});

const loadStep = ({ region }: PlanInput): OwnStep =>
  step('load', { load, metadata }, remote(region, `http://127.0.0.1:${SCRATCH_PORT}`));
