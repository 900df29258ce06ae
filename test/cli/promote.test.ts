import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { edit, strata, workspace, type Said } from './terminal';

let place: ReturnType<typeof workspace>;
beforeEach(() => (place = workspace()));

const file = (cluster: string): string => join(place.root, 'clusters', cluster, 'cluster.yaml');
const text = (cluster: string): string => readFileSync(file(cluster), 'utf8');
const promote = (...args: string[]): Promise<Said> => strata(['promote', ...args], { workspace: place });
const said = async (...args: string[]) => {
  const { code, stdout } = await promote(...args, '--output', 'json');
  return {
    code,
    ...(JSON.parse(stdout) as {
      carried: { key: string; old?: unknown; new: unknown }[];
      stays: { key: string; why: string }[];
      patch: string;
      failures: { messages: string[] }[];
    }),
  };
};
const reason = (stays: { key: string; why: string }[], key: string): string | undefined =>
  stays.find((one) => one.key === key)?.why;

/** What staging has proved: a limit, and two settings of components. */
function prove(): void {
  edit(file('staging'), 'certificates:\n', 'ingress: { rateLimit: { average: 80 } }\ncertificates:\n');
  edit(
    file('staging'),
    '  longhorn: {}',
    '  longhorn: { minimalAvailable: 30, snapshots: { keep: 3 }, uiReplicas: 0 }',
  );
  edit(file('staging'), 'databases: [app], instances: 2', 'databases: [app], pooler: false, instances: 2');
}

