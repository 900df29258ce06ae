import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE } from '../../charts/catalogue';
import { synth } from '../../cli/synth';
import { copyRepository } from '../repository-copy';
import { edit, scratch, strata, workspace } from './terminal';

function copyOfRepository(more?: { readonly dist: boolean }): string {
  const copy = scratch();
  copyRepository(copy, more);
  return copy;
}

describe('strata', () => {
  test('the help names every command, and is no mistake', async () => {
    const { code, stdout } = await strata(['--help']);
    expect(code).toBe(0);
    for (const command of ['synth', 'check', 'list', 'secrets', 'verify']) {
      expect(stdout).toContain(command);
      expect(await strata([command, '--help'])).toMatchObject({ code: 0 });
    }
  });

  test('the process prints what its command says, and ends with its code', async () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/strata.cjs', 'check', 'nowhere'], {
      encoding: 'utf8',
    });
    expect({ code: status, stdout, stderr }).toEqual(await strata(['check', 'nowhere']));
  });

  test.each([[['chekc']], [['check', '--colour']], [['check', '--output', 'xml']], [['secrets']]])(
    'wrong use %j ends with 2 and says what is known',
    async (args) => {
      const { code, stderr } = await strata(args);
      expect(code).toBe(2);
      expect(stderr).toContain('error:');
    },
  );

  test('a cluster that is not there is refused with those that are', async () => {
    const { code, stderr } = await strata(['check', 'nowhere']);
    expect(code).toBe(2);
    expect(stderr).toContain('nowhere');
    expect(stderr).toContain('mono');
    expect(stderr).toContain('staging');
  });

  test('check finds nothing in what is committed, fresh or as it lies there', async () => {
    expect(await strata(['check'])).toMatchObject({ code: 0, stderr: '' });
    expect(await strata(['check', '--rendered', 'dist/mono'])).toMatchObject({ code: 0, stderr: '' });
  });

  test('check --rendered sees what was changed by hand, with file, field and remedy', async () => {
    const folder = join(scratch(), 'mono');
    cpSync('dist/mono', folder, { recursive: true });
    edit(join(folder, 'mysql-prod/statefulset-mysql.yaml'), /@sha256:[0-9a-f]{64}/, '');
    const { code, stderr } = await strata(['check', '--rendered', folder]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /mysql-prod\/statefulset-mysql\.yaml spec\.\S+image: \[image\] StatefulSet prod\/mysql: /,
    );
    writeFileSync(join(folder, 'mysql-prod/service-mysql.yaml'), 'kind: Service\n  metadata: {\n');
    const again = await strata(['check', '--rendered', folder]);
    expect(again.stderr).toMatch(/service-mysql\.yaml:\d+:\d+: /);
  });

  test('check --rendered judges kustomizations as they lie there too, whatever they are called', async () => {
    const folder = join(scratch(), 'mono');
    cpSync('dist/mono', folder, { recursive: true });
    edit(join(folder, 'crds/kustomization.yaml'), 'Prune=false,', '');
    writeFileSync(join(folder, 'mysql-prod/Kustomization'), 'resources: [service-mysql.yaml]\n');
    rmSync(join(folder, 'argocd/service-argocd-server.yaml'));
    const { stderr } = await strata(['check', '--rendered', folder]);
    expect(stderr).toMatch(/mono\/crds\/kustomization\.yaml patches: \[gitops\] .* Add Prune=false to /);
    expect(stderr).toMatch(
      /mysql-prod\/Kustomization resources: .*mysql-prod\/statefulset-mysql\.yaml is not /,
    );
    expect(stderr).toMatch(
      /mono\/kustomization\.yaml resources\[\d+\]: .* no file "argocd\/service-argocd-server\.yaml"/,
    );
  });

  test('[SYNTH-01] what `cdk8s synth` runs writes the same files', () => {
    const outdir = scratch();
    const { status } = spawnSync(process.execPath, ['cli/bundle.cjs', 'main.ts'], {
      env: { ...process.env, CDK8S_OUTDIR: outdir },
    });
    expect(status).toBe(0);
    const filesIn = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    expect(filesIn(outdir)).toEqual(filesIn('dist'));
    const sample = 'mono/traefik/daemonset-traefik.yaml';
    expect(readFileSync(join(outdir, sample))).toEqual(readFileSync(join('dist', sample)));
  });

  test('[SYNTH-01] `npx cdk8s synth` leaves dist/ as it was where a cluster has a mistake', () => {
    const copy = copyOfRepository({ dist: true });
    const cdk8s = () =>
      spawnSync(process.execPath, ['node_modules/cdk8s-cli/bin/cdk8s', 'synth', '--no-check-upgrade'], {
        cwd: copy,
        encoding: 'utf8',
      });
    const sample = join(copy, 'dist/mono/traefik/daemonset-traefik.yaml');
    edit(sample, 'kind: DaemonSet', 'kind: Edited');
    const { stdout } = cdk8s();
    expect(stdout).toContain('mono/traefik/daemonset-traefik.yaml');
    expect(readFileSync(sample)).toEqual(readFileSync('dist/mono/traefik/daemonset-traefik.yaml'));

    edit(join(copy, 'clusters/mono/cluster.yaml'), 'domain:', 'domian:');
    const before = readdirSync(join(copy, 'dist'), { recursive: true });
    expect(cdk8s().stderr).toContain('Did you mean "domain"?');
    expect(readdirSync(join(copy, 'dist'), { recursive: true })).toEqual(before);
  });

  test('a new cluster gets its folder in dist/ and the entry that a person applies', () => {
    const copy = copyOfRepository();
    cpSync(join(copy, 'clusters/mono'), join(copy, 'clusters/third'), { recursive: true });
    edit(join(copy, 'clusters/third/cluster.yaml'), 'name: mono', 'name: third');
    const run = () =>
      spawnSync(process.execPath, ['cli/strata.cjs', 'synth', 'third'], { cwd: copy, encoding: 'utf8' });
    expect(run()).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(copy, 'argocd/bootstrap/third/kustomization.yaml'), 'utf8')).toContain(
      '../../../dist/third',
    );
    expect(run().stdout).toContain('0 written');
  });

  test('list --exceptions shows every row with its reason, of all components or of a cluster', async () => {
    const rows = async (...args: string[]) => {
      const { stdout } = await strata(['list', '--exceptions', ...args, '--output', 'json']);
      return (JSON.parse(stdout) as { exceptions: { component: string; reason: string; source: string }[] })
        .exceptions;
    };
    const all = await rows();
    expect(new Set(all.map(({ component }) => component))).toEqual(
      new Set(CATALOGUE.filter((one) => 'exceptions' in one && one.exceptions).map(({ name }) => name)),
    );
    expect(all.filter(({ reason }) => reason.length < 20)).toEqual([]);
    expect(all.filter(({ source }) => !existsSync(source))).toEqual([]);
    const mono = await rows('mono');
    expect(mono.length).toBeGreaterThan(3);
    expect(all).toEqual(expect.arrayContaining(mono));
    const { stdout: text } = await strata(['list', '--exceptions']);
    for (const { reason } of all) expect(text).toContain(reason);
  });

  test('[OBS-10] list --alerts shows how soon each alert is known, and why one is late', async () => {
    const { stdout } = await strata(['list', 'staging', '--alerts', '--output', 'json']);
    const { alerts, notes } = JSON.parse(stdout) as {
      alerts: {
        alert: string;
        severity: string;
        worst: { total: number };
        late?: string;
        runbook: string;
      }[];
      notes: string[];
    };
    expect(notes).toEqual([]);
    const late = alerts.filter(({ severity, worst }) => severity === 'critical' && worst.total > 300);
    expect(late.map(({ alert }) => alert)).toEqual(['PostgresqlArchiveBehind', 'TraefikHigh5xxRate']);
    expect(alerts.filter((one) => one.late !== undefined)).toEqual(late);
    for (const { runbook } of alerts) expect(existsSync(runbook.replace(/#.*/, ''))).toBe(true);
    const { stdout: text } = await strata(['list', 'staging', '--alerts']);
    expect(text).toMatch(
      /^staging +alertmanager +AlertmanagerDown +critical +4m57s +charts\/.+#alertmanagerdown$/m,
    );
    expect(text).toMatch(/^staging +traefik +TraefikHigh5xxRate +critical +7m57s \* +charts/m);
    expect(text).toContain('* TraefikHigh5xxRate: A share of five minutes');
  });

  test('list --alerts says where nobody judges them, and does not go with --exceptions', async () => {
    const { stdout } = await strata(['list', 'mono', '--alerts']);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      "mono has no prometheus and no alertmanager: its times are what they would be with Strata's",
    );
    expect(await strata(['list', '--alerts', '--exceptions'])).toMatchObject({ code: 2, stdout: '' });
    expect(await strata(['list', 'nowhere', '--alerts'])).toMatchObject({ code: 2 });
  });

  test('list gives programs what it gives people', async () => {
    const { stdout } = await strata(['list', 'mono', '--output', 'json']);
    const { components } = JSON.parse(stdout) as { components: Record<string, unknown>[] };
    const { stdout: text } = await strata(['list', 'mono']);
    expect(components.length).toBeGreaterThan(5);
    for (const row of components) {
      expect(row).toMatchObject({ cluster: 'mono', source: expect.stringMatching(/\.ts$/) });
      expect(text).toContain(row['component']);
    }
  });
});

