import { isAlias, isCollection, isMap, isScalar, isSeq, parseDocument, type Node, type Pair } from 'yaml';
import { formatPath, type Path } from '../settings/problem';
import { flow } from './init-text';

/** A value that a file of settings is to hold. */
export interface Edit {
  readonly path: Path;
  readonly value: unknown;
}

/**
 * The text with these values in it. Only they change: comments, order, spaces and line ends around them stay byte for byte. Lists that only
 * get longer keep what is written of them; other lists and maps are written anew, on one line.
 */
export const edited = (text: string, edits: readonly Edit[]): string =>
  edits.reduce((now, edit) => new Place(now, edit).changed(), text);

/** Why a value cannot be written at its place without changing others; undefined where it can. */
export function obstacleTo(text: string, edit: Edit): string | undefined {
  let node: unknown = parseDocument(text, OPTIONS).contents;
  for (const step of ['', ...edit.path]) {
    if (step !== '') node = isCollection(node) ? node.get(step, true) : undefined;
    if (isAlias(node)) return `it is written as *${node.source}, which stands for more than one place`;
    const anchor = (node as { anchor?: string } | undefined)?.anchor;
    if (anchor !== undefined) return `other places of the file take their value from it (&${anchor})`;
  }
  return isClean(text, edit) ? undefined : 'the file is laid out so that it cannot be written in place';
}

/** Whether the edit changes what it should in what the text says, and nothing else. YAML has more layouts than anybody thinks of. */
function isClean(text: string, { path, value }: Edit): boolean {
  const wanted = parseDocument(text, OPTIONS);
  wanted.setIn(path, value);
  const after = parseDocument(edited(text, [{ path, value }]), OPTIONS);
  return !after.errors.length && JSON.stringify(after.toJS()) === JSON.stringify(wanted.toJS());
}

const OPTIONS = { stringKeys: true, logLevel: 'error' } as const;

/** Where one edit happens in a text. */
class Place {
  private readonly eol: string;

  constructor(
    private readonly text: string,
    private readonly edit: Edit,
  ) {
    this.eol = text.includes('\r\n') ? '\r\n' : '\n';
  }

  changed(): string {
    const { path, value } = this.edit;
    let node: unknown = parseDocument(this.text, OPTIONS).contents;
    for (const [depth, step] of path.entries()) {
      const next = isCollection(node) ? node.get(step, true) : undefined;
      if (next === undefined) return this.added(node, path.slice(depth), value);
      node = next;
    }
    return this.replaced(node as Node, value);
  }

  private replaced(node: Node, value: unknown): string {
    const [start] = rangeOf(node);
    const end = this.beforeLineEnd(lastOffset(node));
    const more = Array.isArray(value) ? this.appended(node, value) : undefined;
    return more ?? this.splice(start, end, flow(value));
  }

  /** A list in lines that only gets longer. */
  private appended(node: Node, wanted: readonly unknown[]): string | undefined {
    if (!isSeq(node) || node.flow === true || !node.items.length) return undefined;
    const now = node.toJSON();
    const isSame = now.every((item, index) => JSON.stringify(item) === JSON.stringify(wanted[index]));
    if (!isSame) return undefined;
    const pad = ' '.repeat(this.columnOf(rangeOf(node)[0]));
    const lines = wanted.slice(now.length).map((item) => `${this.eol}${pad}- ${flow(item)}`);
    return this.insertBelow(node, lines.join(''));
  }

  /** A key that its map does not have yet, with the maps that lead from there to the value. */
  private added(parent: unknown, path: Path, value: unknown): string {
    const [key = '', ...inner] = path;
    const nested = inner.reduceRight<unknown>((all, step) => ({ [step]: all }), value);
    const pair = `${flow(String(key))}: ${flow(nested)}`;
    if (!isMap(parent)) throw new Error(`${formatPath(this.edit.path)} lies in no map`);
    const last = parent.items.at(-1);
    if (parent.flow === true) {
      if (!last) return this.splice(...rangeOf(parent), `{ ${pair} }`);
      const end = endOf(last);
      return this.splice(end, end, `, ${pair}`);
    }
    const [first] = parent.items;
    const pad = ' '.repeat(this.columnOf(first ? rangeOf(first.key as Node)[0] : 0));
    return this.insertBelow(parent, `${this.eol}${pad}${pair}`);
  }

  /** After the line that a block ends on, with the comment that stands there. */
  private insertBelow(block: Node, lines: string): string {
    const next = this.text.indexOf(this.eol, this.beforeLineEnd(lastOffset(block)));
    const place = next < 0 ? this.text.length : next;
    return this.splice(place, place, lines);
  }

  /** A text in lines of its own (`|`) ends after its last line end. */
  private beforeLineEnd(offset: number): number {
    return this.text.slice(0, offset).endsWith(this.eol) ? offset - this.eol.length : offset;
  }

  private columnOf(offset: number): number {
    return offset - (this.text.lastIndexOf('\n', offset - 1) + 1);
  }

  private splice(start: number, end: number, inserted: string): string {
    return this.text.slice(0, start) + inserted + this.text.slice(end);
  }
}

/** Where a node begins, and where its value ends. */
function rangeOf(node: Node): [number, number] {
  const [start = 0, end = 0] = node.range ?? [];
  return [start, end];
}

const endOf = ({ key, value }: Pair): number => lastOffset((value ?? key) as Node);

/** Where the last scalar of a block ends: the block itself may reach on to comments of what follows. */
function lastOffset(node: Node): number {
  const isFlow = isCollection(node) && node.flow === true;
  const last = isCollection(node) && !isFlow ? node.items.at(-1) : undefined;
  if (last === undefined) return rangeOf(node)[1];
  return isScalar(last) || isCollection(last) || isAlias(last) ? lastOffset(last) : endOf(last as Pair);
}