describe('strata promote', () => {
  test('[GITOPS-06] carries what is in force in one cluster into the file of another, and leaves all else as it was', async () => {
    prove();
    edit(file('staging'), 'engine: cloudnative-pg, ', 'engine: statefulset, ');
    edit(file('staging'), ', instances: 2 }', ' }');
    const before = text('mono').split('\n');
    const { code, stdout, stderr } = await promote('staging', 'mono');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const after = text('mono').split('\n');
    expect(before.filter((line) => !after.includes(line))).toEqual([
      '      postgresql: { databases: [app] }',
      '  longhorn: {}',
    ]);
    expect(after.filter((line) => !before.includes(line))).toEqual([
      '      postgresql: { databases: [app], pooler: false }',
      '  longhorn: { minimalAvailable: 30, snapshots: { keep: 3 } }',
      'ingress: { rateLimit: { average: 80 } }',
    ]);
    expect(stdout).toContain('clusters/mono/cluster.yaml  4 settings of staging carried');
    expect(stdout).toContain('  components.longhorn.snapshots.keep: 1 → 3');
    expect(stdout).toContain(
      '  components.longhorn.uiReplicas: it is sized for the nodes and the load of one cluster',
    );
    expect(stdout).toContain('next: npx strata synth mono, then npx strata diff mono');
  });

  test('has nothing to carry a second time', async () => {
    prove();
    await promote('staging', 'mono', '--component', 'longhorn');
    const once = text('mono');
    const again = await said('staging', 'mono', '--component', 'longhorn');
    expect(again).toMatchObject({ code: 0, carried: [], patch: '', failures: [] });
    expect(text('mono')).toBe(once);
    const { stdout } = await promote('staging', 'mono', '--component', 'longhorn');
    expect(stdout).toMatch(/^clusters\/mono\/cluster\.yaml {2}nothing to carry/);
  });

  test('a dry run prints the change of the file, and writes nothing', async () => {
    prove();
    const before = text('mono');
    const { code, stdout } = await promote('staging', 'mono', '--component', 'longhorn', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain(
      '\n-  longhorn: {}\n+  longhorn: { minimalAvailable: 30, snapshots: { keep: 3 } }\n',
    );
    expect(stdout).toContain('2 settings of staging would be carried');
    expect(text('mono')).toBe(before);
  });

  test('what is one cluster’s own stays, with the reason', async () => {
    const { carried, stays } = await said('staging', 'mono');
    expect(carried).toEqual([]);
    for (const key of [
      'name',
      'domain',
      'nodes',
      'network',
      'profile',
      'storage',
      'backup.bucket',
      'alerts.receivers',
    ])
      expect(reason(stays, key)).toMatch(/cluster|place/);
    expect(reason(stays, 'environments[prod].components.postgresql.instances')).toContain('sized for');
  });

  test('line ends of the file stay', async () => {
    prove();
    writeFileSync(file('mono'), text('mono').replaceAll('\n', '\r\n'));
    expect((await said('staging', 'mono', '--component', 'longhorn')).carried).toHaveLength(2);
    expect(text('mono').replaceAll('\r\n', '')).not.toContain('\n');
  });
});

describe('a component', () => {
  test('that is off stays off, and is switched on where it is named', async () => {
    const { stays } = await said('staging', 'mono');
    expect(reason(stays, 'components.kube-state-metrics')).toContain(
      '--component kube-state-metrics switches it on',
    );
    const { code, carried } = await said(
      'staging',
      'mono',
      '--component',
      'kyverno',
      '--component',
      'policies',
    );
    expect({ code, carried }).toEqual({
      code: 0,
      carried: [
        { key: 'components.kyverno', new: {} },
        { key: 'components.policies', new: {} },
      ],
    });
    expect(text('mono')).toContain('  longhorn: {}\n  kyverno: {}\n  policies: {}\n');
  });

  test('that is kept for later is switched on where it is named', async () => {
    edit(file('mono'), '  longhorn: {}', '  longhorn: {}\n  kyverno: { enabled: false }');
    expect((await said('staging', 'mono')).carried).toEqual([]);
    expect((await said('staging', 'mono', '--component', 'kyverno')).carried).toEqual([
      { key: 'components.kyverno.enabled', old: false, new: true },
    ]);
    expect(text('mono')).toContain('  kyverno: { enabled: true }');
  });

  test('comes from the environment of the same name, and from no other where several have it', async () => {
    const key = 'environments[staging].components.xwiki';
    expect(reason((await said('mono', 'staging')).stays, key)).toBe(
      'mono has it in prod, recette, and has no environment called staging',
    );
    const named = await said('mono', 'staging', '--component', 'xwiki-staging');
    expect(named).toMatchObject({ code: 0, carried: [], stays: [{ key }] });
    edit(file('mono'), '- name: recette', '- name: staging\n    namespace: recette');
    expect(reason((await said('mono', 'staging')).stays, key)).toContain(
      '--component xwiki-staging switches it on',
    );
  });

  test('keeps entries of its lists, unless it is named', async () => {
    edit(file('mono'), 'postgresql: { databases: [app] }', 'postgresql: { databases: [app, crm] }');
    edit(file('staging'), 'engine: cloudnative-pg, databases: [app], instances: 2', 'databases: [app]');
    const { carried, stays } = await said('staging', 'mono');
    expect(carried).toEqual([]);
    expect(reason(stays, 'environments[prod].components.postgresql.databases')).toBe(
      'it would take "crm" away',
    );
    const named = await said('staging', 'mono', '--component', 'postgresql-prod');
    expect(named.carried).toMatchObject([{ old: ['app', 'crm'], new: ['app'] }]);
  });
});

describe('what puts data at risk', () => {
  const version = 'environments[prod].components.postgresql.version';
  beforeEach(() => {
    edit(
      file('staging'),
      'engine: cloudnative-pg, databases: [app], instances: 2',
      "version: '18', databases: [app]",
    );
    edit(file('staging'), '  longhorn: {}', '  longhorn: { snapshots: { keep: 3 } }');
  });

  test('is left out, with what it would do, and the rest is carried', async () => {
    const { code, carried, stays } = await said('staging', 'mono');
    expect(code).toBe(0);
    expect(carried.map(({ key }) => key)).toEqual(['components.longhorn.snapshots.keep']);
    expect(reason(stays, version)).toMatch(
      /^(will fail|data at risk): .+ --component postgresql-prod carries it$/s,
    );
    expect(text('mono')).not.toContain('18');
  });

  test('is carried where its component is named', async () => {
    const { carried } = await said('staging', 'mono', '--component', 'postgresql-prod');
    expect(carried).toEqual([{ key: version, old: '17', new: '18' }]);
    expect(text('mono')).toContain("      postgresql: { databases: [app], version: '18' }");
  });
});

describe('what cannot be', () => {
  test('a result that would be wrong is refused with its mistakes, and nothing is written', async () => {
    const before = text('mono');
    const { code, stdout, stderr } = await promote('staging', 'mono', '--component', 'postgresql-prod');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(
      'clusters/mono/cluster.yaml: with these settings it would be wrong, and stays as it is',
    );
    expect(stderr).toContain(
      'environments.0.components.postgresql: postgresql needs cloudnative-pg, which is off',
    );
    expect(text('mono')).toBe(before);
  });

  test.each([
    ['a cluster that is not there', ['staging', 'moon'], '"moon" is no cluster. There are mono, staging'],
    ['one cluster twice', ['mono', 'mono'], 'mono: both are the same cluster. Name two clusters'],
    ['a component that is none', ['staging', 'mono', '--component', 'lokki'], 'Did you mean loki?'],
    [
      'a component that is off where it should come from',
      ['mono', 'staging', '--component', 'external-dns'],
      'it is off in mono, which has proved nothing of it',
    ],
  ])('%s is wrong use', async (_, args, message) => {
    const { code, stdout, stderr } = await promote(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test.each(['staging', 'mono'])(
    'a file of %s that is no YAML is refused with the place',
    async (cluster) => {
      writeFileSync(file(cluster), `${text(cluster)}\nalerts: [`);
      const before = text('mono');
      const { code, stderr } = await promote('staging', 'mono');
      expect(code).toBe(1);
      expect(stderr).toMatch(new RegExp(`^clusters/${cluster}/cluster.yaml:\\d+:\\d+ `, 'm'));
      expect(text('mono')).toBe(before);
    },
  );

  test('a value that other places share stays, with the reason', async () => {
    prove();
    edit(file('mono'), '  longhorn: {}', '  longhorn: &x { overProvisioning: 150 }');
    const { carried, stays } = await said('staging', 'mono', '--component', 'longhorn');
    expect(carried).toEqual([]);
    expect(reason(stays, 'components.longhorn.minimalAvailable')).toContain('(&x)');
  });
});
