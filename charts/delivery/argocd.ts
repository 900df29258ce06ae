import { image } from '../../imports/images';
import type { Cluster } from '../core/cluster';
import { Component, type ServiceRef } from '../core/component';
import type { ConfigMapRef, Issuer } from '../core/contracts';
import type { Labels } from '../core/labels';
import { INTERNET, tcp, type Endpoint, type IngressController } from '../core/network';
import { defined } from '../core/objects';
import type { ContainerSpec } from '../core/pod';
import { bytesOf, mebi, type Memory } from '../core/quantities';
import { keyOf, provided, random, template, type SecretRef } from '../core/secrets';
import { configVolume, scratch, type Volume } from '../core/volumes';
import type { Workload } from '../core/workload';
import { alerts, NOTIFICATIONS_FAILING } from './argocd-alerts';
import { ACCESS, gitAccess, settingsOf } from './argocd-config';
import { KNOWN_HOSTS } from './argocd-known-hosts';
import { notificationsFor, type Notifications } from './argocd-notifications';
import {
  CONTROLLER_CLUSTER_RULES,
  CONTROLLER_RULES,
  NOTIFICATIONS_RULES,
  SERVER_CLUSTER_RULES,
  SERVER_RULES,
} from './argocd-rbac';

export interface ArgocdProps {
  /** Publishes the web pages. Needed where the settings name a host for them. */
  readonly ingress?: IngressController;
  /** Signs their certificate. Needed where the settings name a host for them. */
  readonly issuer?: Issuer;
}

const DEFAULTS = {
  /** Caches every watched object of the cluster: a few thousand on one node, more than half of the bytes CustomResourceDefinitions. */
  controller: { cpu: '250m', memory: mebi(512) },
  server: { cpu: '50m', memory: mebi(128) },
  /**
   * Idle most of the time; then kustomize takes 240 MiB to build the 7.6 MB of CustomResourceDefinitions (measured with kubectl 1.36
   * kustomize), and the server as much again to cut up the result. Two builds at once are the most that are let in.
   */
  repoServer: { cpu: '100m', memory: mebi(256), memoryLimit: mebi(1024) },
  /** Rendered manifests and resource trees of fewer than a hundred Applications, compressed. */
  redis: { cpu: '25m', memory: mebi(96) },
  notifications: { cpu: '10m', memory: mebi(64) },
  /** Builds of manifests at the same time. */
  builds: 2,
  /** Seconds between two looks at git, and the most that are added at random; upstream's defaults. A merge is live in some minutes. */
  pollSeconds: 120,
  jitterSeconds: 60,
  /** Attempts at a git request: names and connections of a small server fail now and then. */
  gitAttempts: 3,
} as const;

/** The user of the image (Dockerfile of argo-cd v3.5.1: ARGOCD_USER_ID). */
const USER = { uid: 999, gid: 999 };
/** The user of the image (alpine/Dockerfile of docker-library-redis). */
const REDIS_USER = { uid: 999, gid: 1000 };

/** Argo CD finds its ConfigMaps and Secrets by this label (util/settings/settings.go). */
const PART_OF: Labels = { 'app.kubernetes.io/part-of': 'argocd' };

/** Share of a memory limit from which Go collects garbage eagerly instead of being killed. */
const GO_MEMORY_SHARE = 0.9;
/** Share of its memory limit that Redis fills with data; the rest is buffers and fragmentation. */
const REDIS_DATA_SHARE = 0.75;

/**
 * Argo CD v3.5.1, after manifests/base of argo-cd, commit 109ca7ca7113. Nothing here asks for the ApplicationSet controller, the commit
 * server or Dex, so they are not rendered; without `dex.config` the server never looks for Dex. What users of upstream's manifests set in
 * argocd-cmd-params-cm are flags and variables here: a change is a change of the pod, which restarts.
 *
 * It manages itself. What it writes is never rendered, so self-heal has nothing to take back: its certificate, the hash of the admin's
 * password and tokens go into the Secret argocd-secret, the first password into argocd-initial-admin-secret.
 */
export class Argocd extends Component {
  private readonly host: string | undefined;
  private readonly replicas: number;
  private readonly password: SecretRef;
  private readonly tlsCerts: ConfigMapRef;
  private readonly knownHosts: ConfigMapRef;

