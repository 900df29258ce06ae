import type { Image } from '../../../../imports/images';
import type { Cpu, Memory } from '../../../core/quantities';
import { clientsOf, poolSize } from '../../pgbouncer/configuration';

export interface PoolerInput {
  readonly cluster: string;
  readonly image: Image;
  /** Pods that share the connections. */
  readonly instances: number;
  /** How many of them there are now: none while the cluster is stopped. */
  readonly running: number;
  readonly memory: Memory;
  readonly cpu: Cpu;
  /** Connections that the account of each application may hold at once, from all poolers together. */
  readonly connectionsPerDatabase: number;
  readonly priorityClass: string;
  /** Names the setting in errors. */
  readonly where: string;
}

/** User and group of the image (pkg/specs/pgbouncer/deployments.go of v1.30.1). */
export const POOLER_USER = { uid: 998, gid: 996 } as const;

/**
 * PgBouncer in transaction mode before the primary. The operator's own role asks the servers for passwords, over a client certificate;
 * names of parameters: docs/src/connection_pooling.md of v1.30.1.
 */
export const poolerSpec = (input: PoolerInput) => ({
  cluster: { name: input.cluster },
  instances: input.running,
  type: 'rw' as const,
  pgbouncer: {
    image: input.image.reference,
    paused: false,
    poolMode: 'transaction' as const,
    parameters: {
      max_client_conn: String(clientsOf(input.memory, input.where)),
      default_pool_size: String(poolSize(input.connectionsPerDatabase, input.instances, input.where)),
      // statements of the protocol, as drivers prepare them, per server connection
      max_prepared_statements: '200',
      // a client that waits longer has given up: common pools in applications wait 30 seconds for a connection
      query_wait_timeout: '30',
      server_login_retry: '3',
      tcp_keepidle: '30',
      tcp_keepintvl: '10',
      tcp_keepcnt: '3',
      client_tls_sslmode: 'require',
      log_connections: '0',
      log_disconnections: '0',
      log_stats: '1',
    },
  },
  template: {
    spec: {
      priorityClassName: input.priorityClass,
      containers: [
        {
          name: 'pgbouncer',
          // upstream has none, and a process that spins is never restarted
          livenessProbe: {
            tcpSocket: { port: 'pgbouncer' },
            periodSeconds: 20,
            timeoutSeconds: 5,
            failureThreshold: 3,
          },
          resources: {
            requests: { cpu: input.cpu, memory: input.memory },
            limits: { memory: input.memory },
          },
        },
      ],
    },
  },
});
