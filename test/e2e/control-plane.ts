import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api } from './api';
import type { Binaries } from './binaries';
import { freePorts, sleep, type Processes } from './processes';
import { ProgrammeError } from './report';

export interface ControlPlane {
  readonly api: Api;
  /** For kubectl and whatever else speaks with the server. */
  readonly kubeconfig: string;
}

interface Options {
  readonly binaries: Pick<
    Binaries,
    'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler'
  > &
    Partial<Pick<Binaries, 'kwok'>>;
  readonly processes: Processes;
  /** Gets keys, data and configuration; exists. */
  readonly folder: string;
  /** Addresses of Services, as the cluster's settings have them. */
  readonly services: string;
  /** File of KWOK stages; simulates no node where undefined. */
  readonly stages?: string;
  /** Further arguments of the API server. */
  readonly serverArguments?: readonly string[];
}

const READY_MILLISECONDS = 60_000;
/** How often a run looks for other ports, where somebody took one between the look and the start. */
const ATTEMPTS = 3;

/** etcd, the API server, the controllers, the scheduler and simulated nodes, on the loopback device only. Throws where they do not come up. */
export async function startControlPlane(options: Options): Promise<ControlPlane> {
  const token = writeKeys(options.folder);
  const { api, port } = await startServer(options, token);
  const kubeconfig = join(options.folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigText(port, token, options.folder));
  startControllers(options, kubeconfig);
  return { api, kubeconfig };
}

/** The key of service accounts' tokens, and the token of this run's administrator. */
function writeKeys(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const token = randomBytes(24).toString('hex');
  const secret = { mode: 0o600 };
  writeFileSync(join(folder, 'service-accounts.key'), privateKey, secret);
  writeFileSync(join(folder, 'service-accounts.pub'), publicKey);
  writeFileSync(join(folder, 'tokens.csv'), `${token},strata-e2e,strata-e2e,system:masters\n`, secret);
  return token;
}

async function startServer(options: Options, token: string): Promise<{ api: Api; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const [port = 0, client = 0, peer = 0] = await freePorts(3);
    startStore(options, client, peer, attempt);
    options.processes.start('kube-apiserver', options.binaries['kube-apiserver'], [
      `--etcd-servers=http://127.0.0.1:${client}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${port}`,
      '--cert-dir=certs',
      `--service-cluster-ip-range=${options.services}`,
      '--service-account-key-file=service-accounts.pub',
      '--service-account-signing-key-file=service-accounts.key',
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      '--token-auth-file=tokens.csv',
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      // an address of the loopback device is refused as the endpoint of the Service "kubernetes"
      '--endpoint-reconciler-type=none',
      ...(options.serverArguments ?? []),
    ]);
    try {
      return { api: await ready(options, port, token), port };
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof ProgrammeError)) throw error;
      await options.processes.stop();
    }
  }
}

/** A store whose writes need not outlive the run: it never waits for the disk. */
function startStore({ binaries, processes }: Options, client: number, peer: number, attempt: number): void {
  processes.start('etcd', binaries.etcd, [
    `--data-dir=etcd-${attempt}`,
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-cluster=default=http://127.0.0.1:${peer}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]);
}

async function ready({ processes, folder }: Options, port: number, token: string): Promise<Api> {
  const certificate = join(folder, 'certs', 'apiserver.crt');
  const deadline = performance.now() + READY_MILLISECONDS;
  while (performance.now() < deadline) {
    processes.check();
    await sleep(100);
    if (!existsSync(certificate)) continue;
    const api = new Api(port, token, readFileSync(certificate, 'utf8'));
    const answer = await api.request('GET', '/readyz').catch(() => undefined);
    if (answer?.status === 200) return api;
    api.close();
  }
  throw new ProgrammeError(`The API server is not ready after ${READY_MILLISECONDS / 1000} s: ${folder}`);
}

function startControllers({ binaries, processes, stages }: Options, kubeconfig: string): void {
  const common = [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0'];
  // the defaults of 20 requests a second are made for clusters of thousands of objects and patience
  const fast = ['--kube-api-qps=500', '--kube-api-burst=500'];
  processes.start('kube-controller-manager', binaries['kube-controller-manager'], [
    ...common,
    ...fast,
    '--use-service-account-credentials',
    '--service-account-private-key-file=service-accounts.key',
    '--root-ca-file=certs/apiserver.crt',
    // a simulated node must not be taken for lost while this machine is busy
    '--node-monitor-grace-period=1h',
  ]);
  processes.start('kube-scheduler', binaries['kube-scheduler'], [...common, ...fast]);
  if (binaries.kwok === undefined || stages === undefined) return;
  processes.start('kwok', binaries.kwok, [
    `--kubeconfig=${kubeconfig}`,
    '--manage-all-nodes=true',
    `--config=${stages}`,
    '--node-lease-duration-seconds=40',
  ]);
}

/** JSON is YAML. */
const kubeconfigText = (port: number, token: string, folder: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'e2e',
        cluster: {
          server: `https://127.0.0.1:${port}`,
          'certificate-authority': join(folder, 'certs', 'apiserver.crt'),
        },
      },
    ],
    users: [{ name: 'e2e', user: { token } }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'e2e' } }],
    'current-context': 'e2e',
  });
