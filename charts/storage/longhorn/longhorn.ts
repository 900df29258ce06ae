import { image } from '../../../imports/images';
import { PriorityClass, RecurringJob } from '../../../imports/models';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Contract } from '../../core/contracts';
import type { AddressGroup, Port } from '../../core/network';
import { mebi } from '../../core/quantities';
import { provided, template, type SecretRef } from '../../core/secrets';
import type { ServiceRef } from '../../core/service';
import { hostPathVolume, scratch } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import { alerts } from './alerts';
import { PRIORITY_CLASS, settingsFile, settingValues, targetFile, type VolumeBucket } from './configuration';
import { LONGHORN } from './dashboards';
import { longhorn, type LonghornSettings } from './definition';
import { MADE, overhead, PORTS, PRIORITY } from './facts';
import { CLUSTER_RULES, NAMESPACE_RULES } from './rbac';

export interface LonghornProps extends LonghornSettings {
  /** Copies of a volume of the general class. */
  readonly replicas: number;
  /** Where backups of volumes go. @default nowhere */
  readonly store?: Omit<VolumeBucket, 'cluster'> & {
    readonly endpoint: string;
    readonly peer: AddressGroup;
    readonly port: Port;
  };
}

/** Chosen, not measured: what the manager holds grows with volumes, copies and snapshots. */
const RESOURCES = {
  manager: { cpu: '100m', memory: mebi(192), memoryLimit: mebi(512) },
  deployer: { cpu: '10m', memory: mebi(32), memoryLimit: mebi(128) },
  ui: { cpu: '10m', memory: mebi(32), memoryLimit: mebi(64) },
} as const;

const BACKEND = 'longhorn-backend';
const WEBHOOK = 'longhorn-admission-webhook';
const RECOVERY = 'longhorn-recovery-backend';
const HEALTH = { path: '/v1/healthz', port: 'admission-wh', scheme: 'HTTPS' } as const;
const ROOT = { uid: 0, gid: 0 };
/** `USER 499` of longhorn-ui v1.12.1, Dockerfile. */
const UI_USER = { uid: 499, gid: 499 };

/**
 * Longhorn from upstream's facts (longhorn v1.12.1, deploy/longhorn.yaml): its manager, what deploys its CSI driver, and its pages. Left out:
 * the ConfigMap longhorn-storageclass, by which the manager would make the class `longhorn` anew whenever it changes (the classes are those of
 * storage-classes); the account for support bundles, which is cluster-admin; the container that only pulls the image for shared volumes;
 * and the hook before upgrades, which a first sync of Argo CD would wait for in vain (longhorn issues 6415, 8707).
 */
export class Longhorn extends Component implements Contract {
  static readonly definition = longhorn;

  /** Classes of its volumes come after it. */
  readonly component = this;
  private readonly account: string;

  constructor(
    cluster: Cluster,
    private readonly props: LonghornProps,
  ) {
    super(cluster, { definition: longhorn, version: image('longhorn-manager').tag });
    this.ownPriorityClass();
    this.account = this.rights();
    this.settings();
    const manager = this.manager();
    const backend = this.service(manager, { manager: true }, { name: BACKEND });
    this.webhook(manager);
    this.driver(backend);
    this.pages(backend);
    this.madePods(manager, backend);
    this.recurringJobs(backend);
    this.cluster.nodeOverheads.push(overhead(this.id, props.instanceManagerCpu));
    this.scrape(backend, { port: 'manager' });
    this.alerts(alerts(this.namespace, this.props));
    this.dashboards(LONGHORN);
  }

  private ownPriorityClass(): void {
    this.add(PriorityClass, {
      metadata: { name: PRIORITY_CLASS },
      description: 'Pods behind volumes: the last to go where a node is full',
      preemptionPolicy: 'PreemptLowerPriority',
      value: PRIORITY,
    });
  }

  /** One account for all of Longhorn, with its token in pods that the manager makes too: they cannot ask for it. */
  private rights(): string {
    const account = this.serviceAccount('longhorn-service-account', { mounted: true });
    this.clusterRole('longhorn-role', account, CLUSTER_RULES);
    this.role('longhorn', account, NAMESPACE_RULES);
    return account;
  }

  private settings(): void {
    const { capacity, name: cluster } = this.cluster.settings;
    const { replicas, store, backups } = this.props;
    const values = settingValues(this.props, { reserve: capacity.reserve, replicas });
    this.configMap('longhorn-default-setting', { 'default-setting.yaml': settingsFile(values) });
    const keys = store && backups && this.bucketKeys(store.bucket, store.endpoint);
    this.configMap('longhorn-default-resource', {
      'default-resource.yaml': targetFile(keys && { ...store, cluster }, keys?.name),
    });
  }

