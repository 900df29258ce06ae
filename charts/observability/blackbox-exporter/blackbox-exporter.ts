import { image } from '../../../imports/images';
import { Probe } from '../../../imports/models';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Alert } from '../../core/monitoring';
import { INTERNET, tcp, type Endpoint } from '../../core/network';
import { defined } from '../../core/objects';
import { goMemoryLimit, mebi } from '../../core/quantities';
import { configVolume } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import { toYaml } from '../../core/yaml';
import { PUBLIC_HOSTS } from './dashboards';
import { blackboxExporter, type BlackboxExporterSettings } from './definition';

const RESOURCES = { cpu: '10m', memory: mebi(32) } as const;
const NAME = 'blackbox-exporter';
const CONFIG_FOLDER = '/etc/blackbox_exporter';
const MODULE = 'page';
const JOB = 'probe';

/** What a page may answer to somebody who is not signed in. A redirect is not followed: it may lead out of the cluster. */
const ANSWERS = [200, 204, 301, 302, 303, 307, 308, 401, 403];

export interface BlackboxExporterProps extends BlackboxExporterSettings {
  /** Whether public certificates are of an authority that browsers trust; Let's Encrypt's staging is none. */
  readonly trustedCertificates: boolean;
}

/** Calls public hosts from inside, through DNS, the ingress and its certificates. `watch` says which. */
export class BlackboxExporter extends Component {
  static readonly definition = blackboxExporter;

  private readonly endpoint: Endpoint;

  constructor(
    cluster: Cluster,
    private readonly props: BlackboxExporterProps,
  ) {
    const { namespace } = cluster.settings.monitoring;
    super(cluster, { definition: blackboxExporter, namespace, version: image(NAME).tag });
    const prober = this.prober();
    this.reach(prober, INTERNET, [tcp(443)]);
    // where the host's public address is one of a node
    this.reach(prober, cluster.hosts, [tcp(443)]);
    const service = this.service(prober, { metrics: true });
    this.scrape(service, { port: 'metrics' });
    this.endpoint = service.endpoint('metrics');
    this.alerts(alertsOf(namespace));
    this.dashboards(PUBLIC_HOSTS);
    cluster.probers.push(this);
  }

  /** Has Prometheus ask for these hosts. */
  watch(hosts: readonly string[]): void {
    const { host, port } = this.endpoint;
    this.add(Probe, {
      metadata: { name: 'public-hosts' },
      spec: {
        jobName: JOB,
        interval: '30s',
        module: MODULE,
        prober: { url: `${host}:${port}`, path: '/probe' },
        targets: { staticConfig: { static: hosts.map((name) => `https://${name}/`) } },
      },
    });
  }

  /** Flags: main.go of v0.28.0. The image has no user: only ICMP needs root. */
  private prober(): Workload {
    const { cpu, memory } = this.props;
    const resources = { ...this.sized(RESOURCES), ...defined({ cpu, memory }) };
    const config = this.configMap(NAME, { 'config.yml': this.configuration() });
    return this.deployment({
      name: NAME,
      replicas: 1,
      user: { uid: 65_534, gid: 65_534 },
      containers: [
        {
          name: NAME,
          image: image(NAME),
          args: [`--config.file=${CONFIG_FOLDER}/config.yml`, '--log.format=json'],
          env: { GOMEMLIMIT: goMemoryLimit(resources.memory) },
          ports: { metrics: 9115 },
          resources,
          readiness: { http: { path: '/-/healthy', port: 'metrics' } },
          liveness: { http: { path: '/-/healthy', port: 'metrics' } },
          mounts: { [CONFIG_FOLDER]: configVolume(config) },
        },
      ],
    });
  }

  private configuration(): string {
    return toYaml({
      modules: {
        [MODULE]: {
          prober: 'http',
          timeout: '9s',
          http: {
            method: 'GET',
            valid_status_codes: ANSWERS,
            follow_redirects: false,
            fail_if_not_ssl: true,
            preferred_ip_protocol: 'ip4',
            tls_config: { insecure_skip_verify: !this.props.trustedCertificates },
          },
        },
      },
    });
  }
}

/** Metrics of v0.28.0: prober/handler.go, prober/http.go. `instance` is the address that was called. */
function alertsOf(namespace: string): readonly Alert[] {
  const pages = `namespace="${namespace}",job="${JOB}"`;
  return [
    {
      alert: 'BlackboxExporterDown',
      expr: `absent(up{namespace="${namespace}",job="blackbox-exporter"} == 1)`,
      for: '10m',
      severity: 'warning',
      summary: 'blackbox-exporter does not answer',
      description: 'Nobody calls the public hosts.',
    },
    {
      alert: 'BlackboxHostDown',
      expr: `probe_success{${pages}} == 0`,
      for: '3m',
      severity: 'critical',
      summary: '{{ $labels.instance }} does not answer as it should',
      description: 'Users see an error, or a warning of their browser.',
    },
    {
      alert: 'BlackboxHostSlow',
      expr: `avg_over_time(probe_duration_seconds{${pages}}[10m]) > 3`,
      for: '15m',
      severity: 'warning',
      summary: '{{ $labels.instance }} takes {{ $value | humanizeDuration }} to answer',
      description: 'From look-up of the name to the end of the page, from inside of the cluster.',
    },
    {
      alert: 'BlackboxCertificateExpires',
      expr: `probe_ssl_earliest_cert_expiry{${pages}} - time() < 14 * 24 * 3600`,
      for: '1h',
      severity: 'warning',
      summary: 'The certificate of {{ $labels.instance }} ends in {{ $value | humanizeDuration }}',
      description: 'It should have been renewed a month before its end. Browsers refuse the page after it.',
    },
  ];
}
