import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogueFiles } from '../../cli/catalogue-files';
import { formatProblem, parseSettings } from '../../cli/load';
import { copyRepository } from '../repository-copy';
import { EXAMPLE_FILES, writeExample } from './example';

describe('the documents', () => {
  test("CONTRIBUTING's component renders without a finding where just what stands there is done", () => {
    const root = mkdtempSync(join(tmpdir(), 'strata-docs-'));
    try {
      copyRepository(root, { tests: 'test/alerts/table.ts' });
      expect(writeExample(root)).toEqual(new Set(EXAMPLE_FILES));
      const strata = (...args: string[]) =>
        spawnSync(process.execPath, ['cli/strata.cjs', ...args], { cwd: root, encoding: 'utf8' });
      // of staging the dashboard is judged too
      expect(strata('synth')).toMatchObject({ status: 0, stderr: '' });
      const dashboard = join(root, 'dist/staging/grafana/configmap-grafana-memcached.yaml');
      expect(readFileSync(dashboard, 'utf8')).toContain('Is each memcached there?');
      const deployment = readFileSync(
        join(root, 'dist/mono/memcached-prod/deployment-memcached.yaml'),
        'utf8',
      );
      expect(deployment).toContain('memory: 160Mi');
      expect(deployment).toContain('- "128"');

      const types = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit'], {
        cwd: root,
        encoding: 'utf8',
      });
      expect(types.stdout).toBe('');
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  test('what follows from the catalogue is as `npm run schema` writes it', () => {
    const behind = catalogueFiles().filter(({ path, text }) => readFileSync(path, 'utf8') !== text);
    expect(behind.map(({ path }) => `${path}: npm run schema`)).toEqual([]);
  });

  test('the README begins with the two commands, and they are what package.json runs', () => {
    const [, block = ''] = /```sh\n([^]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
    expect(
      block
        .split('\n')
        .map((line) => line.replace(/ *#.*/, ''))
        .filter(Boolean),
    ).toEqual(['npm ci && npm run synth', 'npm ci && npm test']);
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['synth', 'test', 'bench']));
  });

  test("the README's mistake is told as it says", () => {
    const [, file = '', position = '', key = '', value = ''] =
      /^ *(clusters\S+?):(\d+:\d+) \S*?(\w+): "([^"]+)" is not /m.exec(readFileSync('README.md', 'utf8')) ??
      [];
    const text = readFileSync(file, 'utf8').replace(new RegExp(`${key}: [^,]+`), `${key}: ${value}`);
    const [problem] = parseSettings(text, file).problems.map(formatProblem);
    expect(problem).toContain(`${file}:${position} `);
    expect(readFileSync('README.md', 'utf8')).toContain(problem);
  });

  test('every relative link leads somewhere', () => {
    const documents = ['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'argocd/README.md'];
    const broken = documents.flatMap((document) =>
      [...readFileSync(document, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)]
        .map(([, target = '']) => new URL(target, `file:///${document}`).pathname.slice(1))
        .filter((target) => !exists(target)),
    );
    expect(broken).toEqual([]);
  });
});

const exists = (path: string): boolean => {
  try {
    readFileSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR';
  }
};
