import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import type { KubeObject } from '../../charts/core/objects';
import { messageOf } from '../../cli/kubernetes-api';
import { isAccepted, type Api } from './api';
import type { Binaries } from './binaries';
import { freePorts, sleep, type Processes } from './processes';
import { ProgrammeError } from './report';

interface Options {
  readonly api: Api;
  readonly binaries: Binaries;
  readonly processes: Processes;
  /** Gets working copies, caches and the controller's configuration; exists. */
  readonly folder: string;
  /** Kubeconfig of an administrator: JSON. */
  readonly kubeconfig: string;
  /** What is rendered: says how Argo CD's programs are started. */
  readonly objects: readonly KubeObject[];
}

/** How a manifest starts a program. */
interface Start {
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly account: string;
}

const NAMESPACE = 'argocd';
const LISTENING_MILLISECONDS = 30_000;
const CONTROLLER = 'argocd-application-controller';
/** Lines of the controller's log per Application that a failure shows. */
const SHOWN_LINES = 12;
const SHOWN_CHARACTERS = 160;

/**
 * Argo CD's repository server and application controller, with a Redis, as processes of this machine. Flags, variables and the rights of the
 * service account are those that are rendered, so that these are proved too; what must differ comes last and wins. The rendered service
 * account must be there. Throws where a program does not come up.
 */
export async function startArgoCd(options: Options): Promise<void> {
  const { processes, binaries } = options;
  const [redis = 0, repository = 0, ...metrics] = await freePorts(4);
  processes.start('redis', binaries.redis, [`127.0.0.1:${redis}`]);
  startPart(options, 'argocd-repo-server', [
    `--redis=127.0.0.1:${redis}`,
    '--disable-tls',
    '--address=127.0.0.1',
    `--port=${repository}`,
    '--metrics-address=127.0.0.1',
    `--metrics-port=${metrics[0]}`,
  ]);
  await Promise.all([redis, repository].map((port) => listening(port, processes)));
  const kubeconfig = await kubeconfigOf(options, startOf(options.objects, CONTROLLER).account);
  startPart(
    options,
    CONTROLLER,
    [
      `--kubeconfig=${kubeconfig}`,
      `--namespace=${NAMESPACE}`,
      `--redis=127.0.0.1:${redis}`,
      `--repo-server=127.0.0.1:${repository}`,
      '--repo-server-plaintext',
      // listens on every device: the program has no flag for it
      `--metrics-port=${metrics[1]}`,
    ],
    // the server "in the cluster" is the one of this configuration
    {
      ...{ ARGOCD_FAKE_IN_CLUSTER: 'true', KUBECONFIG: kubeconfig, ARGOCD_SYNC_WAVE_DELAY: '0' },
      // the health of each resource, for messages
      ARGOCD_APPLICATION_CONTROLLER_PERSIST_RESOURCE_HEALTH: 'true',
    },
  );
}

/** The last that the controller wrote of each Application that the problems name: the log itself is gone with a machine of CI. */
export function saidOf(problems: readonly string[], folder: string): string[] {
  const names = new Set(
    problems.flatMap((line) => [...line.matchAll(/Application (\S+?):? /g)].map(([, name]) => name)),
  );
  const file = join(folder, `${CONTROLLER}.log`);
  // what fails before Argo CD is started has no log
  if (!existsSync(file)) return [];
  const log = readFileSync(file, 'utf8').split('\n');
  return [...names].flatMap((name) =>
    log
      .filter((line) => line.startsWith('{') && line.includes(`"application":"${name}"`))
      .slice(-SHOWN_LINES)
      .map((line) => {
        const { time, level, msg } = JSON.parse(line);
        return `${name} ${time} ${level} ${String(msg).slice(0, SHOWN_CHARACTERS)}`;
      }),
  );
}

function startPart(
  { processes, binaries, folder, objects }: Options,
  name: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): void {
  const rendered = startOf(objects, name);
  const home = join(folder, name);
  mkdirSync(home, { recursive: true });
  processes.start(name, binaries.argocd, [...rendered.flags, ...flags], {
    ...rendered.env,
    // one file plays every part
    ARGOCD_BINARY_NAME: name,
    ARGOCD_GPG_ENABLED: 'false',
    // folders that the image or a volume has
    ...Object.fromEntries(
      Object.entries(rendered.env).flatMap(([key, value]) => (value.startsWith('/') ? [[key, home]] : [])),
    ),
    ...{ HOME: home, TMPDIR: home },
    // it calls git and kustomize by their names
    PATH: [dirname(binaries.kustomize), process.env['PATH']].join(delimiter),
    ...env,
  });
}

/** Flags and variables of a program in the manifests; what comes out of a Secret or a field is left out. */
function startOf(objects: readonly KubeObject[], name: string): Start {
  for (const { spec, metadata } of objects as any[]) {
    if (metadata.namespace !== NAMESPACE) continue;
    const pod = spec?.template?.spec;
    const container = pod?.containers?.find(({ args }: any) => args?.[0] === `/usr/local/bin/${name}`);
    if (!container) continue;
    const env = (container.env ?? []) as { name: string; value?: string }[];
    return {
      flags: container.args.slice(1),
      env: Object.fromEntries(
        env.flatMap(({ name: key, value }) => (value === undefined ? [] : [[key, value]])),
      ),
      account: pod.serviceAccountName,
    };
  }
  throw new ProgrammeError(`No manifest in the namespace ${NAMESPACE} starts ${name}`);
}

/** A kubeconfig with a token of the service account, written into the folder. */
async function kubeconfigOf({ api, kubeconfig, folder }: Options, account: string): Promise<string> {
  const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${account}/token`;
  const answer = await api.request('POST', path, JSON.stringify({ spec: {} }));
  if (!isAccepted(answer)) throw new ProgrammeError(`A token of ${account}: ${messageOf(answer.body)}`);
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  for (const { user } of config.users) user.token = answer.body.status.token;
  const file = join(folder, 'kubeconfig-argocd');
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

async function listening(port: number, processes: Processes): Promise<void> {
  const deadline = performance.now() + LISTENING_MILLISECONDS;
  while (performance.now() < deadline) {
    processes.check();
    const open = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: '127.0.0.1', port }, () => resolve(true));
      socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
    });
    if (open) return;
    await sleep(100);
  }
  throw new ProgrammeError(`Nothing listens on port ${port} after ${LISTENING_MILLISECONDS / 1000} s`);
}
