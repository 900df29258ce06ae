import fc from 'fast-check';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../cli/program';

// Command lines and rendered folders that nobody would write: whatever comes in, a command ends with 0, 1 or 2 and in words.

/** What a fuzzed run said, and in which time. */
export interface Fuzzed {
  readonly code: number;
  readonly said: string;
  readonly milliseconds: number;
}

/** Runs a command line against the repository, or another one. */
export async function fuzzed(args: readonly string[], root = process.cwd()): Promise<Fuzzed> {
  let said = '';
  const screen = { write: (text: string) => void (said += text) };
  const start = performance.now();
  const code = await run(args, {
    workspace: { root, today: '2026-11-20' },
    version: '0.0.0',
    stdout: screen,
    stderr: screen,
    env: {},
    readInput: () => 'input',
    watch: () => Promise.resolve(),
  });
  return { code, said, milliseconds: performance.now() - start };
}

/** What is wrong with how a run ended, or undefined. */
export function flawOf({ code, said }: Fuzzed): string | undefined {
  if (![0, 1, 2].includes(code)) return `exit code ${code}`;
  if (said.includes('a fault of Strata')) return said;
  return /^\s+at .+:\d+:\d+\)?$/m.test(said) ? `a stack trace: ${said}` : undefined;
}

const WORDS = [
  ...[
    'synth',
    'check',
    'list',
    'secrets',
    'restore',
    'drill',
    'verify',
    'help',
    'complete',
    'init',
    'explain',
    'mono',
    'staging',
    'nowhere',
  ],
  ...[
    '--dry-run',
    '--watch',
    '--rendered',
    '--output',
    'json',
    'text',
    '-o',
    '--generate',
    '--set',
    '--kind',
    '--to',
    '--overwrite',
  ],
  ...['--yes', '--domain', '--contact', '--repository', '--node', '--with', '--environment', '--storage'],
  ...[
    'example.org',
    'ops@example.org',
    'https://example.org/a.git',
    'a:4:8Gi:99Gi',
    'mysql',
    'x:prod',
    'longhorn',
  ],
  ...[
    '--version',
    '--help',
    '--',
    '-',
    '@',
    '=',
    '../..',
    'dist',
    'package.json',
    'constructor',
    '__proto__',
    'mysql-prod',
    'a/b.c=@x',
  ],
];

const WRITING = ['synth', 'init'];

/** Command lines; a file name cannot hold a NUL, nor can an argument. */
export const commandLines = fc
  .array(
    fc.oneof(
      { arbitrary: fc.constantFrom(...WORDS), weight: 6 },
      { arbitrary: fc.string({ maxLength: 12 }).filter((text) => !text.includes('\0')), weight: 1 },
    ),
    { maxLength: 6 },
  )
  // these would write, or reach for a cluster
  .map((words) => (WRITING.some((word) => words.includes(word)) ? [...words, '--dry-run'] : words))
  .filter((words) => !words.includes('--') || !WRITING.some((word) => words.includes(word)))
  .filter(
    (words) =>
      !['verify', 'drill'].includes(words[0] ?? '') ||
      !words.some((word) => ['mono', 'staging'].includes(word)),
  );

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, '', 0, -1, 1e300, true, [], {}, [null], [[]], 'constructor', '__proto__', {
    toString: 1,
  }),
  fc.jsonValue({ maxDepth: 3 }),
);
const name = fc.oneof(
  fc.constantFrom('constructor', '__proto__', 'toString', 'x', '', 'a b', '*'),
  fc.string({ maxLength: 8 }),
);
const anObject = fc.record(
  {
    apiVersion: fc.oneof(
      fc.constantFrom('v1', 'apps/v1', 'batch/v1', 'argoproj.io/v1alpha1', 'x', '/'),
      name,
    ),
    kind: fc.oneof(
      fc.constantFrom(
        'Pod',
        'Deployment',
        'CronJob',
        'Service',
        'ConfigMap',
        'Secret',
        'Application',
        'List',
      ),
      name,
    ),
    metadata: fc.record({ name, namespace: odd, labels: odd, annotations: odd }, { requiredKeys: ['name'] }),
    spec: fc.oneof(
      odd,
      fc.dictionary(
        fc.constantFrom('template', 'selector', 'containers', 'ports', 'rules', 'jobTemplate', 'source'),
        odd,
      ),
    ),
    data: odd,
  },
  { requiredKeys: ['apiVersion', 'kind', 'metadata'] },
);
const text = fc.oneof(
  { arbitrary: anObject.map((value) => JSON.stringify(value)), weight: 4 },
  {
    arbitrary: fc
      .array(anObject, { maxLength: 3 })
      .map((all) => all.map((one) => JSON.stringify(one)).join('\n---\n')),
    weight: 1,
  },
  {
    arbitrary: fc
      .array(
        fc.constantFrom(
          '- ',
          ': ',
          '\n',
          '  ',
          '&a ',
          '*a',
          '{',
          ']',
          '|',
          '"',
          '!t ',
          '%',
          '---',
          'a',
          '<<',
        ),
        { maxLength: 30 },
      )
      .map((all) => all.join('')),
    weight: 2,
  },
  { arbitrary: fc.string({ unit: 'binary' }), weight: 1 },
);
const file = fc.constantFrom(
  'a.yaml',
  'a.yml',
  'a.json',
  'a.jsonnet',
  'kustomization.yaml',
  'Kustomization',
  'sub/a.yaml',
  'a.yaml/b.yaml',
);

/** Files of a folder of dist/staging. */
export const foreignFiles = fc.dictionary(file, text, { minKeys: 1, maxKeys: 3 });

/** Checks dist/staging with these files among those of a component. */
export async function withFiles(files: Readonly<Record<string, string>>): Promise<Fuzzed> {
  const folder = join(mkdtempSync(join(tmpdir(), 'strata-fuzz-')), 'staging');
  try {
    cpSync('dist/staging', folder, { recursive: true });
    const [component = 'x'] = readdirSync(folder);
    for (const [path, content] of Object.entries(files)) {
      const full = join(folder, component, path);
      try {
        mkdirSync(dirname(full), { recursive: true });
        writeFileSync(full, content);
      } catch {
        // one file is in the place of another's folder
      }
    }
    return await fuzzed(['check', '--rendered', folder]);
  } finally {
    rmSync(dirname(folder), { recursive: true });
  }
}
