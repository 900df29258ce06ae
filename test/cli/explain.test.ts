import { load } from 'js-yaml';
import { explainSetting, type Explained } from '../../cli/explain-setting';
import { clusterJsonSchema } from '../../charts/settings';
import { keyPaths } from '../../settings/json-schema';
import { strata } from './terminal';

const explain = (name: string): Explained => {
  const { setting, failures } = explainSetting(name);
  if (!setting) throw new Error(failures.flatMap(({ messages }) => messages).join('\n'));
  return setting;
};

describe('strata explain', () => {
  test('without a setting, the top of the file: every key with its line', async () => {
    const { code, stdout, stderr } = await strata(['explain']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const key of Object.keys(clusterJsonSchema().properties!))
      expect(stdout).toMatch(new RegExp(`^  ${key}  \\(`, 'm'));
  });

  test('type, choice, default, place and the component that reads it', async () => {
    const { stdout } = await strata(['explain', 'environments.components.postgresql.version']);
    expect(stdout).toMatch(/^environments\[\]\.components\.postgresql\.version\n {2}Major version/);
    expect(stdout).toMatch(/^ {2}type {6}a choice$/m);
    expect(stdout).toMatch(/^ {2}allowed {3}16, 17, 18$/m);
    expect(stdout).toMatch(/^ {2}default {3}"17"$/m);
    expect(stdout).toMatch(/^ {2}read by {3}postgresql, layer data: /m);
    expect(stdout).toMatch(/^ {2}source {4}charts\/data\/postgresql$/m);
    expect(stdout).toContain(
      '  environments:\n    - components:\n        postgresql:\n          version: "17"',
    );
  });

  test('bounds: of numbers, of lists, and the floors of amounts', () => {
    expect(explain('nodes.cpu').bounds).toBe('a whole number from 1 to 8192');
    expect(explain('network.apiServerPort').bounds).toBe('a port from 1 to 65535');
    expect(explain('environments').bounds).toBe('at least 1 entry');
    expect(explain('xwiki.memory').bounds).toBe('At least 1Gi, for the wiki, whose Java heap is half of it');
  });

  test('a list shows the keys of its entries, and one that has all it needs', () => {
    const { keys, snippet, isRequired } = explain('nodes');
    expect(isRequired).toBe(true);
    expect(keys.filter((one) => one.isRequired).map(({ key }) => key)).toEqual([
      'name',
      'role',
      'cpu',
      'memory',
      'disk',
    ]);
    expect(load(snippet)).toEqual({
      nodes: [{ name: 'prod', role: 'control-plane', cpu: 1, memory: '8Gi', disk: '8Gi' }],
    });
  });

  test('entries of several kinds show the keys of all', () => {
    const keys = explain('alerts.receivers').keys.map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(['name', 'type', 'to', 'channel', 'url']));
    expect(explain('alerts.receivers.type').allowed).toEqual(['email', 'slack', 'pagerduty', 'webhook']);
  });

  test.each(['nodes[].memory', 'nodes[0].memory', 'nodes.0.memory', 'nodes.memory'])(
    '%s is one setting',
    (name) => {
      expect(explain(name).path).toBe('nodes[].memory');
    },
  );

  test('a setting that promote leaves says why, also where only what it lies in is declared so', async () => {
    expect(explain('nodes.memory').own).toBe('it says how the cluster was installed, and on what');
    expect(explain('mysql.size').own).toContain('volumes');
    expect(explain('mysql.version').own).toBeUndefined();
    expect((await strata(['explain', 'mysql.size'])).stdout).toContain(
      '  stays     in its cluster: volumes are as large as the data of their cluster',
    );
  });

  test('every setting can be explained by its path, and its place is YAML that has it', () => {
    for (const path of keyPaths(clusterJsonSchema())) {
      const setting = explain(path);
      expect(setting.path).toBe(path);
      expect(setting.meaning.length).toBeGreaterThan(3);
      const value = path.split('.').reduce<unknown>((node, step) => {
        const [entry] = Array.isArray(node) ? (node as unknown[]) : [node];
        return (entry as Record<string, unknown>)[step.replace('[]', '')];
      }, load(setting.snippet));
      expect({ path, value }).not.toEqual({ path, value: undefined });
    }
  });

  test.each([
    ['nodes.memry', 'Did you mean nodes[].memory? Known in nodes: name, role'],
    ['distributon', 'Did you mean distribution? Known at the top: name, distribution'],
    ['retentionDay', 'Did you mean backup.retentionDays?'],
    ['mysql.verson', 'Did you mean'],
    ['memory', 'settings end in it'],
    ['__proto__', 'there is no such setting'],
  ])('%s is unknown or several: 2, with what is near', async (name, said) => {
    const { code, stdout, stderr } = await strata(['explain', name]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
  });

  test('JSON says the same in parts', async () => {
    const { code, stdout } = await strata(['explain', 'backup.retentionDays', '-o', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      setting: { path: 'backup.retentionDays', default: 30, isRequired: false, readBy: { layer: 'backup' } },
      failures: [],
    });
  });
});
