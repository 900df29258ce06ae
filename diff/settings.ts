import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';

/** A file of settings, as text. */
export interface SettingsFile {
  /** From the repository: `clusters/mono/cluster.yaml`. */
  readonly path: string;
  readonly text: string;
}

/** One key that somebody changed. */
export interface SettingChange {
  /** `environments[prod].components.postgresql.memory` */
  readonly key: string;
  readonly steps: readonly string[];
  /** `clusters/mono/cluster.yaml:19`; of a key that is gone, the file alone. */
  readonly place: string;
  readonly old: unknown;
  readonly new: unknown;
}

/** The keys that differ, in the order in which they stand. Comments and the order of keys do not count. */
export function settingChanges(
  before: readonly SettingsFile[],
  after: readonly SettingsFile[],
): SettingChange[] {
  const old = new Map(before.map((file) => [file.path, file.text]));
  const wanted = new Map(after.map((file) => [file.path, file.text]));
  return [...new Set([...wanted.keys(), ...old.keys()])].flatMap((path) => {
    if (old.get(path) === wanted.get(path)) return [];
    return new Comparison(path, wanted.get(path) ?? '').with(old.get(path) ?? '');
  });
}

const root = (document: Document.Parsed): Node | null => document.contents;

class Comparison {
  private readonly lines = new LineCounter();
  private readonly wanted: Document.Parsed;
  private readonly found: SettingChange[] = [];

  constructor(
    private readonly path: string,
    text: string,
  ) {
    this.wanted = parseDocument(text, { lineCounter: this.lines });
  }

  with(old: string): SettingChange[] {
    this.compare(root(parseDocument(old)), root(this.wanted), '', []);
    return this.found;
  }

  private compare(old: unknown, wanted: unknown, key: string, steps: readonly string[]): void {
    if (isMap(old) && isMap(wanted)) {
      const before = new Map(old.items.map(({ key: name, value }) => [text(name), value]));
      const after = new Map(wanted.items.map(({ key: name, value }) => [text(name), value]));
      for (const name of new Set([...after.keys(), ...before.keys()]))
        this.compare(before.get(name), after.get(name), key ? `${key}.${name}` : name, [...steps, name]);
      return;
    }
    const [before, after] = [named(old), named(wanted)];
    if (before && after) {
      for (const name of new Set([...after.keys(), ...before.keys()]))
        this.compare(before.get(name), after.get(name), `${key}[${name}]`, [...steps, name]);
      return;
    }
    const [one, other] = [plain(old), plain(wanted)];
    if (JSON.stringify(one) === JSON.stringify(other)) return;
    this.found.push({ key, steps, place: this.placeOf(wanted), old: one, new: other });
  }

  private placeOf(node: unknown): string {
    const start = (node as Partial<Node> | null | undefined)?.range?.[0];
    return start === undefined ? this.path : `${this.path}:${this.lines.linePos(start).line}`;
  }
}

const text = (key: unknown): string => String(isScalar(key) ? key.value : key);

/** A list whose items have names, by those. */
function named(node: unknown): Map<string, unknown> | undefined {
  if (!isSeq(node)) return undefined;
  const entries = node.items.map((item): [unknown, unknown] => [
    isMap(item) ? item.get('name') : undefined,
    item,
  ]);
  const names = entries.map(([name]) => name);
  if (!names.every((name) => typeof name === 'string') || new Set(names).size !== names.length)
    return undefined;
  return new Map(entries as [string, unknown][]);
}

function plain(node: unknown): unknown {
  if (node === undefined || node === null) return undefined;
  return (node as Node & { toJSON: () => unknown }).toJSON();
}
