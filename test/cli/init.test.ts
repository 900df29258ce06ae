import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPONENT_NAMES } from '../../cli/init-settings';
import { parseSettings, type ClusterSettings } from '../../charts/settings';
import { strata, workspace, type Said } from './terminal';

const RECIPIENT = 'age1uzld6m80x9qltpaax5g3rzeqesrcx8pfgdv8jndrerlf7ryzmshqq8syn4';
const BASE = [
  ...['--yes', '--domain', 'example.com', '--contact', 'ops@example.com'],
  ...['--repository', 'https://github.com/example/strata.git'],
];
const BUCKET = [
  ...['--backup', 'https://s3.example.com/try-backups', '--backup-region', 'eu-central-003'],
  ...['--backup-recipient', RECIPIENT],
];
const NODE = ['--node', 'server:8:16Gi:160Gi'];
/** Longhorn is one of two kinds of storage, and k3s brings a metrics-server. */
const ALL = COMPONENT_NAMES.filter((name) => !['longhorn', 'metrics-server'].includes(name)).join(',');
const THREE = 'mysql,postgresql,xwiki';

let place: ReturnType<typeof workspace>;
beforeEach(() => (place = workspace()));

const init = (...args: string[]): Promise<Said> =>
  strata(['init', 'try', ...BASE, ...args], { workspace: place });
const file = (): string => join(place.root, 'clusters/try/cluster.yaml');
const written = (): ClusterSettings => {
  const { settings, problems } = parseSettings(readFileSync(file(), 'utf8'), 'cluster.yaml', 'try');
  if (!settings) throw new Error(JSON.stringify(problems));
  return settings;
};

