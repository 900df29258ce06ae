import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Output } from '../../cli/output';
import { verifyCluster, type VerifyOutcome } from '../../cli/verify-cluster';

// What a real server says is proved by `npm run e2e`; here, what is refused before anything reaches one.

jest.setTimeout(60_000);

const ENVIRONMENT = { ...process.env };
const PATH = ENVIRONMENT['PATH'] ?? '';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'strata-verify-'))));
afterEach(() => {
  process.env = { ...ENVIRONMENT };
  rmSync(folder, { recursive: true });
});

interface Fake {
  readonly contexts?: readonly string[];
  /** What the server answers, by path, with status 0 for never; anything else is not found. */
  readonly answers?: Readonly<Record<string, readonly [status: number, body: object | string]>>;
  /** What kubectl says instead of connecting. */
  readonly refusal?: string;
}

/** A kubectl that notes its arguments and, as `kubectl proxy`, the requests that it is handed. */
const KUBECTL = `#!${process.execPath}
const fs = require('node:fs');
const { contexts, answers = {}, refusal } = JSON.parse(fs.readFileSync(process.env.FAKE, 'utf8'));
const note = (line) => fs.appendFileSync(process.env.NOTES, line + '\\n');
const args = process.argv.slice(2);
note(args.join(' '));
if (args.includes('get-contexts')) {
  console.log(contexts.join('\\n'));
} else if (refusal) {
  console.error(refusal);
  process.exit(1);
} else {
  note('pid ' + process.pid);
  const socket = args.find((arg) => arg.startsWith('--unix-socket=')).slice('--unix-socket='.length);
  require('node:http').createServer((request, response) => {
    note(request.method + ' ' + request.url);
    const [status, body] = answers[request.url] ?? [404, { message: 'not found' }];
    if (status === 0) return;
    response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }).listen(socket, () => console.log('Starting to serve on ' + socket));
}
`;

/** Puts the fake first into PATH, or with undefined leaves PATH without any kubectl. */
function pretend(fake: Fake | undefined): void {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  Object.assign(process.env, {
    FAKE: join(folder, 'fake.json'),
    NOTES: join(folder, 'notes'),
    TMPDIR: folder,
  });
  process.env['PATH'] = fake ? [bin, PATH].join(delimiter) : bin;
  if (!fake) return;
  writeFileSync(join(bin, 'kubectl'), KUBECTL);
  chmodSync(join(bin, 'kubectl'), 0o755);
  writeFileSync(join(folder, 'fake.json'), JSON.stringify({ contexts: [], ...fake }));
}

/** What is said, where nothing was compared. */
async function refusal(
  fake: Fake | undefined,
  options: { readonly context?: string; readonly kubeconfig?: string } = {},
  cluster = 'mono',
): Promise<string> {
  pretend(fake);
  const now = new Date('2026-11-20T00:00:00Z');
  const outcome = await verifyCluster({ root: '.', today: '2026-11-20' }, cluster, {
    ...options,
    now,
    progress: () => undefined,
  });
  expect(outcome).toMatchObject({ cluster, groups: [], drift: [] });
  return outcome.failures.flatMap(({ messages }) => messages).join('\n');
}

/** The command itself. */
function strata(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/strata.cjs', 'verify', ...args], {
    encoding: 'utf8',
    env: process.env,
  });
  return { status, stdout, stderr };
}

const notes = (): string[] => {
  const file = join(folder, 'notes');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};

const VERSION = { '/version': [200, { gitVersion: 'v1.36.3' }] } as const;
const KINDS = {
  '/apis/argoproj.io/v1alpha1': [
    200,
    { resources: [{ name: 'applications', kind: 'Application', namespaced: true }] },
  ],
} as const;
const ROOT = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/root';

const rootOf = (path: string, repoURL: string) =>
  [200, { metadata: {}, spec: { source: { path, repoURL } } }] as const;

const NOTHING_MORE = ['GET /version', 'GET /apis/argoproj.io/v1alpha1', `GET ${ROOT}`];
const requests = () => notes().filter((line) => /^[A-Z]+ /.test(line));

const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Waits for the end of the fake, and expects no folder of the command. */
async function nothingLeft(): Promise<void> {
  const [pid = 0] = notes().flatMap((line) => (/^pid (\d+)$/.exec(line) ?? []).slice(1).map(Number));
  expect(pid).toBeGreaterThan(0);
  const runs = () => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  while (runs()) await pause();
  expect(readdirSync(folder).sort()).toEqual(['bin', 'fake.json', 'notes']);
}

