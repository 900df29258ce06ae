import type { EnvironmentSettings } from '../../../settings/base';
import { image, type Image } from '../../../imports/images';
import type { BackupTarget } from '../../core/backup';
import { authorityVolume } from '../../core/certificates';
import type { Cluster } from '../../core/cluster';
import type { ConfigMapRef, Issuer, StorageClass } from '../../core/contracts';
import type { DatabaseAccess, MysqlDatabase } from '../../core/database';
import { Datastore } from '../../core/datastore';
import type { Alert } from '../../core/monitoring';
import { INTERNET, tcp, type IngressController } from '../../core/network';
import type { ContainerSpec, Probe } from '../../core/pod';
import { bytesOf, gibi, mebi, type Memory } from '../../core/quantities';
import { keyOf, provided } from '../../core/secrets';
import { volumeAlerts } from '../../core/volume-alerts';
import { claimVolume, configVolume, scratch, type Volume } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import { xwikiPlans } from './backup';
import { xwiki, type XwikiSettings } from './definition';
import prepare from './prepare.sh';
import { LOGGING_PROPERTIES, serverXml } from './tomcat';

export interface XwikiProps extends XwikiSettings {
  /** A MySQL database of the same namespace. */
  readonly database: MysqlDatabase;
  /** Class of the volume for attachments and the search index. */
  readonly storage: StorageClass;
  readonly ingress: IngressController;
  /** Who signs the certificate of the host. */
  readonly issuer: Issuer;
  /** Whether its database is stopped: then nobody can be served. @default false */
  readonly databaseStopped?: boolean;
  /** Where backups go. @default there are none */
  readonly backup?: BackupTarget;
}

/** Upstream names none and runs as root; Tomcat's image makes its files readable for everybody (docker-library/tomcat, Dockerfile). */
const USER = { uid: 1000, gid: 1000 };

/**
 * The heap's share of the limit. The other half is for classes, compiled code, threads and the LibreOffice process that converts
 * documents in the same container. 2Gi gives 1 GiB, which is what upstream sets (xwiki-docker, setenv.sh).
 */
const HEAP_SHARE = 0.5;

const HTTP_PORT = 8080;
const TOMCAT = '/usr/local/tomcat';
const CONFIG_FOLDER = '/etc/strata';
const AUTHORITY_FOLDER = '/etc/strata-database';
const TRUST_FOLDER = '/run/trust';

/** The entry point of the REST API: it answers once the wiki has its database and its schema is up to date, and reads nothing more. */
const answers: Probe = { http: { path: '/rest', port: 'http' }, timeoutSeconds: 10 };

/**
 * One XWiki in Tomcat, single replica: the image has no cluster transport, and its search index belongs to one process.
 *
 * It has no metrics endpoint, so there is no monitor: its alerts look at the Deployment and the volume. The superadmin account is off, as
 * upstream ships it; the first person to open a new wiki makes the administrator in the wizard.
 */
export class Xwiki extends Datastore {
  static readonly definition = xwiki;

  private readonly app: Image;

  constructor(cluster: Cluster, environment: EnvironmentSettings, props: XwikiProps) {
    const { version, size, memory, cpu } = props;
    const app = image('xwiki', version);
    super(cluster, {
      definition: xwiki,
      environment,
      version: app.tag,
      stopped: props.maintenance || (props.databaseStopped ?? false),
    });
    this.app = app;
    this.claim({ name: 'xwiki-data', size, storage: props.storage });
    const config = this.configMap('xwiki', {
      'prepare.sh': prepare,
      'server.xml': serverXml(HTTP_PORT),
      'logging.properties': LOGGING_PROPERTIES,
    });
    const wiki = this.wiki(config, props.database, { cpu, memory });
    this.connect(wiki, props.database.endpoint);
    // the wizard and the extension manager load the wiki's pages and extensions from xwiki.org
    this.reach(wiki, INTERNET, [tcp(443)]);
    const service = this.service(wiki, { http: 80 });
    this.publish('xwiki', props.host, service.endpoint('http'), props);
    this.budget(wiki);
    const plans = props.backup
      ? xwikiPlans({
          image: app,
          user: USER,
          database: props.database,
          claim: 'xwiki-data',
          size,
          wiki: wiki.selector,
          endpoint: service.endpoint('http'),
          account: this.exporter(),
        })
      : [];
    const backups = plans.flatMap((plan) => this.backUp(props.backup, plan, environment));
    this.alerts([...xwikiAlerts(this.namespace), ...backups]);
  }

  /** Made by a person in the wiki, since no account of it can be declared. */
  private exporter() {
    return this.secret('xwiki-export', {
      username: provided('Name of an account of the wiki that may administer it, for the export: backup'),
      password: provided('Password of that account'),
    });
  }

