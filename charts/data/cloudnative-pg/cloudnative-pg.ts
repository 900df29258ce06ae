import { image } from '../../../imports/images';
import { MutatingWebhookConfiguration, ValidatingWebhookConfiguration } from '../../../imports/models';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { PostgresqlOperator } from '../../core/database';
import { defined } from '../../core/objects';
import type { ContainerSpec, Probe } from '../../core/pod';
import { mebi } from '../../core/quantities';
import { scratch, type Volume } from '../../core/volumes';
import { ALERTS } from './alerts';
import { cloudnativePg, type CloudnativePgSettings } from './definition';
import queries from './queries.yaml';
import { OPERATOR_RULES } from './rbac';
import { mutatingWebhooks, validatingWebhooks } from './webhooks';

/** Of upstream's manifest. The image's own user is 65532; neither owns a file in it. */
const USER = { uid: 10_001, gid: 10_001 };

/** Upstream's limit of 200 MiB is where users of a few Clusters saw it killed; it keeps all Secrets and pods of the cluster in memory. */
const RESOURCES = { cpu: '50m', memory: mebi(192), memoryLimit: mebi(384) } as const;

/** Names that are compiled into the operator (internal/cmd/manager/controller/controller.go of v1.30.1). */
const WEBHOOK_SERVICE = 'cnpg-webhook-service';
const WEBHOOK_CERTIFICATE = 'cnpg-webhook-cert';
const WEBHOOKS = {
  mutating: 'cnpg-mutating-webhook-configuration',
  validating: 'cnpg-validating-webhook-configuration',
} as const;

const QUERIES = 'cnpg-default-monitoring';

/** It answers once its caches are filled, and has its certificate. */
const ready: Probe = { http: { path: '/readyz', port: 'https', scheme: 'HTTPS' } };

/**
 * The operator that makes servers, failovers and poolers of the objects of group postgresql.cnpg.io, in all namespaces.
 *
 * Every image that it chooses by itself is pinned here: its own, which is copied into each database pod, and the defaults of servers and
 * poolers. Its webhooks are served with a certificate that it makes and renews itself.
 */
export class CloudnativePg extends Component {
  static readonly definition = cloudnativePg;

  readonly operator: PostgresqlOperator;

  constructor(cluster: Cluster, props: CloudnativePgSettings) {
    super(cluster, { definition: cloudnativePg, version: image('cloudnative-pg').tag });
    this.configMap(
      QUERIES,
      { queries },
      // the operator reads it again when it changes
      { 'cnpg.io/reload': '' },
    );
    const manager = this.manager(props);
    this.webhooks();
    this.alerts(ALERTS);
    this.operator = { component: this, pods: manager.pods };
  }

  private manager(props: CloudnativePgSettings) {
    const account = this.serviceAccount('cnpg-manager');
    this.clusterRole('cnpg-manager', account, OPERATOR_RULES);
    const replicas = props.replicas ?? this.cluster.profile.replicas;
    const manager = this.deployment({
      name: 'cnpg-controller-manager',
      replicas,
      serviceAccount: account,
      token: true,
      user: USER,
      containers: [this.container(props)],
    });
    this.reachApiServer(manager);
    const service = this.service(manager, { https: 443, metrics: true }, { name: WEBHOOK_SERVICE });
    // the API server asks it about every object
    this.accept(this.cluster.hosts, service.endpoint('https'));
    this.scrape(service, { port: 'metrics' });
    if (replicas > 1) this.budget(manager);
    return manager;
  }

  /** Flags, variables, ports and probes: releases/cnpg-1.30.1.yaml and docs/src/operator_conf.md of v1.30.1. */
  private container({ cpu, memory }: CloudnativePgSettings): ContainerSpec {
    const own = memory ? { memory, memoryLimit: memory } : {};
    return {
      name: 'manager',
      image: image('cloudnative-pg'),
      command: ['/manager'],
      args: ['controller', '--leader-elect', '--max-concurrent-reconciles=10', '--webhook-port=9443'],
      env: {
        OPERATOR_NAMESPACE: { field: 'metadata.namespace' },
        OPERATOR_IMAGE_NAME: image('cloudnative-pg').reference,
        POSTGRES_IMAGE_NAME: image('cnpg-postgresql', '17').reference,
        PGBOUNCER_IMAGE_NAME: image('cnpg-pgbouncer').reference,
        MONITORING_QUERIES_CONFIGMAP: QUERIES,
        // an upgrade of the operator restarts one Cluster after the other, ten minutes apart, and its servers a minute apart
        CLUSTERS_ROLLOUT_DELAY: '600',
        INSTANCES_ROLLOUT_DELAY: '60',
      },
      ports: { https: 9443, metrics: 8080 },
      resources: { ...this.sized(RESOURCES), ...defined({ cpu }), ...own },
      // a small node takes its time; upstream gives up after half a minute
      startup: { ...ready, periodSeconds: 5, failureThreshold: 24 },
      readiness: ready,
      liveness: ready,
      mounts: {
        '/controller': scratch('scratch-data', mebi(64)),
        '/run/secrets/cnpg.io/webhook': CERTIFICATE,
      },
    };
  }

  private webhooks(): void {
    const service = { name: WEBHOOK_SERVICE, namespace: this.namespace };
    this.add(MutatingWebhookConfiguration, {
      metadata: { name: WEBHOOKS.mutating },
      webhooks: mutatingWebhooks(service),
    });
    this.add(ValidatingWebhookConfiguration, {
      metadata: { name: WEBHOOKS.validating },
      webhooks: validatingWebhooks(service),
    });
  }
}

/** Not there at the very first start: the operator makes it, and waits until the kubelet shows it. */
const CERTIFICATE: Volume = {
  name: 'webhook-certificates',
  source: { secret: { secretName: WEBHOOK_CERTIFICATE, optional: true, defaultMode: 0o440 } },
  readOnly: true,
};
