import { image } from '../../../imports/images';
import { IngressClass, Middleware, TLSOption } from '../../../imports/models';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Alert } from '../../core/monitoring';
import type { IngressController } from '../../core/network';
import { defined } from '../../core/objects';
import { goMemoryLimit, mebi } from '../../core/quantities';
import type { PolicyRule } from '../../core/rbac';
import { scratch } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import type { IngressSettings } from '../ingress';
import { INGRESS } from './dashboards';
import { traefik, type TraefikSettings } from './definition';

const DEFAULTS = {
  /** Go, TLS handshakes and compression buffers of a few hundred connections; settings raise it for busier clusters. */
  resources: { cpu: '100m', memory: mebi(128) },
  /** How long running requests may go on after the order to end: the next pod waits for the ports meanwhile, so nobody new is served. */
  graceSeconds: 10,
  /** Seconds to read a request with its body: 100 MiB through a line of 3 Mbit/s take 280. Upstream's 60 would cut such uploads off. */
  readSeconds: 300,
  /** The same on port 80, where nothing is uploaded. */
  plainReadSeconds: 10,
  /** Seconds for which browsers stay with TLS: a year, the least that browsers' preload lists ask for. */
  hstsSeconds: 31_536_000,
} as const;

/**
 * Ports in the host network. 10254 is where ingress-nginx, the other controller for host networks, has its health and metrics: kubelet,
 * kube-proxy, k3s, etcd, node-exporter (9100) and the CNIs stay clear of it.
 */
const PORTS = { web: 80, websecure: 443, metrics: 10_254 };

/** What Mozilla's "intermediate" recommendation leaves of TLS 1.2: forward secrecy and authenticated encryption. TLS 1.3 has its own. */
const CIPHERS = [
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
];

/**
 * traefik v3.7.9, docs/content/reference/dynamic-configuration/kubernetes-crd-rbac.yml, without its rule on pods, which only OpenTelemetry
 * needs.
 */
