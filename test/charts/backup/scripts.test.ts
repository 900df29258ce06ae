import { loadClusters } from '../../../cli/load';
import { renderCluster } from '../../../cli/pipeline';
import type { RenderedObject } from '../../../charts/core/render';
import { objectsOf } from '../../../charts/core/render';
import { componentsOf } from '../../../charts/core/components';
import { BackupRuns } from '../backup-runs';

/** Lines from which on a text is one that people review. */
const LONG = 10;

/** Texts that several ConfigMaps of a namespace hold. */
function repeated(objects: readonly RenderedObject[]): string[] {
  const holders = new Map<string, string[]>();
  for (const { object } of objects) {
    if (object.kind !== 'ConfigMap') continue;
    const { name, namespace = '' } = object.metadata;
    for (const [file, text] of Object.entries((object['data'] ?? {}) as Record<string, string>)) {
      if (text.split('\n').length < LONG) continue;
      const key = `${namespace} ${text}`;
      holders.set(key, [...(holders.get(key) ?? []), `${namespace}/${name} ${file}`]);
    }
  }
  return [...holders.values()].filter(({ length }) => length > 1).flat();
}

const { clusters } = loadClusters('clusters');

test.each(clusters.map((cluster) => [cluster.name, cluster.settings] as const))(
  '%s: no two ConfigMaps of a namespace hold the same script',
  (_, settings) => {
    expect(repeated(renderCluster(settings).objects)).toEqual([]);
  },
);

describe('scripts that runs share', () => {
  const { cluster } = new BackupRuns();
  const { target } = cluster.drills[0]!;
  const long = (word: string): string => `${word}\n`.repeat(LONG);

  const ask = (namespace: string, name: string, data: Record<string, string>) =>
    target
      .scripts(namespace, name, data)
      .map(({ config, items }) => [config.name, Object.keys(items ?? config.data)]);

  test('are in the ConfigMap of whoever asked first', () => {
    expect(ask('prod', 'one', { 'a.sh': long('a'), 'b.sh': long('b') })).toEqual([['one', ['a.sh', 'b.sh']]]);
    expect(ask('prod', 'other', { 'a.sh': long('a'), 'b.sh': long('b') })).toEqual([
      ['one', ['a.sh', 'b.sh']],
    ]);
    expect(ask('prod', 'other', { 'b.sh': long('b'), 'c.sh': long('c') })).toEqual([
      ['one', ['b.sh']],
      ['other', ['c.sh']],
    ]);
  });

  test('are in another one in another namespace, and where one of that name says something else', () => {
    ask('prod', 'same', { 'a.sh': long('d') });
    expect(ask('recette', 'same', { 'a.sh': long('d') })).toEqual([['same', ['a.sh']]]);
    expect(ask('prod', 'same', { 'a.sh': long('e') })).toEqual([
      [expect.stringMatching(/^same-[0-9a-f]{8}$/), ['a.sh']],
    ]);
  });

  test('are seen where two ConfigMaps hold them', () => {
    const objects = objectsOf(componentsOf(cluster));
    const [config] = objects.filter(
      ({ object: { kind, metadata } }) => kind === 'ConfigMap' && metadata.name === 'backup-steps',
    );
    const copy = {
      ...config!,
      object: { ...config!.object, metadata: { ...config!.object.metadata, name: 'copy' } },
    };
    expect(repeated([...objects, copy])).toContain('prod/copy common.sh');
  });
});