  constructor(cluster: Cluster, props: ArgocdProps = {}) {
    super(cluster, {
      name: 'argocd',
      layer: 'delivery',
      namespace: 'argocd',
      description: 'Argo CD, which applies what git says',
      version: image('argocd').tag,
    });
    const { host, replicas } = cluster.settings.components.argocd;
    this.host = host;
    this.replicas = replicas ?? cluster.profile.replicas;

    this.settings();
    this.knownHosts = this.config('argocd-ssh-known-hosts-cm', { ssh_known_hosts: KNOWN_HOSTS });
    this.tlsCerts = this.config('argocd-tls-certs-cm', {});
    this.serverSecret();
    this.repositorySecret();
    this.password = this.secret('argocd-redis', { auth: random() });

    const redis = this.redis();
    const repoServer = this.repoServer(redis);
    const manifests = repoServer.endpoint('grpc');
    const controller = this.controller(redis, manifests);
    const server = this.server(redis, manifests);
    this.publishPages(server, props);

    const notifications = this.notifications();
    const scraped = [controller, repoServer, server, ...(notifications ? [notifications] : [])];
    for (const service of scraped) this.scrape(service, { port: 'metrics' });
    this.alerts([
      ...alerts(
        this.namespace,
        scraped.map(({ name }) => name),
      ),
      ...(notifications ? [NOTIFICATIONS_FAILING] : []),
    ]);
  }

  private config(name: string, data: Readonly<Record<string, string>>): ConfigMapRef {
    return this.configMap(name, data, PART_OF);
  }

  /** Read by name and watched, so that no pod has to restart for a change. */
  private settings(): void {
    this.config('argocd-cm', settingsOf(this.host));
    this.config('argocd-rbac-cm', ACCESS);
    // empty, and yet `argocd admin export` ends with an error where it is missing (cmd/argocd/commands/admin/admin.go)
    this.config('argocd-cmd-params-cm', {});
  }

  /**
   * It has to exist before the server starts (util/settings/accounts.go). The key that signs sessions is long enough for its HMAC with
   * SHA-256 (RFC 7518, 3.2: 256 bits); the server adds the rest.
   */
  private serverSecret(): void {
    this.secret('argocd-secret', { 'server.secretkey': random(48) }, PART_OF);
  }

  /** The key of a repository behind ssh. One behind https may be public: docs/runbooks/argocd.md says how to add a token. */
  private repositorySecret(): void {
    const { repository } = this.cluster.settings.gitops;
    if (!gitAccess(repository).ssh) return;
    this.secret(
      'argocd-repository',
      {
        type: template('git'),
        url: template(repository),
        sshPrivateKey: provided(`Private key of a deploy key of ${repository} that may only read`),
      },
      { 'argocd.argoproj.io/secret-type': 'repository' },
    );
  }

  /** A cache that may be lost at any time. Upstream's init container, which makes up the password, is what the declared Secret replaces. */
  private redis(): Endpoint {
    const name = 'argocd-redis';
    const resources = this.sized(DEFAULTS.redis);
    const redis = this.deployment({
      name,
      replicas: 1,
      serviceAccount: this.serviceAccount(name),
      user: REDIS_USER,
      containers: [
        {
          name: 'redis',
          image: image('redis'),
          // without the image's entry point, which loads modules for search, JSON and time series that nobody uses
          command: ['redis-server'],
          args: [
            ...['--save', '', '--appendonly', 'no'],
            ...['--requirepass', '$(REDIS_PASSWORD)'],
            ...['--maxmemory', String(Math.floor(bytesOf(resources.memory) * REDIS_DATA_SHARE))],
            // as in upstream's manifests/ha: what never expires is not thrown away
            ...['--maxmemory-policy', 'volatile-lru'],
          ],
          env: { REDIS_PASSWORD: keyOf(this.password, 'auth') },
          ports: { redis: 6379 },
          resources,
          readiness: { tcp: 'redis' },
          liveness: { tcp: 'redis' },
        },
      ],
    });
    return this.service(redis, { redis: true }).endpoint('redis');
  }

