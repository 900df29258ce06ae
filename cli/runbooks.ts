import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Runbook of a component, from the repository's root → anchors of its headings, as GitHub makes them. */
export function readRunbooks(root: string): Map<string, Set<string>> {
  const files = foldersIn(join(root, 'charts'))
    .flatMap((layer) =>
      foldersIn(join(root, 'charts', layer)).map((name) => `charts/${layer}/${name}/runbook.md`),
    )
    .filter((file) => statSync(join(root, file), { throwIfNoEntry: false })?.isFile());
  return new Map(files.map((file) => [file, anchorsOf(readFileSync(join(root, file), 'utf8'))]));
}

const foldersIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

const anchorsOf = (markdown: string): Set<string> =>
  new Set([...markdown.matchAll(/^#+ +(.+?) *$/gm)].map(([, heading = '']) => anchor(heading)));

const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
