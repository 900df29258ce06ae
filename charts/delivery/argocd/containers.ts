import { image } from '../../../imports/images';
import type { ConfigMapRef } from '../../core/contracts';
import type { Endpoint } from '../../core/network';
import type { ContainerSpec, Probe, Resources } from '../../core/pod';
import { bytesOf, goMemoryLimit, mebi } from '../../core/quantities';
import type { SecretKey } from '../../core/secrets';
import { configVolume, scratch, type Volume } from '../../core/volumes';

// Flags, variables, ports, probes and folders: manifests/base of argo-cd v3.5.1

export const DEFAULTS = {
  /** Caches every watched object of the cluster: a few thousand on one node, more than half of the bytes CustomResourceDefinitions. */
  controller: { cpu: '250m', memory: mebi(512) },
  server: { cpu: '50m', memory: mebi(128) },
  /**
   * Idle most of the time; then kustomize takes 240 MiB to build the 7.6 MB of CustomResourceDefinitions (measured with `kubectl
   * kustomize`), and the repository server has to cut up the result. `builds` of them at once are the most that are let in.
   */
  repoServer: { cpu: '100m', memory: mebi(256), memoryLimit: mebi(1024) },
  /** Manifests and resource trees of fewer than a hundred Applications, compressed. */
  redis: { cpu: '25m', memory: mebi(96) },
  notifications: { cpu: '10m', memory: mebi(64) },
  builds: 2,
  /** Seconds between two looks at git, and the most that is added at random: upstream's defaults. A merge is live in some minutes. */
  pollSeconds: 120,
  jitterSeconds: 60,
  /** Attempts at a git request: the network and the names of a small server fail now and then. */
  gitAttempts: 3,
} as const;

/** Share of its memory limit that Redis fills with data; the rest is buffers and fragmentation. */
const REDIS_DATA_SHARE = 0.75;

/** What the programs share. */
export interface Surroundings {
  readonly redis: Endpoint;
  readonly redisPassword: SecretKey;
  /** Host keys of git servers. */
  readonly knownHosts: ConfigMapRef;
  /** Authorities of servers whose certificates no public one signed. */
  readonly tlsCerts: ConfigMapRef;
}

/** A cache that may be lost at any time. */
export const redisContainer = (password: SecretKey, resources: Resources): ContainerSpec => ({
  name: 'redis',
  image: image('redis', '8.2'),
  // without the image's entry point, which loads modules for search, JSON and time series that nobody uses
  command: ['redis-server'],
  args: [
    ...['--save', '', '--appendonly', 'no'],
    ...['--requirepass', '$(REDIS_PASSWORD)'],
    ...['--maxmemory', String(Math.floor(bytesOf(resources.memory) * REDIS_DATA_SHARE))],
    // as in manifests/ha; everything here expires
    ...['--maxmemory-policy', 'volatile-lru'],
  ],
  env: { REDIS_PASSWORD: password },
  ports: { redis: 6379 },
  resources,
  readiness: { tcp: 'redis' },
  liveness: { tcp: 'redis' },
});

export const repoServerContainer = (
  around: Surroundings,
  gpgKeys: ConfigMapRef,
  resources: Resources,
): ContainerSpec => ({
  ...program('argocd-repo-server', [redisFlag(around), `--parallelismlimit=${DEFAULTS.builds}`]),
  env: {
    REDIS_PASSWORD: around.redisPassword,
    // how long a revision that was looked up stays valid: 3 minutes otherwise, which would hide every second look
    ARGOCD_RECONCILIATION_TIMEOUT: `${DEFAULTS.pollSeconds}s`,
    ARGOCD_GIT_ATTEMPTS_COUNT: String(DEFAULTS.gitAttempts),
    HELM_CACHE_HOME: '/helm-working-dir',
    HELM_CONFIG_HOME: '/helm-working-dir',
    HELM_DATA_HOME: '/helm-working-dir',
    // no GOMEMLIMIT: kustomize would inherit it, and collect garbage until its 90 seconds are over
  },
  ports: { grpc: 8081, metrics: 8084 },
  resources,
  ...healthz('metrics'),
  mounts: {
    ...trust(around),
    '/app/config/gpg/source': configVolume(gpgKeys),
    '/app/config/gpg/keys': scratch('gpg-keyring', mebi(16)),
    // working copies of repositories, with their history
    '/tmp': scratch('tmp', mebi(2048)),
    '/helm-working-dir': scratch('helm-working-dir', mebi(256)),
    // sockets of plugins: there are none, but the pages ask for the list
    '/home/argocd/cmp-server/plugins': scratch('plugins', mebi(16)),
  },
});

