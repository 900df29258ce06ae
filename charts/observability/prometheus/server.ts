import { image } from '../../../imports/images';
import type { DataOf, Prometheus } from '../../../imports/models';
import { EVALUATION_INTERVAL, SCRAPE_INTERVAL } from '../../core/monitoring';
import type { Endpoint } from '../../core/network';
import { defined } from '../../core/objects';
import type { Resources } from '../../core/pod';
import { bytesOf } from '../../core/quantities';
import { KEEP, claimSpec, templateVolume, type ClaimTemplate } from '../../core/workload';
import { RELOADER } from '../prometheus-operator/reloader';
import { BLOCKS_SHARE, type PrometheusSettings } from './definition';
import { scrapeClasses } from './scrape-classes';

/** Name of the object, the Service and the account. */
export const NAME = 'prometheus';
/** What the operator calls the volume, and the folder in it that it mounts: pkg/prometheus/common.go of v0.93.0. */
export const VOLUME = `prometheus-${NAME}-db`;
const VOLUME_FOLDER = 'prometheus-db';

/** Dockerfile of v3.15.0: USER nobody. */
const USER = { uid: 65_534, gid: 65_534 };
const EVERYTHING = {};

type Spec = NonNullable<DataOf<typeof Prometheus>['spec']>;

type ClaimTemplateField = NonNullable<NonNullable<Spec['storage']>['volumeClaimTemplate']>;

/** What the object and its pods agree in. */
interface Pods {
  readonly resources: Resources;
  readonly claim: ClaimTemplate;
  readonly priorityClass: string;
}

interface Server extends Pods {
  readonly settings: PrometheusSettings;
  readonly cluster: string;
  readonly alertmanager: Endpoint | undefined;
}

/** The spec of the Prometheus object: monitoring.coreos.com/v1, CRD of v0.93.0. */
export function prometheusSpec(server: Server): Spec {
  const { settings, cluster, resources, claim, alertmanager, priorityClass } = server;
  const { retention, retentionSize, size } = settings;
  const { cpu, memory } = resources;
  const blocks = retentionSize === undefined ? bytesOf(size) * BLOCKS_SHARE : bytesOf(retentionSize);
  return defined({
    image: image('prometheus').reference,
    version: image('prometheus').tag,
    replicas: 1,
    serviceName: NAME,
    portName: 'web',
    serviceAccountName: NAME,
    priorityClassName: priorityClass,
    automountServiceAccountToken: true,
    scrapeInterval: SCRAPE_INTERVAL,
    evaluationInterval: EVALUATION_INTERVAL,
    retention,
    retentionSize: `${Math.floor(blocks / 2 ** 20)}MiB`,
    walCompression: true,
    externalLabels: { cluster },
    arbitraryFSAccessThroughSMs: { deny: true },
    scrapeClasses: scrapeClasses(),
    serviceDiscoveryRole: 'EndpointSlice' as const,
    ...selectors(),
    alerting: alertmanager && {
      alertmanagers: [
        {
          name: alertmanager.service,
          namespace: alertmanager.component.namespace,
          port: alertmanager.portName,
        },
      ],
    },
    logFormat: 'json' as const,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER.uid,
      runAsGroup: USER.gid,
      fsGroup: USER.gid,
      fsGroupChangePolicy: 'OnRootMismatch' as const,
      seccompProfile: { type: 'RuntimeDefault' as const },
    },
    resources: { requests: { cpu, memory }, limits: { memory } },
    storage: {
      volumeClaimTemplate: {
        metadata: { annotations: { ...KEEP } },
        spec: claimSpec(claim),
        // the model demands a type here, which upstream's CRD leaves out (checks/schema/model.ts)
      } as unknown as ClaimTemplateField,
    },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain' as const, whenScaled: 'Retain' as const },
  });
}

/** Every monitor and rule of every namespace: an empty selector selects all, none at all selects nothing. */
const selectors = () => ({
  serviceMonitorSelector: EVERYTHING,
  serviceMonitorNamespaceSelector: EVERYTHING,
  podMonitorSelector: EVERYTHING,
  podMonitorNamespaceSelector: EVERYTHING,
  probeSelector: EVERYTHING,
  probeNamespaceSelector: EVERYTHING,
  scrapeConfigSelector: EVERYTHING,
  scrapeConfigNamespaceSelector: EVERYTHING,
  ruleSelector: EVERYTHING,
  ruleNamespaceSelector: EVERYTHING,
});

/**
 * The pods that the operator makes of it: pkg/prometheus/server/statefulset.go, pkg/prometheus/promcfg.go and
 * pkg/operator/config_reloader.go of v0.93.0. Files that it makes itself (configuration, rules) are left out.
 */
export const prometheusPods = ({ resources, claim, priorityClass }: Pods) => ({
  resource: { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', name: NAME },
  name: NAME,
  labels: {
    'app.kubernetes.io/managed-by': 'prometheus-operator',
    'app.kubernetes.io/name': NAME,
    'app.kubernetes.io/instance': NAME,
    'operator.prometheus.io/name': NAME,
    prometheus: NAME,
  },
  replicas: 1,
  priorityClass,
  serviceAccount: NAME,
  token: true,
  user: USER,
  graceSeconds: 600,
  claims: [claim],
  initContainers: [
    { name: 'init-config-reloader', image: image('prometheus-config-reloader'), resources: RELOADER },
  ],
  containers: [
    {
      name: 'prometheus',
      image: image('prometheus'),
      ports: { web: 9090 },
      resources,
      startup: { http: { path: '/-/ready', port: 'web' }, periodSeconds: 15, failureThreshold: 60 },
      readiness: { http: { path: '/-/ready', port: 'web' }, periodSeconds: 5 },
      liveness: { http: { path: '/-/healthy', port: 'web' }, periodSeconds: 5, failureThreshold: 6 },
      mounts: { '/prometheus': { volume: templateVolume(claim), subPath: VOLUME_FOLDER } },
    },
    {
      name: 'config-reloader',
      image: image('prometheus-config-reloader'),
      ports: { 'reloader-web': 8080 },
      resources: RELOADER,
      readiness: { http: { path: '/healthz', port: 'reloader-web' } },
      liveness: { http: { path: '/healthz', port: 'reloader-web' } },
    },
  ],
});
