import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cover } from './coverage';
import { explain, NOT_JUDGED } from './failures';
import { brokenTests, mutationsOf, unnoticed, untilOneFails } from './mutations';
import { judge } from './promtool';
import { renderRuleSets, targetProblems, type AlertRule, type RuleSet } from './rules';
import { replicasOf, Target, type AlertTest, type AlertTests } from './table';
import { lastMinute, unitTest } from './unit-test';

const rendered = ['clusters', 'test/alerts/clusters'].flatMap(renderRuleSets);
const mysql = rendered.find(({ id }) => id === 'mysql-prod') as RuleSet;

const RULE: AlertRule = {
  alert: 'CacheDown',
  expr: 'up{job=~"one|two"} == 0 and share > 0.5',
  for: '4m',
  labels: { severity: 'critical' },
  annotations: {
    summary: '{{ $labels.job }} is down',
    description: 'Pages are slow.',
    runbook_url: 'https://x/#y',
  },
};
const SET: RuleSet = {
  ...{ cluster: 'mono', component: 'cache', id: 'cache-prod', namespace: 'prod' },
  ...{ alerts: [RULE], records: [], objects: [] },
};
const TEST: AlertTest = {
  severity: 'critical',
  fires: {
    'it stops': { series: { up: '1x9 0x9 1x9' }, minutes: [14, 19], labels: {}, summary: 'one is down' },
  },
  silent: { 'it runs': { up: '1x9' } },
};
const TABLE: AlertTests = { targets: [], alerts: { CacheDown: TEST } };

describe('alerts and their unit tests', () => {
  test('[OBS-08] [OBS-10] every rendered alert has one, by metrics of ports that are scraped, and every one has an alert', () => {
    expect(rendered.flatMap(({ alerts }) => alerts).length).toBeGreaterThan(50);
    expect(cover(rendered).problems).toEqual([]);
  });

  test('[OBS-10] an alert without test, a test without alert, and a component without either are found', () => {
    expect(cover([SET], { cache: () => TABLE }).problems).toEqual([]);
    expect(cover([SET], {}).problems).toEqual([
      'cache: no test for CacheDown. Add it to test/alerts/components/cache.ts',
    ]);
    const more = () => ({ ...TABLE, alerts: { ...TABLE.alerts, CacheGone: TEST } });
    expect(cover([SET], { cache: more }).problems).toEqual([
      'cache: there is a test for CacheGone, but no cluster has the alert',
    ]);
    expect(cover([], { cache: () => TABLE }).problems).toEqual([
      'cache: there are tests, but no cluster has alerts of it',
    ]);
  });

  test('[OBS-10] a target that Prometheus does not scrape so is found', () => {
    const spec = {
      namespace: 'prod',
      service: 'mysql',
      pod: 'mysql-0',
      container: 'exporter',
      instance: 'x:1',
    };
    const problems = (change: object, objects = mysql.objects) =>
      targetProblems(new Target({ ...spec, ...change }), objects);
    expect(problems({})).toEqual([]);
    expect(problems({ service: 'mariadb' })).toEqual([
      expect.stringContaining('there is no port metrics of'),
    ]);
    expect(problems({ endpoint: 'http' })).toEqual([expect.stringContaining('there is no port http of')]);
    expect(problems({ endpoint: 'mysql' })).toEqual([
      expect.stringContaining('no ServiceMonitor reads port mysql'),
    ]);
    expect(problems({ honorLabels: true })).toEqual([
      expect.stringContaining('has honorLabels false, the tests true'),
    ]);
    const unread = mysql.objects.filter(({ kind }) => kind !== 'ServiceMonitor');
    expect(problems({}, unread)).toEqual([expect.stringContaining('no ServiceMonitor reads port metrics')]);
  });

  test('labels that a metric shares with its target give way, unless they are honoured', () => {
    const spec = { namespace: 'edge', service: 'traefik', pod: 'p', container: 'c', instance: 'x:1' };
    const common = 'container="c",endpoint="metrics"';
    expect(new Target(spec).series('requests', { service: 'wiki', code: '200' })).toBe(
      `requests{code="200",${common},exported_service="wiki",instance="x:1",job="traefik",namespace="edge",pod="p",service="traefik"}`,
    );
    expect(new Target({ ...spec, honorLabels: true }).series('requests', { job: 'backup' })).toBe(
      `requests{${common},instance="x:1",job="backup",namespace="edge",pod="p",service="traefik"}`,
    );
  });

  test('a table can ask how many pods a workload has', () => {
    expect(replicasOf(mysql, 'mysql')).toBe(1);
    expect(replicasOf(mysql, 'mariadb')).toBe(0);
  });
});

