import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../charts/core/objects';
import { writeCluster } from '../../cli/dist';
import { filesOf } from '../../cli/render-files';
import { NO_DECLARATIONS } from '../declarations';

const folder = mkdtempSync(join(tmpdir(), 'strata-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The files of a component `cache` of two ConfigMaps. */
const filesWith = (first: string, second: string) =>
  filesOf({
    objects: [first, second].map((text, index) => {
      const metadata = { name: `config-${index}`, namespace: 'prod' };
      const object: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { text } };
      return { object, component: 'cache', file: `cache/configmap-config-${index}.yaml` };
    }),
    kustomizations: [],
    declarations: NO_DECLARATIONS,
  });

const contents = () =>
  readdirSync(join(folder, 'cache'))
    .sort()
    .map((name) => readFileSync(join(folder, 'cache', name), 'utf8'));

test.each([{ dryRun: true }, { dryRun: false }])(
  'an object that YAML cannot hold is named, and no file is changed (%j)',
  (options) => {
    writeCluster(folder, filesWith('old', 'old'));
    const before = contents();
    const broken = filesWith('new', 'half of a pair: \ud800');
    expect(() => writeCluster(folder, broken, options)).toThrow(
      /^ConfigMap prod\/config-1 data\.text: half of a surrogate pair/,
    );
    expect(contents()).toEqual(before);
    expect(readdirSync(folder)).toEqual(['cache']);
    writeCluster(folder, filesWith('new', 'new'));
    expect(contents()).not.toEqual(before);
  },
);
