import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { scratch, strata, workspace, type Said } from '../cli/terminal';

// A new cluster, typed as README.md and argocd/README.md say it: up to what needs a cluster.

/** Commands of the first block of shell below a heading, without comments. */
function commandsBelow(page: string, heading: string): string[] {
  const text = readFileSync(page, 'utf8');
  const start = text.indexOf(`${heading}\n`);
  const [, block] = /```sh\n([^]*?)```/.exec(text.slice(start)) ?? [];
  if (start < 0 || block === undefined) throw new Error(`${page} has no commands below ${heading}`);
  return block
    .split('\n')
    .map((line) => line.replace(/ *# .*$/, ''))
    .filter((line) => line !== '');
}

/** A pair that age's own library made (npm age-encryption 0.3.0, generateX25519Identity and identityToRecipient). */
const IDENTITY = 'AGE-SECRET-KEY-1XF5LPTUSRFTHQXMQ4QT8095ZQQ0MQ9M8J7J4QZWDPV2F8MUUFM2SL7NZ9A';
const RECIPIENT = 'age1yhsnueznp84q4qqqlycxsat6e8d5vr0082j69ydaxze35qscav7sf0p0kh';
const valueOf = (key: string): string => (key.endsWith('.identity') ? IDENTITY : `value of ${key}`);

/** The answers of a person who brings nothing but a domain and a repository. */
const COMMON: readonly (readonly [RegExp, string])[] = [
  [/^Domain/, 'example.org'],
  [/^Mailbox/, 'ops@example.org'],
  [/^URL of this/, 'https://github.com/example/strata.git'],
  [/^What runs/, 'postgresql mysql xwiki'],
];
const K3S = [...COMMON, [/^Why nothing/, 'A place to try things']] as const;
const KUBEADM = [
  ...COMMON,
  [/^Distribution/, 'kubeadm'],
  [/^Bucket/, 'https://s3.example.org/first-backups'],
  [/^Region/, 'eu-central-003'],
  [/^age recipient/, RECIPIENT],
] as const;

const NAME = 'first';
let place: ReturnType<typeof workspace>;
let git: (line: string) => string;

beforeEach(() => {
  place = workspace();
  const home = scratch();
  git = (line) =>
    execFileSync('sh', ['-euc', line], {
      cwd: place.root,
      encoding: 'utf8',
      stdio: 'pipe',
      env: {
        ...{ PATH: process.env['PATH'], HOME: home, GIT_CONFIG_NOSYSTEM: '1' },
        ...{ GIT_AUTHOR_NAME: 'test', GIT_AUTHOR_EMAIL: 'test@example.org' },
        ...{ GIT_COMMITTER_NAME: 'test', GIT_COMMITTER_EMAIL: 'test@example.org' },
      },
    });
  git('git init -q -b main . && git add . && git commit -qm begin');
  git(
    `git init -q --bare '${home}/published' && git remote add origin '${home}/published' && git push -qu origin main`,
  );
});

const asAnswer = (answers: readonly (readonly [RegExp, string])[]) => (question: string) =>
  Promise.resolve(answers.find(([start]) => start.test(question))?.[1] ?? '');

/** Types the commands of README.md, and gives what `strata init` said. */
async function typeReadme(answers: readonly (readonly [RegExp, string])[]): Promise<string> {
  const said = new Map<string, Said>();
  for (const line of commandsBelow('README.md', '## A new cluster')) {
    const command = line.replaceAll('<name>', NAME);
    // the packages are there
    if (command === 'npm ci') continue;
    const [, words] = /^npx strata (.*)$/.exec(command) ?? [];
    if (words === undefined) git(command);
    else {
      const result = await strata(words.split(' '), { workspace: place, ask: asAnswer(answers) });
      expect({ command, ...result }).toMatchObject({ code: 0, stderr: '' });
      said.set(words.split(' ')[0]!, result);
    }
  }
  expect([...said.keys()]).toEqual(['init', 'synth']);
  return said.get('init')!.stdout;
}

/** What is published, by path. */
const published = (): string[] => git('git ls-tree -r --name-only origin/main').split('\n');

/** Folders and files that a command of kubectl applies are there, and what is published of them is all that they name. */
function expectApplied(command: string): void {
  const files = published();
  const [, flag, path = ''] = / -(k|f) '?([^ ']+)'?/.exec(command) ?? [];
  const pattern = new RegExp(
    `^${path.replaceAll('.', '\\.').replace('*', '[^/]*')}${flag === 'k' ? '/kustomization\\.yaml' : ''}$`,
  );
  expect(files.filter((file) => pattern.test(file))).not.toEqual([]);
  if (flag !== 'k') return;
  const { resources } = parseAllDocuments(
    readFileSync(join(place.root, path, 'kustomization.yaml'), 'utf8'),
  )[0]!.toJS() as {
    resources: string[];
  };
  for (const resource of resources.filter((one) => !one.startsWith('https://')))
    expect(existsSync(join(place.root, path, resource))).toBe(true);
}

test.each([
  ['k3s with local-path, without backups', K3S],
  ['kubeadm with Longhorn, and a bucket', KUBEADM],
])('%s: the pages lead from a clone to what kubectl is given', async (_, answers) => {
  const said = await typeReadme(answers);
  expect(git('git status --porcelain')).toBe('');
  const commands = commandsBelow('argocd/README.md', '# From an empty cluster to one that follows git').map(
    (line) => line.replaceAll('<cluster>', NAME),
  );
  for (const command of commands.filter((line) => line.startsWith('kubectl apply'))) expectApplied(command);

  // the values that only a person has, in files, as init asks for them
  const values = join(place.root, 'values');
  mkdirSync(values);
  const given = [...said.matchAll(/--set (\S+)=@<file>/g)].map(([, key], index) => {
    writeFileSync(join(values, String(index)), `${valueOf(key!)}\n`);
    return `--set ${key}=@${join(values, String(index))}`;
  });
  const secrets = commands.find((line) => line.startsWith('npx strata secrets'))!;
  const words = secrets
    .replace(/ --set \S+/, given.map((one) => ` ${one}`).join(''))
    .replace(/^npx strata /, '')
    .replace(/ \| .*$/, '');
  const made = await strata(words.split(' '), { workspace: place });
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const namespaces = readdirSync(join(place.root, 'dist', NAME, 'namespaces'))
    .map((file) => /^namespace-(.+)\.yaml$/.exec(file)?.[1])
    .filter((name) => name !== undefined);
  const kinds = parseAllDocuments(made.stdout).map(
    (document) => document.toJS() as { kind: string; metadata: { namespace: string } },
  );
  expect(kinds.length).toBeGreaterThan(3);
  for (const { kind, metadata } of kinds) {
    expect(kind).toBe('Secret');
    expect(namespaces).toContain(metadata.namespace);
  }
});
