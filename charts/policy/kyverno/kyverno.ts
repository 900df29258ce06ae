import { image } from '../../../imports/images';
import { ClusterRole, ClusterRoleBinding } from '../../../imports/models';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Contract } from '../../core/contracts';
import { defined } from '../../core/objects';
import type { ContainerSpec, EnvValue } from '../../core/pod';
import { mebi } from '../../core/quantities';
import { policyRules } from '../../core/rbac';
import { scratch } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import { ALERTS, REFUSING } from './alerts';
import { configuration, METRICS } from './configuration';
import { KYVERNO } from './dashboards';
import { kyverno, type KyvernoSettings } from './definition';
import {
  COMMON,
  DEFAULTS,
  HTTPS,
  JUDGING,
  LOGGING,
  METRICS_SERVER,
  REGISTRIES,
  WEBHOOK_SERVER,
} from './facts';
import { CLUSTER_RULES, namespaceRules, type Controller } from './rbac';

/** Of charts/kyverno/values.yaml at v1.18.2, as all its containers. */
const USER = { uid: 65_534, gid: 65_534 };

/** Where the policies' webhook is called, and the one of cleanup policies. */
const WEBHOOK = 'kyverno-svc';
const CLEANUP = 'kyverno-cleanup-controller';

/** Kyverno with its four controllers. What it judges by is in policies of their own. */
export class Kyverno extends Component {
  static readonly definition = kyverno;

  /** What policies need to be more than text. */
  readonly engine: Contract = { component: this };
  private readonly replicas: number;

  constructor(
    cluster: Cluster,
    private readonly props: KyvernoSettings,
  ) {
    super(cluster, { definition: kyverno, version: image('kyverno').tag });
    this.replicas = props.replicas ?? cluster.profile.replicas;

    this.configMap('kyverno', configuration(this.namespace));
    this.configMap('kyverno-metrics', METRICS);
    this.admission();
    this.cleanup();
    this.background();
    this.reports();
    this.peoplesRoles();
    this.alerts(props.failurePolicy === 'Fail' ? [...ALERTS, REFUSING] : ALERTS);
    this.dashboards(KYVERNO);
  }

  private admission(): void {
    const { cpu, memory, failurePolicy } = this.props;
    const account = this.account('admission-controller', true);
    const env = {
      ...this.variables('admission-controller'),
      KYVERNO_ROLE_NAME: 'kyverno:admission-controller',
      KYVERNO_SVC: WEBHOOK,
    };
    const workload = this.controller('admission-controller', account, {
      init: {
        name: 'kyverno-pre',
        image: image('kyverno-init'),
        args: [...LOGGING, '--openreportsEnabled=false'],
        env,
        resources: DEFAULTS.init,
      },
      main: {
        name: 'kyverno',
        image: image('kyverno'),
        args: [
          ...this.certificateFlags(WEBHOOK),
          `--backgroundServiceAccountName=${this.user('background-controller')}`,
          `--reportsServiceAccountName=${this.user('reports-controller')}`,
          '--servicePort=443',
          `--webhookServerPort=${HTTPS}`,
          '--crdWatcher=false',
          ...COMMON,
          ...JUDGING,
          ...REGISTRIES,
          '--admissionReports=true',
          '--maxAdmissionReports=1000',
          '--autoUpdateWebhooks=true',
          '--controllerRuntimeMetricsAddress=:8080',
          '--dumpPayload=false',
          '--dumpPatches=false',
          `--forceFailurePolicyIgnore=${String(failurePolicy === 'Ignore')}`,
          '--generateValidatingAdmissionPolicy=true',
          '--generateMutatingAdmissionPolicy=false',
          '--protectManagedResources=false',
        ],
        env: { ...env, TUF_ROOT: '/.sigstore' },
        mounts: { '/.sigstore': scratch('sigstore', mebi(64)) },
        resources: { ...this.sized(DEFAULTS.admission), ...defined({ cpu, memory }) },
        ...WEBHOOK_SERVER,
      },
    });
    this.served(workload, WEBHOOK);
  }

  private cleanup(): void {
    const account = this.account('cleanup-controller', false);
    const workload = this.controller('cleanup-controller', account, {
      main: {
        name: 'controller',
        image: image('kyverno-cleanup-controller'),
        args: [
          ...this.certificateFlags(CLEANUP),
          '--servicePort=443',
          `--cleanupServerPort=${HTTPS}`,
          ...COMMON,
          '--dumpPayload=false',
          '--ttlReconciliationInterval=1m',
          '--protectManagedResources=false',
        ],
        env: {
          ...this.variables('cleanup-controller'),
          KYVERNO_ROLE_NAME: 'kyverno:cleanup-controller',
          KYVERNO_SVC: CLEANUP,
        },
        resources: this.sized(DEFAULTS.other),
        ...WEBHOOK_SERVER,
      },
    });
    this.served(workload, CLEANUP);
  }

