import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A block of code of a page, and the file that the line above it names. */
interface Block {
  readonly file: string;
  readonly language: string;
  readonly text: string;
}

/** Blocks below a line that is nothing but `` `file` ``, in their order; a second block below the same line is of the same file. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let file = '';
  const lines = page.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    file = /^ *`([\w./-]+\.\w+)`$/.exec(line)?.[1] ?? (/^\d+\. |^#/.test(line) ? '' : file);
    const [, indent = '', language] = /^( *)```(\w+)$/.exec(line) ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf(`${indent}\`\`\``, at);
    const text = lines.slice(at + 1, end).map((one) => one.slice(indent.length));
    if (file) blocks.push({ file, language, text: `${text.join('\n')}\n` });
    at = end;
  }
  return blocks;
}

/** Does to the files of `root` what a block says: writes the file, or puts the lines with `+` behind those above them. */
export function applyBlock(root: string, { file, language, text }: Block): void {
  const path = join(root, file);
  if (language !== 'diff') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return;
  }
  const lines = text.trimEnd().split('\n');
  const added = lines.filter((line) => line.startsWith('+')).map((line) => line.slice(1));
  const after = lines
    .filter((line) => line.startsWith(' '))
    .map((line) => line.slice(1))
    .at(-1);
  const before = readFileSync(path, 'utf8').split('\n');
  const place = before.findIndex((line) => line === after);
  if (place < 0) throw new Error(`${file} has no line "${after}"`);
  writeFileSync(path, [...before.slice(0, place + 1), ...added, ...before.slice(place + 1)].join('\n'));
}

/** Commands of the first block of shell below a heading, without comments. */
export function commandsBelow(page: string, heading: string): string[] {
  const text = readFileSync(page, 'utf8');
  const start = text.indexOf(`${heading}\n`);
  const [, block] = /^```sh\n([^]*?)^```/m.exec(text.slice(start)) ?? [];
  if (start < 0 || block === undefined) throw new Error(`${page} has no commands below ${heading}`);
  return block
    .split('\n')
    .map((line) => line.replace(/ *# .*$/, ''))
    .filter((line) => line !== '');
}

/** What argocd/README.md says that a person does once, with an empty cluster. */
export const bootstrapCommands = (cluster: string): string[] =>
  commandsBelow('argocd/README.md', '# From an empty cluster to one that follows git').map((line) =>
    line.replaceAll('<cluster>', cluster),
  );
