import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareCluster, writeCluster } from '../cli/dist';
import { renderCluster } from '../cli/pipeline';
import { filesOf } from '../cli/render-files';
import { loadClusters } from '../cli/load';

const { clusters, problems } = loadClusters('clusters');

describe('dist/', () => {
  test('every cluster loads', () => expect(problems).toEqual([]));

  test('[SYNTH-07] it holds one folder for each folder of clusters/', () => {
    expect(readdirSync('dist').sort()).toEqual(clusters.map(({ name }) => name).sort());
    expect(new Set(clusters.map(({ settings }) => settings.distribution))).toEqual(
      new Set(['k3s', 'kubeadm']),
    );
  });

  describe.each(clusters.map(({ name, settings }) => ({ name, settings })))('$name', ({ name, settings }) => {
    const files = filesOf(renderCluster(settings));

    test('[SYNTH-05] [SYNTH-06] the committed files are what the sources render, byte for byte, none missing and none left over', () => {
      // where this fails: npm run synth, and commit dist/
      expect(compareCluster(join('dist', name), files)).toEqual({ missing: [], changed: [], extra: [] });
    });

    test('[SYNTH-06] a second render gives the same bytes', () => {
      expect(filesOf(renderCluster(structuredClone(settings)))).toEqual(files);
    });

    test('the first line of every file names a source that exists', () => {
      const sources = files.map(({ path, content }) => ({
        path,
        source: /^# \S.* from (\S+)\n/.exec(content)?.[1] ?? '',
      }));
      expect(sources.filter(({ source }) => !existsSync(source))).toEqual([]);
    });

    test('a person can apply the bootstrap: it is listed, and the files it lists are there', () => {
      const bootstrap = readFileSync(join('argocd/bootstrap', name, 'kustomization.yaml'), 'utf8');
      expect(bootstrap).toContain(`../../../dist/${name}`);
      const listed = [
        ...readFileSync(join('dist', name, 'kustomization.yaml'), 'utf8').matchAll(/^ *- (\S+)$/gm),
      ];
      expect(
        listed.map(([, path = '']) => path).filter((path) => !existsSync(join('dist', name, path))),
      ).toEqual([]);
      expect(listed.map(([, path]) => path)).toEqual(
        expect.arrayContaining(['root/application-root.yaml', 'platform-namespaces/namespace-argocd.yaml']),
      );
    });
  });

  test('[SYNTH-06] one byte changed by hand, a file too many and a file too few are all seen', () => {
    const folder = mkdtempSync(join(tmpdir(), 'strata-dist-'));
    try {
      const files = [
        { path: 'a/one.yaml', content: '# Rendered by Strata from main.ts\nkind: A\n' },
        { path: 'a/two.yaml', content: '# Rendered by Strata from main.ts\nkind: B\n' },
      ];
      writeCluster(folder, files);
      const [one, two] = files as [(typeof files)[0], (typeof files)[0]];
      expect(compareCluster(folder, [{ ...one, content: one.content.replace('A', 'X') }])).toEqual({
        missing: [],
        changed: ['a/one.yaml'],
        extra: ['a/two.yaml'],
      });
      expect(compareCluster(folder, [one, two, { ...two, path: 'b/new.yaml' }])).toEqual({
        missing: ['b/new.yaml'],
        changed: [],
        extra: [],
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