  /** Reads git and makes manifests of it. It has no token: what a repository brings in cannot reach the API server. */
  private repoServer(redis: Endpoint): ServiceRef {
    const name = 'argocd-repo-server';
    const { ports, reachable } = this.gitPorts();
    const repoServer = this.deployment({
      name,
      replicas: this.replicas,
      serviceAccount: this.serviceAccount(name),
      user: USER,
      containers: [
        {
          ...this.program(name),
          args: [`/usr/local/bin/${name}`, ...addresses({ redis }), `--parallelismlimit=${DEFAULTS.builds}`],
          env: {
            ...this.redisPassword(),
            // how long a revision that was looked up stays valid: 3 minutes otherwise, which would hide every second look
            ARGOCD_RECONCILIATION_TIMEOUT: `${DEFAULTS.pollSeconds}s`,
            ARGOCD_GIT_ATTEMPTS_COUNT: String(DEFAULTS.gitAttempts),
            HELM_CACHE_HOME: '/helm-working-dir',
            HELM_CONFIG_HOME: '/helm-working-dir',
            HELM_DATA_HOME: '/helm-working-dir',
            // no GOMEMLIMIT: kustomize would inherit it and collect garbage until its 90 seconds are over
          },
          ports: { grpc: 8081, metrics: 8084 },
          resources: this.sized(DEFAULTS.repoServer),
          readiness: { http: { path: '/healthz', port: 'metrics' } },
          liveness: {
            http: { path: '/healthz?full=true', port: 'metrics' },
            periodSeconds: 30,
            timeoutSeconds: 5,
          },
          mounts: {
            ...this.trust(),
            '/app/config/gpg/source': configVolume(this.config('argocd-gpg-keys-cm', {})),
            '/app/config/gpg/keys': scratch('gpg-keyring', mebi(16)),
            // working copies of repositories, with their history
            '/tmp': scratch('tmp', mebi(2048)),
            '/helm-working-dir': scratch('helm-working-dir', mebi(256)),
            // sockets of plugins: there are none, but the list of them is asked for
            '/home/argocd/cmp-server/plugins': scratch('plugins', mebi(16)),
          },
        },
      ],
    });
    this.connect(repoServer, redis);
    this.reach(repoServer, reachable, ports.map(tcp));
    if (this.replicas > 1) this.budget(repoServer);
    return this.service(repoServer, { grpc: true, metrics: true });
  }

  /** The repository, and the CustomResourceDefinitions and charts behind https. */
  private gitPorts() {
    const { port } = gitAccess(this.cluster.settings.gitops.repository);
    return { ports: [...new Set([443, port])], reachable: INTERNET };
  }

  private controller(redis: Endpoint, repoServer: Endpoint): ServiceRef {
    const name = 'argocd-application-controller';
    const account = this.serviceAccount(name);
    this.role(name, account, CONTROLLER_RULES);
    this.clusterRole(name, account, CONTROLLER_CLUSTER_RULES);
    const { cpu, memory } = this.cluster.settings.components.argocd;
    const resources = { ...this.sized(DEFAULTS.controller), ...defined({ cpu, memory }) };
    const controller = this.statefulSet({
      name,
      serviceName: name,
      // a second one would take a share of the clusters, of which there is one
      replicas: 1,
      serviceAccount: account,
      token: true,
      user: USER,
      containers: [
        {
          ...this.program(name),
          args: [
            `/usr/local/bin/${name}`,
            ...addresses({ redis, repoServer }),
            // the API server says what an apply would change: defaults and normalised quantities are no differences then
            '--server-side-diff-enabled',
          ],
          env: {
            ...this.redisPassword(),
            ARGOCD_CONTROLLER_REPLICAS: '1',
            ARGOCD_RECONCILIATION_TIMEOUT: `${DEFAULTS.pollSeconds}s`,
            ARGOCD_RECONCILIATION_JITTER: `${DEFAULTS.jitterSeconds}s`,
            KUBECACHEDIR: '/tmp/kubecache',
            GOMEMLIMIT: goMemoryLimit(resources.memory),
          },
          ports: { metrics: 8082 },
          resources,
          readiness: { http: { path: '/healthz', port: 'metrics' } },
          // upstream has none; a hung process is ended, one that is busy with a full cache is not
          liveness: {
            http: { path: '/healthz', port: 'metrics' },
            periodSeconds: 30,
            timeoutSeconds: 10,
            failureThreshold: 5,
          },
          mounts: { '/home/argocd': scratch('home', mebi(16)), '/tmp': scratch('tmp', mebi(256)) },
        },
      ],
    });
    this.connect(controller, redis);
    this.connect(controller, repoServer);
    this.reachApiServer(controller);
    return this.service(controller, { metrics: true }, { headless: true });
  }

