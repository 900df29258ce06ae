import { readFileSync } from 'node:fs';
import type { SecretDeclaration } from '../charts/core/render';
import type { Generator } from '../charts/core/secrets';
import { nearest } from '../settings/nearest';
import { flawOfIdentity } from './age';
import { UsageError } from './usage-error';

/** `--set` as it was written, in parts. */
interface Given {
  /** `namespace/secret.key` */
  readonly id: string;
  /** The value, or where it is: `@file`, or `-` for the standard input. */
  readonly source: string;
}

/**
 * The values of `--set`, by `namespace/secret.key`. Throws a UsageError that names all that is wrong with them: keys that nobody declares,
 * files that cannot be read, values that are not what the key is for. It never repeats a value.
 */
export function givenValues(
  settings: readonly string[],
  declared: readonly SecretDeclaration[],
  readInput: () => string,
): ReadonlyMap<string, string> {
  const known = new Map<string, Generator>(
    declared.flatMap(({ namespace, name, keys }) =>
      Object.entries(keys).map(([key, generator]) => [`${namespace}/${name}.${key}`, generator] as const),
    ),
  );
  const values = new Map<string, string>();
  const flaws: string[] = [];
  let isInputTaken = false;
  for (const setting of settings) {
    const { id, source } = partsOf(setting);
    const generator = known.get(id);
    if (!generator) flaws.push(unknownKey(id, [...known.keys()]));
    else if (values.has(id)) flaws.push(`--set ${id} is there twice. Leave one out`);
    else if (source === '-' && isInputTaken)
      flaws.push(
        `--set ${id}=- asks for the standard input, which another key has. Give one of them as @file`,
      );
    else {
      isInputTaken ||= source === '-';
      const value = read(id, source, readInput);
      const flaw = 'flaw' in value ? value.flaw : flawOf(value.text, generator);
      if (flaw !== undefined) flaws.push(`--set ${id}: ${flaw}`);
      values.set(id, 'text' in value ? value.text : '');
    }
  }
  const [first, ...others] = flaws;
  if (first !== undefined)
    throw new UsageError(
      'secrets',
      `${flaws.length} of the given values are wrong`,
      ['', first, ...others].join('\n  ').trimStart(),
    );
  return values;
}

function partsOf(setting: string): Given {
  const [, id, source] = /^([^=/]+\/[^=/]+)=(.*)$/s.exec(setting) ?? [];
  if (id === undefined || source === undefined)
    throw new UsageError(
      '--set',
      'is not namespace/secret.key=value',
      'Write it like prod/mysql-root.password=@file',
    );
  return { id, source };
}

function unknownKey(id: string, known: readonly string[]): string {
  const near = nearest(id, known);
  const remedy = near === undefined ? '`strata secrets <cluster>` lists them' : `Did you mean ${near}?`;
  return `--set ${id}: no component declares this key. ${remedy}`;
}

/** What a file or the standard input holds. Editors and `echo` end a line that is no part of a value. */
function read(
  id: string,
  source: string,
  readInput: () => string,
): { readonly text: string } | { readonly flaw: string } {
  if (source !== '-' && !source.startsWith('@')) return { text: source };
  try {
    const text = source === '-' ? readInput() : readFileSync(source.slice(1), 'utf8');
    return { text: /^[^\n]*\r?\n$/.test(text) ? text.trimEnd() : text };
  } catch (error) {
    const place = source === '-' ? 'the standard input' : source.slice(1);
    return {
      flaw: `${place} cannot be read (${(error as Error).message}). Name a file that holds the value of ${id}`,
    };
  }
}

/** What is wrong with a value of a form that can be checked. */
function flawOf(text: string, generator: Generator): string | undefined {
  if (text.trim() === '') return 'the value is empty. Give it one';
  if (generator.kind !== 'provided') return undefined;
  switch (generator.form?.kind) {
    case 'age identity':
      return flawOfIdentity(text, generator.form.recipient);
    case 'private key':
      return /^-----BEGIN ([A-Z ]+ )?PRIVATE KEY-----\r?\n[\s\S]+-----END \1?PRIVATE KEY-----\s*$/.test(text)
        ? undefined
        : 'it is no private key in PEM. Give the whole file that ssh-keygen wrote, as @file';
    case undefined:
      return undefined;
  }
}
