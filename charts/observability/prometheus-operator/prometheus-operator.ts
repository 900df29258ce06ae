import { image } from '../../../imports/images';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Contract } from '../../core/contracts';
import type { Alert } from '../../core/monitoring';
import { defined } from '../../core/objects';
import { mebi } from '../../core/quantities';
import type { PolicyRule } from '../../core/rbac';
import type { Workload } from '../../core/workload';
import { RELOADER } from './reloader';
import { prometheusOperator, type PrometheusOperatorSettings } from './definition';

/** Caches of a few hundred monitors and rules, without their Secrets. */
const RESOURCES = { cpu: '10m', memory: mebi(64) } as const;

const READ = ['get', 'list', 'watch'];
const API = ['monitoring.coreos.com'];

/**
 * What it reads anywhere: example/rbac/prometheus-operator of v0.93.0, without what belongs to Alertmanager, Thanos, agents and kubelet
 * objects, whose controllers stay off where their rights are missing (cmd/operator/main.go, checkPrerequisites).
 */
const CLUSTER_RULES: readonly PolicyRule[] = [
  {
    groups: API,
    resources: ['servicemonitors', 'podmonitors', 'probes', 'scrapeconfigs', 'prometheusrules'],
    verbs: READ,
  },
  { groups: [''], resources: ['namespaces'], verbs: READ },
  { groups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: ['get'] },
  { groups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
];

/** What it makes, beside Prometheus only: `--prometheus-instance-namespaces` keeps its informers there (pkg/prometheus/server/operator.go). */
const OWN_RULES: readonly PolicyRule[] = [
  {
    groups: API,
    resources: ['prometheuses', 'prometheuses/finalizers', 'prometheuses/status'],
    verbs: [...READ, 'update', 'patch'],
  },
  {
    groups: ['apps'],
    resources: ['statefulsets'],
    verbs: [...READ, 'create', 'update', 'patch', 'delete'],
  },
  {
    groups: [''],
    resources: ['configmaps', 'secrets'],
    verbs: [...READ, 'create', 'update', 'patch', 'delete'],
  },
  { groups: [''], resources: ['services'], verbs: ['get'] },
  { groups: [''], resources: ['pods'], verbs: ['list', 'delete'] },
];

/** The operator for Prometheus. Without its webhook: checks judge monitors and rules before they are committed. */
export class PrometheusOperator extends Component {
  static readonly definition = prometheusOperator;

  /** Who makes pods of Prometheus objects. */
  readonly controller: Contract;

  constructor(
    cluster: Cluster,
    private readonly props: PrometheusOperatorSettings,
  ) {
    const { namespace } = cluster.settings.monitoring;
    super(cluster, { definition: prometheusOperator, namespace, version: image('prometheus-operator').tag });
    const operator = this.operator();
    const service = this.service(operator, { metrics: true });
    this.scrape(service, { port: 'metrics' });
    this.reachApiServer(operator);
    this.alerts(alertsOf(namespace));
    this.controller = { component: this };
  }

  private operator(): Workload {
    const { cpu, memory } = this.props;
    const account = this.serviceAccount('prometheus-operator');
    this.clusterRole('prometheus-operator', account, CLUSTER_RULES);
    this.role('prometheus-operator', account, OWN_RULES);
    return this.deployment({
      name: 'prometheus-operator',
      replicas: 1,
      serviceAccount: account,
      token: true,
      // cmd/operator: USER 65534
      user: { uid: 65_534, gid: 65_534 },
      containers: [
        {
          name: 'prometheus-operator',
          image: image('prometheus-operator'),
          args: this.flags(),
          ports: { metrics: 8080 },
          resources: { ...this.sized(RESOURCES), ...defined({ cpu, memory }) },
          readiness: { http: { path: '/healthz', port: 'metrics' } },
          liveness: { http: { path: '/healthz', port: 'metrics' } },
        },
      ],
    });
  }

  /** cmd/operator/main.go of v0.93.0. */
  private flags(): string[] {
    const flags = {
      'prometheus-instance-namespaces': this.namespace,
      'prometheus-config-reloader': image('prometheus-config-reloader').reference,
      'config-reloader-cpu-request': RELOADER.cpu,
      // 0 is none
      'config-reloader-cpu-limit': '0',
      'config-reloader-memory-request': RELOADER.memory,
      'config-reloader-memory-limit': RELOADER.memory,
      'enable-config-reloader-probes': true,
      'disable-unmanaged-prometheus-configuration': true,
      'auto-gomemlimit-ratio': 0.9,
      'log-format': 'json',
    };
    return Object.entries(flags).map(([name, value]) => `--${name}=${String(value)}`);
  }
}

/** Metrics of v0.93.0: pkg/operator/operator.go and resource_reconciler.go. */
function alertsOf(namespace: string): readonly Alert[] {
  const target = `namespace="${namespace}",job="prometheus-operator"`;
  return [
    {
      alert: 'PrometheusOperatorDown',
      expr: `absent(up{${target}} == 1)`,
      for: '15m',
      severity: 'warning',
      summary: 'The Prometheus Operator does not answer',
      description: 'Prometheus goes on with what it knows, but new monitors and rules do not reach it.',
    },
    {
      alert: 'PrometheusOperatorFails',
      expr: `max(prometheus_operator_syncs{status="failed",${target}}) > 0`,
      for: '15m',
      severity: 'warning',
      summary: 'The Prometheus Operator cannot bring Prometheus to its wanted state',
      description: 'Changes of Prometheus, its monitors and its rules do not take effect.',
    },
    {
      alert: 'PrometheusOperatorRejects',
      expr: `sum by (resource) (prometheus_operator_managed_resources{state="rejected",${target}}) > 0`,
      for: '10m',
      severity: 'warning',
      summary: 'The Prometheus Operator rejects {{ $value }} of {{ $labels.resource }}',
      description: 'What these objects ask for is not scraped, or not alerted on.',
    },
  ];
}
