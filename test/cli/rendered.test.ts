import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRendered } from '../../cli/rendered';
import { parseSettings } from '../../cli/load';
import { scratch, strata, workspace } from './terminal';

/** Lists and maps in one another: more than ten times what a parser that calls itself for each can hold. */
const DEEP = 10_000;

const OBJECT = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: odd, namespace: ingress }\n';

/** A folder with these files, which end in / for folders. */
function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = scratch();
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(folder, file.endsWith('/') ? file : `${file}/..`), { recursive: true });
    if (!file.endsWith('/')) writeFileSync(join(folder, file), content);
  }
  return folder;
}

describe('reading a rendered folder', () => {
  test('takes every file that Argo CD would apply, and no folder for one', () => {
    const { objects, problems } = readRendered(
      folderOf({
        'a/one.yaml': OBJECT,
        'a/two.yml': OBJECT,
        'a/three.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"json"}}',
        'a/four.jsonnet': '{}',
        'a/readme.md': 'x: [',
        'dir.yaml/': '',
        'a/dir.json/': '',
      }),
    );
    expect(objects.map(({ file }) => file)).toEqual(['a/one.yaml', 'a/three.json', 'a/two.yml']);
    expect(problems).toEqual([expect.stringMatching(/^a\/four\.jsonnet:1:1: a program, /)]);
  });

  test('names the place of what is no object, and throws on nothing', () => {
    const folder = folderOf({
      'a/twice.yaml': `${OBJECT}data:\n  x: '1'\n  y: '1'\n  x: '2'\n`,
      'a/deep.yaml': '['.repeat(DEEP),
      'a/deep.json': '{"a":'.repeat(DEEP),
      'a/binary.yaml': Uint8Array.from([0, 255, 254, 1]),
      'a/text.yaml': 'just text\n',
      'a/alias.yaml': 'a: &a [*a]\n',
    });
    symlinkSync('/nowhere/at/all', join(folder, 'a/link.yaml'));
    // whoever reads it to its end waits for ever
    spawnSync('mkfifo', [join(folder, 'a/pipe.yaml')]);
    const { objects, problems } = readRendered(folder);
    expect(objects).toEqual([]);
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      ...[
        'a/alias.yaml',
        'a/binary.yaml',
        'a/deep.json',
        'a/deep.yaml',
        'a/link.yaml',
        'a/pipe.yaml',
        'a/text.yaml',
        'a/twice.yaml',
      ],
    ]);
    expect(problems.join('\n')).toContain('a/twice.yaml:7:3: a key is there twice, first on line 5.');
    expect(problems.join('\n')).toContain('a/deep.yaml:1:');
    expect(problems.join('\n')).not.toMatch(/call stack/);
  });

  test('settings that are too deep are a mistake with a place too', () => {
    const { problems } = parseSettings(`name: ${'['.repeat(DEEP)}`, 'file');
    expect(problems).toEqual([expect.objectContaining({ problem: expect.stringContaining('too deep') })]);
  });

  test('kinds, keys and names that objects of JavaScript have are judged like others, and a long map in seconds', async () => {
    const folder = join(scratch(), 'staging');
    cpSync('dist/staging', folder, { recursive: true });
    const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
    for (const [index, name] of names.entries()) {
      const put = (file: string, text: string) =>
        writeFileSync(join(folder, `traefik/${file}-${index}.yaml`), text);
      put('kind', `apiVersion: v1\nkind: ${name}\nmetadata: { name: x, namespace: ingress }\n`);
      put(
        'group',
        `apiVersion: ${name}/v1\nkind: ${name}\nmetadata: { name: ${name}, namespace: ${name} }\n`,
      );
      put('key', `${OBJECT.replace('odd', `odd-${index}`)}${name}: { ${name}: 1 }\ndata: { ${name}: x }\n`);
      put(
        'pod',
        `apiVersion: v1\nkind: Pod\nmetadata: { name: p${index}, namespace: ingress, labels: { ${name}: x } }\nspec: { ${name}: 1, containers: [{ name: ${name}, ${name}: {} }] }\n`,
      );
    }
    const long = Array.from({ length: 20_000 }, (_, index) => `  key-${index}: value\n`).join('');
    writeFileSync(join(folder, 'traefik/long.yaml'), `${OBJECT}data:\n${long}`);
    const start = process.cpuUsage();
    const { code, stderr } = await strata(['check', '--rendered', folder]);
    const { user } = process.cpuUsage(start);
    expect(code).toBe(1);
    expect(stderr).not.toContain('a fault of Strata');
    for (const name of names) expect(stderr).toContain(`v1/${name}`);
    expect(user / 1e6).toBeLessThan(60);
  }, 120_000);
});

describe('foreign files in dist/', () => {
  test.each([
    'traefik/extra.yaml',
    'traefik/extra.json',
    'traefik/extra.jsonnet',
    'traefik/Kustomization',
    'own/x.yml',
  ])('%s, which Argo CD would apply, is a mistake, and nothing is written', async (file) => {
    const place = workspace();
    const full = join(place.root, 'dist/staging', file);
    mkdirSync(join(full, '..'), { recursive: true });
    writeFileSync(full, OBJECT);
    const { code, stdout, stderr } = await strata(['synth', 'staging'], { workspace: place });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`${file}: it was not rendered by Strata, and Argo CD would apply it`);
  });

  test('what Argo CD does not read is named, and left alone', async () => {
    const place = workspace();
    mkdirSync(join(place.root, 'dist/staging/traefik'), { recursive: true });
    writeFileSync(join(place.root, 'dist/staging/traefik/notes.md'), 'mine');
    const { code, stdout } = await strata(['synth', 'staging'], { workspace: place });
    expect(code).toBe(0);
    expect(stdout).toContain('dist/staging/traefik/notes.md was not rendered by Strata');
  });
});
