import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyBlock, blocksOf } from './pages';

/** Files that CONTRIBUTING.md tells to write or to change for a component of one's own. */
export const EXAMPLE_FILES = [
  'imports/images.yaml',
  'charts/data/memcached/definition.ts',
  'charts/data/memcached/memcached.ts',
  'charts/data/memcached/dashboards.ts',
  'charts/catalogue.ts',
  'charts/wiring/data.ts',
  'charts/data/memcached/runbook.md',
  'test/alerts/components/memcached.ts',
] as const;

/** Does in a copy of the repository just what stands there, and switches the component on. Gives the files of the page. */
export function writeExample(root: string): ReadonlySet<string> {
  const page = readFileSync('CONTRIBUTING.md', 'utf8').replace('<64 hexadecimal digits>', '0'.repeat(64));
  const blocks = blocksOf(page);
  for (const block of blocks) applyBlock(root, block);
  for (const [cluster, neighbour] of [
    ['mono', 'mysql'],
    ['staging', 'redis'],
  ] as const) {
    const settings = join(root, 'clusters', cluster, 'cluster.yaml');
    const text = readFileSync(settings, 'utf8');
    writeFileSync(
      settings,
      text.replace(new RegExp(`^( +)${neighbour}:`, 'm'), '$1memcached: { memory: 128Mi }\n$&'),
    );
  }
  return new Set(blocks.map(({ file }) => file));
}
