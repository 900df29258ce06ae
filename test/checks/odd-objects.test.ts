import fc from 'fast-check';
import { RULES } from '../../checks/all';
import { gitops } from '../../checks/gitops/gitops';
import { monoInput, settled } from './mutation';

type Path = readonly (string | number)[];

/** Paths of everything below apiVersion, kind and metadata.name, which the reader of files guarantees. */
function paths(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) => paths(item, [...path, key]));
  return path.length ? [path, ...inner] : inner;
}

const GUARANTEED = new Set(['apiVersion', 'kind', 'metadata', 'metadata.name']);

/** Puts `odd` in the place of what is there. */
function replace(object: unknown, path: Path, odd: unknown): void {
  const parent = path.slice(0, -1).reduce((value, key) => (value as Record<string, unknown>)[key], object);
  (parent as Record<string, unknown>)[String(path.at(-1))] = odd;
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    '',
    '*',
    0,
    -1,
    1e9,
    true,
    [],
    {},
    [null],
    [[]],
    { name: null },
    { toString: 1, valueOf: 1 },
    'x'.repeat(50),
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

interface Place {
  readonly file: string;
  readonly path: Path;
}

const { objects, kustomizations } = monoInput();

/** One object of each kind. */
const inObjects = [...new Map(objects.map((one) => [one.object.kind, one])).values()].flatMap(
  ({ file, object }) =>
    paths(object)
      .filter((path) => !GUARANTEED.has(path.join('.')))
      .map((path): Place => ({ file, path })),
);
const inKustomizations = kustomizations.flatMap(({ file, content }) =>
  paths(content).map((path): Place => ({ file, path })),
);

const CASES = [
  ...RULES.map((rule) => ({ rule, where: 'objects', places: inObjects })),
  { rule: gitops, where: 'kustomizations', places: inKustomizations },
];

test.each(CASES)('rule $rule.name throws on nothing that hand-edited $where can hold', ({ rule, places }) => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...places), odd), { minLength: 1, maxLength: 8 }),
      (changes) => {
        const input = monoInput();
        const find = (file: string): unknown =>
          input.objects.find((one) => one.file === file)?.object ??
          input.kustomizations.find((one) => one.file === file)?.content;
        for (const [{ file, path }, value] of changes) {
          try {
            replace(find(file), path, structuredClone(value));
          } catch {
            // an earlier change took the place away
          }
        }
        const broken = settled(input);
        expect(() => rule.check(broken)).not.toThrow();
      },
    ),
    { numRuns: 60 },
  );
});
