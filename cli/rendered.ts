import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import type { KubeObject } from '../charts/core/objects';
import type { RenderedObject } from '../charts/core/render';

export interface RenderedFolder {
  readonly objects: readonly RenderedObject[];
  /** Files that are no YAML, or hold something that is no Kubernetes object: `file:line:column: problem. remedy` */
  readonly problems: readonly string[];
}

/** Reads the objects of a folder of YAML files as they lie there: dist/<cluster>, committed or edited by hand. */
export function readRendered(folder: string): RenderedFolder {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ya?ml$/.test(file))
    .sort();
  const read = files.map((file) => readFile(folder, file));
  return {
    objects: read.flatMap(({ objects }) => objects),
    problems: read.flatMap(({ problems }) => problems),
  };
}

function readFile(folder: string, file: string): RenderedFolder {
  const path = file.split(sep).join('/');
  const lines = new LineCounter();
  const documents = parseAllDocuments(readFileSync(join(folder, file), 'utf8'), {
    lineCounter: lines,
    version: '1.1',
  });
  const read = [...documents].map((document) => readDocument(document, path, lines));
  return {
    objects: read.flatMap(({ objects }) => objects),
    problems: read.flatMap(({ problems }) => problems),
  };
}

function readDocument(document: Document.Parsed, path: string, lines: LineCounter): RenderedFolder {
  const refuse = (offset: number, problem: string): RenderedFolder => {
    const { line, col } = lines.linePos(offset);
    return { objects: [], problems: [`${path}:${line}:${col}: ${problem}. Mend it, or render it again`] };
  };
  const [start] = document.range;
  const [error] = document.errors;
  if (error) return refuse(error.pos[0], error.message.split('\n')[0] ?? 'it is no YAML');
  let object: unknown;
  try {
    object = document.toJS({ maxAliasCount: 0 });
  } catch {
    return refuse(start, 'it holds an alias (*name), which nothing that Strata renders does');
  }
  if (object === null || isKustomization(object)) return { objects: [], problems: [] };
  if (!isKubeObject(object)) return refuse(start, 'it has no apiVersion, kind and metadata.name');
  return { objects: [{ object, file: path, component: path.split('/', 1)[0] ?? '' }], problems: [] };
}

const isKustomization = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Kustomization';

function isKubeObject(value: unknown): value is KubeObject {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind, metadata } = value as Partial<KubeObject>;
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}
