import type { EnvironmentSettings } from '../../../settings/base';
import { image, type Image } from '../../../imports/images';
import { Certificate } from '../../../imports/models';
import type { BackupTarget } from '../../core/backup';
import { authorityIn, authorityVolume, certificateSpec, serviceNames } from '../../core/certificates';
import type { Cluster } from '../../core/cluster';
import type { ConfigMapRef, Issuer, StorageClass } from '../../core/contracts';
import { Datastore } from '../../core/datastore';
import type { Alert } from '../../core/monitoring';
import type { Endpoint } from '../../core/network';
import type { ContainerSpec, Probe } from '../../core/pod';
import { goMemoryLimit, mebi } from '../../core/quantities';
import { keyOf, random, template, type SecretKey, type SecretRef } from '../../core/secrets';
import type { ServiceRef } from '../../core/service';
import type { BucketAccess } from '../../core/stores';
import { configVolume, projectedVolume, scratch, secretVolume, type Volume } from '../../core/volumes';
import { templateVolume, type ClaimTemplate, type Workload } from '../../core/workload';
import {
  accountOf,
  applicationAccounts,
  bucketNames,
  identitiesFile,
  keptBuckets,
  ownAccounts,
} from './accounts';
import { objectStoreAlerts } from './alerts';
import { bucketsPlan } from './backup';
import {
  bucketLines,
  COMMON_NAME,
  CONFIG_FOLDER,
  DATA_FOLDER,
  FILER,
  flags,
  IDENTITIES_FILE,
  lifecycles,
  MASTER,
  PORTS,
  SECURITY,
  TLS_FOLDER,
} from './configuration';
import { objectStore, type BucketSettings, type ObjectStoreSettings } from './definition';
import prepare from './prepare.sh';
import settle from './settle.sh';
import started from './started.sh';

export interface ObjectStoreProps extends ObjectStoreSettings {
  /** Class of the data volume. */
  readonly storage: StorageClass;
  /** Authority inside the cluster: it signs the server's certificate, and clients verify against it. */
  readonly tls: Issuer;
  /** Where backups go. @default there are none */
  readonly backup?: BackupTarget;
}

/** User and group `seaweed` of the image (docker/Dockerfile.go_build of SeaweedFS 4.44). */
const USER = { uid: 1000, gid: 1000 };
/** Seconds for uploads under way to end. */
const GRACE_SECONDS = 60;

const SCRIPTS_FOLDER = '/etc/strata';
const SECRETS_FOLDER = '/run/secrets/accounts';
const AUTHORITY_FOLDER = '/etc/object-store-authority';
const LOCAL_URL = `https://localhost:${PORTS.s3}`;
const READY_FILE = '/run/settled/ready';

/** Any region will do: the server takes the one that a request was signed with. */
const REGION = 'us-east-1';

/** Name of a Secret → its account. */
type Secrets = ReadonlyMap<string, SecretRef>;

/**
 * One SeaweedFS for one environment: master, volume server, filer and S3 in one process, on one volume.
 *
 * An init container writes the accounts with their secrets. A second container makes the buckets of the settings, and looks after quotas and
 * what expires. The image's entrypoint is not used: all it does is to give up root.
 */
export class ObjectStore extends Datastore {
  static readonly definition = objectStore;
  readonly endpoint: Endpoint;
  /** Name of the bucket → name of the application → its account. */
  readonly buckets: ReadonlyMap<string, ReadonlyMap<string, BucketAccess>>;

  private readonly image: Image;

