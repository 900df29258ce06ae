import { image } from '../../../imports/images';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Labels } from '../../core/labels';
import { INTERNET, tcp, type IngressController } from '../../core/network';
import { defined } from '../../core/objects';
import { goMemoryLimit, mebi } from '../../core/quantities';
import type { PolicyRule } from '../../core/rbac';
import { provided, type SecretRef } from '../../core/secrets';
import { secretVolume } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import { ALERTS } from './alerts';
import { externalDns, type ExternalDnsSettings } from './definition';

/** Holds all Ingresses and the records of its zones. */
const RESOURCES = { cpu: '10m', memory: mebi(64) } as const;

/** charts/external-dns/values.yaml of v0.22.0; the image is distroless and names no user. */
const USER = { uid: 65_532, gid: 65_532 };

const METRICS = 7979;
const TOKEN = 'api-token';
const TOKEN_FOLDER = '/etc/external-dns';

/** kustomize/external-dns-clusterrole.yaml of v0.22.0: what the source `ingress` reads. Other sources are off. */
const RULES: readonly PolicyRule[] = [
  { groups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'watch', 'list'] },
];

/** Where an Ingress says what its hosts lead to (source/annotations/annotations.go of v0.22.0). */
const TARGET = 'external-dns.kubernetes.io/target';

export interface ExternalDnsProps extends ExternalDnsSettings {
  /** Whose Ingresses are published. */
  readonly ingress: IngressController;
  /** Whether the ingress controller takes Cloudflare's word for who a visitor is. */
  readonly trustsCloudflare: boolean;
}

/** external-dns: writes a record at Cloudflare for each host of an Ingress that asks for it. */
export class ExternalDns extends Component {
  static readonly definition = externalDns;

  /** What an Ingress carries whose hosts are to be found. The status of Ingresses names the domain of the cluster, which may lead elsewhere. */
  readonly annotations: Labels;

  constructor(
    cluster: Cluster,
    private readonly props: ExternalDnsProps,
  ) {
    super(cluster, { definition: externalDns, version: image('external-dns').tag });
    this.requires(props.ingress);
    this.annotations = { [TARGET]: props.addresses.join(',') };
    const program = this.program(this.token());
    this.reachApiServer(program);
    // Cloudflare's API
    this.reach(program, INTERNET, [tcp(443)]);
    this.scrape(this.service(program, { metrics: true }), { port: 'metrics' });
    this.alerts(ALERTS);
    if (props.proxied && !props.trustsCloudflare) this.unknownVisitors();
  }

  private unknownVisitors(): void {
    this.cluster.mistakes.push({
      path: [...this.path, 'proxied'],
      problem:
        'visitors come from the addresses of Cloudflare, and the ingress does not ask Cloudflare who they are: all share the limit of one',
      remedy: 'Write ingress: { trustedProxies: [cloudflare] }, or proxied: false',
    });
  }

  private token(): SecretRef {
    const zones = this.props.zones.join(', ');
    return this.secret('cloudflare-api-token', {
      [TOKEN]: provided(`API token of Cloudflare that may read the zones ${zones}, and edit their DNS`),
    });
  }

  private program(token: SecretRef): Workload {
    const { cpu, memory } = this.props;
    const resources = { ...this.sized(RESOURCES), ...defined({ cpu, memory }) };
    const account = this.serviceAccount('external-dns');
    this.clusterRole('external-dns', account, RULES);
    return this.deployment({
      name: 'external-dns',
      // two of them would not agree who writes: it elects no leader
      replicas: 1,
      strategy: 'Recreate',
      serviceAccount: account,
      token: true,
      user: USER,
      containers: [
        {
          name: 'external-dns',
          image: image('external-dns'),
          args: this.flags(),
          env: {
            CF_API_TOKEN: `file:${TOKEN_FOLDER}/${TOKEN}`,
            GOMEMLIMIT: goMemoryLimit(resources.memory),
          },
          ports: { metrics: METRICS },
          resources,
          readiness: { http: { path: '/healthz', port: 'metrics' } },
          liveness: { http: { path: '/healthz', port: 'metrics' } },
          mounts: { [TOKEN_FOLDER]: secretVolume(token) },
        },
      ],
    });
  }

  /** docs/flags.md of v0.22.0. */
  private flags(): readonly string[] {
    const { zones, zoneIds = [], proxied, policy, owner, ingress } = this.props;
    return [
      '--source=ingress',
      `--ingress-class=${ingress.className}`,
      // Ingresses that answer challenges of an authority have the hosts of others, for minutes
      `--annotation-filter=${TARGET}`,
      '--provider=cloudflare',
      ...zones.map((zone) => `--domain-filter=${zone}`),
      ...zoneIds.map((id) => `--zone-id-filter=${id}`),
      proxied ? '--cloudflare-proxied' : '--no-cloudflare-proxied',
      `--policy=${policy}`,
      '--registry=txt',
      `--txt-owner-id=${owner ?? this.cluster.settings.name}`,
      // a label of its own, or the record beside that of a whole zone would lie outside of it (docs/registry/txt.md)
      '--txt-prefix=extdns-%{record_type}.',
      '--interval=1m',
      `--metrics-address=:${METRICS}`,
      '--log-format=json',
    ];
  }
}
