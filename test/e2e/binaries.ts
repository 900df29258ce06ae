import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ProgrammeError } from './report';

/** Where a program comes from: a Go module below test/e2e/tools, and a package of it. */
interface Tool {
  readonly module: string;
  readonly package: string;
  /** Time of a build with nothing in Go's cache, on 2 cores, for the message: in seconds, rounded up. */
  readonly seconds: number;
  /** Variable that a release build sets to the version of `versionOf`, a requirement of the module's go.mod. */
  readonly version?: { readonly variable: string; readonly of: string };
  /** Whether it has to run where there is no C library. @default false */
  readonly static?: boolean;
}

const KUBERNETES_VERSION = { variable: 'k8s.io/component-base/version.gitVersion', of: 'k8s.io/kubernetes' };
const kubernetes = (name: string, seconds: number): Tool => ({
  module: 'kubernetes',
  package: `k8s.io/kubernetes/cmd/${name}`,
  seconds,
  version: KUBERNETES_VERSION,
});

/** What `npm run e2e` starts. */
const CONTROL_PLANE_TOOLS = {
  etcd: { module: 'etcd', package: 'go.etcd.io/etcd/server/v3', seconds: 30 },
  'kube-apiserver': kubernetes('kube-apiserver', 200),
  'kube-controller-manager': kubernetes('kube-controller-manager', 60),
  'kube-scheduler': kubernetes('kube-scheduler', 20),
  kubectl: kubernetes('kubectl', 30),
  // Argo CD calls it, and needs the very name; kubectl holds the same code
  kustomize: { module: 'kubernetes', package: 'sigs.k8s.io/kustomize/kustomize/v5', seconds: 10 },
  kwok: { module: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok', seconds: 90 },
  argocd: { module: 'argo-cd', package: 'github.com/argoproj/argo-cd/v3/cmd', seconds: 520 },
  redis: { module: 'redis', package: 'strata/e2e/redis', seconds: 10 },
} as const satisfies Record<string, Tool>;

const TOOLS = {
  ...CONTROL_PLANE_TOOLS,
  // of the run on a real node
  kubelet: kubernetes('kubelet', 40),
  'kube-proxy': kubernetes('kube-proxy', 20),
  coredns: { module: 'coredns', package: 'github.com/coredns/coredns', seconds: 240 },
  // of the unit tests of alerts
  promtool: { module: 'prometheus', package: 'github.com/prometheus/prometheus/cmd/promtool', seconds: 200 },
  amtool: {
    module: 'alertmanager',
    package: 'github.com/prometheus/alertmanager/cmd/amtool',
    seconds: 120,
  },
  postgres_exporter: {
    module: 'exporters',
    package: 'github.com/prometheus-community/postgres_exporter/cmd/postgres_exporter',
    seconds: 20,
    static: true,
  },
  mysqld_exporter: {
    module: 'exporters',
    package: 'github.com/prometheus/mysqld_exporter',
    seconds: 10,
    static: true,
  },
  pushgateway: {
    module: 'exporters',
    package: 'github.com/prometheus/pushgateway',
    seconds: 10,
    static: true,
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;
export type Binaries<Name extends ToolName = keyof typeof CONTROL_PLANE_TOOLS> = Readonly<
  Record<Name, string>
>;

/** Seconds between two signs of life of a build. */
const PROGRESS_SECONDS = 15;

/**
 * Paths of all programs: from the folder in KUBEBUILDER_ASSETS (the convention of controller-runtime's envtest), else from the cache, else
 * built into it. Throws a ProgrammeError that names both ways out where Go is missing, and one with Go's output where a build fails.
 */
export async function findBinaries<Name extends ToolName = keyof Binaries>(
  toolsFolder: string,
  say: (line: string) => void,
  names: readonly Name[] = Object.keys(CONTROL_PLANE_TOOLS) as Name[],
): Promise<Binaries<Name>> {
  const found = new Map(names.map((name) => [name, given(name) ?? cached(toolsFolder, name)]));
  const missing = names.filter((name) => !existsSync(found.get(name) ?? ''));
  if (missing.length) {
    requireGo(missing);
    const seconds = missing.reduce((sum, name) => sum + TOOLS[name].seconds, 0);
    say(`building ${missing.join(', ')}: once, about ${Math.ceil(seconds / 60)} minutes on 2 cores`);
    for (const name of missing) await build(toolsFolder, name, cached(toolsFolder, name), say);
  }
  return Object.fromEntries(found) as Record<Name, string>;
}

/** The program in the folder that the user names. */
function given(name: ToolName): string | undefined {
  const folder = process.env['KUBEBUILDER_ASSETS'];
  if (!folder) return undefined;
  const file = join(folder, name);
  return existsSync(file) ? file : undefined;
}

/** The path in the cache: a folder per state of the module's go.mod and go.sum. */
function cached(toolsFolder: string, name: ToolName): string {
  const { module } = TOOLS[name];
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(toolsFolder, module, file)));
  hash.update(`${process.platform} ${process.arch}`);
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(cache, 'strata-e2e', `${module}-${hash.digest('hex').slice(0, 12)}`, name);
}

function requireGo(missing: readonly string[]): void {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  if (folders.some((folder) => existsSync(join(folder, 'go')))) return;
  throw new ProgrammeError(
    `${missing.join(', ')}: not in KUBEBUILDER_ASSETS, not in the cache, and there is no Go to build them with. Either install Go ` +
      '(https://go.dev/doc/install), or put the programs into a folder and name it in KUBEBUILDER_ASSETS',
  );
}

async function build(
  toolsFolder: string,
  name: ToolName,
  file: string,
  say: (line: string) => void,
): Promise<void> {
  const start = performance.now();
  const tool: Tool = TOOLS[name];
  const cwd = join(toolsFolder, tool.module);
  mkdirSync(join(file, '..'), { recursive: true });
  // two runs that build at once each make a whole file
  const temporary = `${file}.${process.pid}`;
  const version = tool.version ? `-X ${tool.version.variable}=${versionIn(cwd, tool.version.of)}` : '';
  // -s -w leaves out what only debuggers read: a third of the size
  const flags = `-ldflags=-s -w ${version}`;
  const go = spawn('go', ['build', '-v', '-trimpath', flags, '-o', temporary, tool.package], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...(tool.static ? { CGO_ENABLED: '0' } : {}) },
  });
  // a run that is stopped stops its build, and leaves no half of a file
  const abandon = (): void => {
    go.kill();
    rmSync(temporary, { force: true });
  };
  process.once('exit', abandon);
  const seconds = (): string => `${Math.round((performance.now() - start) / 1000)} s`;
  const output: string[] = [];
  go.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => output.push(...text.split('\n').filter(Boolean)));
  const ticks = setInterval(
    () => say(`  ${name}: ${output.length} packages compiled, ${seconds()}`),
    PROGRESS_SECONDS * 1000,
  );
  const code = await new Promise<number | null>((resolve) => {
    go.on('close', resolve);
    go.on('error', (error) => {
      output.push(error.message);
      resolve(-1);
    });
  });
  clearInterval(ticks);
  process.off('exit', abandon);
  if (code !== 0) {
    rmSync(temporary, { force: true });
    throw new ProgrammeError(`go build ${tool.package} failed:\n${output.slice(-20).join('\n')}`);
  }
  renameSync(temporary, file);
  say(`  ${name}: built in ${seconds()}`);
}

/** The version that a go.mod requires of a module. */
function versionIn(folder: string, module: string): string {
  const lines = readFileSync(join(folder, 'go.mod'), 'utf8').split('\n');
  const words = lines.map((line) =>
    line
      .trim()
      .replace(/^require /, '')
      .split(' '),
  );
  const version = words.find(([name]) => name === module)?.[1];
  if (!version) throw new ProgrammeError(`${folder}/go.mod does not require ${module}`);
  return version;
}
