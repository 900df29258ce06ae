import { exactly, hintOf, noneOf, oneOf, word, type Piece } from './text-pattern';

/** What is put in the place of a secret. */
export const MASK = '***';

/** Where a secret is: what stands before it and stays, the secret, and what follows and stays. */
export interface MaskRule {
  readonly name: string;
  readonly before: readonly Piece[];
  readonly secret: readonly Piece[];
  /** @default nothing */
  readonly after?: readonly Piece[];
  /** What the secret becomes. @default MASK */
  readonly by?: string;
  /** Whether it is done again until nothing is found. @default false */
  readonly again?: boolean;
}

const SPACES = oneOf(' ', '\t', '*');
/** The quotes that end a key, and those in JSON within JSON. */
const KEY_END = oneOf('', '"\'\\', '*');
const EQUALS = oneOf('', '=:>', '+');
/** Between a key and its value, whoever wrote them: `=`, `: `, `" => `, `\":`. */
const SEPARATOR: readonly Piece[] = [KEY_END, SPACES, EQUALS, SPACES];
/** Quotes and brackets that a header's value begins with. */
const VALUE_START = oneOf('', '"\'\\[', '*');
const HEADER_VALUE = noneOf('"\'\\\r\n]', '+');

/** Names that a secret is called by; what stands before them in a longer name (`db_`, `X-Auth-`) does not matter. */
const NAMES: Readonly<Record<string, readonly Piece[]>> = {
  password: [word('password')],
  passwd: [word('passwd')],
  pwd: [word('pwd')],
  passphrase: [word('passphrase')],
  secret: [word('secret')],
  token: [word('token')],
  'API key': [word('api'), oneOf('', '_-', '?'), word('key')],
  'access key': [word('access'), oneOf('', '_-', '?'), word('key')],
  'secret key': [word('secret'), oneOf('', '_-', '?'), word('key')],
  'private key': [word('private'), oneOf('', '_-', '?'), word('key')],
  authorization: [word('authorization')],
  PGPASS: [word('pgpass')],
};

/** All ways in which a name and its value are written. */
const named = (what: string, name: readonly Piece[]): readonly MaskRule[] => [
  {
    name: `${what} in double quotes`,
    before: [...name, ...SEPARATOR, oneOf('', '\\', '*'), exactly('"')],
    secret: [noneOf('"\\', '+')],
  },
  {
    name: `${what} in single quotes`,
    before: [...name, ...SEPARATOR, exactly("'")],
    secret: [noneOf("'", '+')],
  },
  {
    // a number or word of JSON becomes a text, so that the line stays JSON
    name: `${what} as a JSON number`,
    before: [...name, exactly('"'), SPACES, exactly(':'), SPACES],
    secret: [oneOf('0-9A-Za-z', '.+-', '+')],
    by: `"${MASK}"`,
  },
  {
    name: `${what} without quotes`,
    before: [...name, ...SEPARATOR],
    // begins with no separator, else this would go back into it
    secret: [noneOf(' \t\r\n"\'\\,;&{}[]()=:>'), noneOf(' \t\r\n"\'\\,;&{}[]()', '*')],
  },
  {
    name: `${what} as an option of a command`,
    before: [exactly('--'), oneOf('A-Za-z0-9', '_-', '*'), ...name, oneOf(' ', '', '+')],
    secret: [noneOf(' \t\r\n"\'-'), noneOf(' \t\r\n"\'', '*')],
  },
];

const SCHEMES = ['bearer', 'basic', 'digest', 'negotiate', 'token', 'apikey'];

/** Headers whose whole value is the secret. These come before the names: their values have spaces. */
const HEADERS: readonly MaskRule[] = [
  ...SCHEMES.map((scheme): MaskRule => ({
    name: `authorization by ${scheme}`,
    before: [word('authorization'), ...SEPARATOR, VALUE_START],
    secret: [word(scheme), oneOf(' ', '', '+'), HEADER_VALUE],
  })),
  {
    name: 'cookies',
    before: [word('cookie'), KEY_END, SPACES, exactly(':'), SPACES, VALUE_START],
    secret: [HEADER_VALUE],
  },
];

