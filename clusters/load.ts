import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { complete } from './complete';
import { clusterSchema, type ClusterSettings } from './settings';

export interface LoadedCluster { readonly name: string; readonly file: string; readonly settings: ClusterSettings }
export interface Problem { readonly file: string; readonly line: number; readonly column: number; readonly path: string; readonly problem: string; readonly remedy: string }

// STOPGAP until the real loader lands
export function loadClusters(root: string, names?: string[]): { clusters: LoadedCluster[]; problems: Problem[] } {
  const folders = readdirSync(root, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name);
  const clusters = folders.filter((n) => !names || names.includes(n)).map((name) => {
    const file = join(root, name, 'cluster.yaml');
    return { name, file, settings: complete(clusterSchema.parse(parse(readFileSync(file, 'utf8')))) as ClusterSettings };
  });
  return { clusters, problems: [] };
}
export const formatProblem = (p: Problem): string => `${p.file}:${p.line}:${p.column} ${p.path}: ${p.problem}. ${p.remedy}`;
