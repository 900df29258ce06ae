import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import type { KubeObject } from '../charts/core/objects';
import type { RenderedKustomization, RenderedObject } from '../charts/core/render';
import { repeatedKeys } from '../settings/document';

export interface RenderedFolder {
  readonly objects: readonly RenderedObject[];
  readonly kustomizations: readonly RenderedKustomization[];
  /** Files that are no YAML, or hold something that is no Kubernetes object: `file:line:column: problem. remedy` */
  readonly problems: readonly string[];
}

/** Names of a kustomization (kustomize api v0.21.1, konfig/general.go), whatever kind is in it. */
const KUSTOMIZATION = /^(?:kustomization\.ya?ml|Kustomization)$/;

/**
 * Files that Argo CD applies from a folder without a kustomization (argo-cd v3.5.1, reposerver/repository/repository.go, manifestFile),
 * and the names of kustomizations.
 */
const APPLIED = /\.(?:ya?ml|json|jsonnet)$/;

/** Reads what is in a folder as it lies there, dist/<cluster>, committed or edited by hand: every file that Argo CD would apply. */
export function readRendered(folder: string): RenderedFolder {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/'))
    .filter((file) => APPLIED.test(file) || KUSTOMIZATION.test(posix.basename(file)))
    .sort();
  return together(files.map((file) => readFile(folder, file)));
}

function readFile(folder: string, file: string): Partial<RenderedFolder> {
  if (file.endsWith('.jsonnet'))
    return {
      problems: [
        `${file}:1:1: a program, of which Argo CD applies what comes out, and nothing here can judge it. Remove it`,
      ],
    };
  const lines = new LineCounter();
  try {
    // a pipe or a device may never end; what is not there throws
    if (!statSync(join(folder, file)).isFile())
      return { problems: [`${file}:1:1: it is no file that can be read to its end. Remove it`] };
    const documents = parseAllDocuments(readFileSync(join(folder, file), 'utf8'), {
      lineCounter: lines,
      version: '1.1',
      // it compares each key with all others; repeatedKeys finds them in one go
      uniqueKeys: false,
    });
    return together([...documents].map((document) => readDocument(document, file, lines)));
  } catch (error) {
    // the parser calls itself for each level
    const problem = isTooDeep(error as Error) ? TOO_DEEP : `it cannot be read (${(error as Error).message})`;
    return { problems: [`${file}:1:1: ${problem}. Mend it, or render it again`] };
  }
}

const TOO_DEEP = 'lists and maps in one another, too deep to be read';
const isTooDeep = ({ message }: Error): boolean => message.startsWith('Maximum call stack');

const together = (parts: readonly Partial<RenderedFolder>[]): RenderedFolder => ({
  objects: parts.flatMap(({ objects = [] }) => objects),
  kustomizations: parts.flatMap(({ kustomizations = [] }) => kustomizations),
  problems: parts.flatMap(({ problems = [] }) => problems),
});

function readDocument(document: Document.Parsed, file: string, lines: LineCounter): Partial<RenderedFolder> {
  const refuse = (offset: number, problem: string): Partial<RenderedFolder> => {
    const { line, col } = lines.linePos(offset);
    return { problems: [`${file}:${line}:${col}: ${problem}. Mend it, or render it again`] };
  };
  const [start] = document.range;
  const [error] = document.errors;
  if (error)
    return refuse(
      error.pos[0],
      isTooDeep(error) ? TOO_DEEP : (error.message.split('\n')[0] ?? 'it is no YAML'),
    );
  const [repeated] = repeatedKeys(document);
  if (repeated) {
    const { line } = lines.linePos(repeated.earlier);
    return refuse(repeated.offset, `a key is there twice, first on line ${line}`);
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch {
    return refuse(start, 'it holds an alias (*name), which nothing that Strata renders does');
  }
  const [first = file] = file.split('/', 1);
  if (KUSTOMIZATION.test(posix.basename(file))) {
    const content = typeof value === 'object' ? { ...value } : {};
    return { kustomizations: [{ content, file, component: first === file ? undefined : first }] };
  }
  if (value === null) return {};
  if (!isKubeObject(value)) return refuse(start, 'it has no apiVersion, kind and metadata.name');
  return { objects: [{ object: value, file, component: first }] };
}

function isKubeObject(value: unknown): value is KubeObject {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind, metadata } = value as Partial<KubeObject>;
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}