  /**
   * The API and the web pages. Behind the ingress controller it speaks plain HTTP, as upstream's ingress guide for Traefik says: TLS ends
   * there, and the policies let nobody but the controller and Prometheus in. Without a host it keeps TLS with a certificate of its own.
   */
  private server(redis: Endpoint, repoServer: Endpoint): ServiceRef {
    const name = 'argocd-server';
    const account = this.serviceAccount(name);
    this.role(name, account, SERVER_RULES);
    this.clusterRole(name, account, SERVER_CLUSTER_RULES);
    const port = this.pagesPort;
    const scheme = this.host === undefined ? ('HTTPS' as const) : ('HTTP' as const);
    const resources = this.sized(DEFAULTS.server);
    const server = this.deployment({
      name,
      replicas: this.replicas,
      serviceAccount: account,
      token: true,
      user: USER,
      containers: [
        {
          ...this.program(name),
          args: [
            `/usr/local/bin/${name}`,
            ...addresses({ redis, repoServer }),
            ...(this.host === undefined ? [] : ['--insecure']),
            // replacing deletes first: no click may do that to a volume
            '--sync-with-replace-allowed=false',
          ],
          env: {
            ...this.redisPassword(),
            // how many share the limit of logins at the same time
            ARGOCD_API_SERVER_REPLICAS: String(this.replicas),
            GOMEMLIMIT: goMemoryLimit(resources.memory),
          },
          ports: { [port]: 8080, metrics: 8083 },
          resources,
          readiness: { http: { path: '/healthz', port, scheme } },
          liveness: {
            http: { path: '/healthz?full=true', port, scheme },
            periodSeconds: 30,
            timeoutSeconds: 5,
          },
          mounts: {
            ...this.trust(),
            '/home/argocd': scratch('home', mebi(16)),
            '/tmp': scratch('tmp', mebi(64)),
          },
        },
      ],
    });
    this.connect(server, redis);
    this.connect(server, repoServer);
    this.reachApiServer(server);
    if (this.replicas > 1) this.budget(server);
    return this.service(server, { [port]: this.host === undefined ? 443 : 80, metrics: true });
  }

  private get pagesPort(): 'http' | 'https' {
    return this.host === undefined ? 'https' : 'http';
  }

  private publishPages(server: ServiceRef, { ingress, issuer }: ArgocdProps): void {
    if (this.host === undefined) return;
    if (!ingress || !issuer) {
      throw new Error(`Argo CD at ${this.host} needs an ingress controller and an issuer of certificates`);
    }
    this.publish('argocd-server', this.host, server.endpoint(this.pagesPort), { ingress, issuer });
  }

  private notifications(): ServiceRef | undefined {
    const notifications = notificationsFor(this.cluster.settings.alerts, this.host);
    if (!notifications) return undefined;
    this.config('argocd-notifications-cm', notifications.config);
    if (Object.keys(notifications.keys).length > 0)
      this.secret('argocd-notifications-secret', notifications.keys, PART_OF);
    return this.notificationsController(notifications);
  }

  /** Upstream lets it ask the repository server, for templates that quote a commit; ours do not. */
  private notificationsController({ ports }: Notifications): ServiceRef {
    const name = 'argocd-notifications-controller';
    const account = this.serviceAccount(name);
    this.role(name, account, NOTIFICATIONS_RULES);
    const resources = this.sized(DEFAULTS.notifications);
    const controller = this.deployment({
      name,
      replicas: 1,
      // two would tell everything twice
      strategy: 'Recreate',
      serviceAccount: account,
      token: true,
      user: USER,
      containers: [
        {
          ...this.program(name),
          args: ['/usr/local/bin/argocd-notifications'],
          env: { GOMEMLIMIT: goMemoryLimit(resources.memory) },
          ports: { metrics: 9001 },
          resources,
          readiness: { tcp: 'metrics' },
          liveness: { tcp: 'metrics' },
          mounts: { '/app/config/tls': configVolume(this.tlsCerts) },
        },
      ],
    });
    this.reachApiServer(controller);
    this.reach(controller, INTERNET, ports.map(tcp));
    return this.service(controller, { metrics: true });
  }

  private program(name: string): Pick<ContainerSpec, 'name' | 'image'> {
    return { name, image: image('argocd') };
  }

  private redisPassword() {
    return { REDIS_PASSWORD: keyOf(this.password, 'auth') };
  }

  /** Whom to believe: host keys of git servers, and authorities of git servers with certificates of their own. */
  private trust(): Record<string, Volume> {
    return {
      '/app/config/ssh': configVolume(this.knownHosts),
      '/app/config/tls': configVolume(this.tlsCerts),
    };
  }
}

function addresses({ redis, repoServer }: { redis: Endpoint; repoServer?: Endpoint }): string[] {
  const address = ({ host, port }: Endpoint): string => `${host}:${port}`;
  return [`--redis=${address(redis)}`, ...(repoServer ? [`--repo-server=${address(repoServer)}`] : [])];
}

/** The environment variable that the Go runtime reads: bytes with a unit of its own. */
const goMemoryLimit = (limit: Memory): string =>
  `${Math.floor((bytesOf(limit) * GO_MEMORY_SHARE) / 2 ** 20)}MiB`;
