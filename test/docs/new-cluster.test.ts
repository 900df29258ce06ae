import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { scratch } from '../cli/terminal';
import { FirstHour, RECIPIENT } from './first-hour';
import { bootstrapCommands } from './pages';

// A new cluster, typed as README.md and argocd/README.md say it: up to what needs a cluster. test/e2e goes on from there.

type Answers = readonly (readonly [RegExp, string])[];

/** The answers of a person who brings nothing but a domain and a repository. */
const COMMON: Answers = [
  [/^Domain/, 'example.org'],
  [/^Mailbox/, 'ops@example.org'],
  [/^URL of this/, 'https://github.com/example/strata.git'],
  [/^What runs/, 'postgresql mysql xwiki'],
];
const K3S: Answers = [...COMMON, [/^Why nothing/, 'A place to try things']];
const KUBEADM: Answers = [
  ...COMMON,
  [/^Distribution/, 'kubeadm'],
  [/^Bucket/, 'https://s3.example.org/first-backups'],
  [/^Region/, 'eu-central-003'],
  [/^age recipient/, RECIPIENT],
];

const NAME = 'first';
let person: FirstHour;
beforeEach(() => (person = new FirstHour({ folder: scratch(), name: NAME, today: '2026-11-20' })));

const asAnswer = (answers: Answers) => (question: string) =>
  Promise.resolve(answers.find(([start]) => start.test(question))?.[1] ?? '');

/** Folders and files that a command of kubectl applies are there, and what is published of them is all that they name. */
function expectApplied(command: string): void {
  const [, flag, path = ''] = / -(k|f) '?([^ ']+)'?/.exec(command) ?? [];
  const pattern = new RegExp(
    `^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}${flag === 'k' ? '/kustomization\\.yaml' : ''}$`,
  );
  expect(person.paths.filter((file) => pattern.test(file))).not.toEqual([]);
  if (flag !== 'k') return;
  const { resources } = parseAllDocuments(
    readFileSync(join(person.root, path, 'kustomization.yaml'), 'utf8'),
  )[0]!.toJS() as {
    resources: string[];
  };
  for (const resource of resources.filter((one) => !one.startsWith('https://')))
    expect(existsSync(join(person.root, path, resource))).toBe(true);
}

test.each([
  ['k3s with local-path, without backups', [], K3S],
  ['kubeadm with Longhorn, and a bucket', [], KUBEADM],
  ['kubeadm with Longhorn that is there, and a bucket', ['--storage', 'existing:longhorn'], KUBEADM],
])('%s: the pages lead from a clone to what kubectl is given', async (_, flags, answers) => {
  await person.typeReadme(flags, asAnswer(answers));
  const commands = bootstrapCommands(NAME);
  for (const command of commands.filter((line) => line.startsWith('kubectl apply'))) expectApplied(command);

  const secrets = commands.find((line) => line.startsWith('npx strata secrets'))!;
  const made = parseAllDocuments(await person.typeSecrets(secrets.replace(/ \| .*$/, '')));
  const namespaces = readdirSync(join(person.root, 'dist', NAME), { recursive: true, encoding: 'utf8' })
    .map((file) => /\/namespace-(.+)\.yaml$/.exec(file)?.[1])
    .filter((name) => name !== undefined);
  expect(made.length).toBeGreaterThan(3);
  for (const document of made) {
    const { kind, metadata } = document.toJS() as { kind: string; metadata: { namespace: string } };
    expect(kind).toBe('Secret');
    expect(namespaces).toContain(metadata.namespace);
  }
});

describe('a mistake that the person meets is told', () => {
  test('where a command is refused: data without backups', async () => {
    await expect(person.typeReadme([], asAnswer(COMMON))).rejects.toThrow(
      /^npx strata init first: exit code 1: --backup: nothing protects/,
    );
  });

  test('where a cluster is not there', async () => {
    await expect(person.typeSecrets('npx strata secrets nobody --generate')).rejects.toThrow(
      /^npx strata secrets nobody --generate: exit code 2: /,
    );
  });
});
