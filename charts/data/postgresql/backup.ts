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
import parts from './backup/parts.sh';
import restore from './backup/restore.sh';
import scratch from './backup/scratch.sh';
import session from './backup/session.sh';
import database from './database.sql';
import operations from './operations.sql';
import prepare from './prepare.sh';
import strata from './strata.sql';

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
  /** postgresql.conf: a drill makes its server with it. */
  readonly configuration: string;
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
  load: [loading(input)],
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

const RESTORE = { 'restore.sh': restore, 'parts.sh': parts, 'session.sh': session } as const;

/** With the live server's own configuration and prepare.sh, and the restore's own steps. */
const loading = ({ image, owners, configuration }: PlanInput): OwnStep => ({
  name: 'load',
  image,
  resources: LOADING,
  args: owners.map((owner) => owner.database),
  scripts: {
    'load.sh': load,
    'scratch.sh': scratch,
    ...RESTORE,
    'compare.sh': compare,
    'prepare.sh': prepare,
    'postgresql.conf': configuration,
    'database.sql': database,
    'operations.sql': operations,
    'strata.sql': strata,
  },
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
    scripts: RESTORE,
  };
}

/** When the data is back: what a person who restores by hand goes without. */
const comparing = (input: PlanInput): OwnStep => ({
  ...reading('compare', { 'compare.sh': compare }, input),
  args: input.owners.map(({ database }) => database),
});
