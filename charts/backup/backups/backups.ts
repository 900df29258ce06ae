import { image } from '../../../imports/images';
import { storePeer, type BackupTarget, type ScriptStore } from '../../core/backup';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { StorageClass } from '../../core/contracts';
import type { Alert } from '../../core/monitoring';
import { DRILLS_NAMESPACE } from '../../core/namespaces';
import type { Endpoint } from '../../core/network';
import { mebi, gibi } from '../../core/quantities';
import { provided } from '../../core/secrets';
import { claimVolume } from '../../core/volumes';
import type { BackupSettings } from '../backup';
import { BackupScripts } from '../backup-scripts/backup-scripts';
import { ScriptShelf } from '../script-shelf';
import { BACKUPS } from './dashboards';
import { backups } from './definition';

export interface BackupsProps {
  /** Class of the small volume that results outlive a restart on. */
  readonly storage: StorageClass;
  /** The settings' `backup`. */
  readonly bucket: BackupSettings;
}

/** `USER 65534` of the image (prometheus/pushgateway v1.11.3, Dockerfile). */
const USER = { uid: 65534, gid: 65534 };
const DATA_FOLDER = '/pushgateway';

/**
 * What all backups share: the bucket's keys and the age identity, which only drills may read, and a Pushgateway that keeps the results of
 * runs, since a pod that has ended cannot be scraped.
 */
export class Backups extends Component {
  static readonly definition = backups;

  readonly target: BackupTarget;
  /** By namespace. */
  private readonly scripts = new Map<string, ScriptStore>();

  constructor(cluster: Cluster, { storage, bucket }: BackupsProps) {
    super(cluster, {
      definition: backups,
      namespace: cluster.settings.monitoring.namespace,
      version: image('pushgateway').tag,
    });
    const metrics = this.pushgateway(storage);
    this.target = {
      component: this,
      cluster: cluster.settings.name,
      endpoint: bucket.endpoint,
      region: bucket.region,
      bucket: bucket.bucket,
      recipient: bucket.recipient,
      retentionDays: bucket.retentionDays,
      drillSchedule: bucket.drills,
      scriptsIn: (namespace) => this.scriptsIn(namespace),
      ...storePeer(bucket.endpoint),
      metrics,
      access: this.bucketKeys(bucket.bucket),
      identity: this.identity(bucket.recipient),
    };
    this.alerts(backupsAlerts(this.namespace));
    this.dashboards(BACKUPS);
  }

  /** In an environment they are a component of its own; in any other namespace they are this component's. */
  private scriptsIn(namespace: string): ScriptStore {
    const known = this.scripts.get(namespace);
    if (known) return known;
    const { environments } = this.cluster.settings;
    const environment = environments.find((one) => one.namespace === namespace);
    const made = environment
      ? new BackupScripts(this.cluster, environment).store()
      : new ScriptShelf(this, (name, data) => this.configMap(name, data, {}, namespace));
    this.scripts.set(namespace, made);
    return made;
  }

  private bucketKeys(bucket: string) {
    return this.secret(
      'backup-s3',
      {
        'access-key-id': provided(
          `Access key of the bucket ${bucket}: it may list, read, write and delete there`,
        ),
        'secret-access-key': provided('Secret of that access key'),
      },
      { namespace: DRILLS_NAMESPACE },
    );
  }

  private identity(recipient: string) {
    return this.secret(
      'backup-identity',
      {
        identity: provided(`The AGE-SECRET-KEY line of the recipient ${recipient}`, {
          kind: 'age identity',
          recipient,
        }),
      },
      { namespace: DRILLS_NAMESPACE },
    );
  }

  /** Flags and paths: prometheus/pushgateway v1.11.3, main.go and README.md. */
  private pushgateway(storage: StorageClass): Endpoint {
    this.claim({ name: 'pushgateway', size: gibi(1), storage });
    const gateway = this.deployment({
      name: 'pushgateway',
      replicas: 1,
      // two would write one file
      strategy: 'Recreate',
      // it runs always, and keeps the results of those who come and go
      priorityClass: this.priorityClass('data'),
      user: USER,
      containers: [
        {
          name: 'pushgateway',
          image: image('pushgateway'),
          args: [
            '--web.listen-address=:9091',
            `--persistence.file=${DATA_FOLDER}/metrics`,
            '--persistence.interval=1m',
          ],
          ports: { http: 9091 },
          resources: { cpu: '10m', memory: mebi(48) },
          readiness: { http: { path: '/-/ready', port: 'http' } },
          liveness: { http: { path: '/-/healthy', port: 'http' } },
          mounts: { [DATA_FOLDER]: claimVolume('pushgateway') },
        },
      ],
    });
    const service = this.service(gateway, { http: true });
    // component, kind and job are those of the run, not of the gateway
    this.scrape(service, { port: 'http', honorLabels: true });
    this.budget(gateway);
    return service.endpoint('http');
  }
}

function backupsAlerts(namespace: string): readonly Alert[] {
  return [
    {
      alert: 'BackupsPushgatewayDown',
      expr: `absent(up{namespace="${namespace}",job="pushgateway"} == 1)`,
      for: '15m',
      severity: 'warning',
      summary: 'The Pushgateway does not answer',
      description: 'Backups still run, but nobody hears whether they succeed.',
    },
  ];
}