describe('a unit test that proves too little is refused', () => {
  const firing = TEST.fires['it stops'];
  const judge = (change: Partial<AlertTest>, rule = RULE) => unitTest(SET, rule, { ...TEST, ...change });
  const fires = (change: object) => ({ fires: { 'it stops': { ...firing, ...change } as never } });

  test.each([
    ['no timeline in which it fires', { fires: {} }],
    ['no timeline in which it is silent', { silent: {} }],
    ['no recovery', fires({ minutes: [14, 29] })],
    ['an end before the beginning', fires({ minutes: [14, 13] })],
  ])('%s', (_, change) => {
    expect(() => judge({})).not.toThrow();
    expect(() => judge(change)).toThrow(/needs a timeline|has to go on/);
  });

  test('a text that is computed has to be written by hand', () => {
    const rule = { ...RULE, annotations: { ...RULE.annotations, description: '{{ $value }} pages' } };
    expect(() => judge({}, rule)).toThrow('the description is a template');
    expect(JSON.stringify(judge(fires({ description: '3 pages' }), rule).tests)).toContain('"3 pages"');
  });

  test('each minute is judged, and the text in the first in which it fires', () => {
    const { tests } = judge({}) as unknown as { tests: { tests: any[] } };
    const [group] = tests.tests;
    const values = group.promql_expr_test.map((one: any) => one.exp_samples[0].value);
    expect(values.join('')).toBe('000000000000001111110000000000');
    expect(group.alert_rule_test.map((one: any) => one.eval_time)).toEqual(['14m']);
  });

  test('promtool counts values as the table does', () => {
    expect(lastMinute({ a: '1x9', b: '0+5x3 7' })).toBe(9);
    expect(lastMinute({ a: '1x9 stale _x9 1x9' })).toBe(29);
    expect(lastMinute({ a: '_x20 -4.5x3 _ 2-1x1' })).toBe(26);
  });
});

describe('what promtool says', () => {
  const minute = (time: string, got: string) =>
    `    expr: "count(ALERTS) or vector(0)", time: ${time},\n        exp: {} 1E+00\n        got: {} ${got}`;

  test('is told by spells', () => {
    expect(explain([])).toEqual([]);
    expect(explain(['59m', '1h', '1h1m', '1h10m'].map((time) => minute(time, '0E+00')))).toEqual([
      'silent in the minutes 59 to 61, where it should fire',
      'silent in minute 70, where it should fire',
    ]);
    expect(explain([minute('0s', '1E+00')])).toEqual([
      'fires in minute 0, where it should not, or more than once',
    ]);
  });

  test('is told by label and text', () => {
    const complaint = [
      '    alertname: X, time: 9m, ',
      '        exp:[',
      '            0:',
      '              Labels:{alertname="X", job="a"}',
      '              Annotations:{summary="a \\"b\\" is down"}',
      '            ], ',
      '        got:[',
      '            0:',
      '              Labels:{alertname="X", pod="p"}',
      '              Annotations:{summary=" is down"}',
      '            ]',
    ].join('\n');
    expect(explain([complaint])).toEqual([
      'job is missing, not "a"; summary is " is down", not "a \\"b\\" is down"; pod is "p", which nobody expects',
    ]);
  });

  test('of a file that it cannot read is no verdict on the alert', () => {
    expect(explain(['parse error'])).toEqual([`${NOT_JUDGED}parse error`]);
  });
});

test('[OBS-10] a rule is broken at every number, every choice, its time, severity and text', () => {
  expect(mutationsOf(RULE).map(({ what }) => what)).toEqual([
    'for 3m instead of 4m',
    'for 5m instead of 4m',
    'another severity',
    'another summary',
    '"not-one|two" instead of "one|two" at character 8',
    '"one|not-two" instead of "one|two" at character 8',
    '-1000000000000000000 instead of 0 at character 22',
    '1000000000000000000 instead of 0 at character 22',
    '0.45 instead of 0.5 at character 36',
    '0.55 instead of 0.5 at character 36',
  ]);
  expect(mutationsOf({ ...RULE, expr: 'a > 3' }).map(({ rule }) => rule.expr)).toEqual([
    ...Array<string>(4).fill('a > 3'),
    'a > 2',
    'a > 4',
  ]);
});

