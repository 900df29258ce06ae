import { image } from '../../../imports/images';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { ConfigMapRef, Issuer } from '../../core/contracts';
import type { Labels } from '../../core/labels';
import { INTERNET, tcp, type Endpoint, type IngressController } from '../../core/network';
import { defined } from '../../core/objects';
import { keyOf, provided, random, template } from '../../core/secrets';
import type { ServiceRef } from '../../core/service';
import { alerts, NOTIFICATIONS_FAILING } from './alerts';
import { gitAccess, settingsOf } from './config';
import {
  controllerContainer,
  DEFAULTS,
  notificationsContainer,
  redisContainer,
  repoServerContainer,
  serverContainer,
  type Surroundings,
} from './containers';
import { KNOWN_HOSTS } from './known-hosts';
import { notificationsFor } from './notifications';
import {
  CONTROLLER_CLUSTER_RULES,
  CONTROLLER_RULES,
  NOTIFICATIONS_RULES,
  SERVER_CLUSTER_RULES,
  SERVER_RULES,
} from './rbac';
import type { AlertSettings } from '../alerts';
import { ARGOCD } from './dashboards';
import { argocd, type ArgocdSettings } from './definition';

export interface ArgocdProps extends ArgocdSettings {
  /** Who is told of what goes wrong. */
  readonly receivers: AlertSettings;
  /** Publishes the web pages. Needed where the settings name a host for them. */
  readonly ingress?: IngressController;
  /** Signs their certificate. Needed where the settings name a host for them. */
  readonly issuer?: Issuer;
}

/** The user of the image (Dockerfile of argo-cd v3.5.1: ARGOCD_USER_ID). */
const USER = { uid: 999, gid: 999 };
/** The user of the image (alpine/Dockerfile of docker-library-redis). */
const REDIS_USER = { uid: 999, gid: 1000 };

/** Argo CD finds its ConfigMaps and Secrets by this label (util/settings/settings.go). */
const PART_OF: Labels = { 'app.kubernetes.io/part-of': 'argocd' };

/**
 * Argo CD v3.5.1, after manifests/base of argo-cd at commit 109ca7ca7113. Nothing here asks for the ApplicationSet controller, the commit
 * server or Dex, so they are not rendered; without `dex.config` the server never looks for Dex. What users of upstream's manifests set in
 * argocd-cmd-params-cm are flags and variables of the pods here, so that a change of them restarts what reads them.
 *
 * It manages itself. What it writes is never rendered, so self-heal has nothing to take back: its certificate, the hash of the admin's
 * password and tokens go into the Secret argocd-secret, the first password into argocd-initial-admin-secret.
 */
export class Argocd extends Component {
  static readonly definition = argocd;

  private readonly host: string | undefined;
  private readonly replicas: number;
  private readonly around: Surroundings;

  constructor(
    cluster: Cluster,
    private readonly props: ArgocdProps,
  ) {
    super(cluster, { definition: argocd, version: image('argocd').tag });
    const { host, replicas } = props;
    this.host = host;
    this.replicas = replicas ?? cluster.profile.replicas;

    this.settings();
    this.serverSecret();
    this.repositorySecret();
    this.around = this.surroundings();
    const repoServer = this.repoServer();
    const manifests = repoServer.endpoint('grpc');
    const controller = this.controller(manifests);
    const server = this.server(manifests);
    this.publishPages(server, props);
    const notifications = this.notifications();
    this.monitor([controller, repoServer, server], notifications);
  }

  private config(name: string, data: Readonly<Record<string, string>>): ConfigMapRef {
    return this.configMap(name, data, PART_OF);
  }

  /** Watched by whoever reads them, so that no pod has to restart for a change. */
  private settings(): void {
    this.config('argocd-cm', settingsOf(this.host));
    // no roles and no `policy.default`: whoever is known but is not `admin` may do nothing
    this.config('argocd-rbac-cm', {});
    // empty, and yet `argocd admin export` ends with an error where it is missing (cmd/argocd/commands/admin/admin.go)
    this.config('argocd-cmd-params-cm', {});
  }

  /**
   * It has to exist before the server starts (util/settings/accounts.go). The key that signs sessions is long enough for an HMAC with
   * SHA-256 (RFC 7518, section 3.2: 256 bits); the server adds the rest.
   */
  private serverSecret(): void {
    this.secret('argocd-secret', { 'server.secretkey': random(48) }, { labels: PART_OF });
  }

  /** The key to a repository behind ssh. One behind https may be public: charts/delivery/argocd/runbook.md says how to add a token. */
  private repositorySecret(): void {
    const { repository } = this.cluster.settings.gitops;
    if (!gitAccess(repository).ssh) return;
    this.secret(
      'argocd-repository',
      {
        type: template('git'),
        url: template(repository),
        sshPrivateKey: provided(`Private part of a deploy key of ${repository} that may only read`, {
          kind: 'private key',
        }),
      },
      { labels: { 'argocd.argoproj.io/secret-type': 'repository' } },
    );
  }

  private surroundings(): Surroundings {
    const redisPassword = keyOf(this.secret('argocd-redis', { auth: random() }), 'auth');
    return {
      redisPassword,
      redis: this.redis(redisPassword),
      knownHosts: this.config('argocd-ssh-known-hosts-cm', { ssh_known_hosts: KNOWN_HOSTS }),
      tlsCerts: this.config('argocd-tls-certs-cm', {}),
    };
  }

