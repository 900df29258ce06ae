import { StrataError } from './errors';
import type { KubeObject } from './objects';

/** What a YAML or JSON document can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Order in which the keys of a map are written. */
type KeyOrder = (keys: string[], isTop: boolean) => readonly string[];

/**
 * `value` as block-style YAML with its keys in the given order, for configuration files inside ConfigMaps and Secrets.
 *
 * Readers of YAML 1.1 (PyYAML, kubectl and Argo CD through Go's sigs.k8s.io/yaml) and of YAML 1.2 read the same value from it.
 * The same value always gives the same text. An integer-like key (`"8080"`) comes before the others, as in any JavaScript object.
 *
 * @throws StrataError naming the path of a value or key that YAML readers would refuse or read differently.
 */
export function toYaml(value: Json): string {
  return new YamlWriter((keys) => keys, '').document(value);
}

/**
 * A Kubernetes object as it lies in dist/, whatever the order of its keys in memory: apiVersion, kind and metadata first; in all maps
 * below, name and namespace first, so that a list item begins with what tells it apart; others by UTF-16 code unit, in every locale.
 *
 * @throws StrataError as {@link toYaml} does, with kind, namespace and name of the object before the path.
 */
export function manifestYaml(object: KubeObject): string {
  const { kind, metadata } = object;
  const name = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
  return new YamlWriter(manifestOrder, `${kind} ${name} `).document(object);
}

const OBJECT_FIRST = ['apiVersion', 'kind', 'metadata'];
const MAP_FIRST = ['name', 'namespace'];

function manifestOrder(keys: string[], isTop: boolean): readonly string[] {
  if (keys.length < 2) return keys;
  sort(keys);
  let place = 0;
  for (const key of isTop ? OBJECT_FIRST : MAP_FIRST) {
    const found = keys.indexOf(key, place);
    if (found < 0) continue;
    keys.copyWithin(place + 1, place, found);
    keys[place++] = key;
  }
  return keys;
}

/** By UTF-16 code unit. Maps have few keys: for them inserting one after the other is several times faster than Array.sort. */
function sort(keys: string[]): void {
  if (keys.length > 12) {
    keys.sort();
    return;
  }
  for (let next = 1; next < keys.length; next++) {
    const key = keys[next] ?? '';
    let place = next;
    for (; place > 0; place--) {
      const before = keys[place - 1] ?? '';
      if (before <= key) break;
      keys[place] = before;
    }
    keys[place] = key;
  }
}

/** Lists and maps inside one another: js-yaml stops near 100, no manifest comes near, and a structure in itself has no end. */
const MAX_DEPTH = 90;
/** YAML readers accept 1,024 characters in a key on one line; Kubernetes itself stops at 317. */
const MAX_KEY_LENGTH = 1000;

const INDENT = '  ';
const PADS = Array.from({ length: MAX_DEPTH }, (_, depth) => INDENT.repeat(depth));

type Lead = '' | ' ' | '\n';

/** Depth → key → how it is written there, with its indentation. The same few hundred keys come back in every object. */
const writtenKeys: Map<string, string>[] = [];
/** Depth → text of several lines → how it is written there. Instances of a component have the same scripts and configurations. */
const writtenLines: Map<string, string>[] = [];

class YamlWriter {
  private text = '';
  /** Keys and indexes that lead to the value which is being written. */
  private readonly path: (string | number)[] = [];

  constructor(
    private readonly order: KeyOrder,
    private readonly owner: string,
  ) {}

  document(value: unknown): string {
    this.value(value, 0, '');
    return this.text;
  }

  /**
   * Writes `value` and ends the line. `lead` stands between the line so far and a list or map: nothing at the top, a space after `-`, a
   * line break after `key:`.
   */
  private value(value: unknown, depth: number, lead: Lead): void {
    const gap = lead && ' ';
    switch (typeof value) {
      case 'string':
        this.text += gap + this.string(value, depth) + '\n';
        return;
      case 'number':
        this.text += gap + this.number(value) + '\n';
        return;
      case 'boolean':
        this.text += gap + (value ? 'true\n' : 'false\n');
        return;
      case 'object':
        if (value === null) this.text += gap + 'null\n';
        else if (Array.isArray(value)) this.list(value, depth, lead);
        else this.map(value as Record<string, unknown>, depth, lead);
        return;
      case 'undefined':
      case 'bigint':
      case 'function':
      case 'symbol':
        this.fail(typeof value, 'Leave the field out, or give it a string, number, boolean, list or map.');
    }
  }

  private list(items: readonly unknown[], depth: number, lead: Lead): void {
    const pad = this.pad(depth);
    if (items.length === 0) {
      this.text += (lead && ' ') + '[]\n';
      return;
    }
    this.text += lead;
    for (let index = 0; index < items.length; index++) {
      // inside another list the first item stands on the line of its `-`
      this.text += index === 0 && lead === ' ' ? '-' : `${pad}-`;
      this.path.push(index);
      this.value(items[index], depth + 1, ' ');
      this.path.pop();
    }
  }