  /** Names of the keys: longhorn-manager v1.12.1, types/types.go. */
  private bucketKeys(bucket: string, endpoint: string): SecretRef {
    return this.secret('longhorn-backup-s3', {
      AWS_ACCESS_KEY_ID: provided(
        `Access key of the bucket ${bucket}: it may list, read, write and delete below the folder of this cluster's volumes`,
      ),
      AWS_SECRET_ACCESS_KEY: provided('Secret of that access key'),
      AWS_ENDPOINTS: template(endpoint),
    });
  }

  private manager(): Workload {
    return this.daemonSet({
      name: 'longhorn-manager',
      // the manager finds its own pods by it
      labels: { app: 'longhorn-manager' },
      serviceAccount: this.account,
      token: true,
      priorityClass: PRIORITY_CLASS,
      user: ROOT,
      // volumes go on without it, and the new one is known everywhere at once: upstream's choice
      rollout: { maxSurge: 0, maxUnavailable: '100%' },
      containers: [
        {
          name: 'longhorn-manager',
          image: image('longhorn-manager'),
          command: ['longhorn-manager', '-d'],
          args: [
            'daemon',
            `--engine-image=${image('longhorn-engine').reference}`,
            `--instance-manager-image=${image('longhorn-instance-manager').reference}`,
            `--share-manager-image=${image('longhorn-share-manager').reference}`,
            `--backing-image-manager-image=${image('longhorn-backing-image-manager').reference}`,
            `--support-bundle-manager-image=${image('longhorn-support-bundle-kit').reference}`,
            `--manager-image=${image('longhorn-manager').reference}`,
            `--service-account=${this.account}`,
            '--upgrade-version-check',
          ],
          env: {
            POD_NAME: { field: 'metadata.name' },
            POD_NAMESPACE: { field: 'metadata.namespace' },
            POD_IP: { field: 'status.podIP' },
            NODE_NAME: { field: 'spec.nodeName' },
            LONGHORN_DISTRO: 'longhorn',
          },
          ports: { manager: PORTS.manager, 'admission-wh': PORTS.webhook, 'recov-backend': PORTS.recovery },
          resources: this.sized(RESOURCES.manager),
          // managers start one after the other, and upstream restarts none that has started
          startup: { http: HEALTH, failureThreshold: 90 },
          readiness: { http: HEALTH },
          privileged: true,
          writableRoot: true,
          mounts: {
            '/host/boot/': hostPathVolume('boot', '/boot'),
            '/host/dev/': hostPathVolume('dev', '/dev', { writable: true }),
            '/host/proc/': hostPathVolume('proc', '/proc'),
            '/host/etc/': hostPathVolume('etc', '/etc'),
            '/var/lib/longhorn/': {
              volume: hostPathVolume('longhorn', '/var/lib/longhorn', {
                type: 'DirectoryOrCreate',
                writable: true,
              }),
              propagation: 'Bidirectional',
            },
          },
        },
      ],
    });
  }

  /**
   * Upstream's Services select pods by labels that the manager adds to itself once it serves; a pod that does not serve yet is not ready
   * either, so the workload's own labels say the same.
   */
  private webhook(manager: Workload): void {
    const webhook = this.service(manager, { 'admission-wh': PORTS.webhook }, { name: WEBHOOK });
    this.accept(this.cluster.hosts, webhook.endpoint('admission-wh'));
    this.connect(manager, webhook.endpoint('admission-wh'));
    this.service(manager, { 'recov-backend': PORTS.recovery }, { name: RECOVERY });
  }

