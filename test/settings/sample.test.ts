import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SettingsDocument } from '../../settings/document';
import { clusterJsonSchema } from '../../charts/settings';
import { keyPaths, schemaAt } from '../../settings/json-schema';
import { formatProblem, parseSettings } from '../../cli/load';
import { namesSecret } from '../../settings/plain-secrets';
import { PROFILES } from '../../settings/profiles';

const CLUSTERS = join(__dirname, '../../clusters');
const text = readFileSync(join(CLUSTERS, 'sample.yaml'), 'utf8');
const lines = text.split('\n');
const document = new SettingsDocument(text);
const data: unknown = document.tree.toJS();

const SCHEMA = clusterJsonSchema();

/** Maps whose keys people choose. */
const FREE = ['network.dns.labels'];
type Path = readonly (string | number)[];

/** The path of each key of the sample, the first of each kind. */
const samplePaths = new Map<string, Path>();
(function walk(value: unknown, path: Path): void {
  if (typeof value !== 'object' || value === null || FREE.includes(path.join('.'))) return;
  for (const [step, child] of Object.entries(value)) {
    const next = [...path, Array.isArray(value) ? Number(step) : step];
    const kind = next
      .map((part) => (typeof part === 'number' ? '[]' : `.${part}`))
      .join('')
      .slice(1);
    if (!Array.isArray(value) && !samplePaths.has(kind)) samplePaths.set(kind, next);
    walk(child, next);
  }
})(data, []);

/** The comment on the lines above a key, or behind the dash that begins its entry. */
function commentOf(path: Path): string {
  let line = document.position(document.keyOffsetOf(path)).line - 2;
  const comment: string[] = [];
  while (/^ *(- )?# /.test(lines[line] ?? '')) {
    comment.unshift((lines[line] ?? '').replace(/^ *(- )?# /, ''));
    line -= 1;
  }
  return comment.join(' ');
}

const requiredHere = (path: Path): boolean =>
  schemaAt(SCHEMA, path.slice(0, -1), data)?.required?.includes(String(path.at(-1))) ?? false;

describe('[SYNTH-07] clusters/sample.yaml', () => {
  test('loads as a cluster named sample', () => {
    const { problems } = parseSettings(text, 'clusters/sample.yaml', 'sample');
    expect(problems.map(formatProblem)).toEqual([]);
  });

  test('shows every key of the schema', () => {
    expect([...samplePaths.keys()].sort()).toEqual([...keyPaths(SCHEMA)].sort());
  });

  test.each([...samplePaths])(
    'explains %s, and says truly whether it is required or what its default is',
    (_, path) => {
      const comment = commentOf(path);
      const schema = schemaAt(SCHEMA, path, data);
      expect(comment.length).toBeGreaterThan(5);
      if (requiredHere(path)) expect(comment).toMatch(/Required\.$/);
      else if (schema?.default === undefined) expect(comment).toMatch(/Optional: .+\.$/);
      else if (schema.type === 'object' && !FREE.includes(path.join('.')))
        expect(comment).not.toMatch(/Default|Required|Optional/);
      else expect(parse(/Default: (.*)$/.exec(comment)?.[1] ?? 'nothing')).toEqual(schema.default);
    },
  );

  test('names the choices of each key that has some', () => {
    const silent = [...samplePaths.values()].filter((path) => {
      const choices = schemaAt(SCHEMA, path, data)?.enum ?? [];
      return choices.length > 1 && !choices.every((choice) => commentOf(path).includes(String(choice)));
    });
    expect(silent).toEqual([]);
  });

  test('says the quota of the profile mono as it is', () => {
    const { cpu, memory, storage } = PROFILES.mono.quota;
    const said = ['cpu', 'memory', 'storage'].map((key) => commentOf(['environments', 0, 'quota', key]));
    expect(said).toEqual([
      expect.stringContaining(`'${cpu}' for mono`),
      expect.stringContaining(`${memory} for mono`),
      expect.stringContaining(`${storage} for mono`),
    ]);
  });
});

describe('clusters/settings.schema.json', () => {
  test('is what the schema of the settings says: `npm run schema` writes it', () => {
    const file = readFileSync(join(CLUSTERS, 'settings.schema.json'), 'utf8');
    expect(file).toBe(`${JSON.stringify(SCHEMA, null, 2)}\n`);
  });

  test('describes every key, for editors', () => {
    const silent = [...samplePaths].filter(([, path]) => !schemaAt(SCHEMA, path, data)?.description);
    expect(silent.map(([kind]) => kind).filter((kind) => !kind.endsWith('.type'))).toEqual([]);
  });

  test('is named by every settings file', () => {
    for (const file of ['sample.yaml', 'mono/cluster.yaml', 'staging/cluster.yaml']) {
      const [first = ''] = readFileSync(join(CLUSTERS, file), 'utf8').split('\n');
      const [, path = ''] = /^# yaml-language-server: \$schema=(.+)$/.exec(first) ?? [];
      expect(join(CLUSTERS, file, '..', path)).toBe(join(CLUSTERS, 'settings.schema.json'));
    }
  });

  test('has no key that is taken for a secret', () => {
    const names = keyPaths(SCHEMA).map((path) => path.replace(/.*\./, ''));
    expect(names.filter(namesSecret)).toEqual([]);
  });
});
