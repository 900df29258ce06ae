// Secrets in here are made up, and written in pieces where a scanner of repositories would take them for real ones.

const JWT = `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJ${'zdWIiOiJib2IifQ'}.c2lnbmF0dXJl`;
const KEY = '-----BEGIN RSA PRIVATE KEY-----';
const KEY_END = '-----END RSA PRIVATE KEY-----';
const long = (length: number): string => 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'.slice(0, length);
const capitals = (length: number): string => long(length).toUpperCase();

/** Names that a secret has, each in all ways of writing it. */
const NAMES = [
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'secret',
  'token',
  'api_key',
  'accessKey',
  'secret-key',
];
const MORE_NAMES = ['private_key', 'authorization', 'PGPASS'];

type Row = readonly [what: string, line: string, masked: string];

const named = (name: string): readonly Row[] => [
  [`${name} in JSON`, `{"${name}":"hunter2","user":"bob"}`, `{"${name}":"***","user":"bob"}`],
  [`${name} in single quotes`, `'${name}': 'hunter two', 'user': 'bob'`, `'${name}': '***', 'user': 'bob'`],
  [`${name} as a number of JSON`, `{"${name}": 123456, "n": 1}`, `{"${name}": "***", "n": 1}`],
  [`${name} without quotes`, `user=bob ${name}=hunter2 ok`, `user=bob ${name}=*** ok`],
  [`${name} as an option`, `run --db-${name} hunter2 --verbose`, `run --db-${name} *** --verbose`],
];

const header = (scheme: string): Row => [
  `a header with ${scheme}`,
  `GET / Authorization: ${scheme} YWJj ZGVm`,
  'GET / Authorization: ***',
];

/** What it is, the line, and what is left of it. */
export const SECRETS: readonly Row[] = [
  ...[...NAMES, ...MORE_NAMES].flatMap(named),
  ['in capitals and a longer name', 'DB_PASSWORD=hunter2', 'DB_PASSWORD=***'],
  ['with a colon and a space', 'password: hunter2', 'password: ***'],
  ['in a query', 'GET /a?token=abc123&page=2 200', 'GET /a?token=***&page=2 200'],
  ['in a structure of Go', '{User:bob Password:hunter2 Age:7', '{User:bob Password:*** Age:7'],
  ['in YAML with quotes', 'clientSecret: "a b c"', 'clientSecret: "***"'],
  ['in a hash of Ruby', '{"password"=>"hunter2"}', '{"password"=>"***"}'],
  ['in XML', '<password>hunter2</password> x', '<password>*** x'],
  [
    'in JSON within JSON',
    String.raw`{"body":"{\"password\":\"hunter2\",\"user\":\"bob\"}"}`,
    String.raw`{"body":"{\"password\":\"***\",\"user\":\"bob\"}"}`,
  ],
  [
    'with a quote in the password',
    String.raw`{"password":"hun\"ter\\2\"","user":"bob"}`,
    '{"password":"***","user":"bob"}',
  ],
  ['an empty password stays', '{"password":"","user":"bob"}', '{"password":"","user":"bob"}'],
  ['null', '{"password":null}', '{"password":"***"}'],
  ...['Bearer', 'Basic', 'Digest', 'Negotiate', 'Token', 'ApiKey'].map(header),
  [
    'headers of Go',
    'map[Accept:[*/*] Authorization:[Bearer abc def] Host:[a]]',
    'map[Accept:[*/*] Authorization:[***] Host:[a]]',
  ],
  [
    'headers in JSON',
    '{"headers":{"authorization":"Basic YWJj","host":"a"}}',
    '{"headers":{"authorization":"***","host":"a"}}',
  ],
  ['cookies', 'Cookie: sid=abc; theme=dark', 'Cookie: ***'],
  ['a cookie that is set', '{"set-cookie":"sid=abc; HttpOnly","n":1}', '{"set-cookie":"***","n":1}'],
  ['a bearer token', `got bearer ${long(20)} from bob`, 'got bearer *** from bob'],
  ['a JSON web token', `refused ${JWT} of bob`, 'refused *** of bob'],
  ['a URL', 'connect to postgres://app:hunter2@db:5432/app', 'connect to postgres://app:***@db:5432/app'],
  ['a URL without a user', 'redis://:hunter2@cache:6379', 'redis://:***@cache:6379'],
  [
    'PostgreSQL',
    `LOG: statement: ALTER ROLE app PASSWORD 'hunter2';`,
    `LOG: statement: ALTER ROLE app PASSWORD '***';`,
  ],
  ['MySQL', `CREATE USER a IDENTIFIED BY 'hunter2'`, `CREATE USER a IDENTIFIED BY '***'`],
  ['a private key', `${KEY}\nMIIEow\nAbC=\n${KEY_END}`, `${KEY}***${KEY_END}`],
  ['a private key in JSON', `{"pem":"${KEY}\\nMIIEow\\n${KEY_END}\\n"}`, `{"pem":"${KEY}***${KEY_END}\\n"}`],
  ['a private key without its end', `${KEY}\nMIIEow`, `${KEY}***`],
  ['an AWS access key', `id AKIA${capitals(16)} used`, 'id AKIA*** used'],
  ['a temporary AWS access key', `id ASIA${capitals(16)} used`, 'id ASIA*** used'],
  ['a GitHub token', `clone with ghp_${long(30)}`, 'clone with ghp_***'],
  ['a fine-grained GitHub token', `with github_pat_${long(30)}`, 'with github_pat_***'],
  ['a GitLab token', `with glpat-${long(20)}`, 'with glpat-***'],
  ['a Slack token', `with xoxb-${long(20)}`, 'with xoxb-***'],
  ['a Stripe key', `with sk_live_${long(24)}`, 'with sk_live_***'],
  ['a Google API key', `with AIza${long(35)}`, 'with AIza***'],
  ['an npm token', `with npm_${long(36)}`, 'with npm_***'],
  ['a Vault token', `with hvs.${long(24)}`, 'with hvs.***'],
  ['an age identity', `AGE-SECRET-KEY-1${capitals(30)}`, 'AGE-SECRET-KEY-1***'],
];

/** Lines that speak of secrets, or look like some, and hold none. */
export const INNOCENT: readonly string[] = [
  'user bob has changed his password',
  'password authentication failed for user "app"',
  'Basic authentication is off',
  'the bearer of this token is unknown',
  '{"level":"info","tokens":512,"max_tokens":4096}',
  '{"secretName":"tls","tokenReview":true}',
  'passwords are hashed with argon2id',
  'mounting secret-volume at /etc/secrets',
  'reading --token-file /var/run/token',
  'GET http://grafana:3000/api/user?login=bob@example.com 200',
  'mail sent to ops@example.com: 250 OK',
  '2026-11-28 13:02:11 INFO  c.e.Keys - keyboard layout: de',
  'npm_config_cache is set',
  'commit 3f786850e387550fdab836ed7e6dc881de23001b',
  'eyJ is how a token begins',
  '-----BEGIN CERTIFICATE-----',
  'ratio 0.75, cookies accepted',
];
