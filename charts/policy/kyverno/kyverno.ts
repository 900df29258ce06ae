import { image } from '../../../imports/images';
import { ClusterRole, ClusterRoleBinding } from '../../../imports/models';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import { defined } from '../../core/objects';
import type { ContainerSpec, EnvValue, Resources } from '../../core/pod';
import { mebi } from '../../core/quantities';
import { policyRules } from '../../core/rbac';
import { scratch } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import { ALERTS, REFUSING } from './alerts';
import { configuration, METRICS } from './configuration';
import { kyverno, type KyvernoSettings } from './definition';
import { CLUSTER_RULES, namespaceRules, type Controller } from './rbac';

/** Of charts/kyverno/values.yaml at v1.18.2, as all its containers. */
const USER = { uid: 65_534, gid: 65_534 };

/** Where the policies' webhook is called, and the one of cleanup policies. */
const WEBHOOK = 'kyverno-svc';
const CLEANUP = 'kyverno-cleanup-controller';
const HTTPS = 9443;
const METRICS_PORT = 8000;

/** Every flag below is of charts/kyverno at v1.18.2; what it leaves at the program's default is left out. */
const LOGGING = ['--loggingFormat=text', '--v=2'];
const COMMON = [
  '--disableMetrics=false',
  '--otelConfig=prometheus',
  `--metricsPort=${METRICS_PORT}`,
  '--resyncPeriod=15m',
  '--enableDeferredLoading=true',
  '--maxAPICallResponseLength=2000000',
  '--apiCallTimeout=30s',
  ...LOGGING,
];
/** Of those that judge: admission, background and reports. */
const JUDGING = [
  '--enableConfigMapCaching=true',
  '--enableReporting=validate,mutate,mutateExisting,imageVerify,generate',
  '--omitEvents=PolicyApplied,PolicySkipped',
  // exceptions are rows of the components' definitions, never objects that a namespace brings
  '--enablePolicyException=false',
];
const REGISTRIES = ['--allowInsecureRegistry=false', '--registryCredentialHelpers=default'];

const DEFAULTS = {
  /** Upstream's limit: it holds every policy, namespace, role and binding. */
  admission: { cpu: '100m', memory: mebi(384) },
  init: { cpu: '10m', memory: mebi(64), memoryLimit: mebi(256) },
  /** Upstream's limit for the other three. */
  other: { cpu: '25m', memory: mebi(128) },
} as const satisfies Readonly<Record<string, Resources>>;

/** Kyverno with its four controllers. What it judges by is in policies of their own. */
export class Kyverno extends Component {
  static readonly definition = kyverno;

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
  }

  private admission(): void {
    const { cpu, memory, failurePolicy } = this.props;
    const account = this.account('admission-controller', true);
    const env = {
      ...this.environment('admission-controller'),
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
        ...webhookServer,
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
          ...this.environment('cleanup-controller'),
          KYVERNO_ROLE_NAME: 'kyverno:cleanup-controller',
          KYVERNO_SVC: CLEANUP,
        },
        resources: this.sized(DEFAULTS.other),
        ...webhookServer,
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
        env: this.environment('background-controller'),
        resources: this.sized(DEFAULTS.other),
        ...metricsServer,
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
        env: { ...this.environment('reports-controller'), TUF_ROOT: '/.sigstore' },
        mounts: { '/.sigstore': scratch('sigstore', mebi(64)) },
        resources: this.sized(DEFAULTS.other),
        ...metricsServer,
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

  private environment(controller: Controller): Readonly<Record<string, EnvValue>> {
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

/** Ports and probes of a controller with a webhook, as charts/kyverno has them. */
const webhookServer = {
  ports: { https: HTTPS, metrics: METRICS_PORT },
  startup: {
    http: { path: '/health/liveness', port: 'https', scheme: 'HTTPS' },
    periodSeconds: 6,
    failureThreshold: 20,
  },
  liveness: {
    http: { path: '/health/liveness', port: 'https', scheme: 'HTTPS' },
    periodSeconds: 30,
    timeoutSeconds: 5,
    failureThreshold: 2,
  },
  readiness: {
    http: { path: '/health/readiness', port: 'https', scheme: 'HTTPS' },
    timeoutSeconds: 5,
    failureThreshold: 6,
  },
} as const;

/** The other two have no page for their health. */
const metricsServer = {
  ports: { metrics: METRICS_PORT },
  readiness: { tcp: 'metrics' },
  liveness: { tcp: 'metrics' },
} as const;