describe('strata verify', () => {
  test('wrong use ends with 2', () => {
    expect(strata()).toMatchObject({ status: 2 });
    expect(strata('mono', '--contxt', 'x')).toMatchObject({ status: 2 });
  });

  test('without kubectl it says where to get it', async () => {
    expect(await refusal(undefined)).toMatch(
      /^kubectl: is not in PATH.*https:\/\/kubernetes\.io\/docs\/tasks\/tools\//,
    );
  });

  test('a cluster without settings is refused before kubectl is asked', async () => {
    expect(await refusal({ contexts: ['nowhere'] }, {}, 'nowhere')).toContain('nowhere');
    expect(notes()).toEqual([]);
  });

  test.each([
    [
      'no context is called like the cluster',
      ['b', 'a'],
      {},
      /^mono: no context is called like.*Name it: --context a \| b$/,
    ],
    [
      'the named context is not there',
      ['mono'],
      { context: 'x' },
      /^--context x: there is no such context.*--context mono$/,
    ],
    [
      'there is no context',
      [],
      {},
      /^kubectl: its kubeconfig holds no context\. Name the file.*--kubeconfig/,
    ],
    [
      'the kubeconfig is not there',
      ['mono'],
      { kubeconfig: 'no/file' },
      /^--kubeconfig no\/file: there is no such file/,
    ],
  ])('where %s, nothing is connected to', async (_, contexts, options, message) => {
    expect(await refusal({ contexts }, options)).toMatch(message);
    expect(notes().filter((line) => line.includes('proxy'))).toEqual([]);
  });

  test('the context called like the cluster is used, in the words of kubectl where it fails', async () => {
    const words = 'the plugin for logging in is missing';
    expect(await refusal({ contexts: ['mono', 'other'], refusal: words })).toContain(
      `context mono: ${words}`,
    );
    expect(notes().at(-1)).toMatch(/^--context=mono proxy /);
  });

  test('the named context and file are used, and nothing but reads and dry runs can get through', async () => {
    const kubeconfig = join(folder, 'config');
    writeFileSync(kubeconfig, '');
    const fake = { contexts: ['mono', 'other'], refusal: 'no' };
    expect(await refusal(fake, { context: 'other', kubeconfig })).toContain('context other: no');
    const proxy = notes().at(-1)!;
    expect(proxy).toMatch(/^--kubeconfig=\S+config --context=other proxy /);
    expect(proxy).toContain('--reject-methods=^(POST|PUT|DELETE|CONNECT)$');
  });

  test.each([
    [
      'another cluster',
      { [ROOT]: rootOf('dist/staging/root', 'https://github.com/example/strata.git') },
      /follows dist\/staging\/root of .*, and the settings say dist\/mono\/root of .*not the cluster mono/,
    ],
    [
      'the same cluster of another repository',
      { [ROOT]: rootOf('dist/mono/root', 'https://github.com/somebody/else.git') },
      /follows dist\/mono\/root of https:\/\/github\.com\/somebody\/else\.git.*apply argocd\/bootstrap\/mono/,
    ],
    ['a cluster of no identity', {}, /has no Application argocd\/root.*nothing was done/],
  ])('%s is refused, and asked nothing more', async (_, answers, message) => {
    const fake = { contexts: ['mono'], answers: { ...VERSION, ...KINDS, ...answers } };
    expect(await refusal(fake)).toMatch(message);
    expect(requests()).toEqual(NOTHING_MORE);
  });

  test.each([
    [
      'does not answer',
      { '/version': [500, 'dial tcp 192.0.2.1:6443: connect: connection refused'] as const },
      /^context mono: its API server does not answer: 500 dial tcp.*connection refused/,
    ],
    [
      'lets nobody in',
      { ...VERSION, ...KINDS, [ROOT]: [403, { message: 'forbidden' }] as const },
      /^context mono: GET .*\/root: 403 forbidden/,
    ],
  ])('a server that %s is quoted', async (_, answers, message) => {
    expect(await refusal({ contexts: ['mono'], answers })).toMatch(message);
  });

  test('programs get everything in JSON, and progress only on stderr', () => {
    pretend({ contexts: ['mono'], answers: { ...VERSION, ...KINDS } });
    const { status, stdout, stderr } = strata('mono', '--output', 'json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      cluster: 'mono',
      groups: [],
      drift: [],
      failures: [{ cluster: 'mono', messages: [expect.stringContaining('argocd/root')] }],
    });
    expect(stderr).toBe('mono: connecting through the context mono\n');
  });

  test('no process, socket or folder is left', async () => {
    pretend({ contexts: ['mono'], answers: VERSION });
    expect(strata('mono').stderr).toContain('argocd/root');
    await nothingLeft();
  });

  test('nor is any where it is ended from outside', async () => {
    pretend({ contexts: ['mono'], answers: { '/version': [0, ''] } });
    const child = spawn(process.execPath, ['cli/strata.cjs', 'verify', 'mono'], {
      env: process.env,
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    while (!notes().includes('GET /version')) await pause();
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
    await nothingLeft();
  });
});

describe('what verify prints', () => {
  const written = (outcome: VerifyOutcome): { ok: boolean; stdout: string; stderr: string } => {
    const texts = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      jest.spyOn(process[stream], 'write').mockImplementation((text) => {
        texts[stream] += String(text);
        return true;
      });
    const ok = new Output('text').verify(outcome);
    jest.restoreAllMocks();
    return { ok, ...texts };
  };

  test('is a line per group on stdout, and every problem on stderr', () => {
    const groups = [
      { name: 'accepted', said: '2 of 2 objects pass', problems: [] },
      { name: 'drift', said: '1 of 2 objects are as in git', problems: ['one differs'] },
    ] as const;
    const failures = [{ cluster: 'mono', messages: ['one differs'], findings: [] }];
    expect(written({ cluster: 'mono', groups, drift: [], failures })).toEqual({
      ok: false,
      stdout: 'ok    accepted      2 of 2 objects pass\nFAIL  drift         1 of 2 objects are as in git\n',
      stderr: 'one differs\nmono  1 problem\n',
    });
    expect(written({ cluster: 'mono', groups: [groups[0]], drift: [], failures: [] })).toMatchObject({
      ok: true,
      stderr: '',
    });
  });
});