describe('strata init', () => {
  test.each([
    ['k3s with everything on, in production', ['--with', ALL, '--environment', 'prod', ...BUCKET]],
    ['k3s with everything on, without backups', ['--with', ALL, '--without-backup', 'A place to try things']],
    ['k3s with Longhorn', ['--with', THREE, '--storage', 'longhorn', ...BUCKET]],
    ['kubeadm on one node', ['--distribution', 'kubeadm', '--with', `${THREE},metrics-server`, ...BUCKET]],
    ['k3s with nothing but the platform', []],
  ])('%s: the defaults pass together on one node of 8 cores and 16 GiB', async (_, args) => {
    expect(await init(...NODE, ...args)).toMatchObject({ code: 0, stderr: '' });
    expect(await strata(['check', 'try'], { workspace: place })).toMatchObject({ code: 0, stderr: '' });
  });

  test.each(COMPONENT_NAMES.filter((name) => name !== 'metrics-server'))(
    '--with %s brings along what it cannot be without',
    async (name) => {
      const storage = name === 'longhorn' ? ['--storage', 'longhorn'] : [];
      expect(await init(...NODE, '--with', name, ...storage, ...BUCKET)).toMatchObject({
        code: 0,
        stderr: '',
      });
    },
  );

  test('kubeadm with workers: their number decides the profile and the copies of volumes', async () => {
    const nodes = ['--node', 'cp:2:4Gi:50Gi', '--node', 'worker:4:8Gi:160Gi:worker:2'];
    expect(await init('--distribution', 'kubeadm', ...nodes)).toMatchObject({ code: 0, stderr: '' });
    const { profile, nodes: made, storage, components } = written();
    expect({ profile, copies: storage.classes.map(({ replicas }) => replicas) }).toEqual({
      profile: 'small',
      copies: [2, 2],
    });
    expect(made.map(({ role, schedulable }) => [role, schedulable])).toEqual([
      ['control-plane', false],
      ['worker', true],
    ]);
    expect(components).toHaveProperty('longhorn');
  });

  test('k3s takes its local-path as it is, and each environment has what was asked for', async () => {
    await init(
      '--with',
      THREE,
      '--environment',
      'prod',
      '--environment',
      'demo:staging',
      ...BUCKET,
      '--node',
      'server:16:32Gi:400Gi',
    );
    const { storage, environments, components } = written();
    expect(storage.classes).toMatchObject([{ name: 'local-path', existing: true }]);
    expect(components).not.toHaveProperty('longhorn');
    expect(environments.map(({ name, stage, components: { xwiki } }) => [name, stage, xwiki?.host])).toEqual([
      ['prod', 'prod', 'xwiki.example.com'],
      ['demo', 'staging', 'xwiki.demo.example.com'],
    ]);
  });

  test('a class that is there is named, and nothing brings it: neither a component nor packages for the nodes', async () => {
    const args = ['--distribution', 'kubeadm', '--with', `${THREE},metrics-server`, ...BUCKET];
    const { code, stdout } = await init(...args, '--storage', 'existing:longhorn');
    expect(code).toBe(0);
    const { storage, components } = written();
    expect(storage).toMatchObject({
      classes: [{ name: 'longhorn', existing: true }],
      general: 'longhorn',
      database: 'longhorn',
    });
    expect(components).not.toHaveProperty('longhorn');
    expect(stdout).not.toContain('packages on every node');
    expect(await strata(['check', 'try'], { workspace: place })).toMatchObject({ code: 0, stderr: '' });
  });

  test('says what to do next: names, values that only people have, and the commands of argocd/README.md', async () => {
    const { stdout } = await init('--with', THREE, ...BUCKET);
    expect(stdout).toContain('   xwiki.dev.example.com\n');
    const given = await strata(['secrets', 'try', '--generate'], { workspace: place });
    const asked = [...given.stderr.matchAll(/--set (\S+)=…/g)].map(([, key]) => key);
    expect(asked.length).toBeGreaterThan(2);
    for (const key of asked) expect(stdout).toContain(`--set ${key}=@<file>`);
    const page = readFileSync('argocd/README.md', 'utf8').replaceAll('<cluster>', 'try');
    const commands = /```sh\n# 1\.([^]*?)```/.exec(page)![1]!.match(/^(kubectl|npx strata verify) .*$/gm)!;
    expect(commands.length).toBeGreaterThan(5);
    for (const command of commands) expect(stdout).toContain(`   ${command}\n`);
  });

  test.each([
    ['postgresql', 'prometheus, alertmanager, alerts.receivers are missing'],
    ['postgresql,prometheus,alertmanager', 'alerts.receivers is missing'],
  ])('with %s it says why nobody is told of alerts: %s', async (names, missing) => {
    const { stdout } = await init('--with', names, ...BUCKET);
    expect(stdout).toContain(`nobody is told of alerts yet: ${missing} in clusters/try/cluster.yaml`);
  });

  test('a component brings along what it lacks, and what that lacks, and nothing else', async () => {
    expect(await init(...NODE, '--with', 'grafana,alertmanager')).toMatchObject({ code: 0, stderr: '' });
    const { components } = written() as unknown as { components: Record<string, object> };
    const asked = Object.keys(components).filter((name) => COMPONENT_NAMES.includes(name));
    expect(asked.sort()).toEqual(
      expect.arrayContaining(['alertmanager', 'grafana', 'prometheus', 'prometheus-operator']),
    );
    expect(asked).not.toContain('loki');
  });

  test.each([
    ['k3s', 'server:4:8Gi:160Gi:control-plane:3', ['10.42.0.0/32', '10.42.1.0/32', '10.42.2.0/32']],
    ['k3s', 'server:8:16Gi:160Gi', undefined],
    ['kubeadm', 'server:8:16Gi:160Gi:worker:2', []],
  ])('%s with %s: the tunnels between nodes are %j', async (distribution, node, hosts) => {
    const first = distribution === 'kubeadm' ? ['--node', 'cp:2:4Gi:50Gi'] : [];
    const { code, stdout } = await init('--distribution', distribution, ...first, '--node', node);
    expect(code).toBe(0);
    expect(written().network.hosts).toEqual(hosts);
    expect(stdout.includes('network.hosts has to name')).toBe(hosts !== undefined);
  });

  test('explains its keys with the words of the schema', async () => {
    await init();
    const text = readFileSync(file(), 'utf8');
    expect(text).toContain('# Domain of the cluster.\ndomain: example.com\n');
    expect(text).toContain("  # Class of databases' volumes.\n  database: local-path\n");
    expect(text.split('\n').length).toBeLessThan(60);
  });

  test.each([
    ['a folder', () => mkdirSync(join(place.root, 'clusters/try'))],
    ['a cluster', () => init()],
  ])('writes nothing over what is there: %s', async (_, make) => {
    await make();
    const before = existsSync(file()) && readFileSync(file(), 'utf8');
    const { code, stdout, stderr } = await init('--with', THREE, ...BUCKET);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('clusters/try: it is there already');
    expect(existsSync(file()) && readFileSync(file(), 'utf8')).toBe(before);
  });

  test('--dry-run prints the file and writes nothing', async () => {
    const { code, stdout } = await init('--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('\nname: try\n');
    expect(existsSync(join(place.root, 'clusters/try'))).toBe(false);
  });

  test('JSON says the same in parts', async () => {
    const { stdout } = await init('--dry-run', '--output', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      created: { file: 'clusters/try/cluster.yaml', next: { secrets: [], dns: [] } },
      failures: [],
    });
  });
});

