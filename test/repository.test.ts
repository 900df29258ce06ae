import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { componentsOf } from '../charts/core/components';
import { buildPlatform } from '../charts/platform';
import { loadClusters } from '../cli/load';
import { lockedImage, allImages } from '../imports/images';

const packageJson = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
  'dependencies' | 'devDependencies' | 'overrides',
  Record<string, string>
>;
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && existsSync(file));
const sources = tracked.filter((file) => /^(charts|argocd|checks|imports)\/.*\.ts$/.test(file));

describe('the repository', () => {
  test('[SYNTH-01] it is a cdk8s project on the packages it promises, at exact versions', () => {
    const all = { ...packageJson.dependencies, ...packageJson.devDependencies };
    for (const name of [
      'cdk8s',
      'cdk8s-plus-27',
      'constructs',
      'cdk8s-cli',
      '@kubernetes-models/argo-cd',
      'jest',
      'yaml',
    ]) {
      expect(all).toHaveProperty([name]);
    }
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  test('the lock file records no download address', () => {
    expect(readFileSync('package-lock.json', 'utf8')).not.toContain('"resolved": "http');
  });

  test('[SYNTH-02] the top level holds what it promises, and nothing by another name', () => {
    const promised = [
      'cdk8s.yaml',
      'package.json',
      'tsconfig.json',
      'charts',
      'imports',
      'dist',
      'argocd',
      'clusters',
      'test',
      'README.md',
    ];
    expect(promised.filter((path) => !existsSync(path))).toEqual([]);
    const others = [
      'main.ts',
      'checks',
      'cli',
      'diff',
      'docs',
      'settings',
      'package-lock.json',
      'jest.config.cjs',
      'eslint.config.mjs',
      'knip.json',
      'CONTRIBUTING.md',
      'LICENSE',
    ];
    const top = new Set(
      tracked.map((file) => file.split('/')[0] ?? '').filter((name) => !name.startsWith('.')),
    );
    expect([...top].filter((name) => ![...promised, ...others].includes(name))).toEqual([]);
  });

  test('[EDGE-03] no source names a domain of a cluster: hosts come from the settings', () => {
    const domains = loadClusters('clusters').clusters.map(({ settings }) => settings.domain);
    const naming = sources.filter((file) =>
      domains.some((domain) => readFileSync(file, 'utf8').includes(domain)),
    );
    expect(naming).toEqual([]);
  });

  test('every component is one folder of its layer, with a runbook where it raises alerts', () => {
    const { clusters } = loadClusters('clusters');
    const components = clusters.flatMap(({ settings }) => componentsOf(buildPlatform(settings)));
    expect(components.filter(({ source }) => !existsSync(source)).map(({ id }) => id)).toEqual([]);
    const alerting = components.filter(({ node }) =>
      node.children.some((child) => child.node.id.startsWith('prometheusrule.')),
    );
    expect(
      alerting.filter(({ layer, name }) => !existsSync(join('charts', layer, name, 'runbook.md'))),
    ).toEqual([]);
    expect(alerting.length).toBeGreaterThan(0);
  });

  test('[SEC-07] every image of the lock has a digest of its own and a licence', () => {
    const images = allImages();
    expect(images.filter(({ reference }) => !/@sha256:[0-9a-f]{64}$/.test(reference))).toEqual([]);
    expect(new Set(images.map(({ reference }) => reference)).size).toBe(images.length);
    expect(images.filter(({ licence }) => !licence)).toEqual([]);
    expect(images.every(({ reference }) => lockedImage(reference) !== undefined)).toBe(true);
  });

  test('no switched-off test is in the tree', () => {
    const tests = tracked.filter((file) => file.endsWith('.test.ts'));
    const pattern = new RegExp(
      String.raw`\b(it|test|describe)\.(${['skip', 'only', 'todo'].join('|')})\b|\bx(it|test|describe)\(`,
    );
    expect(tests.filter((file) => pattern.test(readFileSync(file, 'utf8')))).toEqual([]);
  });
});
