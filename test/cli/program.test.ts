import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultLine } from '../../cli/fault';
import { edit, scratch, strata, workspace } from './terminal';

const STACK = /^\s+at .+:\d+|\.js:\d+$/m;
const spawned = (args: readonly string[]) =>
  spawnSync(process.execPath, ['cli/strata.cjs', ...args], { encoding: 'utf8' });

describe('the version', () => {
  test('is that of package.json', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(spawned(['--version'])).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
    for (const option of ['--version', '-V'])
      expect(await strata([option])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
  });
});

describe('exit codes', () => {
  test.each([
    [['check', 'nowhere']],
    [['list', 'nowhere']],
    [['synth', '--dry-run', 'nowhere']],
    [['secrets', 'nowhere']],
    [['verify', 'nowhere']],
    [['drill', 'nowhere', 'mysql-prod']],
    [['restore', 'nowhere', 'mysql-prod']],
    [['restore', 'mono', 'nothing-prod']],
    [['restore', 'mono', 'mysql-prod', '--set', 'last']],
    [['drill', 'mono', 'traefik', '--dry-run']],
    [['check', '--rendered', 'dist/nowhere']],
    [['check', '--rendered', 'package.json']],
    [['check', '--rendered', 'package.json/dist']],
    [['check', 'mono', 'staging', '--rendered', 'dist/mono']],
    [['secrets', 'mono', '--set', 'drills/backup-identity.identity=x']],
    [['complete', 'tcsh']],
    [['--nothing']],
    [[]],
  ])('%j asks for what is not there: 2, in words', async (args) => {
    const { code, stdout, stderr } = await strata(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(STACK);
    expect(stderr.length).toBeGreaterThan(10);
  });

  test('a mistake in the settings is 1, and 2 where another cluster is not there at all', async () => {
    const place = workspace();
    edit(join(place.root, 'clusters/mono/cluster.yaml'), '10.0.0.0/24', '10.0.0.1/24');
    expect(await strata(['check'], { workspace: place })).toMatchObject({ code: 1 });
    const { code, stderr } = await strata(['check', 'mono', 'mona'], { workspace: place });
    expect(code).toBe(2);
    expect(stderr).toContain('host bits');
    expect(stderr).toContain('"mona" is no cluster');
  });

  test('where there is no folder of clusters, the place is wrong: 2', async () => {
    expect(await strata(['list'], { workspace: { root: scratch(), today: '2026-11-20' } })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no such folder'),
    });
  });
});

describe("Strata's own fault", () => {
  test('is one line that says what to report, and 2', async () => {
    const broken = { root: null as unknown as string, today: '2026-11-20' };
    const { code, stdout, stderr } = await strata(['list'], { workspace: broken });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^a fault of Strata 1\.2\.3 itself: \w*Error: .+\. Report this line with the command and its input\n$/,
    );
  });

  test('names its place in the repository, never a stack', () => {
    const root = process.cwd();
    const fault = new RangeError('Maximum call\nstack size');
    fault.stack = `RangeError: x\n    at f (${root}/node_modules/yaml/a.js:1:1)\n    at g (${root}/cli/synth.ts:42:7)\n    at node:internal:1:1`;
    expect(faultLine(fault, { workspace: { root, today: '' }, version: '1.2.3' })).toBe(
      'a fault of Strata 1.2.3 itself: RangeError: Maximum call stack size at cli/synth.ts:42:7. Report this line with the command and its input',
    );
    expect(faultLine('text', { workspace: { root, today: '' }, version: '1.2.3' })).toContain(
      'Error: text. Report',
    );
  });

  test.each([
    ['charts', 'a file', 'check'],
    ['charts', 'nothing', 'synth'],
    ['dist', 'a file', 'synth'],
    ['dist/mono', 'a file', 'synth'],
    ['clusters', 'a file', 'list'],
    ['clusters/mono/cluster.yaml', 'a folder', 'list'],
    ['clusters/mono/cluster.yaml', 'a pipe', 'list'],
    ['clusters/mono/cluster.yaml', 'a link to itself', 'list'],
  ])('%s is %s: told by its path, without a stack', async (path, kind, command) => {
    const place = workspace();
    const full = join(place.root, path);
    rmSync(full, { recursive: true, force: true });
    mkdirSync(join(full, '..'), { recursive: true });
    if (kind === 'a file') writeFileSync(full, '');
    if (kind === 'a folder') mkdirSync(full);
    if (kind === 'a pipe') spawnSync('mkfifo', [full]);
    if (kind === 'a link to itself') symlinkSync(full, full);
    const { code, stderr } = await strata([command, 'mono'], { workspace: place });
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain(path.split('/').slice(0, 2).join('/'));
    expect(stderr).not.toMatch(/a fault of Strata/);
    expect(stderr).not.toMatch(STACK);
  });
});

