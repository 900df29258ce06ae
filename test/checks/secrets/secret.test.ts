import { credentialIn, isCredentialVariable } from '../../../checks/secrets/credentials';
import { secret } from '../../../checks/secrets/secret';
import { brief, findingsAfter, monoInput, pick } from '../mutation';
import { findingsOfRule, rendered } from '../plain';

/** Put together here, so that no scanner takes this file for a leak. */
const join = (...parts: string[]): string => parts.join('');
const PEM = join('-----BEGIN RSA PRIV', 'ATE KEY-----\nMIIE\n');

test('[SEC-06] the unbroken set holds no secret, and uses each that it declares', () => {
  expect(secret.check(monoInput())).toEqual([]);
});

test('[SEC-06] a Secret with a value is found, one without is not', () => {
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', namespace: 'prod' } };
  const rule = (more: object) => findingsOfRule(secret, [{ ...object, ...more }]).map(({ field }) => field);
  expect(rule({ stringData: { password: 'x' } })).toEqual(['stringData']);
  expect(rule({ data: { password: 'eA==' } })).toEqual(['data']);
  expect(rule({ data: {} })).toEqual([]);
});

test.each([
  ['a private key', PEM],
  ['an age key', join('AGE-SECRET', '-KEY-1QQPQQPQQPQQPQQPQQPQQP')],
  ['an AWS access key', join('key AK', 'IAIOSFODNN7EXAMPLE')],
  ['a JSON web token', join('ey', 'JhbGciOiJI.ey', 'JzdWIiOiIx.c2lnbmF0dXJl')],
  ['a GitHub token', join('gh', `p_${'a'.repeat(36)}`)],
  ['a Slack token or hook', join('https://hooks.sl', 'ack.com/services/T0/B0/abc')],
  ['a URL with a password', 'mysql://root:hunter2@mysql.prod.svc/xwiki'],
  ['a password in a connection string', 'jdbc:mysql://mysql/xwiki?user=x&password=hunter2'],
  ['a password in a configuration', '[client]\nuser = root\npassword = hunter2hunter2\n'],
])('[SEC-06] %s is found in a ConfigMap', (kind, text) => {
  const findings = findingsAfter((input) => {
    const config = pick(input, 'ConfigMap', 'prod/xwiki') as unknown as { data: Record<string, string> };
    config.data['broken'] = text;
  });
  expect(brief(findings)).toEqual(['secret: ConfigMap prod/xwiki data.broken']);
  expect(findings[0]?.problem).toContain(kind);
});

test.each([
  'mysql://$(USER):$(PASSWORD)@mysql/xwiki',
  'https://user:${PASSWORD}@host',
  'jdbc:mysql://mysql/xwiki?password={password}',
  'password = ${env:PASSWORD}',
  'password: /run/secrets/password',
  'password="$(cat /run/password)"',
  'default_authentication_plugin = caching_sha2_password',
  'http://localhost:8080/path@with-at',
  '-----BEGIN CERTIFICATE-----\nMIIE\n',
])('no false alarm: %s', (text) => {
  expect(credentialIn(text)).toBeUndefined();
});

test('[SEC-06] a variable that is named like a credential and has a literal value is found', () => {
  const findings = findingsAfter((input) => {
    const [container] = pick(input, 'StatefulSet', 'prod/mysql').spec.template.spec.containers;
    container.env = [{ name: 'MYSQL_ROOT_PASSWORD', value: 'hunter2' }];
  });
  expect(brief(findings)).toEqual([
    'secret: StatefulSet prod/mysql spec.template.spec.containers[0].env[0].value',
  ]);
});

