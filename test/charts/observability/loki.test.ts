import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { lokiConfiguration } from '../../../charts/observability/loki/configuration';
import { LINE_PATTERNS } from '../../../charts/observability/loki/patterns';
import { lokiRules, queryOf } from '../../../charts/observability/loki/rules';
import { problems, renderLogs } from './render';

const S3 = { endpoint: 'https://s3.example.com:8443', bucket: 'logs', region: 'eu-1' };

const configuration = (change?: (settings: any) => void) =>
  parse(renderLogs(change).find('ConfigMap', 'loki').data['loki.yaml']);

describe('Loki', () => {
  test.each(['staging', 'mono'])('[OBS-11] with all settings, the set of %s has no finding', (name) => {
    const { findings } = renderLogs(({ components }) => {
      components.loki = { retention: '8w', size: '40Gi', cpu: '500m', memory: '1Gi', s3: S3 };
    }, name);
    expect(findings()).toEqual([]);
  });

  test('[OBS-11] keeps logs for as long as the settings say, and deletes them then', () => {
    const of = (retention: string) =>
      configuration(({ components }) => {
        components.loki.retention = retention;
      });
    expect(of('8w').limits_config.retention_period).toBe('1344h');
    const { limits_config, compactor } = of('1d');
    expect(limits_config).toMatchObject({ retention_period: '24h', reject_old_samples_max_age: '24h' });
    expect(compactor).toMatchObject({ retention_enabled: true, delete_request_store: 'filesystem' });
  });

  test('[OBS-11] is refused the bucket of backups, in which it would delete', () => {
    const { settings } = renderLogs();
    const { endpoint, bucket } = settings.backup;
    const at = (s3: object) => () => renderLogs(({ components }) => Object.assign(components.loki, { s3 }));
    expect(at({ ...S3, endpoint, bucket })).toThrow(
      /components\.loki\.s3\.bucket: "strata-staging-backups" is the bucket of backups/,
    );
    expect(at({ ...S3, endpoint })).not.toThrow();
    expect(at({ ...S3, bucket })).not.toThrow();
  });

  test('[OBS-11] lies on its volume, or in a bucket whose keys are in no file', () => {
    const onVolume = configuration();
    expect(onVolume.schema_config.configs[0].object_store).toBe('filesystem');
    expect(onVolume.storage_config).toEqual({ filesystem: { directory: '/loki/chunks' } });

    const { find, declarations } = renderLogs(({ components }) => Object.assign(components.loki, { s3: S3 }));
    const inBucket = parse(find('ConfigMap', 'loki').data['loki.yaml']);
    expect(inBucket.schema_config.configs[0].object_store).toBe('s3');
    expect(inBucket.compactor.delete_request_store).toBe('s3');
    expect(inBucket.storage_config.aws).toMatchObject({
      bucketnames: 'logs',
      access_key_id: '${S3_ACCESS_KEY_ID}',
      secret_access_key: '${S3_SECRET_ACCESS_KEY}',
    });
    const [{ args, env }] = find('StatefulSet', 'loki').spec.template.spec.containers;
    expect(args).toContain('-config.expand-env=true');
    expect(env.filter(({ valueFrom }: any) => valueFrom).map(({ name }: any) => name)).toEqual([
      'S3_ACCESS_KEY_ID',
      'S3_SECRET_ACCESS_KEY',
    ]);
    const secret = declarations.secrets.find(({ name }) => name === 'loki-s3');
    expect(Object.values(secret!.keys).map(({ kind }) => kind)).toEqual(['provided', 'provided']);
  });

  test('[SEC-02] goes outward to its bucket only', () => {
    const outward = (change?: (settings: any) => void): unknown[] =>
      renderLogs(change)
        .declarations.flows.filter(({ from }) => from.name === 'loki')
        .filter(({ to }) => to.name !== 'cluster-dns')
        .map(({ to, ports }) => [to.name, ports.map(({ port }) => port)]);
    expect(outward()).toEqual([['alertmanager', [9093]]]);
    expect(outward(({ components }) => Object.assign(components.loki, { s3: S3 }))).toEqual([
      ['alertmanager', [9093]],
      ['internet', [8443]],
    ]);
  });

  test('[SEC-02] lets collectors and Prometheus in, and speaks to itself on the loopback', () => {
    const { flows } = renderLogs().declarations;
    const into = flows.filter(({ to }) => to.kind === 'pods' && to.name === 'loki');
    expect(into.map(({ from, ports }) => [from.name, ports.map(({ port }) => port)]).sort()).toEqual([
      ['fluent-bit', [3100]],
      ['grafana', [3100]],
      ['prometheus', [3100]],
    ]);
    expect(configuration().server.grpc_listen_address).toBe('127.0.0.1');
  });

  test('takes lines for half a day after newer ones, and finds what it still has in memory', () => {
    const { ingester, querier } = configuration();
    expect(ingester.max_chunk_age).toBe('24h');
    expect(querier.query_ingesters_within).toBe('0s');
  });

  test('its caches and the replay of its log leave half of the memory free', () => {
    for (const memory of ['256Mi', '512Mi', '4Gi'] as const) {
      const found = parse(
        lokiConfiguration({ cluster: 'a', retention: '1d', memory, alertmanager: undefined }),
      );
      const taken =
        Number.parseInt(found.ingester.wal.replay_memory_ceiling, 10) +
        found.chunk_store_config.chunk_cache_config.embedded_cache.max_size_mb +
        found.query_range.results_cache.cache.embedded_cache.max_size_mb;
      const limit = Number.parseInt(memory, 10) * (memory.endsWith('Gi') ? 1024 : 1);
      expect(taken).toBeGreaterThan(limit * 0.45);
      expect(taken).toBeLessThanOrEqual(limit / 2);
    }
  });

  test('refuses a retention that the compactor would', () => {
    expect(problems("{ loki: { retention: '12h' } }")).toEqual([
      expect.stringMatching(/^components\.loki\.retention: "12h" is not a number of days or weeks/),
    ]);
  });

  test('tells nobody of its use', () => {
    expect(configuration().analytics.reporting_enabled).toBe(false);
  });
});