test('[OBS-10] a broken alert that no test minds is found, and so is one that promtool cannot judge', () => {
  const broken = brokenTests(SET, RULE, TEST);
  expect(broken[0]?.title).toBe('mono/cache-prod CacheDown with for 3m instead of 4m');
  const noticed = broken.map(() => ['mono/cache-prod CacheDown: it stops: silent in minute 3']);
  expect(unnoticed(broken, noticed)).toEqual([]);
  expect(unnoticed(broken, [[], ...noticed.slice(1)])).toEqual([`${broken[0]?.title}: no test fails`]);
  expect(unnoticed(broken, [[`it stops: ${NOT_JUDGED}no`], ...noticed.slice(1)])).toEqual([
    `${broken[0]?.title}: it stops: ${NOT_JUDGED}no`,
  ]);
});

test('a broken alert is asked for timeline by timeline until one fails, and for all of them before it counts as unnoticed', async () => {
  const [first, second, third] = brokenTests(SET, RULE, TEST).map((unit) => ({ ...unit, count: 2 }));
  const asked: string[][] = [];
  const verdicts = await untilOneFails(
    [first, second, third].flatMap((unit) => unit ?? []),
    (some) => {
      asked.push(some.map(({ title }) => title));
      const fails = ({ title }: { title: string }) =>
        title === first?.title || (asked.length === 2 && title === third?.title);
      return Promise.resolve(some.map((unit) => (fails(unit) ? [unit.title] : [])));
    },
  );
  expect(asked).toEqual([
    [first?.title, second?.title, third?.title],
    [second?.title, third?.title],
  ]);
  expect(verdicts).toEqual([[first?.title], [], [third?.title]]);
});

describe('promtool', () => {
  const tests = ['one', 'two', 'three'].map((title) => ({ ...unitTest(SET, RULE, TEST), title }));
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'strata-promtool-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A stand-in that writes a report of all files, with `cases` in each. */
  function promtool(suite: string): string {
    const file = join(folder, 'promtool');
    const script = [
      '#!/bin/sh',
      'report=${2#--junit=}; shift 3',
      'printf "<testsuites>" >"$report"',
      `for file; do printf '${suite}' "$file" >>"$report"; done`,
    ];
    writeFileSync(file, script.join('\n'), { mode: 0o755 });
    return file;
  }

  test('its report is read back in the order of the tests', async () => {
    const failing = '<testcase name="a &#34;b&#34;"><failure>x &lt; y&#xA;</failure></testcase>';
    const program = promtool(
      `<testsuite name="%s" tests="1">${failing}<testcase name="c"></testcase></testsuite>`,
    );
    const problem = `a "b": ${NOT_JUDGED}x < y\n`;
    expect(await judge(program, tests)).toEqual([[problem], [problem], [problem]]);
    expect(await judge(promtool('<testsuite name="%s" tests="0"></testsuite>'), tests)).toEqual([[], [], []]);
  });

  test('a file of which it says nothing, and a programme that is not there, are no success', async () => {
    await expect(judge(promtool(''), tests)).rejects.toThrow(/promtool judged 0 of \d files/);
    await expect(judge(join(folder, 'none'), tests)).rejects.toThrow('ENOENT');
  });

  test('where one run fails at once, it ends when the others did, so that none writes into a folder that is gone', async () => {
    const log = join(folder, 'log');
    const program = promtool('');
    const script = readFileSync(program, 'utf8').replace(
      '\n',
      `\necho started >>${log}\ncase $2 in */0.xml) ;; *) sleep 0.3 ;; esac\necho ended >>${log}\n`,
    );
    writeFileSync(program, script);
    await expect(judge(program, tests)).rejects.toThrow('promtool judged 0');
    const lines = readFileSync(log, 'utf8').split('\n');
    expect(lines.filter((line) => line === 'ended')).toHaveLength(
      lines.filter((line) => line === 'started').length,
    );
  });
});
