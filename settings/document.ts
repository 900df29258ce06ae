import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
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
      uniqueKeys: true,
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
    return (isEmpty ? undefined : startOf(found.node)) ?? startOf(found.key) ?? 0;
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
      const next = childrenOf(parent).find(({ key, node }) => spans(key, offset) || spans(node, offset));
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
      const next = childrenOf(parent).findLast((child) => child.step === step);
      if (next === undefined) break;
      found = next;
    }
    return found;
  }
}

function childrenOf(parent: unknown): readonly (Found & { readonly step: string | number })[] {
  if (isSeq(parent)) return parent.items.map((node, step) => ({ step, node }));
  if (!isMap(parent)) return [];
  return parent.items.map(({ key, value }) => ({
    step: String(isScalar(key) ? key.value : key),
    key,
    node: value,
  }));
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function spans(node: unknown, offset: number): boolean {
  const range = (node as Node | null | undefined)?.range;
  return range !== undefined && range !== null && range[0] <= offset && offset < range[1];
}
