import type { Image } from '../../../../imports/images';
import type { PostgresqlCluster as ClusterModel, DataOf } from '../../../../imports/models';
import type { StorageClass } from '../../../core/contracts';
import type { ArchivePlugin } from '../../../core/database';
import { defined } from '../../../core/objects';
import type { PostgresqlSettings } from '../definition';
import { sharedParameters, type PostgresqlTuning } from '../tuning';
import { hostRules } from './host-rules';
import { managedRole, type Role } from './roles';

type Spec = DataOf<typeof ClusterModel>['spec'];

export interface ClusterInput {
  readonly settings: PostgresqlSettings;
  readonly tuning: PostgresqlTuning;
  readonly image: Image;
  readonly storage: StorageClass;
  /** Secret of the servers' certificate, with the authority's beside it. */
  readonly certificate: string;
  readonly roles: readonly Role[];
  readonly archive: ClusterArchive | undefined;
  readonly priorityClass: string;
}

/** Where the cluster archives to. */
export interface ClusterArchive {
  readonly plugin: ArchivePlugin;
  /** Name of the ObjectStore. */
  readonly store: string;
}

/** Database that the cluster is begun with: operations' own, so that none of an application's is different from the others. */
export const OPERATIONS_DATABASE = 'strata';

/** Seconds for a clean end of a server before it is killed, and of a primary before a planned switchover gives up. */
const STOP_SECONDS = 300;
/** Seconds without a sign of the primary before another takes over: a node that restarts its kubelet is back within them. */
const FAILOVER_SECONDS = 0;

export const clusterName = (generation: number): string => `postgresql-v${generation}`;

/** The operator ends the primary, then the standbys, so that none takes over, and keeps all volumes (docs/src/declarative_hibernation.md). */
export const hibernation = (stopped: boolean): Record<string, string> =>
  stopped ? { 'cnpg.io/hibernation': 'on' } : {};

/** Fields: CloudNativePG v1.30.1, docs/src/cloudnative-pg.v1.md. Defaults that the API server would fill in are written down. */
export function clusterSpec(input: ClusterInput): Spec {
  const { settings, tuning, image, certificate, archive } = input;
  return defined({
    instances: settings.instances,
    imageName: image.reference,
    imagePullPolicy: 'IfNotPresent' as const,
    postgresql: defined({
      parameters: parameters(tuning, settings),
      pg_hba: [...hostRules(settings.databases)],
      synchronous: synchronous(settings),
    }),
    bootstrap: bootstrap(input),
    externalClusters: origins(input),
    plugins: archive && [
      {
        name: archive.plugin.name,
        enabled: true,
        isWALArchiver: true,
        parameters: { barmanObjectName: archive.store, serverName: clusterName(settings.generation) },
      },
    ],
    managed: {
      roles: input.roles.map(managedRole),
      // reads from any server, the primary among them: nobody asks for that
      services: { disabledDefaultServices: ['r' as const] },
    },
    // nobody logs in as the superuser but the operator, over the socket
    enableSuperuserAccess: false,
    certificates: { serverTLSSecret: certificate, serverCASecret: certificate },
    storage: { size: settings.size, storageClass: input.storage.name, resizeInUseVolumes: true },
    resources: {
      requests: { cpu: settings.cpu, memory: settings.memory },
      limits: { memory: settings.memory },
    },
    affinity: {
      enablePodAntiAffinity: true,
      topologyKey: 'kubernetes.io/hostname',
      // with two servers on one node, its loss is the loss of both
      podAntiAffinityType: 'required' as const,
    },
    enablePDB: true,
    // a new image goes to the standbys first; then one of them takes over
    primaryUpdateStrategy: 'unsupervised' as const,
    primaryUpdateMethod: 'switchover' as const,
    stopDelay: STOP_SECONDS,
    switchoverDelay: STOP_SECONDS,
    failoverDelay: FAILOVER_SECONDS,
    priorityClassName: input.priorityClass,
    monitoring: { disableDefaultQueries: false },
  });
}

function parameters(tuning: PostgresqlTuning, settings: PostgresqlSettings): Record<string, string> {
  const groups = sharedParameters(tuning, { ...settings, databases: settings.databases.length });
  return {
    ...(Object.assign({}, ...groups.map((group) => group.parameters)) as Record<string, string>),
    // a quiet minute ends a segment too: what is lost with all servers at once is at most so old
    archive_timeout: '60s',
    // a long report on a standby holds back clean-up on the primary, instead of being cancelled
    hot_standby_feedback: 'on',
    // after a recovery the server says of which moment its last transaction is
    track_commit_timestamp: 'on',
  };
}

/** Any one standby. A lost primary is followed only by one that has every commit that was told to a client. */
const synchronous = ({ synchronous: durability }: PostgresqlSettings) =>
  durability === 'off'
    ? undefined
    : {
        method: 'any' as const,
        number: 1,
        dataDurability: durability,
        failoverQuorum: durability === 'required',
      };

const ORIGIN = 'origin';

/** How the cluster begins. Read once, when there is no data yet. */
function bootstrap({ settings, image }: ClusterInput) {
  const application = {
    database: OPERATIONS_DATABASE,
    owner: 'backup',
    secret: { name: 'postgresql-backup' },
  };
  const { recovery } = settings;
  if (!recovery)
    return { initdb: { ...application, ...locale(image), dataChecksums: true, encoding: 'UTF8' } };
  return {
    recovery: {
      ...application,
      source: ORIGIN,
      ...(recovery.moment !== undefined && { recoveryTarget: { targetTime: recovery.moment } }),
    },
  };
}

/** The rules of sorting are the server's own, not the C library's: those change with the image, and would break indexes. */
const locale = ({ line }: Image) =>
  Number(line) < 17
    ? { localeCType: 'C.UTF-8', localeCollate: 'C.UTF-8' }
    : {
        localeProvider: 'builtin',
        builtinLocale: 'C.UTF-8',
        localeCType: 'C.UTF-8',
        localeCollate: 'C.UTF-8',
      };

/** The archive that a recovery reads: of another generation, never its own. */
const origins = ({ settings: { recovery }, archive }: ClusterInput) =>
  recovery &&
  archive && [
    {
      name: ORIGIN,
      plugin: {
        name: archive.plugin.name,
        enabled: true,
        isWALArchiver: false,
        parameters: { barmanObjectName: archive.store, serverName: clusterName(recovery.generation) },
      },
    },
  ];
