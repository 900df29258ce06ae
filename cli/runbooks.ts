import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runbook name → anchors of its headings, as GitHub makes them. */
export function readRunbooks(folder: string): Map<string, Set<string>> {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map(({ name }) => name);
  return new Map(
    files.map((file) => [file.slice(0, -3), anchorsOf(readFileSync(join(folder, file), 'utf8'))]),
  );
}

const anchorsOf = (markdown: string): Set<string> =>
  new Set([...markdown.matchAll(/^#+ +(.+?) *$/gm)].map(([, heading = '']) => anchor(heading)));

const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