test.each([
  ['DB_PASSWORD', 'hunter2', true],
  ['API_KEY', 'abcdef', true],
  ['GITHUB_TOKEN', 'abcdef', true],
  ['DB_PASSWORD', '', false],
  ['DB_PASSWORD', '$(OTHER)', false],
  ['DB_PASSWORD_FILE', '/run/secrets/password', false],
  ['TOKEN', '/run/token', false],
  ['TOKEN_CHECK', 'true', false],
  ['TOKEN_TTL', '24h', false],
  ['SECRET_NAME', 'mysql-root', false],
  ['KEYCLOAK_HOST', 'id.example.com', false],
])('variable %s=%s counts as a credential: %s', (name, value, counts) => {
  expect(isCredentialVariable(name, value)).toBe(counts);
});

describe('declared Secrets', () => {
  type Declared = ReturnType<typeof monoInput>['declarations']['secrets'][number];
  const declared = (name: string, keys: Declared['keys'], more: Partial<Declared> = {}): Declared => ({
    ...{ name, namespace: 'sample', keys, labels: {}, component: 'sample', ...more },
  });
  const random = { kind: 'random', length: 32 } as const;
  const copyOf = (name: string, key: string) =>
    ({ kind: 'copy', of: { secret: name, namespace: 'sample', key } }) as const;
  const template = (text: string) => ({ kind: 'template', template: text }) as const;
  const used = rendered([
    {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x', namespace: 'sample' } },
      spec: { template: { spec: { volumes: [{ name: 'v', secret: { secretName: 'used' } }] } } },
    },
  ]);
  const check = (...secrets: Declared[]) =>
    findingsOfRule(secret, [], (input) => {
      input.objects = used;
      input.declarations = { ...input.declarations, secrets };
    }).map(({ object, field }) => `${object} ${field}`);

  test('one that nothing uses is found', () => {
    const findings = findingsAfter((input) => {
      (input.declarations as { secrets: unknown }).secrets = [
        ...input.declarations.secrets,
        declared('forgotten', { password: random }, { namespace: 'prod' }),
      ];
    });
    expect(brief(findings)).toEqual(['secret: Secret prod/forgotten ']);
  });

  test('one that is mounted, copied, or found by its labels is used', () => {
    expect(check(declared('used', { a: random }))).toEqual([]);
    expect(check(declared('used', { a: copyOf('source', 'b') }), declared('source', { b: random }))).toEqual(
      [],
    );
    expect(check(declared('found', { a: random }, { labels: { type: 'repository' } }))).toEqual([]);
  });

  test('one that is declared twice must have the same keys', () => {
    const one = declared('used', { a: random });
    expect(check(one, one)).toEqual([]);
    expect(check(one, declared('used', { b: random }))).toEqual(['Secret sample/used keys']);
  });

  test('copies and templates are made of what is declared', () => {
    expect(check(declared('used', { a: copyOf('nowhere', 'b') }))).toEqual(['Secret sample/used keys.a']);
    expect(check(declared('used', { a: random, b: template('x {a} {"c":1}') }))).toEqual([]);
    expect(check(declared('used', { b: template('x {a}') }))).toEqual(['Secret sample/used keys.b']);
  });

  test('nothing is made of itself', () => {
    expect(check(declared('used', { a: template('{b}'), b: template('{a}'), c: template('{a}') }))).toEqual([
      'Secret sample/used keys.a',
      'Secret sample/used keys.b',
    ]);
  });
});

test("[SEC-06] a Secret that a ConfigMap's file of settings names is used, one that it names elsewhere is not", () => {
  const declared = { name: 'keys', namespace: 'prod', keys: {}, labels: {}, component: 'sample' };
  const rule = (text: string) =>
    findingsOfRule(
      secret,
      [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'prod' }, data: { text } }],
      (input) => {
        input.declarations = { ...input.declarations, secrets: [declared] };
      },
    ).map(({ problem }) => problem);
  expect(rule('target: s3://bucket\ncredential-secret: keys\n')).toEqual([]);
  expect(rule('credential-secret: "keys"')).toEqual([]);
  const unused = ['nothing uses the declared Secret'];
  expect(rule('credential-secret: keys-of-another')).toEqual(unused);
  expect(rule('folder: keys')).toEqual(unused);
});