export const controllerContainer = (
  around: Surroundings,
  repoServer: Endpoint,
  resources: Resources,
): ContainerSpec => ({
  ...program('argocd-application-controller', [
    redisFlag(around),
    repoServerFlag(repoServer),
    // the API server says what an apply would change: defaults and normalised quantities are no differences then
    '--server-side-diff-enabled',
  ]),
  env: {
    REDIS_PASSWORD: around.redisPassword,
    ARGOCD_CONTROLLER_REPLICAS: '1',
    ARGOCD_RECONCILIATION_TIMEOUT: `${DEFAULTS.pollSeconds}s`,
    ARGOCD_RECONCILIATION_JITTER: `${DEFAULTS.jitterSeconds}s`,
    KUBECACHEDIR: '/tmp/kubecache',
    GOMEMLIMIT: goMemoryLimit(resources.memory),
  },
  ports: { metrics: 8082 },
  resources,
  readiness: { http: { path: '/healthz', port: 'metrics' } },
  // upstream has none; patient, since a controller that is busy filling its cache must not begin anew
  liveness: {
    http: { path: '/healthz', port: 'metrics' },
    periodSeconds: 30,
    timeoutSeconds: 10,
    failureThreshold: 5,
  },
  mounts: { '/home/argocd': scratch('home', mebi(16)), '/tmp': scratch('tmp', mebi(256)) },
});

export const serverContainer = (
  around: Surroundings,
  repoServer: Endpoint,
  options: { readonly pages: 'http' | 'https'; readonly replicas: number; readonly resources: Resources },
): ContainerSpec => ({
  ...program('argocd-server', [
    redisFlag(around),
    repoServerFlag(repoServer),
    ...(options.pages === 'http' ? ['--insecure'] : []),
    // replacing deletes first: no click may do that to a volume
    '--sync-with-replace-allowed=false',
  ]),
  env: {
    REDIS_PASSWORD: around.redisPassword,
    // how many share the limit of logins at the same time
    ARGOCD_API_SERVER_REPLICAS: String(options.replicas),
    GOMEMLIMIT: goMemoryLimit(options.resources.memory),
  },
  ports: { [options.pages]: 8080, metrics: 8083 },
  resources: options.resources,
  ...healthz(options.pages, options.pages === 'http' ? 'HTTP' : 'HTTPS'),
  mounts: {
    ...trust(around),
    '/home/argocd': scratch('home', mebi(16)),
    '/tmp': scratch('tmp', mebi(64)),
  },
});

export const notificationsContainer = (tlsCerts: ConfigMapRef, resources: Resources): ContainerSpec => ({
  ...program('argocd-notifications-controller', [], 'argocd-notifications'),
  env: { GOMEMLIMIT: goMemoryLimit(resources.memory) },
  ports: { metrics: 9001 },
  resources,
  readiness: { tcp: 'metrics' },
  liveness: { tcp: 'metrics' },
  mounts: { '/app/config/tls': configVolume(tlsCerts) },
});

/** One image holds all programs, and is told by the first argument which one it is. */
const program = (name: string, flags: readonly string[], file: string = name) => ({
  name,
  image: image('argocd'),
  args: [`/usr/local/bin/${file}`, ...flags],
});

const addressOf = ({ host, port }: Endpoint): string => `${host}:${port}`;
const redisFlag = ({ redis }: Surroundings): string => `--redis=${addressOf(redis)}`;
const repoServerFlag = (repoServer: Endpoint): string => `--repo-server=${addressOf(repoServer)}`;

/** The full check asks whether the process reaches what it needs to answer at all; traffic does not wait for that. */
function healthz(port: string, scheme: 'HTTP' | 'HTTPS' = 'HTTP'): { readiness: Probe; liveness: Probe } {
  return {
    readiness: { http: { path: '/healthz', port, scheme } },
    liveness: { http: { path: '/healthz?full=true', port, scheme }, periodSeconds: 30, timeoutSeconds: 5 },
  };
}

const trust = ({ knownHosts, tlsCerts }: Surroundings): Record<string, Volume> => ({
  '/app/config/ssh': configVolume(knownHosts),
  '/app/config/tls': configVolume(tlsCerts),
});