describe('synth', () => {
  test('[SYNTH-06] writes once, then leaves every file alone', () => {
    const place = workspace();
    const first = synth(place, { clusters: ['mono'] });
    expect(first.failures).toEqual([]);
    expect(first.results[0]!.written.length).toBeGreaterThan(100);
    expect(synth(place, { clusters: ['mono'] }).results[0]).toMatchObject({
      written: [],
      removed: [],
      foreign: [],
    });
  });

  test('what is left of a cluster that is gone is named, and left alone', () => {
    const place = workspace();
    synth(place);
    rmSync(join(place.root, 'clusters/staging'), { recursive: true });
    expect(synth(place).orphans).toEqual(['staging']);
    expect(readdirSync(join(place.root, 'dist'))).toContain('staging');
  });

  test('a dry run says what it would write, and writes nothing', () => {
    const place = workspace();
    expect(synth(place, { clusters: ['mono'], dryRun: true }).results[0]!.written.length).toBeGreaterThan(
      100,
    );
    expect(readdirSync(place.root).sort()).toEqual(['charts', 'clusters']);
  });

  test('a cluster whose settings are wrong keeps its files, and the others are rendered', () => {
    const place = workspace();
    synth(place);
    const before = readdirSync(join(place.root, 'dist/mono'), { recursive: true }).sort();
    edit(join(place.root, 'clusters/mono/cluster.yaml'), 'xwiki.logo', 'Xwiki_logo');
    edit(join(place.root, 'clusters/mono/cluster.yaml'), '10.0.0.0/24', '10.0.0.1/24');
    const { results, failures } = synth(place);
    expect(results.map(({ cluster }) => cluster)).toEqual(['staging']);
    expect(failures.flatMap(({ messages }) => messages)).toHaveLength(2);
    expect(readdirSync(join(place.root, 'dist/mono'), { recursive: true }).sort()).toEqual(before);
  });

  test('a cluster with a finding keeps its files', () => {
    const place = workspace();
    synth(place, { clusters: ['mono'] });
    const file = join(place.root, 'dist/mono/mysql-prod/statefulset-mysql.yaml');
    const before = readFileSync(file, 'utf8');
    edit(join(place.root, 'clusters/mono/cluster.yaml'), 'memory: 16Gi', 'memory: 2Gi');
    const { failures } = synth(place, { clusters: ['mono'] });
    expect(failures[0]!.messages.join('\n')).toContain('[capacity]');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('a component that is switched off leaves no file behind', () => {
    const place = workspace();
    synth(place, { clusters: ['mono'] });
    edit(join(place.root, 'clusters/mono/cluster.yaml'), /^ +xwiki: \{ host: xwiki\.logo.*\n/m, '');
    synth(place, { clusters: ['mono'] });
    expect(readdirSync(join(place.root, 'dist/mono'))).not.toContain('xwiki-prod');
    expect(readdirSync(join(place.root, 'dist/mono'))).toContain('xwiki-recette');
  });
});
