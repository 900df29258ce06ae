import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edit, strata, workspace } from './terminal';

let place: ReturnType<typeof workspace>;
let file: string;
beforeEach(() => {
  place = workspace();
  file = join(place.root, 'clusters/mono/cluster.yaml');
});
const check = (...args: string[]) => strata(['check', 'mono', ...args], { workspace: place });

/** `line:column` of a text of the settings. */
function placeOf(text: string): string {
  const lines = readFileSync(file, 'utf8').split('\n');
  const line = lines.findIndex((one) => one.includes(text));
  if (line < 0) throw new Error(`no ${text}`);
  return `${line + 1}:${lines[line]!.indexOf(text) + 1}`;
}

describe('findings on what is rendered name the setting', () => {
  test('a quota that an environment has chosen', async () => {
    edit(file, "quota: { cpu: '3', memory: 6Gi", "quota: { cpu: '1', memory: 6Gi");
    const { code, stderr } = await check();
    expect(code).toBe(1);
    expect(stderr).toContain(
      `Set at clusters/mono/cluster.yaml:${placeOf("'1', memory")} environments.0.quota.cpu\n`,
    );
  });

  test('a release past its end, in the block of its component', async () => {
    edit(file, "version: '8.0'\n      reason", "version: '8.1'\n      reason");
    const { stderr } = await check();
    expect(stderr).toContain(
      `Set at clusters/mono/cluster.yaml:${placeOf('{ version')} environments.0.components.mysql\n`,
    );
    // what is about the settings begins with its place
    expect(stderr).toContain(
      `clusters/mono/cluster.yaml:${placeOf('image: mysql')} images.endOfLife[0]: [image] `,
    );
  });

  test('nodes that are too small', async () => {
    edit(file, 'memory: 16Gi, disk', 'memory: 6Gi, disk');
    expect((await check()).stderr).toMatch(
      /^clusters\/mono\/cluster\.yaml:8:3 nodes\.memory: \[capacity\] /m,
    );
  });

  test('JSON has the place in parts', async () => {
    edit(file, 'storage: 80Gi', 'storage: 8Gi');
    const { stdout } = await check('--output', 'json');
    const { failures } = JSON.parse(stdout) as { failures: { findings: { at?: object }[] }[] };
    expect(failures[0]?.findings.map(({ at }) => at)).toEqual([
      expect.objectContaining({ file: 'clusters/mono/cluster.yaml', path: 'environments.0.quota.storage' }),
    ]);
  });

  test('what was changed in the folder by hand comes from no setting', async () => {
    const folder = join(place.root, 'dist/mono');
    cpSync('dist/mono', folder, { recursive: true });
    edit(
      join(folder, 'mysql-prod/statefulset-mysql.yaml'),
      /image: docker.io\/library\/mysql\S+/,
      'image: mysql:latest',
    );
    const { stderr } = await check('--rendered', folder);
    expect(stderr).toContain('[image] StatefulSet prod/mysql');
    expect(stderr).not.toContain('Set at');
  });
});