  private background(): void {
    const account = this.account('background-controller', true);
    const workload = this.controller('background-controller', account, {
      main: {
        name: 'controller',
        image: image('kyverno-background-controller'),
        args: [...COMMON, ...JUDGING, '--controllerRuntimeMetricsAddress=:8080'],
        env: this.variables('background-controller'),
        resources: this.sized(DEFAULTS.other),
        ...METRICS_SERVER,
      },
    });
    this.scrape(this.service(workload, { metrics: true }), { port: 'metrics' });
  }

  private reports(): void {
    const account = this.account('reports-controller', true);
    const workload = this.controller('reports-controller', account, {
      main: {
        name: 'controller',
        image: image('kyverno-reports-controller'),
        args: [
          ...COMMON,
          ...JUDGING,
          ...REGISTRIES,
          '--openreportsEnabled=false',
          '--admissionReports=true',
          '--aggregateReports=true',
          '--policyReports=true',
          '--validatingAdmissionPolicyReports=true',
          '--mutatingAdmissionPolicyReports=false',
          '--backgroundScan=true',
          '--backgroundScanWorkers=2',
          '--backgroundScanInterval=1h',
          '--skipResourceFilters=true',
        ],
        env: { ...this.variables('reports-controller'), TUF_ROOT: '/.sigstore' },
        mounts: { '/.sigstore': scratch('sigstore', mebi(64)) },
        resources: this.sized(DEFAULTS.other),
        ...METRICS_SERVER,
      },
    });
    this.scrape(this.service(workload, { metrics: true }), { port: 'metrics' });
  }

  /** The account of a controller with upstream's rights; `view` lets it read what policies of people may ask about. */
  private account(controller: Controller, view: boolean): string {
    const account = this.serviceAccount(`kyverno-${controller}`);
    const name = `kyverno:${controller}`;
    this.clusterRole(name, account, CLUSTER_RULES[controller]);
    this.role(name, account, namespaceRules(this.certificates(CLEANUP))[controller]);
    if (view)
      this.add(ClusterRoleBinding, {
        metadata: { name: `${name}:view` },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'ServiceAccount', name: account, namespace: this.namespace }],
      });
    return account;
  }

  private controller(
    controller: Controller,
    account: string,
    { init, main }: { readonly init?: ContainerSpec; readonly main: ContainerSpec },
  ): Workload {
    const workload = this.deployment({
      name: `kyverno-${controller}`,
      replicas: this.replicas,
      antiAffinity: 'preferred',
      serviceAccount: account,
      token: true,
      user: USER,
      ...(init && { initContainers: [init] }),
      containers: [main],
    });
    this.reachApiServer(workload);
    if (this.replicas > 1) this.budget(workload);
    return workload;
  }

  /** A controller that the API server calls. */
  private served(workload: Workload, name: string): void {
    const options = { name, appProtocols: { https: 'https' } };
    const service = this.service(workload, { https: 443, metrics: true }, options);
    this.scrape(service, { port: 'metrics' });
    this.accept(this.cluster.hosts, service.endpoint('https'));
  }

  private variables(controller: Controller): Readonly<Record<string, EnvValue>> {
    return {
      INIT_CONFIG: 'kyverno',
      METRICS_CONFIG: 'kyverno-metrics',
      KYVERNO_NAMESPACE: { field: 'metadata.namespace' },
      KYVERNO_POD_NAME: { field: 'metadata.name' },
      KYVERNO_SERVICEACCOUNT_NAME: `kyverno-${controller}`,
      KYVERNO_DEPLOYMENT: `kyverno-${controller}`,
    };
  }

  private user(controller: Controller): string {
    return `system:serviceaccount:${this.namespace}:kyverno-${controller}`;
  }

  /** Secrets that a controller makes and renews: its authority, and the key pair of its webhook. */
  private certificates(service: string): readonly [authority: string, pair: string] {
    const base = `${service}.${this.namespace}.svc`;
    return [`${base}.kyverno-tls-ca`, `${base}.kyverno-tls-pair`];
  }

  private certificateFlags(service: string): readonly string[] {
    const [authority, pair] = this.certificates(service);
    return [`--caSecretName=${authority}`, `--tlsSecretName=${pair}`, '--tlsKeyAlgorithm=RSA'];
  }

  /** Lets people who hold Kubernetes' own roles in a namespace read what policies say of it. */
  private peoplesRoles(): void {
    const labels = ['view', 'edit', 'admin'].map(
      (role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true'] as const,
    );
    this.add(ClusterRole, {
      metadata: { name: 'kyverno:view:policyreports', labels: Object.fromEntries(labels) },
      rules: policyRules([
        {
          groups: ['wgpolicyk8s.io'],
          resources: ['policyreports', 'clusterpolicyreports'],
          verbs: ['get', 'list', 'watch'],
        },
      ]),
    });
  }
}