describe('a reader that has seen enough', () => {
  test.each([[['list', '--output', 'json']], [['check', '--help']], [['secrets', 'mono']]])(
    '%j into `head -1` ends in silence, with its own exit code',
    (args) => {
      const line = `"$0" cli/strata.cjs ${args.join(' ')} | head -1; echo "\${PIPESTATUS[0]}"`;
      const { stdout, stderr } = spawnSync('bash', ['-c', line, process.execPath], { encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(stdout.trim().split('\n').at(-1)).toBe('0');
    },
  );

  test('a command whose output nobody takes at all ends with the code of what it found', async () => {
    const child = spawn(process.execPath, ['cli/strata.cjs', 'list', 'mono'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }, 60_000);
});

describe('colour', () => {
  const run = (stdout: boolean, stderr: boolean, env: Record<string, string>) => {
    const texts = { stdout: '', stderr: '' };
    const place = workspace();
    edit(join(place.root, 'clusters/staging/cluster.yaml'), /name: staging/, 'name: Staging');
    const screen = (name: 'stdout' | 'stderr', isTTY: boolean) => ({
      write: (text: string) => void (texts[name] += text),
      isTTY,
    });
    return strata(['check'], {
      workspace: place,
      env,
      stdout: screen('stdout', stdout),
      stderr: screen('stderr', stderr),
    }).then(() => ({ stdout: texts.stdout.includes('\u001b'), stderr: texts.stderr.includes('\u001b') }));
  };

  test('is on the stream that is a terminal, and on no other', async () => {
    expect(await run(true, false, {})).toEqual({ stdout: true, stderr: false });
    expect(await run(false, true, {})).toEqual({ stdout: false, stderr: true });
    expect(await run(false, false, {})).toEqual({ stdout: false, stderr: false });
  });

  test('is off where NO_COLOR says something, and empty counts as unset', async () => {
    expect(await run(true, true, { NO_COLOR: '1' })).toEqual({ stdout: false, stderr: false });
    expect(await run(true, true, { NO_COLOR: '' })).toEqual({ stdout: true, stderr: true });
  });
});

describe('what a terminal would obey', () => {
  const ODD = '\u001b[31mred\u0007\u202e\u2028';

  test.each([
    [['check', ODD]],
    [['list', `${ODD}/x`]],
    [[ODD]],
    [['check', `--${ODD}`]],
    [['explain', ODD]],
    [['diff', ODD]],
    [['diff', '--base', ODD]],
    [['init', ODD, '--domain', ODD, '--contact', ODD, '--repository', ODD, '--yes']],
    [['restore', 'mono', ODD]],
    [['secrets', 'mono', '--generate', '--set', `${ODD}/a.b=c`]],
    [['check', '--rendered', ODD]],
  ])('is written out in messages: %j', async (args) => {
    const { code, stdout, stderr } = await strata(args);
    expect(code).toBeGreaterThan(0);
    for (const character of '\u001b\u0007\u202e\u2028') expect(stdout + stderr).not.toContain(character);
    expect(stderr).toMatch(/\\u001b\[31mred\\u0007\\u202e\\u2028/);
  });

  test('is written out where it comes from a file', async () => {
    const place = workspace();
    edit(join(place.root, 'clusters/mono/cluster.yaml'), /\n$/, '\n"\\e[31mred\\u202e": 1\n');
    const { stderr } = await strata(['check'], { workspace: place });
    for (const character of '\u001b\u202e') expect(stderr).not.toContain(character);
    expect(stderr).toContain('\\u001b[31mred\\u202e');
  });
});

describe('a dry run', () => {
  test('names each file that would be written and removed, and says so in what is counted', async () => {
    const place = workspace();
    const first = await strata(['synth', 'mono', '--dry-run'], { workspace: place });
    expect(first.stdout).toMatch(/\d+ to write {2}0 unchanged/);
    expect(first.stdout).toContain('\n  would write  dist/mono/traefik/daemonset-traefik.yaml\n');
    await strata(['synth', 'mono'], { workspace: place });
    edit(join(place.root, 'clusters/mono/cluster.yaml'), /^ +xwiki: \{ host: xwiki\.logo.*\n/m, '');
    const second = await strata(['synth', 'mono', '--dry-run'], { workspace: place });
    expect(second.stdout).toMatch(/\n {2}would remove dist\/mono\/xwiki-prod\/\S+\n/);
    expect(second.stdout).toContain('to remove');
    expect((await strata(['synth', 'mono'], { workspace: place })).stdout).not.toContain('would');
  });
});

describe('completion', () => {
  /** What the command prints past its streams: the library of the scripts writes to the console. */
  const printed = async (args: readonly string[]) => {
    const lines: string[] = [];
    jest.spyOn(console, 'log').mockImplementation((text) => void lines.push(String(text)));
    try {
      expect(await strata(args)).toEqual({ code: 0, stdout: '', stderr: '' });
    } finally {
      jest.restoreAllMocks();
    }
    return lines.join('\n');
  };
  const suggestions = async (...words: string[]) => {
    const lines = (await printed(['complete', '--', ...words])).trim().split('\n');
    return lines.slice(0, -1).map((line) => line.split('\t')[0]);
  };

  test('knows commands, options, their values, and the clusters that are there', async () => {
    expect(await suggestions('')).toEqual(expect.arrayContaining(['synth', 'check', 'secrets', 'complete']));
    expect(await suggestions('sy')).toEqual(['synth']);
    expect(await suggestions('synth', '--')).toEqual(
      expect.arrayContaining(['--dry-run', '--watch', '--output']),
    );
    expect(await suggestions('check', '--output', '')).toEqual(['text', 'json']);
    expect(await suggestions('secrets', 'm')).toEqual(['mono']);
    expect(await suggestions('check', 'mono', '')).toEqual(['mono', 'staging']);
    expect(await suggestions('promote', 'staging', 'm')).toEqual(['mono']);
    expect(await suggestions('complete', 'z')).toEqual(['zsh']);
  });

  test.each(['bash', 'zsh', 'fish', 'powershell'])(
    'the script for %s asks this program, by its path',
    async (shell) => {
      expect(await printed(['complete', shell])).toContain(join(process.cwd(), 'cli/strata.cjs'));
    },
  );

  test('bash reads the script and suggests', () => {
    const line = `
      _get_comp_words_by_ref() { cur=\${COMP_WORDS[COMP_CWORD]}; words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; }
      source <("$0" cli/strata.cjs complete bash)
      COMP_WORDS=(strata sec) COMP_CWORD=1
      __strata_complete 2>/dev/null; echo "\${COMPREPLY[@]}"`;
    const { stdout } = spawnSync('bash', ['-c', line, process.execPath], { encoding: 'utf8' });
    expect(stdout.trim()).toBe('secrets');
  });
});

describe('findings of one kind', () => {
  const check = async (text: string, format: string) => {
    const place = workspace();
    edit(join(place.root, 'clusters/staging/cluster.yaml'), /\n$/, `\n${text}`);
    return strata(['check', 'staging', '--output', format], { workspace: place });
  };

  test('are told once from six on, with their number; the total stays, and JSON has each', async () => {
    const text = Array.from({ length: 9 }, (_, index) => `unheard${index}: 1\n`).join('');
    const { stderr } = await check(text, 'text');
    expect(stderr.match(/unknown key/g)).toHaveLength(1);
    expect(stderr).toContain(
      '  … and 8 more like it (--output json names them all)\n9 mistakes in clusters/\n',
    );
    const { failures } = JSON.parse((await check(text, 'json')).stdout) as {
      failures: { messages: string[]; problems: { path: string }[] }[];
    };
    expect(failures[0]!.messages).toHaveLength(9);
    expect(failures[0]!.problems.map(({ path }) => path)).toContain('unheard8');
  });

  test('are each told up to five, and those of another kind always', async () => {
    const text = `${Array.from({ length: 5 }, (_, index) => `unheard${index}: 1\n`).join('')}capacity: { reserve: 99 }\n`;
    const { stderr } = await check(text, 'text');
    expect(stderr.match(/unknown key/g)).toHaveLength(5);
    expect(stderr).toContain('capacity.reserve: 99 is more than 50');
    expect(stderr).not.toContain('more like it');
  });

  test('that differ only in what they name are told up to twenty, and of more the first five', async () => {
    const names = (count: number) =>
      Array.from({ length: count }, (_, index) => `"Reg_${String.fromCharCode(97 + index)}"`).join(', ');
    const some = await check(`images: { registries: [${names(20)}] }\n`, 'text');
    expect(some.stderr.match(/is not a registry/g)).toHaveLength(20);
    const { stderr } = await check(`images: { registries: [${names(24)}] }\n`, 'text');
    expect(stderr.match(/is not a registry/g)).toHaveLength(5);
    expect(stderr).toContain('  … and 19 more like it (--output json names them all)\n24 mistakes');
  });

  test('of the rendered set too', async () => {
    const place = workspace();
    await strata(['synth', 'staging'], { workspace: place });
    const files = readdirSync(join(place.root, 'dist/staging'), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => /\/service-/.test(name)))
      edit(join(place.root, 'dist/staging', file), /^metadata:\n/m, 'metadata:\n  unheard: 1\n');
    const { stderr, code } = await strata(['check', '--rendered', join(place.root, 'dist/staging')], {
      workspace: place,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/there is no field unheard here.*\n {2}… and \d+ more like it/);
  });
});