/** Secrets that are known by their form, wherever they stand: prefix, characters and how many there are at least. */
const FORMS: readonly (readonly [
  name: string,
  prefix: readonly Piece[],
  ranges: string,
  others: string,
  least: number,
])[] = [
  ['an AWS access key', [exactly('AKIA')], 'A-Z0-9', '', 16],
  ['a temporary AWS access key', [exactly('ASIA')], 'A-Z0-9', '', 16],
  ['a GitHub token', [exactly('gh'), oneOf('', 'pousr'), exactly('_')], 'A-Za-z0-9', '', 20],
  ['a fine-grained GitHub token', [exactly('github_pat_')], 'A-Za-z0-9', '_', 20],
  ['a GitLab token', [exactly('glpat-')], 'A-Za-z0-9', '_-', 16],
  ['a Slack token', [exactly('xox'), oneOf('', 'abprs'), exactly('-')], 'A-Za-z0-9', '-', 10],
  ['a Stripe key', [oneOf('', 'sr'), exactly('k_live_')], 'A-Za-z0-9', '', 16],
  ['a Google API key', [exactly('AIza')], 'A-Za-z0-9', '_-', 30],
  ['an npm token', [exactly('npm_')], 'A-Za-z0-9', '', 20],
  ['a Vault token', [exactly('hvs.')], 'A-Za-z0-9', '_-', 20],
  ['an age identity', [exactly('AGE-SECRET-KEY-1')], 'A-Z0-9', '', 20],
];

const OTHERS: readonly MaskRule[] = [
  {
    name: 'a private key',
    before: [exactly('-----BEGIN '), oneOf('A-Z', ' ', '*'), exactly('PRIVATE KEY-----')],
    // as lines, or as text with \n in it; the line after its end may follow
    secret: [noneOf('-"', '+')],
  },
  {
    name: 'a JSON web token',
    before: [],
    secret: [
      exactly('eyJ'),
      oneOf('A-Za-z0-9', '_-', 8),
      oneOf('A-Za-z0-9', '_-', '*'),
      exactly('.'),
      oneOf('A-Za-z0-9', '_-', 8),
      oneOf('A-Za-z0-9', '_-', '*'),
      exactly('.'),
      oneOf('A-Za-z0-9', '_.-', '*'),
    ],
  },
  {
    name: 'a bearer token',
    before: [word('bearer'), oneOf(' ', '', '+')],
    // long enough to be none of the words of a sentence
    secret: [oneOf('A-Za-z0-9', '+/=._~-', 16), oneOf('A-Za-z0-9', '+/=._~-', '*')],
  },
  {
    name: 'a password in a URL',
    before: [exactly('://'), noneOf('/ \t"\'@:\\', '*'), exactly(':')],
    secret: [noneOf('/ \t"\'@\\', '+')],
    after: [exactly('@')],
  },
  ...['password', 'identified by'].map((clause): MaskRule => ({
    name: `SQL: ${clause}`,
    before: [word(clause), oneOf(' ', '', '+'), exactly("'")],
    secret: [noneOf("'", '+')],
  })),
  ...FORMS.map(([name, prefix, ranges, others, least]): MaskRule => ({
    name,
    before: prefix,
    secret: [oneOf(ranges, others, least), oneOf(ranges, others, '*')],
  })),
];

/** A password in JSON may have a quote in it, which the rule for double quotes takes for its end: what is left of it goes as well. */
const REST: MaskRule = {
  name: 'what follows a quote within a value',
  before: [noneOf('\\'), exactly(`"${MASK}`)],
  secret: [exactly('\\'), oneOf('\x20-\x7e', ''), noneOf('"\\', '*')],
  by: '',
  again: true,
};

/** In the order in which they are applied: each sees what those before it have left. */
export const MASKS: readonly MaskRule[] = [
  ...HEADERS,
  ...Object.entries(NAMES).flatMap(([what, name]) => named(what, name)),
  REST,
  ...OTHERS,
];

/**
 * Text, in small letters, without which a line has nothing for the rule: looking for it spares most lines most patterns. It is looked for in
 * the line as it came, so that nothing which other rules have put there counts.
 */
export const hintOfRule = ({ before, secret, after = [] }: MaskRule): string =>
  hintOf([...before, ...secret, ...after].filter((piece) => !('text' in piece && piece.text.includes(MASK))));
