import type { Image } from '../../../imports/images';
import type { BackupPlan, OwnStep } from '../../core/backup';
import { authorityVolume } from '../../core/certificates';
import type { DatabaseAccess, DatabaseSteps } from '../../core/database';
import type { Endpoint } from '../../core/network';
import type { EnvValue } from '../../core/pod';
import { bytesOf, mebi, type Memory } from '../../core/quantities';
import { keyOf, type SecretKey, type SecretRef } from '../../core/secrets';
import copy from './backup/copy.sh';
import dump from './backup/dump.sh';
import events from './backup/events.sh';
import load from './backup/load.sh';
import restore from './backup/restore.sh';
import session from './backup/session.sh';
import swap from './backup/swap.sh';
import prepare from './prepare.sh';

/** The server, as its backups see it. */
export interface MysqlServer {
  readonly image: Image;
  readonly endpoint: Endpoint;
  readonly authority: SecretKey;
  /** Of root, whose password the account `restore` has too. */
  readonly root: SecretRef;
  /** Data volume. */
  readonly size: Memory;
  /** my.cnf: a drill makes its server with it. */
  readonly configuration: string;
}

interface PlanInput extends MysqlServer {
  readonly user: BackupPlan['user'];
  /** Of the account `backup`. */
  readonly secret: SecretRef;
}

const HOUR = 3600;
const AUTHORITY_FOLDER = '/etc/database-authority';
/** Schema of the account `backup`, for sentinels (prepare.sh). */
const OPERATIONS_DATABASE = 'strata';

/** mysqldump, mysql and zstd stream: 1 MiB of rows at a time, or one row where that is larger. */
const READING = { cpu: '100m', memory: mebi(64), memoryLimit: mebi(256) } as const;
const RESTORING = { ...READING, memoryLimit: mebi(1024) } as const;
/** The scratch server with its pool of 128 MiB, and client and filter beside it: a value of 40 MiB, 80 as text, is in each of them more than once. */
const LOADING = { cpu: '250m', memory: mebi(384), memoryLimit: mebi(1536) } as const;

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
  load: [loading(input, OPERATIONS_DATABASE)],
  restore: [restoring(input)],
  before: UNLOCK,
});

/** The same for one database, with its own account, in the backup of the application that it belongs to. */
export const databaseSteps = (server: MysqlServer, access: DatabaseAccess): DatabaseSteps => {
  const { database, username, secret } = access;
  const account = { MYSQL_USER: username, MYSQL_PWD: keyOf(secret, 'password') };
  return {
    session: { ...client(server, account), scripts: { 'session.sh': session } },
    dump: dumping(server, [database], { ...account, SENTINEL_DATABASE: database }),
    load: loading(server, database),
    restore: restoring(server),
    before: UNLOCK,
  };
};

const RESTORE = {
  'restore.sh': restore,
  'copy.sh': copy,
  'events.sh': events,
  'swap.sh': swap,
  'session.sh': session,
} as const;

/** The account `restore` may do everything, so it is locked (prepare.sh); restore.sh locks it again however it ends. */
const UNLOCK =
  "As root of the server (its runbook says how), let the restore in: ALTER USER 'restore'@'%' ACCOUNT UNLOCK;";

type Server = Pick<MysqlServer, 'image' | 'endpoint' | 'authority'>;

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

/** With the live server's own configuration and prepare.sh, and the restore's own steps. */
const loading = ({ image, configuration }: MysqlServer, sentinels: string): OwnStep => ({
  name: 'load',
  image,
  resources: LOADING,
  env: { SENTINEL_DATABASE: sentinels },
  scripts: { 'load.sh': load, ...RESTORE, 'my.cnf': configuration, 'prepare.sh': prepare },
});

const restoring = (server: MysqlServer): OwnStep => ({
  ...client(server, {
    MYSQL_USER: 'restore',
    MYSQL_PWD: keyOf(server.root, 'password'),
    VOLUME_BYTES: String(bytesOf(server.size)),
  }),
  name: 'restore',
  resources: RESTORING,
  scripts: RESTORE,
});