/** What programs say, by the alert that it should raise. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  LokiPanicLogged: [
    'panic: runtime error: invalid memory address or nil pointer dereference',
    'fatal error: all goroutines are asleep - deadlock!',
    '{"level":"fatal","msg":"panic: assignment to entry in nil map"}',
    '[signal SIGSEGV: segmentation violation code=0x1]',
    'traps: shop[7] segmentation fault at 0',
    'Aborted (core dumped)',
  ],
  LokiOutOfMemoryLogged: [
    'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space',
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    'ERROR:  out of memory',
    'fork: Cannot allocate memory',
  ],
  LokiAuthenticationFailuresLogged: [
    'FATAL:  password authentication failed for user "app"',
    "Access denied for user 'root'@'10.42.0.7' (using password: YES)",
    'WRONGPASS invalid username-password pair or user is disabled.',
    'Failed password for root from 203.0.113.7 port 2222 ssh2',
    'Login failed: invalid credentials',
    'Invalid username or password',
  ],
  LokiPolicyDenialsLogged: [
    'admission webhook "validate.kyverno.svc-fail" denied the request: policy',
    'pods "a" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
  ],
};

const QUIET = [
  'GET /panic 200',
  'user asked: why "panic" so early?',
  'memory: 512Mi',
  'password changed for user app',
  'login of bob',
  'PodSecurity is enforced',
  'request was allowed',
];

describe('alerts on lines', () => {
  const matches = ({ regex, anyCase }: (typeof LINE_PATTERNS)[number], line: string): boolean =>
    new RegExp(regex, anyCase ? 'i' : '').test(line);

  test('[OBS-13] each finds what it is for, and no other does', () => {
    expect(Object.keys(LINES)).toEqual(LINE_PATTERNS.map(({ alert }) => alert));
    for (const [alert, lines] of Object.entries(LINES))
      for (const line of lines) {
        const found = LINE_PATTERNS.filter((pattern) => matches(pattern, line));
        expect({ line, found: found.map((one) => one.alert) }).toEqual({ line, found: [alert] });
      }
  });

  test('[OBS-13] each part of a pattern is needed for one of the lines', () => {
    for (const pattern of LINE_PATTERNS) {
      const parts = pattern.regex.split(/\|(?![^(]*\))/);
      for (const part of parts) {
        const rest = parts.filter((other) => other !== part).join('|') || '(?!)';
        const lines = LINES[pattern.alert] ?? [];
        expect({ part, idle: lines.every((line) => matches({ ...pattern, regex: rest }, line)) }).toEqual({
          part,
          idle: false,
        });
      }
    }
  });

  test.each(QUIET.map((line) => [line]))('[OBS-13] none is raised by: %s', (line) => {
    expect(LINE_PATTERNS.filter((pattern) => matches(pattern, line))).toEqual([]);
  });

  test('[OBS-13] are evaluated by the ruler, which tells Alertmanager', () => {
    const { ruler } = configuration();
    expect(ruler).toMatchObject({
      storage: { type: 'local', local: { directory: '/etc/loki/rules' } },
      alertmanager_url: 'http://alertmanager.viridial-monitoring.svc:9093',
      external_labels: { cluster: 'staging' },
    });
    const [container] = renderLogs().find('StatefulSet', 'loki').spec.template.spec.containers;
    const paths = container.volumeMounts.map(({ mountPath }: any) => mountPath);
    expect(paths).toContain('/etc/loki/rules/fake');
  });

  test('without Alertmanager there are none', () => {
    const { find } = renderLogs(({ components }) => delete components.alertmanager);
    expect(find('ConfigMap', 'loki-rules')).toBeUndefined();
    expect(parse(find('ConfigMap', 'loki').data['loki.yaml'])).not.toHaveProperty('ruler');
  });

  test('do not look at the lines of those whose logs hold the query', () => {
    for (const pattern of LINE_PATTERNS) {
      expect(queryOf(pattern, 'logs')).toContain('{namespace=~".+",namespace!="logs"}');
      // LogQL has no escape between backquotes
      expect(pattern.regex).not.toContain('`');
    }
  });

  test('each has a section in the runbook that its address leads to', () => {
    const runbook = readFileSync('charts/observability/loki/runbook.md', 'utf8');
    const { groups } = parse(lokiRules('logs', 'https://example.com/runbook.md'));
    for (const { alert, annotations } of groups[0].rules) {
      expect(runbook).toMatch(new RegExp(`^#+ ${alert}$`, 'm'));
      expect(annotations.runbook_url).toBe(`https://example.com/runbook.md#${alert.toLowerCase()}`);
    }
  });
});
