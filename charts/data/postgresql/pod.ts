import { image, type Image } from '../../../imports/images';
import type { ConfigMapRef } from '../../core/contracts';
import type { ContainerSpec, EnvValue, PodSpec, Probe } from '../../core/pod';
import { mebi, type Memory } from '../../core/quantities';
import { keyOf } from '../../core/secrets';
import { configVolume, scratch, secretVolume, type Volume } from '../../core/volumes';
import { templateVolume, type ClaimTemplate } from '../../core/workload';
import { secretOf, type Accounts } from './accounts';
import { FOLDERS, SCRIPT_ENVIRONMENT } from './folders';
import { OPERATIONS_CONNECTIONS, OWNER_CONNECTIONS } from './tuning';

export interface PostgresqlPodSpec {
  readonly image: Image;
  readonly databases: readonly string[];
  /** Account → Secret of its password. */
  readonly accounts: Accounts;
  readonly config: ConfigMapRef;
  /** Name of the Secret of the certificate. */
  readonly certificate: string;
  readonly data: ClaimTemplate;
  readonly resources: ContainerSpec['resources'];
  readonly connectionsPerDatabase: number;
  /** Room for parallel queries. */
  readonly sharedMemory: Memory;
}

/** Group and user `postgres` of the image (docker-library/postgres, Dockerfile of 16, 17 and 18/bookworm). */
const USER = { uid: 999, gid: 999 };
/** `nobody` of the exporter's image. Not the server's user: over the socket that one may be the superuser (peer). */
const EXPORTER_UID = 65534;

/** Seconds for a clean shutdown: changed pages go to a disk that may manage a few MB/s. */
const GRACE_SECONDS = 300;

const readiness: Probe = { exec: ['pg_isready', '--quiet'], timeoutSeconds: 5 };

/** The pod of one server: what prepares it, the server, its exporter. */
export function postgresqlPod(spec: PostgresqlPodSpec): PodSpec {
  const volumes = volumesOf(spec);
  const script = (name: string): string[] => ['bash', `${FOLDERS.config}/${name}`];
  const env: Record<string, EnvValue> = { ...SCRIPT_ENVIRONMENT, POD: { field: 'metadata.name' } };
  const server: Pick<ContainerSpec, 'image' | 'resources' | 'mounts'> = {
    image: spec.image,
    resources: spec.resources,
    mounts: volumes,
  };
  return {
    user: USER,
    graceSeconds: GRACE_SECONDS,
    initContainers: [
      {
        ...server,
        name: 'prepare',
        command: [...script('prepare.sh'), ...spec.databases],
        env: { ...env, ...limitsOf(spec), ...passwordsOf(spec) },
      },
    ],
    containers: [
      {
        ...server,
        name: 'postgresql',
        command: script('start.sh'),
        env,
        ports: { postgresql: 5432 },
        readiness,
        // of a server that starts it says nothing, so there is no start-up probe to give up on it
        liveness: { exec: script('probe.sh'), periodSeconds: 10, timeoutSeconds: 30, failureThreshold: 3 },
        // fast, whatever signal the image names: the default one waits until the last client goes by itself
        preStop: ['pg_ctl', 'stop', '--silent', '--mode=fast', `--timeout=${GRACE_SECONDS}`],
      },
      exporter(spec, volumes[FOLDERS.socket]),
    ],
  };
}

const limitsOf = ({ connectionsPerDatabase }: PostgresqlPodSpec): Record<string, string> => ({
  LIMIT_EXPORTER: String(OPERATIONS_CONNECTIONS.exporter),
  LIMIT_BACKUP: String(OPERATIONS_CONNECTIONS.backup),
  LIMIT_PGBOUNCER: String(OPERATIONS_CONNECTIONS.pgbouncer),
  LIMIT_APPLICATION: String(connectionsPerDatabase),
  LIMIT_OWNER: String(OWNER_CONNECTIONS),
});

const passwordsOf = ({ accounts }: PostgresqlPodSpec): Record<string, EnvValue> =>
  Object.fromEntries(
    [...accounts].map(([account, secret]) => [`PASSWORD_${account}`, keyOf(secret, 'password')]),
  );

function volumesOf(spec: PostgresqlPodSpec) {
  return {
    [FOLDERS.volume]: templateVolume(spec.data),
    [FOLDERS.config]: configVolume(spec.config),
    [FOLDERS.tls]: secretVolume({ name: spec.certificate }),
    [FOLDERS.socket]: scratch('socket', mebi(1)),
    // a container has 64 MiB there, too little for a parallel query
    '/dev/shm': scratch('shared-memory', spec.sharedMemory, 'Memory'),
    '/tmp': scratch('tmp', mebi(64)),
  } satisfies Record<string, Volume>;
}

/**
 * Variables and flags of postgres_exporter v0.20.1: exporter/datasource.go, and collector/*.go for the collectors that are off by default.
 * It logs in over the socket, as an account that sees statistics only.
 */
const exporter = ({ accounts }: PostgresqlPodSpec, socket: Volume): ContainerSpec => ({
  name: 'exporter',
  image: image('postgres-exporter'),
  uid: EXPORTER_UID,
  args: [
    '--collector.database_wraparound',
    '--collector.stat_checkpointer',
    '--collector.long_running_transactions',
  ],
  env: {
    DATA_SOURCE_URI: `:5432/postgres?host=${FOLDERS.socket}&sslmode=disable`,
    DATA_SOURCE_USER: 'exporter',
    DATA_SOURCE_PASS: keyOf(secretOf(accounts, 'exporter'), 'password'),
  },
  ports: { metrics: 9187 },
  resources: { cpu: '10m', memory: mebi(48) },
  // its front page, which says nothing of PostgreSQL: a database that is down must not restart its exporter, nor the reverse
  readiness: { http: { path: '/', port: 'metrics' } },
  liveness: { http: { path: '/', port: 'metrics' } },
  mounts: { [FOLDERS.socket]: socket },
});
