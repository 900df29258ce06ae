import type { Image } from '../../../imports/images';
import type { BackupPlan, OwnStep } from '../../core/backup';
import { authorityVolume } from '../../core/certificates';
import type { DatabaseAccess } from '../../core/database';
import type { Endpoint } from '../../core/network';
import { mebi, type Memory } from '../../core/quantities';
import { keyOf, type SecretKey, type SecretRef } from '../../core/secrets';
import compare from './backup/compare.sh';
import dump from './backup/dump.sh';
import load from './backup/load.sh';
import restore from './backup/restore.sh';
import scratch from './backup/scratch.sh';
import session from './backup/session.sh';

interface PlanInput {
  readonly image: Image;
  /** The primary. */
  readonly endpoint: Endpoint;
  /** Of the role `backup`. */
  readonly secret: SecretRef;
  readonly authority: SecretKey;
  /** Data volume of a server. */
  readonly size: Memory;
  /** Owners of the databases. */
  readonly owners: readonly DatabaseAccess[];
}

const HOUR = 3600;
const DAY = 24 * HOUR;
const USER = { uid: 999, gid: 999 };
const AUTHORITY_FOLDER = '/etc/postgresql-authority';
/** pg_dump streams; two restoring processes and a scratch server of 64 MB with its maintenance memory do not. */
const READING = { cpu: '100m', memory: mebi(128), memoryLimit: mebi(256) } as const;
const LOADING = { cpu: '250m', memory: mebi(384), memoryLimit: mebi(768) } as const;

/** A dump of each database every night. */
export const postgresqlPlan = (input: PlanInput): BackupPlan => ({
  kind: 'logical',
  scratch: input.size,
  user: USER,
  servers: [input.endpoint],
  schedule: '15 1 * * *',
  maxAgeSeconds: DAY + 6 * HOUR,
  deadlineSeconds: 6 * HOUR,
  dump: [reading('dump', { 'dump.sh': dump }, input)],
  load: [loading('load', { 'load.sh': load, 'scratch.sh': scratch }, input)],
  restore: [restoring(input), comparing(input)],
});

/** How the primary is reached: as the role `backup`, over TLS with its name verified. */
const connection = ({ endpoint, secret, authority }: PlanInput): Pick<OwnStep, 'env' | 'mounts'> => ({
  env: {
    PGHOST: endpoint.host,
    PGPORT: String(endpoint.port),
    PGUSER: 'backup',
    PGPASSWORD: keyOf(secret, 'password'),
    PGSSLMODE: 'verify-full',
    PGSSLROOTCERT: `${AUTHORITY_FOLDER}/ca.crt`,
  },
  mounts: { [AUTHORITY_FOLDER]: authorityVolume(authority, 'postgresql-authority') },
});

const reading = (name: string, script: Readonly<Record<string, string>>, input: PlanInput): OwnStep => ({
  ...connection(input),
  name,
  image: input.image,
  resources: READING,
  scripts: { ...script, 'session.sh': session },
});

const loading = (name: string, scripts: Readonly<Record<string, string>>, { image }: PlanInput): OwnStep => ({
  name,
  image,
  resources: LOADING,
  scripts: { ...scripts, 'session.sh': session },
});

function restoring(input: PlanInput): OwnStep {
  const { env, mounts } = connection(input);
  const passwords = input.owners.map(({ database, secret }): [string, SecretKey] => [
    `PASSWORD_${database}`,
    keyOf(secret, 'password'),
  ]);
  return {
    name: 'restore',
    image: input.image,
    args: input.owners.map(({ database }) => database),
    env: { ...env, ...Object.fromEntries(passwords) },
    ...(mounts && { mounts }),
    resources: LOADING,
    scripts: { 'restore.sh': restore, 'session.sh': session },
  };
}

/** When the data is back: what a person who restores by hand goes without. */
const comparing = (input: PlanInput): OwnStep => ({
  ...reading('compare', { 'compare.sh': compare }, input),
  args: input.owners.map(({ database }) => database),
});