  private wiki(
    config: ConfigMapRef,
    database: DatabaseAccess,
    resources: ContainerSpec['resources'],
  ): Workload {
    // the web application is a few hundred megabytes (xwiki-docker, Dockerfile)
    const webapps = scratch('webapps', gibi(2));
    const trust = scratch('trust', mebi(1));
    const files = configVolume(config);
    return this.deployment({
      name: 'xwiki',
      replicas: 1,
      // two would write the same volume and migrate the same schema
      strategy: 'Recreate',
      progressDeadlineSeconds: 2400,
      // Tomcat waits for requests, the search index is closed
      graceSeconds: 60,
      user: USER,
      initContainers: [this.prepare(database, { webapps, trust, files })],
      containers: [
        {
          name: 'xwiki',
          image: this.app,
          env: this.variables(database, resources.memory),
          ports: { http: HTTP_PORT },
          resources,
          // the first start and an upgrade create and migrate the schema: half an hour
          startup: { ...answers, failureThreshold: 180 },
          readiness: answers,
          // a full garbage collection or a large import makes it slow, which a restart would not mend
          liveness: { ...answers, periodSeconds: 30, failureThreshold: 6 },
          mounts: {
            '/usr/local/xwiki': claimVolume('xwiki-data'),
            [`${TOMCAT}/webapps`]: webapps,
            [`${TOMCAT}/conf/server.xml`]: { volume: files, subPath: 'server.xml' },
            [`${TOMCAT}/conf/logging.properties`]: { volume: files, subPath: 'logging.properties' },
            [`${TOMCAT}/work`]: scratch('work', mebi(512)),
            // uploads, conversions and the search index's scratch files; beyond it the pod starts anew, where a full data volume would stay full
            [`${TOMCAT}/temp`]: scratch('temp', gibi(4)),
            '/tmp': scratch('tmp', mebi(512)),
            [TRUST_FOLDER]: trust,
          },
        },
      ],
    });
  }

  private prepare(
    database: DatabaseAccess,
    volumes: { readonly webapps: Volume; readonly trust: Volume; readonly files: Volume },
  ): ContainerSpec {
    const { authority, endpoint } = database;
    return {
      name: 'prepare',
      image: this.app,
      command: [
        'bash',
        `${CONFIG_FOLDER}/prepare.sh`,
        `${TOMCAT}/webapps`,
        '/run/webapps',
        `${AUTHORITY_FOLDER}/ca.crt`,
        `${TRUST_FOLDER}/database.jks`,
        endpoint.host,
        String(endpoint.port),
      ],
      resources: { cpu: '100m', memory: mebi(256) },
      mounts: {
        [CONFIG_FOLDER]: volumes.files,
        [AUTHORITY_FOLDER]: authorityVolume(authority, 'database-authority'),
        '/run/webapps': volumes.webapps,
        [TRUST_FOLDER]: volumes.trust,
        // keytool is a Java program too
        '/tmp': scratch('tmp', mebi(512)),
      },
    };
  }

  /**
   * What the image's entrypoint writes into hibernate.cfg.xml, and what catalina.sh reads (xwiki-docker 17/mysql-tomcat, the same in both
   * releases). -Xmx is a number, since setenv.sh adds its own to anything else.
   */
  private variables(database: DatabaseAccess, memory: Memory): NonNullable<ContainerSpec['env']> {
    const heap = Math.floor((bytesOf(memory) * HEAP_SHARE) / 2 ** 20);
    return {
      DB_HOST: `${database.endpoint.host}:${database.endpoint.port}`,
      DB_DATABASE: database.database,
      DB_USER: database.username,
      DB_PASSWORD: keyOf(database.secret, 'password'),
      JDBC_PARAMS: JDBC_PARAMS,
      JAVA_OPTS: `-Xmx${heap}m -XX:+ExitOnOutOfMemoryError`,
      CATALINA_TMPDIR: `${TOMCAT}/temp`,
      // LibreOffice keeps its profile there, and the image has no home for this user
      HOME: '/tmp',
    };
  }
}

/**
 * TLS with verification of the server's name. The driver reads no PEM, hence the trust store (Connector/J 9.1, ExportControlled.java).
 * Written as XML, since it goes into hibernate.cfg.xml as it is; the time zone is upstream's.
 */
const JDBC_PARAMS =
  '?' +
  [
    'sslMode=VERIFY_IDENTITY',
    `trustCertificateKeyStoreUrl=file:${TRUST_FOLDER}/database.jks`,
    'trustCertificateKeyStoreType=JKS',
    'connectionTimeZone=LOCAL',
  ].join('&amp;');

/** Names of metrics: kube-state-metrics (Deployment and Pod metrics) and the kubelet's volume statistics. */
function xwikiAlerts(namespace: string): readonly Alert[] {
  return [
    {
      alert: 'XwikiDown',
      expr: `kube_deployment_status_replicas_available{namespace="${namespace}",deployment="xwiki"} == 0`,
      // a planned restart that takes longer (an upgrade migrates the schema) is worth a silence
      for: '4m',
      severity: 'critical',
      summary: 'XWiki of {{ $labels.namespace }} is not available',
      description: 'Nobody can read or write the wiki.',
    },
    {
      alert: 'XwikiRestarting',
      // two restarts are a little more than 2, since the increase is extrapolated to the whole hour
      expr: `increase(kube_pod_container_status_restarts_total{namespace="${namespace}",container="xwiki"}[1h]) >= 3`,
      severity: 'warning',
      summary: 'XWiki of {{ $labels.namespace }} restarts again and again',
      description:
        'Each restart takes the wiki away for minutes; most often the heap or the container is too small.',
    },
    ...volumeAlerts({
      name: 'Xwiki',
      claims: `{namespace="${namespace}",persistentvolumeclaim="xwiki-data"}`,
      subject: 'The volume of XWiki in {{ $labels.namespace }}',
      full: 'on a full volume attachments cannot be saved and the search index breaks',
    }),
  ];
}
