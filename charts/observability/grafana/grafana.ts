import { image } from '../../../imports/images';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Issuer } from '../../core/contracts';
import { dashboardJson } from '../../core/dashboard-json';
import { LAYERS, type Layer } from '../../core/layers';
import { INTERNET, tcp, type IngressController } from '../../core/network';
import { defined } from '../../core/objects';
import { bytesOf, goMemoryLimit, mebi } from '../../core/quantities';
import { keyOf, provided, random, template, type SecretRef } from '../../core/secrets';
import { configVolume, projectedVolume, scratch, type Volume } from '../../core/volumes';
import type { Workload } from '../../core/workload';
import { grafanaAlerts } from './alerts';
import { environmentOf, providerPorts } from './configuration';
import { grafana, type GrafanaSettings } from './definition';
import { DASHBOARDS_FOLDER, dashboardsFile, datasourcesFile, type Sources } from './provisioning';

const NAME = 'grafana';
/**
 * Some dozen dashboards and a few people who look at them; settings raise it for more. Users saw 330 MiB at rest since data sources are
 * processes of their own (grafana/grafana#123017, 13.0).
 */
const RESOURCES = { cpu: '50m', memory: mebi(512) } as const;
/** Dockerfile: ARG GF_UID. Its group is 0 there; its files are for everybody to read. */
const USER = { uid: 472, gid: 472 };
/** What `strata diff` and others know a dashboard by. */
const DASHBOARD = { grafana_dashboard: '1' };
const PROVISIONING = '/etc/grafana/provisioning';

export interface GrafanaProps extends GrafanaSettings, Sources {
  /** Publishes the web pages. Needed where the settings name a host for them. */
  readonly ingress?: IngressController;
  /** Signs their certificate. Needed where the settings name a host for them. */
  readonly issuer?: Issuer;
}

/**
 * One Grafana that keeps nothing: data sources, folders and dashboards come from git, accounts from a Secret or a provider. A new pod begins
 * with an empty database, and people sign in again. A second pod would have a database of its own, in which nobody is signed in.
 */
export class Grafana extends Component {
  static readonly definition = grafana;

  private readonly login: SecretRef;

  constructor(
    cluster: Cluster,
    private readonly props: GrafanaProps,
  ) {
    const { namespace } = cluster.settings.monitoring;
    super(cluster, { definition: grafana, namespace, version: image(NAME).tag });
    this.login = this.loginSecret();
    const server = this.server();
    this.connections(server);
    const service = this.service(server, { web: true });
    this.publishPages(service);
    this.scrape(service, {
      port: 'web',
      // the pages are public, and their numbers need not be
      basicAuth: {
        username: keyOf(this.login, 'metrics-user'),
        password: keyOf(this.login, 'metrics-password'),
      },
    });
    this.alerts(grafanaAlerts(namespace));
  }

  private loginSecret(): SecretRef {
    const { oidc } = this.props;
    return this.secret(NAME, {
      'admin-password': random(),
      // encrypts what Grafana keeps in its database, and signs
      'secret-key': random(48),
      'metrics-user': template('prometheus'),
      'metrics-password': random(),
      ...(oidc && {
        'oidc-client-secret': provided(`Secret of the client ${oidc.clientId} at the provider of sign-in`),
      }),
    });
  }

  private server(): Workload {
    const { cpu, memory, host, oidc } = this.props;
    const resources = { ...this.sized(RESOURCES), ...defined({ cpu, memory }) };
    const folders = this.folders();
    const files = this.configMap(NAME, {
      'datasources.yaml': datasourcesFile(this.props),
      'dashboards.yaml': dashboardsFile([...folders.keys()]),
    });
    const only = (file: string) =>
      configVolume(files, { name: file.split('.')[0] ?? file, items: { [file]: file } });
    return this.deployment({
      name: NAME,
      replicas: 1,
      user: USER,
      containers: [
        {
          name: NAME,
          image: image(NAME),
          env: {
            ...environmentOf(host, oidc),
            ...this.secrets(),
            // each process keeps to it for itself: the other half is the plugins'
            GOMEMLIMIT: goMemoryLimit(mebi(bytesOf(resources.memory) / 2 ** 21)),
          },
          ports: { web: 3000 },
          resources,
          // the first start makes the database
          startup: { http: { path: '/api/health', port: 'web' }, periodSeconds: 5, failureThreshold: 60 },
          readiness: { http: { path: '/api/health', port: 'web' } },
          liveness: { http: { path: '/api/health', port: 'web' } },
          mounts: {
            [`${PROVISIONING}/datasources`]: only('datasources.yaml'),
            [`${PROVISIONING}/dashboards`]: only('dashboards.yaml'),
            ...Object.fromEntries(
              [...folders].map(([layer, folder]) => [`${DASHBOARDS_FOLDER}/${layer}`, folder]),
            ),
            '/var/lib/grafana': scratch('data', mebi(256)),
            '/tmp': scratch('tmp', mebi(64)),
          },
        },
      ],
    });
  }

  /** Layer → its dashboards, a ConfigMap each: people review one, and none comes near what a ConfigMap may hold (1 MiB). */
  private folders(): ReadonlyMap<Layer, Volume> {
    const { dashboards } = this.cluster;
    const known = new Set([...dashboards.keys()].map(({ uid }) => uid));
    const configs = [...dashboards].map(([dashboard, layer]) => ({
      layer,
      config: this.configMap(
        `grafana-${dashboard.uid}`,
        { [`${dashboard.uid}.json`]: dashboardJson(dashboard, known) },
        DASHBOARD,
      ),
    }));
    const layers = LAYERS.filter((layer) => configs.some((one) => one.layer === layer));
    return new Map(
      layers.map((layer) => [
        layer,
        projectedVolume(
          `dashboards-${layer}`,
          configs.filter((one) => one.layer === layer),
        ),
      ]),
    );
  }

  private secrets() {
    const { login } = this;
    return {
      GF_SECURITY_ADMIN_PASSWORD: keyOf(login, 'admin-password'),
      GF_SECURITY_SECRET_KEY: keyOf(login, 'secret-key'),
      GF_METRICS_BASIC_AUTH_USERNAME: keyOf(login, 'metrics-user'),
      GF_METRICS_BASIC_AUTH_PASSWORD: keyOf(login, 'metrics-password'),
      ...(this.props.oidc && { GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET: keyOf(login, 'oidc-client-secret') }),
    };
  }

  private connections(server: Workload): void {
    const { prometheus, alertmanager, loki, jaeger, oidc } = this.props;
    for (const endpoint of [prometheus, alertmanager, loki, jaeger])
      if (endpoint) this.connect(server, endpoint);
    if (oidc) this.reach(server, INTERNET, providerPorts(oidc).map(tcp));
  }

  private publishPages(service: ReturnType<Grafana['service']>): void {
    const { host, ingress, issuer } = this.props;
    if (host === undefined) return;
    if (!ingress || !issuer)
      throw new Error(`Grafana at ${host} needs an ingress controller and an issuer of certificates`);
    this.publish(NAME, host, service.endpoint('web'), { ingress, issuer });
  }
}
