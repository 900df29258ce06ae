import type { Image } from '../../../imports/images';
import type { BackupPlan, OwnStep } from '../../core/backup';
import { authorityVolume } from '../../core/certificates';
import type { DatabaseAccess, DatabaseSteps } from '../../core/database';
import type { Endpoint } from '../../core/network';
import type { EnvValue } from '../../core/pod';
import { mebi, type Memory } from '../../core/quantities';
import { keyOf, type SecretKey, type SecretRef } from '../../core/secrets';
import dump from './backup/dump.sh';
import load from './backup/load.sh';
import restore from './backup/restore.sh';
import session from './backup/session.sh';

interface PlanInput {
  readonly image: Image;
  readonly user: BackupPlan['user'];
  readonly endpoint: Endpoint;
  /** Of the account `backup`. */
  readonly secret: SecretRef;
  readonly authority: SecretKey;
  /** Data volume of the server. */
  readonly size: Memory;
  readonly databases: Iterable<DatabaseAccess>;
}

const HOUR = 3600;
const AUTHORITY_FOLDER = '/etc/database-authority';
/** Schema of the account `backup`, for sentinels (prepare.sh). */
const OPERATIONS_DATABASE = 'strata';

/** mysqldump, mysql and zstd stream: 1 MiB of rows at a time, or one row where that is larger. */
const READING = { cpu: '100m', memory: mebi(64), memoryLimit: mebi(256) } as const;
/** The scratch server's buffer pool of 128 MiB, and as much again for its dictionary and one connection. */
const LOADING = { cpu: '250m', memory: mebi(384), memoryLimit: mebi(768) } as const;

/** Every night a dump of each database. Its binary logs lead further, from a person's hands (charts/data/mysql/runbook.md). */
export const mysqlPlan = (input: PlanInput): BackupPlan => ({
  kind: 'logical',
  schedule: '45 1 * * *',
  maxAgeSeconds: 30 * HOUR,
  deadlineSeconds: 6 * HOUR,
  scratch: input.size,
  user: input.user,
  servers: [input.endpoint],
  dump: [
    dumping(input, [], {
      MYSQL_USER: 'backup',
      MYSQL_PWD: keyOf(input.secret, 'password'),
      SENTINEL_DATABASE: OPERATIONS_DATABASE,
      POSITION: 'true',
    }),
  ],
  load: [loading(input.image, OPERATIONS_DATABASE)],
  restore: [restoring(input, input.databases)],
});

/** The same for one database, with its own account, in the backup of the application that it belongs to. */
export const databaseSteps = (image: Image, access: DatabaseAccess): DatabaseSteps => {
  const { database, username, secret } = access;
  const server = { image, endpoint: access.endpoint, authority: access.authority };
  const account = { MYSQL_USER: username, MYSQL_PWD: keyOf(secret, 'password') };
  return {
    session: { ...client(server, account), scripts: { 'session.sh': session } },
    dump: dumping(server, [database], { ...account, SENTINEL_DATABASE: database }),
    load: loading(image, database),
    restore: restoring(server, [access]),
  };
};

type Server = Pick<PlanInput, 'image' | 'endpoint' | 'authority'>;

/** Over TLS, with the server's name verified. */
const client = (
  { image, endpoint, authority }: Server,
  env: Readonly<Record<string, EnvValue>>,
): Omit<OwnStep, 'name' | 'scripts'> => ({
  image,
  resources: READING,
  env: {
    MYSQL_HOST: endpoint.host,
    MYSQL_PORT: String(endpoint.port),
    CA: `${AUTHORITY_FOLDER}/ca.crt`,
    ...env,
  },
  mounts: { [AUTHORITY_FOLDER]: authorityVolume(authority, 'backup-authority') },
});

const dumping = (
  server: Server,
  databases: readonly string[],
  env: Readonly<Record<string, EnvValue>>,
): OwnStep => ({
  ...client(server, env),
  name: 'dump',
  args: databases,
  scripts: { 'dump.sh': dump, 'session.sh': session },
});

const loading = (image: Image, sentinels: string): OwnStep => ({
  name: 'load',
  image,
  resources: LOADING,
  env: { SENTINEL_DATABASE: sentinels },
  scripts: { 'load.sh': load, 'session.sh': session },
});

/** Each database with its own account: none may write to all of them. */
const restoring = (server: Server, databases: Iterable<DatabaseAccess>): OwnStep => ({
  ...client(
    server,
    Object.fromEntries(
      [...databases].map(({ database, secret }) => [`PASSWORD_${database}`, keyOf(secret, 'password')]),
    ),
  ),
  name: 'restore',
  scripts: { 'restore.sh': restore, 'session.sh': session },
});