  private map(map: Record<string, unknown>, depth: number, lead: Lead): void {
    if (!isPlainObject(map)) {
      this.fail(`an instance of ${className(map)}`, 'Convert it to a plain object or a string.');
    }
    const keys = this.order(Object.keys(map), depth === 0);
    if (keys.length === 0) {
      this.text += (lead && ' ') + '{}\n';
      return;
    }
    this.text += lead;
    let isInline = lead === ' ';
    for (const key of keys) {
      this.path.push(key);
      this.text += this.key(key, isInline ? 0 : depth);
      this.value(map[key], depth + 1, '\n');
      this.path.pop();
      isInline = false;
    }
  }

  private key(key: string, depth: number): string {
    const known = (writtenKeys[depth] ??= new Map<string, string>());
    const before = known.get(key);
    if (before !== undefined) return before;
    const pad = this.pad(depth);
    const written = `${isPlain(key) ? key : this.quote(key)}:`;
    if (written.length > MAX_KEY_LENGTH) {
      this.fail(
        `a key of ${written.length} characters, more than YAML readers accept`,
        `Use at most ${MAX_KEY_LENGTH}.`,
      );
    }
    known.set(key, pad + written);
    return pad + written;
  }

  private string(text: string, depth: number): string {
    if (isPlain(text)) return text;
    // at the top a block has no parent to be indented from
    return depth > 0 && text.includes('\n') ? this.lines(text, depth) : this.quote(text);
  }

  /** A text of several lines, at a depth. */
  private lines(text: string, depth: number): string {
    const known = (writtenLines[depth] ??= new Map<string, string>());
    const before = known.get(text);
    if (before !== undefined) return before;
    const written = isBlock(text) ? block(text, INDENT.repeat(depth)) : this.quote(text);
    known.set(text, written);
    return written;
  }

  private quote(text: string): string {
    if (LONE_SURROGATE.test(text)) {
      this.fail(
        'half of a surrogate pair, which is not a character',
        'Remove it, or write binary data as base64.',
      );
    }
    return quote(text);
  }

  private number(value: number): string {
    if (!Number.isFinite(value)) this.fail(String(value), 'Give it a finite number, or a string.');
    const text = String(value); // -0 is 0 here, as in JSON
    // PyYAML takes 1e+21 for a string: it wants a fraction before the exponent
    return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text;
  }

  /** Indentation of a list or map. */
  private pad(depth: number): string {
    return (
      PADS[depth] ??
      this.fail(`more than ${MAX_DEPTH} levels deep`, 'Look for a structure that contains itself.')
    );
  }

  private fail(problem: string, remedy: string): never {
    const steps = this.path.map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      return step.length > 80 ? `${step.slice(0, 80)}…` : step;
    });
    const path = steps.join('.');
    const start = path.slice(0, 300).replaceAll('.[', '[');
    throw new StrataError(this.owner + (start || 'the document'), problem, remedy);
  }
}

/** Also true for objects of another realm (a test environment, a vm context), whose Object is not ours. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function className(value: object): string {
  return value.constructor.name || 'an unnamed class';
}

/**
 * Letters, digits and harmless signs, with single spaces, colons and commas between them: no indicator of YAML is possible (`: `, ` #`,
 * `- `), nor a number or date (the first is a letter, `/` or `_`). The two classes share no character, so matching is linear.
 */
const PLAIN = /^[A-Za-z/_][A-Za-z0-9_./@%+=~^-]*(?:[ :,][A-Za-z0-9_./@%+=~^()$-]+)*$/;
/** Quantities, durations and percentages as Kubernetes writes them; `1e3` or `0x1f` cannot match. */
const QUANTITY = /^[0-9]+(?:m|s|h|d|ms|Ki|Mi|Gi|Ti|%)$/;
/** The words that some YAML 1.1 reader takes for a boolean or null, in any case. */
const WORD = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

function isPlain(text: string): boolean {
  return PLAIN.test(text) ? text.length > 5 || !WORD.test(text) : QUANTITY.test(text);
}

/** With the u flag a surrogate that has its other half is part of one character, and does not match. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;
/** Control characters, and what YAML 1.1 takes for a line break or a byte order mark: none may stand in a block. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const NOT_IN_BLOCK = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/;

/** Whether a literal block holds a text of several lines exactly: not all of them blank, and of printable characters. */
const isBlock = (text: string): boolean =>
  /[^ \t\n]/.test(text) && !NOT_IN_BLOCK.test(text) && !LONE_SURROGATE.test(text);

/** `text` as a literal block (`|`) whose lines follow `pad`. The last line is left open. */
function block(text: string, pad: string): string {
  let end = text.length;
  while (text.charCodeAt(end - 1) === 10) end--;
  const breaks = text.length - end;
  // with white space first, readers cannot tell the indentation from the text
  const indentation = /^[ \t\n]/.test(text) ? INDENT.length : '';
  const chomping = breaks === 0 ? '-' : breaks === 1 ? '' : '+';
  const lines = text.slice(0, end).replace(/\n(?!\n)/g, `\n${pad}`);
  const first = text.charCodeAt(0) === 10 ? '' : pad;
  return `|${indentation}${chomping}\n${first}${lines}${'\n'.repeat(Math.max(0, breaks - 1))}`;
}

/** What JSON leaves as it is but a YAML 1.1 reader refuses, folds or hides from a person: controls, breaks, marks of no width. */
const NOT_IN_QUOTES =
  /[\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff]/g;

/** `text` in double quotes: the escapes of JSON are escapes of YAML too. */
function quote(text: string): string {
  return JSON.stringify(text).replace(NOT_IN_QUOTES, escape);
}

const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
