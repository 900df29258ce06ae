import { image } from '../../../imports/images';
import {
  Certificate,
  ClusterIssuer,
  ClusterRole,
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from '../../../imports/models';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Issuer } from '../../core/contracts';
import { INTERNET, tcp, udp, type IngressController } from '../../core/network';
import { defined } from '../../core/objects';
import type { ContainerSpec } from '../../core/pod';
import { mebi } from '../../core/quantities';
import { policyRules } from '../../core/rbac';
import { provided, type SecretRef } from '../../core/secrets';
import type { ServiceRef } from '../../core/service';
import type { Workload } from '../../core/workload';
import { ALERTS } from './alerts';
import {
  acmeSpec,
  AFTER_WEBHOOK,
  CLOUDFLARE_KEY,
  INTERNAL,
  internalAuthority,
  LETS_ENCRYPT,
} from './issuers';
import {
  CAINJECTOR_RULES,
  CAINJECTOR_SOURCES,
  CONTROLLER_ROLES,
  EDIT_RULES,
  leaderRules,
  servingRules,
  VIEW_RULES,
  WEBHOOK_RULES,
} from './rbac';
import { mutatingWebhook, validatingWebhook } from './webhooks';
import type { CertificateSettings } from '../certificates';
import { CERTIFICATES_DASHBOARD } from './dashboards';
import { certManager, type CertManagerSettings } from './definition';

export interface CertManagerProps extends CertManagerSettings {
  /** Who signs what the public sees. */
  readonly certificates: CertificateSettings;
  /** Publishes the answers to HTTP-01 challenges. */
  readonly ingress: IngressController;
}

const DEFAULTS = {
  /** Holds every Certificate, request and issuer, and the metadata of all Secrets. */
  controller: { cpu: '25m', memory: mebi(96) },
  cainjector: { cpu: '10m', memory: mebi(96) },
  /** Answers one request at a time and caches nothing, so it does not grow with the cluster. */
  webhook: { cpu: '10m', memory: mebi(64) },
} as const;

/** Of the nonroot variant of distroless, on which all images of cert-manager are built. */
const USER = { uid: 65_532, gid: 65_532 };

/** Where all parts have their metrics. */
const METRICS = 9402;

/** Port of the pods that answer HTTP-01 challenges (pkg/issuer/acme/http/http.go). */
const SOLVER_PORT = 8089;

const WEBHOOK = 'cert-manager-webhook';
/** The webhook makes this Secret: the authority of its serving certificate, which the cainjector copies into the configurations. */
const WEBHOOK_AUTHORITY = `${WEBHOOK}-ca`;

/** cert-manager with both issuers of Let's Encrypt, and an authority of the cluster's own for TLS between components. */
export class CertManager extends Component {
  static readonly definition = certManager;

  /** Signs what the public sees: the issuer that the settings choose. */
  readonly issuer: Issuer;
  /** Signs what only components of this cluster see. */
  readonly internal: Issuer;

  private readonly replicas: number;

  constructor(
    cluster: Cluster,
    private readonly props: CertManagerProps,
  ) {
    const { ingress } = props;
    super(cluster, { definition: certManager, version: image('cert-manager-controller').tag });
    this.replicas = props.replicas ?? cluster.profile.replicas;
    this.requires(ingress);

    const controller = this.controller();
    this.reachAuthorities(controller);
    this.solvers(ingress);
    this.cainjector();
    this.webhookConfigurations(this.webhook());
    this.peoplesRoles();
    this.alerts(ALERTS);
    this.dashboards(CERTIFICATES_DASHBOARD);
    this.issuer = this.letsEncrypt(ingress, this.dnsToken());
    this.internal = this.internalIssuer();
  }