const RULES: readonly PolicyRule[] = [
  {
    groups: [''],
    resources: ['services', 'secrets', 'nodes', 'configmaps'],
    verbs: ['get', 'list', 'watch'],
  },
  { groups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
  {
    groups: ['extensions', 'networking.k8s.io'],
    resources: ['ingresses', 'ingressclasses'],
    verbs: ['get', 'list', 'watch'],
  },
  { groups: ['extensions', 'networking.k8s.io'], resources: ['ingresses/status'], verbs: ['update'] },
  {
    groups: ['traefik.io'],
    resources: [
      'middlewares',
      'middlewaretcps',
      'ingressroutes',
      'traefikservices',
      'ingressroutetcps',
      'ingressrouteudps',
      'tlsoptions',
      'tlsstores',
      'serverstransports',
      'serverstransporttcps',
    ],
    verbs: ['get', 'list', 'watch'],
  },
];

export interface TraefikProps extends TraefikSettings {
  /** How HTTP gets in. */
  readonly http: IngressSettings;
}

/** The chain that public Ingresses name. */
const PUBLIC = 'public';

/** Traefik on ports 80 and 443 of every node that takes pods. */
export class Traefik extends Component {
  static readonly definition = traefik;

  readonly ingress: IngressController;

  constructor(
    cluster: Cluster,
    private readonly props: TraefikProps,
  ) {
    super(cluster, { definition: traefik, version: image('traefik').tag });
    this.ingressClass();
    this.tlsOption();
    this.middlewares();
    const proxy = this.proxy();
    const service = this.service(proxy, { metrics: true });
    this.scrape(service, { port: 'metrics' });
    this.alerts(ALERTS);
    this.dashboards(INGRESS);
    this.ingress = {
      component: this,
      className: props.http.class,
      pods: proxy.pods,
      annotations: {
        'traefik.ingress.kubernetes.io/router.entrypoints': 'websecure',
        'traefik.ingress.kubernetes.io/router.tls': 'true',
        // names of the CRD provider hold the namespace, so an Ingress anywhere may use them without allowCrossNamespace
        'traefik.ingress.kubernetes.io/router.middlewares': `${this.namespace}-${PUBLIC}@kubernetescrd`,
      },
    };
  }

  private ingressClass(): void {
    this.add(IngressClass, {
      metadata: {
        name: this.props.http.class,
        annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' },
      },
      spec: { controller: 'traefik.io/ingress-controller' },
    });
  }

  /** Traefik takes the TLSOption of this name, whatever its namespace, for every router that names none. */
  private tlsOption(): void {
    this.add(TLSOption, {
      metadata: { name: 'default' },
      spec: {
        minVersion: 'VersionTLS12',
        cipherSuites: CIPHERS,
        // no curves here: naming some would take away the post-quantum key exchange among Go's defaults
        // a host without a certificate gets no handshake; a self-signed one would teach people to click warnings away
        sniStrict: true,
      },
    });
  }

  /** One chain, so that Ingresses need not change when it does. Headers come first: refusals carry them too. */
  private middlewares(): void {
    const { allowedSources, rateLimit } = this.props.http;
    const parts = {
      'security-headers': { headers: SECURITY_HEADERS },
      ...(allowedSources.length > 0 && {
        'allowed-sources': { ipAllowList: { sourceRange: allowedSources } },
      }),
      'rate-limit': {
        rateLimit: {
          ...rateLimit,
          // a provider hands out at least a /64 of IPv6: it is one client
          sourceCriterion: { ipStrategy: { ipv6Subnet: 64 } },
        },
      },
      compress: { compress: {} },
    };
    for (const [name, spec] of Object.entries(parts)) this.add(Middleware, { metadata: { name }, spec });
    this.add(Middleware, {
      metadata: { name: PUBLIC },
      spec: { chain: { middlewares: Object.keys(parts).map((name) => ({ name })) } },
    });
  }

  private proxy(): Workload {
    const { cpu, memory } = this.props;
    const resources = { ...this.sized(DEFAULTS.resources), ...defined({ cpu, memory }) };
    const account = this.serviceAccount('traefik');
    this.clusterRole('traefik', account, RULES);
    return this.daemonSet({
      name: 'traefik',
      serviceAccount: account,
      token: true,
      hostNetwork: true,
      // root without capabilities but one: see definition.ts. The group stays that of upstream's chart.
      user: { uid: 0, gid: 65_532 },
      graceSeconds: DEFAULTS.graceSeconds + 10,
      containers: [
        {
          name: 'traefik',
          image: image('traefik'),
          args: this.flags(),
          env: { NODE_ADDRESS: { field: 'status.hostIP' }, GOMEMLIMIT: goMemoryLimit(resources.memory) },
          ports: PORTS,
          capabilities: ['NET_BIND_SERVICE'],
          resources,
          readiness: { http: { path: '/ping', port: 'metrics' } },
          liveness: { http: { path: '/ping', port: 'metrics' } },
          mounts: { '/tmp': scratch('tmp', mebi(64)) },
        },
      ],
    });
  }

  /** Traefik's static configuration. Left at its default, and so off: dashboard and API, and trust in forwarding headers of clients. */
  private flags(): string[] {
    const { settings } = this.cluster;
    const flags = {
      'global.checknewversion': false,
      'global.sendanonymoususage': false,
      'log.format': 'json',
      'log.level': 'INFO',

      'entrypoints.web.address': `:${PORTS.web}`,
      'entrypoints.web.asdefault': true,
      'entrypoints.web.http.redirections.entrypoint.to': 'websecure',
      'entrypoints.web.http.redirections.entrypoint.permanent': true,
      // HTTP-01: the redirect leaves the challenge's path to the solver's Ingress, since a host that has no certificate yet could not
      // answer over TLS
      'entrypoints.web.allowacmebypass': true,
      'entrypoints.web.transport.respondingtimeouts.readtimeout': `${DEFAULTS.plainReadSeconds}s`,
      'entrypoints.web.transport.lifecycle.gracetimeout': `${DEFAULTS.graceSeconds}s`,

      'entrypoints.websecure.address': `:${PORTS.websecure}`,
      'entrypoints.websecure.asdefault': true,
      'entrypoints.websecure.http.tls': true,
      'entrypoints.websecure.transport.respondingtimeouts.readtimeout': `${DEFAULTS.readSeconds}s`,
      'entrypoints.websecure.transport.lifecycle.gracetimeout': `${DEFAULTS.graceSeconds}s`,

      // on the node's address in the cluster's network only: no policy guards the host network, so this must not listen on a public one
      'entrypoints.metrics.address': `$(NODE_ADDRESS):${PORTS.metrics}`,
      'metrics.prometheus': true,
      'metrics.prometheus.entrypoint': 'metrics',
      ping: true,
      'ping.entrypoint': 'metrics',

      accesslog: true,
      'accesslog.format': 'json',
      // headers and query strings hold session cookies and tokens
      'accesslog.fields.headers.defaultmode': 'drop',
      'accesslog.fields.queryparameters.defaultmode': 'drop',

      'providers.kubernetescrd': true,
      'providers.kubernetescrd.allowemptyservices': true,
      'providers.kubernetesingress': true,
      'providers.kubernetesingress.ingressclass': this.props.http.class,
      // without pods a service answers 503, which is counted as a failure; by default its hosts would be unknown and answer 404
      'providers.kubernetesingress.allowemptyservices': true,
      // /foo is no prefix of /foobar, as the Ingress specification has it
      'providers.kubernetesingress.strictprefixmatching': true,
      // written to the status of Ingresses: Argo CD takes one without an address for unfinished
      'providers.kubernetesingress.ingressendpoint.hostname': settings.domain,
    };
    return Object.entries(flags).map(([name, value]) => `--${name}=${String(value)}`);
  }
}

/** Response headers of every public host. */
const SECURITY_HEADERS = {
  // subdomains are left out: other servers may hold them
  stsSeconds: DEFAULTS.hstsSeconds,
  contentTypeNosniff: true,
  customFrameOptionsValue: 'SAMEORIGIN',
  referrerPolicy: 'strict-origin-when-cross-origin',
  permissionsPolicy: 'camera=(), geolocation=(), microphone=()',
  // an empty value takes a header away: what runs behind is nobody's business
  customResponseHeaders: { Server: '', 'X-Powered-By': '' },
};

/** Prometheus names its target after the Service. */
const TARGET = 'job="traefik",namespace="ingress"';

/** Metrics of traefik v3.7.9, pkg/observability/metrics/prometheus.go. It has none for a configuration that was refused. */
const ALERTS: readonly Alert[] = [
  {
    alert: 'TraefikDown',
    expr: `up{${TARGET}} == 0 or absent(up{${TARGET}})`,
    for: '2m',
    severity: 'critical',
    // where there is no pod at all, there is no label
    summary: 'Traefik does not answer{{ with $labels.instance }} on {{ . }}{{ end }}',
    description: 'Nothing that a node publishes can be reached through it while its Traefik is down.',
  },
  {
    alert: 'TraefikHigh5xxRate',
    expr:
      `sum(rate(traefik_entrypoint_requests_total{entrypoint="websecure",code=~"5.."}[5m]))` +
      ` / sum(rate(traefik_entrypoint_requests_total{entrypoint="websecure"}[5m])) > 0.05`,
    // on top of the five minutes that the ratio looks back
    for: '2m',
    severity: 'critical',
    summary: '{{ $value | humanizePercentage }} of all requests fail',
    description: 'More than one request in twenty got a server error for five minutes: users see failures.',
  },
  {
    alert: 'TraefikHighLatency',
    expr:
      // connections that stay open on purpose (websocket, sse) are no slow answers; its own `service` gives way to the target's
      `histogram_quantile(0.95, sum by (exported_service, le)` +
      ` (rate(traefik_service_request_duration_seconds_bucket{protocol="http"}[10m]))) > 3`,
    for: '15m',
    severity: 'warning',
    summary: 'Answers of {{ $labels.exported_service }} take {{ $value | humanizeDuration }}',
    description: 'One request in twenty of this service takes longer than three seconds.',
  },
];