  /** Makes the CSI driver's Deployments and its DaemonSet, with the images named here, and then only waits. */
  private driver(backend: ServiceRef): void {
    const url = `http://${BACKEND}:${PORTS.manager}/v1`;
    const ask = `curl --max-time 1 --silent --fail --output /dev/null ${url}`;
    const manager = image('longhorn-manager');
    const replicas = String(this.cluster.profile.replicas);
    const deployer = this.deployment({
      name: 'longhorn-driver-deployer',
      replicas: 1,
      labels: { app: 'longhorn-driver-deployer' },
      serviceAccount: this.account,
      token: true,
      priorityClass: PRIORITY_CLASS,
      user: ROOT,
      initContainers: [
        {
          name: 'wait-longhorn-manager',
          image: manager,
          command: ['sh', '-c'],
          args: [`until ${ask}; do sleep 2; done`],
          resources: RESOURCES.deployer,
        },
      ],
      containers: [
        {
          name: 'longhorn-driver-deployer',
          image: manager,
          command: ['longhorn-manager', '-d'],
          args: ['deploy-driver', `--manager-image=${manager.reference}`, `--manager-url=${url}`],
          env: {
            POD_NAMESPACE: { field: 'metadata.namespace' },
            NODE_NAME: { field: 'spec.nodeName' },
            SERVICE_ACCOUNT: { field: 'spec.serviceAccountName' },
            // without it the deployer starts a pod that sees the node's processes, to find out
            KUBELET_ROOT_DIR: '/var/lib/kubelet',
            CSI_ATTACHER_IMAGE: image('csi-attacher').reference,
            CSI_PROVISIONER_IMAGE: image('csi-provisioner').reference,
            CSI_NODE_DRIVER_REGISTRAR_IMAGE: image('csi-node-driver-registrar').reference,
            CSI_RESIZER_IMAGE: image('csi-resizer').reference,
            CSI_SNAPSHOTTER_IMAGE: image('csi-snapshotter').reference,
            CSI_LIVENESS_PROBE_IMAGE: image('csi-livenessprobe').reference,
            CSI_ATTACHER_REPLICA_COUNT: replicas,
            CSI_PROVISIONER_REPLICA_COUNT: replicas,
            CSI_RESIZER_REPLICA_COUNT: replicas,
            CSI_SNAPSHOTTER_REPLICA_COUNT: replicas,
          },
          resources: RESOURCES.deployer,
          // it listens on nothing; while it deploys, it needs the manager
          startup: { exec: ['sh', '-c', ask] },
        },
      ],
    });
    this.connect(deployer, backend.endpoint('manager'));
    this.reachApiServer(deployer);
  }

  /** They ask nobody for a password: no flow leads to them, and people come by `kubectl port-forward`. */
  private pages(backend: ServiceRef): void {
    const { uiReplicas } = this.props;
    const ui = this.deployment({
      name: 'longhorn-ui',
      replicas: uiReplicas,
      labels: { app: 'longhorn-ui' },
      antiAffinity: 'preferred',
      priorityClass: PRIORITY_CLASS,
      user: UI_USER,
      containers: [
        {
          name: 'longhorn-ui',
          image: image('longhorn-ui'),
          env: {
            LONGHORN_MANAGER_IP: `http://${BACKEND}:${PORTS.manager}`,
            LONGHORN_UI_PORT: String(PORTS.pages),
          },
          ports: { http: PORTS.pages },
          readiness: { tcp: 'http' },
          liveness: { tcp: 'http' },
          resources: RESOURCES.ui,
          writableRoot: true,
          mounts: {
            '/var/cache/nginx/': scratch('nginx-cache', mebi(64)),
            '/var/config/nginx/': scratch('nginx-config', mebi(1)),
            '/var/run/': scratch('var-run', mebi(1)),
          },
        },
      ],
    });
    this.service(ui, { http: 80 }, { name: 'longhorn-frontend' });
    this.connect(ui, backend.endpoint('manager'));
  }

  /** Pods that the manager and the deployer make, as policies see them. Shared volumes and backing images have no flow: see the runbook. */
  private madePods(manager: Workload, backend: ServiceRef): void {
    const instances = this.podGroup('instance-manager', MADE.instanceManager);
    const plugin = { pods: this.podGroup('longhorn-csi-plugin', MADE.csiPlugin) };
    this.reachApiServer(manager);
    this.connect(manager, backend.endpoint('manager'));
    this.reach(manager, instances, [PORTS.services, PORTS.instances]);
    this.reach({ pods: instances }, instances, [PORTS.services, PORTS.instances]);
    this.connect(plugin, backend.endpoint('manager'));
    for (const [name, labels] of Object.entries(MADE.sidecars))
      this.reachApiServer({ pods: this.podGroup(name, labels) });
    this.reachApiServer(plugin);
    const { store, backups } = this.props;
    if (store && backups)
      for (const from of [manager, { pods: instances }]) this.reach(from, store.peer, [store.port]);
  }

  private recurringJobs(backend: ServiceRef): void {
    const { snapshots, backups } = this.props;
    if (snapshots.keep > 0) this.recurringJob('snapshot', snapshots, backend);
    if (backups) this.recurringJob('backup', backups, backend);
  }

  /** For every volume that has no job of its own: those are in the group `default`. */
  private recurringJob(
    task: 'snapshot' | 'backup',
    { schedule, keep }: { readonly schedule: string; readonly keep: number },
    backend: ServiceRef,
  ): void {
    this.add(RecurringJob, {
      metadata: { name: task },
      spec: { name: task, task, cron: schedule, retain: keep, groups: ['default'], concurrency: 1 },
    });
    const run = { pods: this.podGroup(task, MADE.recurringJob(task)) };
    this.connect(run, backend.endpoint('manager'));
    this.reachApiServer(run);
  }
}
