import { image } from '../../../imports/images';
import { IngressClass, Middleware, TLSOption } from '../../../imports/models';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { IngressController } from '../../core/network';
import { defined } from '../../core/objects';
import { goMemoryLimit, mebi } from '../../core/quantities';
import type { PolicyRule } from '../../core/rbac';
import { scratch } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import { proxyRanges, type IngressSettings } from '../ingress';
import { ALERTS } from './alerts';
import { INGRESS } from './dashboards';
import { traefik, type TraefikSettings } from './definition';
import { middlewares } from './middlewares';

const DEFAULTS = {
  /** Go, TLS handshakes and compression buffers of a few hundred connections; settings raise it for busier clusters. */
  resources: { cpu: '100m', memory: mebi(128) },
  /** How long running requests may go on after the order to end: the next pod waits for the ports meanwhile, so nobody new is served. */
  graceSeconds: 10,
  /** Seconds to read a request with its body: 100 MiB through a line of 3 Mbit/s take 280. Upstream's 60 would cut such uploads off. */
  readSeconds: 300,
  /** The same on port 80, where nothing is uploaded. */
  plainReadSeconds: 10,
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

  /** One chain, so that Ingresses need not change when it does. */
  private middlewares(): void {
    const parts = middlewares(this.props.http);
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

  /** Traefik's static configuration. Left at its default, and so off: dashboard and API, and trust in forwarding headers of visitors. */
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
      ...this.trust('web'),
      ...this.trust('websecure'),

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

  /**
   * Whose X-Forwarded-For is believed; of everybody else it is taken away (traefik v3.7.9, pkg/middlewares/forwardedheaders). Applications
   * take the last address in it for the visitor's. Traefik would put the proxy's behind it, and does where visitors may come without one.
   */
  private trust(entryPoint: string): Readonly<Record<string, string | boolean>> {
    const proxies = proxyRanges(this.props.http);
    if (!proxies.length) return {};
    const prefix = `entrypoints.${entryPoint}.forwardedheaders`;
    return {
      [`${prefix}.trustedips`]: proxies.join(','),
      ...(this.props.http.onlyThroughProxies && { [`${prefix}.notappendxforwardedfor`]: true }),
    };
  }
}