  /** Upstream's init container makes up the password, with a role for it; here the Secret is declared like any other. */
  private redis(password: Surroundings['redisPassword']): Endpoint {
    const name = 'argocd-redis';
    const redis = this.deployment({
      name,
      replicas: 1,
      serviceAccount: this.serviceAccount(name),
      user: REDIS_USER,
      containers: [redisContainer(password, this.sized(DEFAULTS.redis))],
    });
    return this.service(redis, { redis: true }).endpoint('redis');
  }

  /** Reads git and makes manifests of it. It has no token: what a repository brings in does not reach the API server. */
  private repoServer(): ServiceRef {
    const name = 'argocd-repo-server';
    const gpgKeys = this.config('argocd-gpg-keys-cm', {});
    const repoServer = this.deployment({
      name,
      replicas: this.replicas,
      serviceAccount: this.serviceAccount(name),
      user: USER,
      containers: [repoServerContainer(this.around, gpgKeys, this.sized(DEFAULTS.repoServer))],
    });
    const { port } = gitAccess(this.cluster.settings.gitops.repository);
    this.connect(repoServer, this.around.redis);
    // the CustomResourceDefinitions are behind https, wherever the repository is
    this.reach(repoServer, INTERNET, [...new Set([443, port])].map(tcp));
    if (this.replicas > 1) this.budget(repoServer);
    return this.service(repoServer, { grpc: true, metrics: true });
  }

  private controller(manifests: Endpoint): ServiceRef {
    const name = 'argocd-application-controller';
    const account = this.serviceAccount(name);
    this.role(name, account, CONTROLLER_RULES);
    this.clusterRole(name, account, CONTROLLER_CLUSTER_RULES);
    const { cpu, memory } = this.props;
    const resources = { ...this.sized(DEFAULTS.controller), ...defined({ cpu, memory }) };
    const controller = this.statefulSet({
      name,
      serviceName: name,
      // a second one would take a share of the clusters, of which there is one
      replicas: 1,
      serviceAccount: account,
      token: true,
      user: USER,
      containers: [controllerContainer(this.around, manifests, resources)],
    });
    this.connect(controller, this.around.redis);
    this.connect(controller, manifests);
    this.reachApiServer(controller);
    return this.service(controller, { metrics: true }, { headless: true });
  }

  /**
   * The API and the web pages. Behind the ingress controller it speaks plain HTTP, as upstream's guide for Traefik says: TLS ends there,
   * and the policies let in nobody but the controller and Prometheus. Without a host it keeps TLS, with a certificate of its own.
   */
  private server(manifests: Endpoint): ServiceRef {
    const name = 'argocd-server';
    const account = this.serviceAccount(name);
    this.role(name, account, SERVER_RULES);
    this.clusterRole(name, account, SERVER_CLUSTER_RULES);
    const { pages, replicas } = this;
    const resources = this.sized(DEFAULTS.server);
    const server = this.deployment({
      name,
      replicas,
      serviceAccount: account,
      token: true,
      user: USER,
      containers: [serverContainer(this.around, manifests, { pages, replicas, resources })],
    });
    this.connect(server, this.around.redis);
    this.connect(server, manifests);
    this.reachApiServer(server);
    if (replicas > 1) this.budget(server);
    return this.service(server, { [pages]: pages === 'http' ? 80 : 443, metrics: true });
  }

  /** Name of the server's port. */
  private get pages(): 'http' | 'https' {
    return this.host === undefined ? 'https' : 'http';
  }

  private publishPages(server: ServiceRef, { ingress, issuer }: ArgocdProps): void {
    if (this.host === undefined) return;
    if (!ingress || !issuer)
      throw new Error(`Argo CD at ${this.host} needs an ingress controller and an issuer of certificates`);
    this.publish('argocd-server', this.host, server.endpoint(this.pages), { ingress, issuer });
  }

  /**
   * Tells the receivers of the settings; undefined where there are none. Upstream lets it ask the repository server, for templates that
   * quote a commit; ours do not.
   */
  private notifications(): ServiceRef | undefined {
    const notifications = notificationsFor(this.props.receivers, this.host);
    if (!notifications) return undefined;
    const name = 'argocd-notifications-controller';
    const { config, keys, ports } = notifications;
    this.config('argocd-notifications-cm', config);
    if (Object.keys(keys).length > 0) this.secret('argocd-notifications-secret', keys, { labels: PART_OF });
    const account = this.serviceAccount(name);
    this.role(name, account, NOTIFICATIONS_RULES);
    const controller = this.deployment({
      name,
      replicas: 1,
      // two would tell everything twice
      strategy: 'Recreate',
      serviceAccount: account,
      token: true,
      user: USER,
      containers: [notificationsContainer(this.around.tlsCerts, this.sized(DEFAULTS.notifications))],
    });
    this.reachApiServer(controller);
    this.reach(controller, INTERNET, ports.map(tcp));
    return this.service(controller, { metrics: true });
  }

  private monitor(programs: readonly ServiceRef[], notifications: ServiceRef | undefined): void {
    const services = [...programs, ...(notifications ? [notifications] : [])];
    for (const service of services) this.scrape(service, { port: 'metrics' });
    const names = services.map(({ name }) => name);
    this.alerts([...alerts(this.namespace, names), ...(notifications ? [NOTIFICATIONS_FAILING] : [])]);
    this.dashboards(ARGOCD);
  }
}
