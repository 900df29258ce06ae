import type { Explained, ExplainedKey } from './explain-setting';

/** A setting as people read it: what it is, where it stands, and the keys below it. */
export function explainLines(setting: Explained): string[] {
  const { path, meaning, snippet, keys } = setting;
  return [
    ...(path === '' ? [] : [path]),
    ...wrapped(meaning, '  '),
    ...(path === '' ? [] : ['', ...factLines(setting)]),
    ...(snippet === '' ? [] : ['', ...indented(snippet)]),
    ...(keys.length ? ['', ...keys.flatMap(keyLines)] : []),
  ];
}

function factLines(setting: Explained): string[] {
  const { type, allowed, bounds, isRequired, keys, own, readBy } = setting;
  const facts: (readonly [string, string | undefined])[] = [
    ['type', type],
    ['allowed', allowed?.join(', ')],
    ['bounds', bounds],
    ['default', isRequired ? 'none: it must be there' : shown(setting)],
    ['example', keys.length ? undefined : JSON.stringify(setting.example)],
    ['stays', own && `in its cluster: ${own}`],
    ['read by', readBy && `${readBy.name}, layer ${readBy.layer}: ${readBy.description}`],
    ['source', readBy?.folder],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(8)}  ${value}`]));
}

function keyLines({ key, ...facts }: ExplainedKey): string[] {
  const note = facts.isRequired ? 'required' : `default: ${shown(facts)}`;
  return [`  ${key}  (${facts.type}; ${note})`, ...wrapped(facts.meaning, '      ')];
}

/** Defaults that follow from other settings are in the meaning. */
const shown = (setting: Pick<Explained, 'default'>): string =>
  'default' in setting ? JSON.stringify(setting.default) : 'none';

const indented = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);

/** Lines of at most 100 characters. */
function wrapped(text: string, pad: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && pad.length + last.length + word.length < 100)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => pad + line);
}
