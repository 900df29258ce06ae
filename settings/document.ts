import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Path } from './problem';

/** What stands at a path: its node, and the node of the key that leads to it. */
interface Found {
  readonly node: unknown;
  readonly key?: unknown;
}

/** A YAML text, and where things stand in it. */
export class SettingsDocument {
  readonly tree: Document.Parsed;
  private readonly lines = new LineCounter();

  constructor(readonly text: string) {
    this.tree = parseDocument(text, {
      lineCounter: this.lines,
      // it compares each key with all others; `repeatedKeys` finds them in one go
      uniqueKeys: false,
      stringKeys: true,
      // Its pretty messages quote the text, which may hold a secret.
      prettyErrors: false,
      logLevel: 'error',
    });
  }

  /** Line and column of an offset into the text, both from 1. */
  position(offset: number): { readonly line: number; readonly column: number } {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** Where the value at `path` begins, or its key if the value is empty, or the nearest parent that is there. */
  offsetOf(path: Path): number {
    const found = this.walk(path);
    const isEmpty = isScalar(found.node) && found.node.value === null && found.node.source === '';
    return (isEmpty ? undefined : startOf(found.node)) ?? startOf(found.key) ?? startOf(found.node) ?? 0;
  }

  /** Where the last key of `path` stands. */
  keyOffsetOf(path: Path): number {
    return startOf(this.walk(path).key) ?? this.offsetOf(path);
  }

  /** The unquoted scalar at `path` as it is written (`8.0`, where its value is 8), or undefined. */
  plainSourceOf(path: Path): string | undefined {
    const { node } = this.walk(path);
    return isScalar(node) && node.type === 'PLAIN' ? node.source : undefined;
  }

  /** The path of the key or scalar that spans the offset; empty for comments. */
  pathAt(offset: number): Path {
    const path: (string | number)[] = [];
    let parent: unknown = this.tree.contents;
    for (;;) {
      const next = childrenOf(parent).at(offset);
      if (next === undefined) return [];
      path.push(next.step);
      if (spans(next.key, offset) || isScalar(next.node)) return path;
      parent = next.node;
    }
  }

  private walk(path: Path): Found {
    let found: Found = { node: this.tree.contents };
    for (const step of path) {
      const parent = isAlias(found.node) ? found.node.resolve(this.tree) : found.node;
      const next = childrenOf(parent).below(step);
      if (next === undefined) break;
      found = next;
    }
    return found;
  }
}

type Child = Found & { readonly step: string | number };

/** What lies in a map or list, found by its step or its place without looking at each: a map may have thousands of keys. */
class Children {
  private readonly bySteps: ReadonlyMap<string | number, Child>;
  private readonly starts: readonly number[];

  constructor(private readonly all: readonly Child[]) {
    // of two equal keys the later one counts
    this.bySteps = new Map(all.map((child) => [child.step, child]));
    this.starts = all.map(({ key, node }) => startOf(key) ?? startOf(node) ?? Infinity);
  }

  below(step: string | number): Child | undefined {
    return this.bySteps.get(step);
  }

  /** The child that spans an offset: they stand one after the other. */
  at(offset: number): Child | undefined {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] ?? Infinity) <= offset) low = middle + 1;
      else high = middle;
    }
    const child = this.all[low - 1];
    return child && (spans(child.key, offset) || spans(child.node, offset)) ? child : undefined;
  }
}

const known = new WeakMap<object, Children>();

function childrenOf(parent: unknown): Children {
  if (!isSeq(parent) && !isMap(parent)) return new Children([]);
  const children = known.get(parent) ?? new Children(isSeq(parent) ? itemsOf(parent) : pairsOf(parent));
  known.set(parent, children);
  return children;
}

const itemsOf = ({ items }: YAMLSeq): Child[] => items.map((node, step) => ({ step, node }));

const pairsOf = ({ items }: YAMLMap): Child[] =>
  items.map(({ key, value }) => ({ step: String(isScalar(key) ? key.value : key), key, node: value }));

/** Each key of a map that an earlier one has already, with where that stands. */
export function repeatedKeys(
  tree: Document.Parsed,
): readonly { readonly offset: number; readonly earlier: number }[] {
  const repeated: { offset: number; earlier: number }[] = [];
  visit(tree, {
    Map(_, { items }) {
      const first = new Map<unknown, number>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const offset = startOf(key) ?? 0;
        const earlier = first.get(key.value);
        if (earlier === undefined) first.set(key.value, offset);
        else repeated.push({ offset, earlier });
      }
    },
  });
  return repeated;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function spans(node: unknown, offset: number): boolean {
  const range = (node as Node | null | undefined)?.range;
  return range !== undefined && range !== null && range[0] <= offset && offset < range[1];
}
