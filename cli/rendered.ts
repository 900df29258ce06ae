import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { LineCounter, parseAllDocuments } from 'yaml';
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
  if (!Array.isArray(documents)) return { objects: [], problems: [] };
  const problems: string[] = [];
  const objects: RenderedObject[] = [];
  for (const document of documents) {
    const place = (offset: number): string => {
      const { line, col } = lines.linePos(offset);
      return `${path}:${line}:${col}`;
    };
    const [error] = document.errors;
    if (error) {
      problems.push(
        `${place(error.pos[0])}: ${error.message.split('\n')[0] ?? 'no YAML'}. Mend it, or render it again`,
      );
      continue;
    }
    const object: unknown = document.toJS();
    if (isKustomization(object)) continue;
    if (isKubeObject(object)) objects.push({ object, file: path, component: path.split('/')[0] ?? '' });
    else
      problems.push(
        `${place(document.range?.[0] ?? 0)}: no apiVersion, kind and metadata.name. Remove the file, or render it again`,
      );
  }
  return { objects, problems };
}

const isKustomization = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Kustomization';

function isKubeObject(value: unknown): value is KubeObject {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind, metadata } = value as Partial<KubeObject>;
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}