describe('what cannot be is said in terms of the flags', () => {
  test.each([
    [2, ['--with', 'mysq'], '--with: "mysq" is no component (did you mean mysql?).'],
    [2, ['--node', 'x:8'], '--node: "x:8" is no node'],
    [2, ['--storage', 'nfs'], '--storage: "nfs" is no kind of storage'],
    [2, ['--storage', 'existing:'], '--storage: "existing:" is no kind of storage'],
    [1, ['--storage', 'existing:Long Horn'], '--storage: "Long Horn" is'],
    [2, ['--backup', 'https://s3.example.com/b'], '--backup: a bucket is its URL, its region and whom'],
    [2, ['--backup-region', 'x'], '--backup: region and recipient say nothing'],
    [2, ['--environment', 'a:b:c'], '--environment: "a:b:c" is none'],
    [2, ['--distribution', 'k0s'], "--distribution <name>' argument 'k0s' is invalid"],
    [1, ['--domain', 'example'], '--domain: "example" is not a domain name'],
    [1, ['--environment', 'prod:production'], '--environment: "production" is not one of'],
    [1, ['--node', 'server:8:16G:160Gi'], '--node: "16G" is not an amount'],
    [1, ['--node', 'server:1:3Gi:160Gi', '--with', 'xwiki', ...BUCKET], '--node: pods request'],
    [1, ['--node-addresses', '10.0.0.1/24'], '--node-addresses: "10.0.0.1/24" has host bits'],
    [1, ['--with', 'mysql'], '--backup: nothing protects the data of StatefulSet dev/mysql. Name a bucket'],
    [
      1,
      ['--with', 'mysql', '--environment', 'prod', '--without-backup', 'Because'],
      '--backup: nothing protects',
    ],
  ])('%i for %j', async (code, args, said) => {
    const result = await init(...args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(said);
    expect(existsSync(join(place.root, 'clusters/try'))).toBe(false);
  });

  test('all that is missing at once', async () => {
    const { code, stderr } = await strata(['init', 'try', '--yes'], { workspace: place });
    expect(code).toBe(2);
    expect(stderr).toContain('Add --domain <domain> --contact <mailbox> --repository <url>');
  });

  test.each(['../outside', 'Try', '.', 'a/b'])('the name %j is none of a folder here', async (name) => {
    const { code, stderr } = await strata(['init', name, ...BASE], { workspace: place });
    expect(code).toBe(1);
    expect(stderr).toContain('the name of the cluster: ');
  });
});

describe('on a terminal', () => {
  const answers = new Map([
    ['Domain', 'example.org'],
    ['What runs', 'mysql'],
    ['Mailbox', 'ops@example.org'],
    ['URL of this', 'https://github.com/example/strata.git'],
    ['Why nothing', 'Only rehearsals'],
  ]);
  const questions: string[] = [];
  const ask = (question: string) => {
    questions.push(question);
    const [, answer = ''] = [...answers].find(([start]) => question.startsWith(start)) ?? [];
    return Promise.resolve(answer);
  };

  test('asks for what the flags do not say, and takes the preset of an empty answer', async () => {
    const { code, stderr } = await strata(['init', 'try', '--environment', 'demo'], {
      workspace: place,
      ask,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(questions.some((question) => question.startsWith('Environments'))).toBe(false);
    expect(questions.some((question) => question.startsWith('Region'))).toBe(false);
    expect(written()).toMatchObject({
      distribution: 'k3s',
      domain: 'example.org',
      environments: [
        { name: 'demo', noBackup: 'Only rehearsals', components: { mysql: { version: '8.4' } } },
      ],
    });
  });

  test('asks nothing with --yes', async () => {
    questions.length = 0;
    await strata(['init', 'try', ...BASE], { workspace: place, ask });
    expect(questions).toEqual([]);
  });
});

describe('an environment without backups', () => {
  test('is told by check with its reason, and is refused for production', async () => {
    await init('--with', 'mysql', '--without-backup', 'Made anew by its tests, every night');
    const checked = await strata(['check', 'try'], { workspace: place });
    expect(checked.stdout).toContain(
      'accepted: environment dev has no backups: Made anew by its tests, every night',
    );
    const text = readFileSync(file(), 'utf8').replace('stage: dev', 'stage: prod');
    expect(parseSettings(text, 'cluster.yaml', 'try').problems).toMatchObject([
      { path: 'environments.0.noBackup', problem: expect.stringContaining('always backed up') },
    ]);
  });
});