  private controller(): Workload {
    const { cpu, memory } = this.props;
    const account = this.serviceAccount('cert-manager');
    for (const [name, rules] of Object.entries(CONTROLLER_ROLES)) this.clusterRole(name, account, rules);
    this.role('cert-manager:leaderelection', account, leaderRules('cert-manager-controller'));
    return this.part('cert-manager', account, {
      name: 'cert-manager-controller',
      image: image('cert-manager-controller'),
      args: [
        '--v=2',
        // where keys of accounts and of the internal authority lie
        `--cluster-resource-namespace=${this.namespace}`,
        // upstream's default, kube-system, would need a role there
        `--leader-election-namespace=${this.namespace}`,
        `--acme-http01-solver-image=${image('cert-manager-acmesolver').reference}`,
      ],
      ports: { metrics: METRICS, health: 9403 },
      resources: { ...this.sized(DEFAULTS.controller), ...defined({ cpu, memory }) },
      readiness: { http: { path: '/livez', port: 'health' } },
      // as patient as upstream: a lease that is lost for long is what it tells
      liveness: { http: { path: '/livez', port: 'health' }, timeoutSeconds: 15, failureThreshold: 8 },
    });
  }

  private cainjector(): Workload {
    const account = this.serviceAccount('cert-manager-cainjector');
    this.clusterRole('cert-manager-cainjector', account, CAINJECTOR_RULES);
    this.role('cert-manager-cainjector', account, CAINJECTOR_SOURCES);
    this.role(
      'cert-manager-cainjector:leaderelection',
      account,
      leaderRules('cert-manager-cainjector-leader-election'),
    );
    return this.part('cert-manager-cainjector', account, {
      name: 'cert-manager-cainjector',
      image: image('cert-manager-cainjector'),
      args: [
        '--v=2',
        `--leader-election-namespace=${this.namespace}`,
        // the one authority that is injected here is the webhook's: the right to read every Secret and to write every CRD is not needed
        `--namespace=${this.namespace}`,
        '--enable-customresourcedefinitions-injectable=false',
        '--enable-apiservices-injectable=false',
      ],
      ports: { metrics: METRICS },
      resources: this.sized(DEFAULTS.cainjector),
      // it has no page for its health
      readiness: { tcp: 'metrics' },
      liveness: { tcp: 'metrics' },
    });
  }

  private webhook(): ServiceRef {
    const account = this.serviceAccount(WEBHOOK);
    this.clusterRole(`${WEBHOOK}:subjectaccessreviews`, account, WEBHOOK_RULES);
    this.role(`${WEBHOOK}:dynamic-serving`, account, servingRules(WEBHOOK_AUTHORITY));
    const names = [WEBHOOK, `${WEBHOOK}.${this.namespace}`, `${WEBHOOK}.${this.namespace}.svc`];
    const webhook = this.deployed(WEBHOOK, account, {
      name: WEBHOOK,
      image: image('cert-manager-webhook'),
      args: [
        '--v=2',
        '--secure-port=10250',
        `--dynamic-serving-ca-secret-namespace=${this.namespace}`,
        `--dynamic-serving-ca-secret-name=${WEBHOOK_AUTHORITY}`,
        ...names.map((name) => `--dynamic-serving-dns-names=${name}`),
      ],
      ports: { https: 10_250, health: 6080, metrics: METRICS },
      resources: DEFAULTS.webhook,
      readiness: { http: { path: '/healthz', port: 'health' }, periodSeconds: 5 },
      liveness: { http: { path: '/livez', port: 'health' } },
    });
    const service = this.service(webhook, { https: 443, metrics: true });
    this.scrape(service, { port: 'metrics' });
    // the API server calls it
    this.accept(this.cluster.hosts, service.endpoint('https'));
    return service;
  }

  /** One part that has metrics and nothing else to serve. */
  private part(name: string, account: string, container: ContainerSpec): Workload {
    const workload = this.deployed(name, account, container);
    this.scrape(this.service(workload, { metrics: true }), { port: 'metrics' });
    return workload;
  }

  private deployed(name: string, account: string, container: ContainerSpec): Workload {
    const workload = this.deployment({
      name,
      replicas: this.replicas,
      serviceAccount: account,
      token: true,
      user: USER,
      containers: [container],
    });
    this.reachApiServer(workload);
    if (this.replicas > 1) this.budget(workload);
    return workload;
  }

