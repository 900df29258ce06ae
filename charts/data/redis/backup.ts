import type { Image } from '../../../imports/images';
import type { BackupPlan, OwnStep } from '../../core/backup';
import { authorityVolume } from '../../core/certificates';
import type { Endpoint } from '../../core/network';
import type { EnvValue } from '../../core/pod';
import { mebi, type Memory } from '../../core/quantities';
import { keyOf, type SecretKey, type SecretRef } from '../../core/secrets';
import dump from './backup/dump.sh';
import load from './backup/load.sh';
import restore from './backup/restore.sh';
import session from './backup/session.sh';
import type { RedisSettings } from './definition';

interface PlanInput extends Pick<RedisSettings, 'engine' | 'memory' | 'size'> {
  readonly image: Image;
  readonly user: BackupPlan['user'];
  readonly endpoint: Endpoint;
  /** Of the accounts of the same names. */
  readonly secrets: { readonly backup: SecretRef; readonly restore: SecretRef };
  readonly authority: SecretKey;
}

const HOUR = 3600;
const AUTHORITY_FOLDER = '/etc/redis-authority';

/** The client writes what it gets: a few buffers. */
const READING = { cpu: '50m', memory: mebi(32), memoryLimit: mebi(64) } as const;

/** Every night a copy of all keys (RDB). */
export const redisPlan = (input: PlanInput): BackupPlan => ({
  kind: 'snapshot',
  schedule: '15 2 * * *',
  maxAgeSeconds: 30 * HOUR,
  deadlineSeconds: 2 * HOUR,
  // the set, its encrypted copy, and in a restore the set as commands
  scratch: input.size,
  user: input.user,
  servers: [input.endpoint],
  dump: [client(input, 'backup', { dump }, READING)],
  load: [
    {
      ...step(input, 'load', { load }, loading(input.memory)),
    },
  ],
  restore: [client(input, 'restore', { restore }, loading(input.memory))],
});

/** A server of the step's own holds all data. */
const loading = (memory: Memory) => ({ cpu: '100m', memory }) as const;

const step = (
  { engine, image }: PlanInput,
  name: string,
  script: Readonly<Record<string, string>>,
  resources: OwnStep['resources'],
  env: Readonly<Record<string, EnvValue>> = {},
): OwnStep => ({
  name,
  image,
  shell: 'sh',
  resources,
  env: { ENGINE: engine, ...env },
  scripts: {
    ...Object.fromEntries(Object.entries(script).map(([file, text]) => [`${file}.sh`, text])),
    'session.sh': session,
  },
});

/** A step that talks to the live server, over TLS, with an account of its own. */
const client = (
  input: PlanInput,
  account: 'backup' | 'restore',
  script: Readonly<Record<string, string>>,
  resources: OwnStep['resources'],
): OwnStep => ({
  ...step(input, account === 'backup' ? 'dump' : 'restore', script, resources, {
    REDIS_HOST: input.endpoint.host,
    REDIS_PORT: String(input.endpoint.port),
    REDIS_USER: account,
    [`${input.engine.toUpperCase()}CLI_AUTH`]: keyOf(input.secrets[account], 'password'),
    CA: `${AUTHORITY_FOLDER}/ca.crt`,
  }),
  mounts: { [AUTHORITY_FOLDER]: authorityVolume(input.authority, 'backup-authority') },
});
