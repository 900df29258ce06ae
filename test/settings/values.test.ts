import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { monthsOf, parseCron } from '../../settings/cron';
import { parseSettings } from '../../cli/load';

const small = readFileSync(join(__dirname, '../fixtures/clusters/valid/everything-chosen.yaml'), 'utf8');

/** What is said of a valid file in which one value is another: `problem. remedy` of that place. */
function said(path: string, value: unknown): string[] {
  const document = parseDocument(small);
  const steps = path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  document.setIn(steps, document.createNode(value));
  const { problems } = parseSettings(document.toString(), 'file');
  return problems
    .filter((one) => one.path.startsWith(path))
    .map(({ problem, remedy }) => `${problem}. ${remedy}`);
}

const DATA = 'environments.0.components';

describe('[SYNTH-07] values that nothing can run with', () => {
  test.each([
    [`${DATA}.xwiki.memory`, '1Ki', /too little for the wiki, .*\. Use at least 1Gi/],
    [`${DATA}.xwiki.memory`, '1023Mi', /too little/],
    [`${DATA}.xwiki.size`, '20Mi', /too little for extensions/],
    [`${DATA}.postgresql.size`, '100Mi', /too little for 256Mi of write-ahead log/],
    [`${DATA}.postgresql.memory`, '511Mi', /too little for the server/],
    [`${DATA}.mysql.memory`, '0.5Gi', /too little .*Use at least 640Mi/],
    [`${DATA}.mysql.size`, '1Gi', /too little for a binary log/],
    ['components.argocd.memory', '1Mi', /too little for a cache of the objects of one node/],
    ['components.traefik.memory', '31Mi', /too little/],
    ['components.cert-manager.memory', '1Ki', /too little/],
    ['components.argocd.memory', '255Mi', /too little for a cache of the objects/],
    ['components.prometheus.memory', '32Mi', /too little for the series/],
    ['components.kyverno.memory', '32Mi', /too little for its informers/],
    ['components.cloudnative-pg.memory', '64Mi', /too little for its caches/],
    ['components.prometheus.retentionSize', '1Mi', /too little for the metrics of a day/],
    ['components.prometheus.retention', '99999999999y', /is not a duration/],
    ['components.alertmanager.size', '299Mi', /too little for a file system/],
    [`${DATA}.redis.size`, '128Mi', /too little for a file system/],
    ['nodes.0.disk', '1Ki', /too little for the logs/],
    ['environments.0.quota.memory', '63Mi', /too little for one container/],
    ['environments.0.quota.cpu', '24m', /too little for one container.*at least 25m/],
    ['environments.0.quota.cpu', '0.024', /too little for one container/],
    ['environments.0.quota.storage', '1Ki', /too little for a file system/],
    ['nodes.0.memory', '64Mi', /too little for a kubelet/],
    ['nodes.0.disk', '0.1Ki', /no whole number of bytes/],
    ['nodes.0.disk', '1.00001Mi', /no whole number of bytes/],
    ['nodes.0.disk', `${'9'.repeat(400)}Ti`, /more than any disk holds/],
    ['nodes.0.disk', '8192Ti', /more than any disk holds/],
    ['nodes.0.count', 1_000_000, /more than 5000/],
    ['nodes.0.count', 5001, /from 1 to 5000/],
    ['nodes.0.cpu', 1e15, /from 1 to 8192/],
    ['kubernetes', '1.0', /Kubernetes 1\.0 is not rendered for\. Use 1\.33 to 1\.37/],
    ['kubernetes', '1.99', /Use 1\.33 to 1\.37/],
    ['kubernetes', '2.1', /is not a Kubernetes version/],
    ['gitops.revision', 'a..b', /is not a git revision/],
    ['gitops.revision', '-main', /is not a git revision/],
    ['gitops.revision', 'feature/.hidden', /is not a git revision/],
    ['gitops.revision', 'x.lock', /is not a git revision/],
    ['gitops.revision', 'x/', /is not a git revision/],
    ['gitops.revision', 'a//b', /is not a git revision/],
    ['gitops.revision', 'a b', /is not a git revision/],
    ['gitops.revision', 'v1.*', /is not a git revision/],
    ['gitops.revision', 'main@{1}', /is not a git revision/],
    ['gitops.revision', 'HEAD~1', /is not a git revision/],
    ['gitops.repository', 'https://git.example.com:99999/a/b.git', /names a port that is none/],
    ['gitops.repository', 'ssh://git@git.example.com:0/a/b.git', /names a port that is none/],
    ['backup.endpoint', 'https://s3.example.com:99999', /names a port that is none/],
    ['backup.endpoint', 'https://s3.example.com:0/path', /names a port that is none/],
    ['images.registries', ['registry.example.com:70000'], /names a port that is none/],
    ['images.registries', ['-'], /is not a registry/],
    ['images.registries', ['a..b'], /is not a registry/],
    ['images.registries', ['.'], /is not a registry/],
    ['images.registries', [`${'a.'.repeat(130)}io`], /is not a registry/],
    ['gitops.repository', 'https://../a.git', /is not a git URL/],
    ['gitops.repository', 'https://-/a.git', /is not a git URL/],
    ['gitops.repository', 'https://github.com//', /is not a git URL/],
    ['gitops.repository', 'https://github.com/a/../b.git', /is not a git URL/],
    ['gitops.repository', 'https://github.com/a.git?ref=x', /is not a git URL/],
    ['gitops.repository', 'https://github.com/*.git', /is not a git URL/],
    ['gitops.repository', 'git@..:a/b.git', /is not a git URL/],
    ['backup.endpoint', 'https://s3.example.com:00443', /names a port that is none/],
    ['backup.endpoint', 'https://s3.example.com/?list', /is not the address of an S3 API/],
    ['backup.endpoint', 'https://s3.example.com/../x', /is not the address of an S3 API/],
    ['backup.bucket', 'a..b', /is not a bucket name/],
    ['backup.bucket', '10.0.0.1', /is not a bucket name/],
    ['backup.bucket', 'xn--bucket', /is not a bucket name/],
    [
      'backup.recipient',
      'age1uzld6m80x9qltpaax5g3rzeqesrcx8pfgdv8jndrerlf7ryzmshqq8syn5',
      /was mistyped: its last letters are a checksum/,
    ],
    ['backup.recipient', `age1${'q'.repeat(58)}`, /was mistyped/],
    [`${DATA}.xwiki.host`, 'wiki.1', /the last part is a number/],
    [`${DATA}.postgresql.databases`, ['public'], /a name of the PostgreSQL server itself/],
    [`${DATA}.postgresql.databases`, ['none'], /a name of the PostgreSQL server itself/],
    [`${DATA}.postgresql.databases`, ['pg_app'], /a name of the PostgreSQL server itself/],
    [`${DATA}.postgresql.recovery.moment`, '2026-02-30T00:00:00Z', /is no day of the calendar/],
    [`${DATA}.postgresql.recovery.moment`, '2026-02-03T24:00:00Z', /is not a moment in UTC/],
    [`${DATA}.rabbitmq.exchanges`, ['amq.topic'], /is not an exchange name/],
    [`${DATA}.rabbitmq.exchanges`, ['a'.repeat(256)], /is not an exchange name/],
    [`${DATA}.rabbitmq.exchanges`, ['dead-letters'], /the exchange for what nobody took/],
    [`${DATA}.rabbitmq.services.0.ttlSeconds`, 4_294_968, /from 1 to 4294967/],
    ['components.longhorn.dataPath', '/etc', /is not a folder of the node/],
    ['components.longhorn.dataPath', '/proc/x', /is not a folder of the node/],
    ['components.longhorn.dataPath', '/data/../etc', /is not a folder of the node/],
    ['storage.classes.0.provisioner', 'a b', /is not a provisioner/],
    ['storage.classes.0.provisioner', 'driver.longhorn.io/', /is not a provisioner/],
    ['network.dns.labels', null, /no value\. Give it a value, e\.g\. labels: \{ k8s-app: kube-dns \}/],
    ['network.dns.addresses', ['169.254.20.10/32'], /is not an address/],
    ['network.dns.addresses', ['kube-dns'], /is not an address/],
    ['network.dns.addresses', ['169.254.20.256'], /is not an address/],
    ['network.dns.labels', {}, /no label, which selects every pod/],
    ['network.dns.labels', { 'k8s app': 'dns' }, /is not the key of a label/],
    ['network.dns.labels', { 'a/b/c': 'dns' }, /is not the key of a label/],
    ['network.dns.labels', { 'x/': 'dns' }, /is not the key of a label/],
    ['network.dns.labels', { app: 'kube dns' }, /is not the value of a label/],
    ['network.dns.labels', { app: 'x'.repeat(64) }, /is not the value of a label/],
    ['network.dns.labels', { app: '-dns' }, /is not the value of a label/],
    ['backup.drills', '0 0 30 2 *', /that day never comes/],
    ['backup.drills', '0 0 31 4,6,9,11 *', /that day never comes/],
    ['backup.drills', '0 0 31 * *', /leaves 5 months of a year out/],
    ['backup.drills', '0 0 29 * *', /leaves 1 month of a year out/],
    ['backup.drills', '0 0 1 1-6 *', /leaves 6 months of a year out/],
    ['backup.drills', '60 0 1 * *', /"60" is no minute, which go from 0 to 59/],
    ['backup.drills', '0 0 1 * 7', /"7" is no day of the week/],
    ['backup.drills', 'TZ=Europe/Paris 0 0 1 * *', /a time zone stands in the field timeZone/],
    ['backup.drills', '0 0 1 *', /not five fields/],
    ['backup.drills', '0 0 9-5 * *', /ends before it begins/],
    ['backup.drills', '*/0 0 1 * *', /in steps of nothing/],
    ['backup.drills', '* * * * *', /has several minutes or hours/],
    ['backup.drills', '*/30 5 2 * *', /has several minutes or hours/],
    ['backup.drills', '30 5,17 2 * *', /all drills would begin at once/],
    ['backup.drills', '30 1-5 2 * *', /Name one minute and one hour/],
  ])('%s: %j is refused there', (path, value, message) => {
    expect(said(path, value).join('\n')).toMatch(message);
  });

  test.each([
    [`${DATA}.xwiki.memory`, '1024Mi'],
    [`${DATA}.mysql.memory`, '0.625Gi'],
    ['nodes.0.disk', '1024.5Mi'],
    ['environments.0.quota.cpu', '0.025'],
    ['environments.0.quota.cpu', '25m'],
    ['gitops.repository', 'https://git.example/a/b.c..d/e'],
    ['gitops.repository', 'git@git:a/b.git'],
    ['images.registries', ['localhost:5000']],
    ['components.longhorn.dataPath', '/etcetera/longhorn'],
    ['components.prometheus.retention', '99y'],
    ['storage.classes.0.provisioner', 'rancher.io/local-path'],
    ['backup.bucket', 'my.bucket'],
    [`${DATA}.rabbitmq.exchanges`, ['a'.repeat(255)]],
    ['nodes.0.disk', '1.5Ti'],
    ['nodes.0.cpu', 8192],
    ['kubernetes', '1.33'],
    ['gitops.revision', 'release/1.2+build@x'],
    ['gitops.revision', '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567'],
    ['gitops.repository', 'ssh://git@git.example.com:2222/a/b.git'],
    ['gitops.repository', 'git@git.example.com:99999/b.git'],
    ['backup.endpoint', 'https://s3.example.com:65535/x:99999'],
    ['images.registries', ['registry.example.com:5000', 'docker.io']],
    ['network.dns.labels', { 'example.com/part-of': '', app: 'dns' }],
    ['backup.drills', '5 6 1-7/2 * *'],
    ['backup.drills', '0 0 31 * SUN'],
    ['backup.drills', '0 0 ? JAN-DEC mon-FRI'],
  ])('%s: %j is taken', (path, value) => {
    expect(said(path, value)).toEqual([]);
  });
});

describe('schedules', () => {
  test.each([
    ['@monthly', 12],
    ['@yearly', 1],
    ['0 0 29 2 *', 1],
    ['0 0 31 * *', 7],
    ['0 0 30 2 1', 1],
    ['* * * * *', 12],
  ])('%s runs in %d months', (text, months) => {
    const cron = parseCron(text);
    if (typeof cron === 'string') throw new Error(cron);
    expect(monthsOf(cron)).toHaveLength(months);
  });

  test.each([
    '@every 1h',
    '@reboot',
    '',
    '* * * * * *',
    'a b c d e',
    '1-2-3 * * * *',
    '*-5 * * * *',
    '-1 * * * *',
    '0.5 * * * *',
  ])('%j is none', (text) => {
    expect(typeof parseCron(text)).toBe('string');
  });
});