  /** Authorities, DNS providers, and the hosts whose challenges it tries itself before it lets an authority try. */
  private reachAuthorities(controller: Workload): void {
    this.reach(controller, INTERNET, [tcp(443), tcp(80)]);
    // a host of this cluster may resolve to an address that is no part of the internet
    this.reach(controller, this.cluster.hosts, [tcp(80)]);
    // it asks the zone's own name servers whether a record has arrived
    if (this.props.certificates.dns01) this.reach(controller, INTERNET, [udp(53), tcp(53)]);
  }

  /** Pods that cert-manager starts beside an Ingress, for minutes: the ingress controller brings the authority's request to them. */
  private solvers(ingress: IngressController): void {
    this.cluster.visitors.push({
      name: 'acme-solver',
      labels: { 'acme.cert-manager.io/http01-solver': 'true' },
      // nothing is published from these two
      where: { except: [this.namespace, ingress.component.namespace] },
      flow: (to) => ({ from: ingress.pods, to, ports: [tcp(SOLVER_PORT)] }),
      owner: this,
    });
  }

  private webhookConfigurations({ name }: ServiceRef): void {
    const service = { name, namespace: this.namespace };
    const annotations = { 'cert-manager.io/inject-ca-from-secret': `${this.namespace}/${WEBHOOK_AUTHORITY}` };
    this.add(MutatingWebhookConfiguration, {
      metadata: { name, annotations },
      webhooks: [mutatingWebhook(service)],
    });
    this.add(ValidatingWebhookConfiguration, {
      metadata: { name, annotations },
      webhooks: [validatingWebhook(service)],
    });
  }

  /** Lets people who hold Kubernetes' own roles in a namespace see, or handle, its certificates. */
  private peoplesRoles(): void {
    const roles = [
      { name: 'cert-manager-view', rules: VIEW_RULES, into: ['view', 'edit', 'admin'] },
      { name: 'cert-manager-edit', rules: EDIT_RULES, into: ['edit', 'admin'] },
    ];
    for (const { name, rules, into } of roles) {
      const labels = into.map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true'] as const);
      this.add(ClusterRole, {
        metadata: { name, labels: Object.fromEntries(labels) },
        rules: policyRules(rules),
      });
    }
  }

  /** The token with which records of the zones are written; undefined where the settings name no zones. */
  private dnsToken(): SecretRef | undefined {
    const { dns01 } = this.props.certificates;
    if (!dns01) return undefined;
    const zones = dns01.zones.join(', ');
    return this.secret('cloudflare-api-token', {
      [CLOUDFLARE_KEY]: provided(
        `API token of Cloudflare that may read, and edit DNS of, the zones ${zones}`,
      ),
    });
  }

  /** Both issuers, so that a new host can be tried with the staging one, and the one that is chosen. */
  private letsEncrypt(ingress: IngressController, token: SecretRef | undefined): Issuer {
    const { certificates } = this.props;
    for (const name of Object.keys(LETS_ENCRYPT) as (keyof typeof LETS_ENCRYPT)[])
      this.add(ClusterIssuer, {
        metadata: { name, annotations: AFTER_WEBHOOK },
        spec: acmeSpec(name, certificates, ingress, token),
      });
    return { component: this, name: certificates.issuer };
  }

  private internalIssuer(): Issuer {
    const selfSigned = 'internal-selfsigned';
    this.add(ClusterIssuer, {
      metadata: { name: selfSigned, annotations: AFTER_WEBHOOK },
      spec: { selfSigned: {} },
    });
    this.add(Certificate, {
      metadata: { name: INTERNAL, annotations: AFTER_WEBHOOK },
      spec: internalAuthority(this.cluster.settings.name, selfSigned),
    });
    this.add(ClusterIssuer, {
      metadata: { name: INTERNAL, annotations: AFTER_WEBHOOK },
      spec: { ca: { secretName: INTERNAL } },
    });
    return { component: this, name: INTERNAL };
  }
}