  constructor(
    cluster: Cluster,
    environment: EnvironmentSettings,
    private readonly props: ObjectStoreProps,
  ) {
    const program = image('seaweedfs');
    super(cluster, {
      ...{ definition: objectStore, environment, version: program.tag },
      stopped: props.maintenance,
    });
    this.image = program;
    const secrets = this.secrets();
    const certificate = this.certificate();
    const server = this.server(secrets, certificate);
    const service = this.expose(server);
    this.budget(server);
    this.endpoint = service.endpoint('s3');
    const authority = authorityIn(certificate.name, this.namespace);
    this.buckets = new Map(
      props.buckets.map((bucket) => [bucket.name, this.access(bucket, secrets, authority)]),
    );
    this.alerts([
      ...objectStoreAlerts(this.namespace, props),
      ...this.backups(environment, secrets, authority),
    ]);
  }

  private get accounts() {
    const { buckets, backup } = this.props;
    return [...applicationAccounts(buckets), ...ownAccounts(buckets, backup !== undefined)];
  }

  private secrets(): Secrets {
    return new Map(
      this.accounts.map(({ name }) => [
        name,
        this.secret(`object-store-${name}`, {
          'access-key-id': template(name),
          'secret-access-key': random(40),
        }),
      ]),
    );
  }

  /** The server's certificate, in the Secret `object-store-tls`; it reads a renewed one within hours (weed/security/certreload). */
  private certificate(): { readonly name: string } {
    const { tls } = this.props;
    this.requires(tls);
    const name = 'object-store-tls';
    const spec = certificateSpec(name, tls, ['localhost', ...serviceNames('object-store', this.namespace)], {
      commonName: COMMON_NAME,
    });
    this.add(Certificate, {
      metadata: { name },
      // its parts show it to one another
      spec: { ...spec, usages: [...spec.usages, 'client auth'] },
    });
    return { name };
  }

  private server(secrets: Secrets, certificate: { readonly name: string }): Workload {
    const { size, storage, buckets, backup } = this.props;
    const names = bucketNames(buckets, backup !== undefined);
    const scripts = this.configMap('object-store', {
      'identities.json': identitiesFile(this.accounts),
      buckets: bucketLines(names, buckets),
      ...lifecycles(names, buckets),
      'prepare.sh': prepare,
      'settle.sh': settle,
      'started.sh': started,
    });
    const config = this.configMap('object-store-config', {
      'filer.toml': FILER,
      'master.toml': MASTER,
      'security.toml': SECURITY,
    });
    const data: ClaimTemplate = { name: 'data', size, storage };
    // in memory, since it tells secrets
    const identities = scratch('identities', mebi(4), 'Memory');
    const shared = {
      [SCRIPTS_FOLDER]: configVolume(scripts),
      [CONFIG_FOLDER]: configVolume(config),
      [TLS_FOLDER]: secretVolume(certificate),
    };
    return this.statefulSet({
      name: 'object-store',
      replicas: 1,
      serviceName: 'object-store-headless',
      user: USER,
      graceSeconds: GRACE_SECONDS,
      claims: [data],
      initContainers: [this.prepare(secrets, scripts, identities)],
      containers: [
        this.main({ ...shared, [DATA_FOLDER]: templateVolume(data), '/run/identities': identities }),
        this.settle(secrets, shared),
      ],
    });
  }

  private prepare(secrets: Secrets, scripts: ConfigMapRef, identities: Volume): ContainerSpec {
    return {
      name: 'prepare',
      image: this.image,
      command: [
        ...['sh', `${SCRIPTS_FOLDER}/prepare.sh`, `${SCRIPTS_FOLDER}/identities.json`],
        ...[SECRETS_FOLDER, IDENTITIES_FILE],
      ],
      resources: { cpu: '10m', memory: mebi(16) },
      mounts: {
        [SCRIPTS_FOLDER]: configVolume(scripts),
        '/run/identities': identities,
        [SECRETS_FOLDER]: projectedVolume(
          'accounts',
          [...secrets].map(([account, secret]) => ({ secret, items: { 'secret-access-key': account } })),
        ),
      },
    };
  }

  private main(mounts: Record<string, Volume>): ContainerSpec {
    const { cpu, memory } = this.props;
    const health: Pick<Probe, 'http'> = { http: { path: '/healthz', port: 's3', scheme: 'HTTPS' } };
    return {
      name: 'object-store',
      image: this.image,
      command: ['weed', '-logtostderr', 'server', ...flags(this.props)],
      env: { GOMEMLIMIT: goMemoryLimit(memory), HOME: '/tmp' },
      ports: { ...PORTS },
      resources: { cpu, memory },
      // ten minutes to read the indexes of all volumes
      startup: {
        exec: ['sh', `${SCRIPTS_FOLDER}/started.sh`, LOCAL_URL, `${TLS_FOLDER}/ca.crt`],
        periodSeconds: 5,
        timeoutSeconds: 5,
        failureThreshold: 120,
      },
      readiness: health,
      liveness: { ...health, periodSeconds: 20, failureThreshold: 6, timeoutSeconds: 5 },
      mounts: { ...mounts, '/tmp': scratch('tmp', mebi(64)) },
    };
  }

  /** Ready when the buckets were there once: a quota that cannot be looked at later must not take the store away. */
  private settle(secrets: Secrets, mounts: Record<string, Volume>): ContainerSpec {
    const secret = secrets.get('settle') as SecretRef;
    return {
      name: 'settle',
      image: this.image,
      command: [
        ...['sh', `${SCRIPTS_FOLDER}/settle.sh`, `${SCRIPTS_FOLDER}/buckets`],
        ...[SCRIPTS_FOLDER, READY_FILE],
      ],
      env: {
        S3: LOCAL_URL,
        CA: `${TLS_FOLDER}/ca.crt`,
        SECRET: keyOf(secret, 'secret-access-key'),
        HOME: '/tmp',
      },
      // a program of 150 MB, for seconds
      resources: { cpu: '10m', memory: mebi(64), memoryLimit: mebi(192) },
      readiness: { exec: ['test', '-f', READY_FILE] },
      // a round begins every five minutes, and one that waits for everything takes ten
      liveness: {
        exec: ['sh', '-c', `find ${READY_FILE}.alive -mmin -20 | grep -q .`],
        periodSeconds: 60,
      },
      mounts: {
        ...mounts,
        '/run/settled': scratch('settled', mebi(1)),
        '/tmp': scratch('settle-tmp', mebi(64)),
      },
    };
  }

  private expose(server: Workload): ServiceRef {
    this.service(server, { s3: true }, { name: 'object-store-headless', headless: true });
    const service = this.service(server, { s3: true, metrics: true });
    this.scrape(service, { port: 'metrics' });
    return service;
  }

  private access(
    { name, writers, readers }: BucketSettings,
    secrets: Secrets,
    authority: SecretKey,
  ): ReadonlyMap<string, BucketAccess> {
    const one = (application: string, mayWrite: boolean): [string, BucketAccess] => [
      application,
      {
        component: this,
        endpoint: this.endpoint,
        region: REGION,
        bucket: name,
        mayWrite,
        // each account has one
        secret: secrets.get(accountOf(name, application)) as SecretRef,
        authority,
      },
    ];
    return new Map([
      ...writers.map((application) => one(application, true)),
      ...readers.map((application) => one(application, false)),
    ]);
  }

  private backups(
    environment: EnvironmentSettings,
    secrets: Secrets,
    authority: SecretKey,
  ): readonly Alert[] {
    const [reader, writer] = [secrets.get('backup'), secrets.get('restore')];
    if (!reader || !writer) return [];
    const { backup, size, buckets } = this.props;
    const plan = bucketsPlan({
      buckets: keptBuckets(buckets),
      ...{ size, region: REGION },
      image: this.image,
      user: USER,
      endpoint: this.endpoint,
      secrets: { backup: reader, restore: writer },
      authority: authorityVolume(authority, 'backup-authority'),
      authorityFolder: AUTHORITY_FOLDER,
    });
    return this.backUp(backup, plan, environment);
  }
}
