import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recipientOf } from '../../cli/age';
import type { Surroundings } from '../../cli/surroundings';
import { edit, scratch, strata, workspace } from './terminal';

/** Pairs that age's own library made (npm age-encryption 0.3.0, generateX25519Identity and identityToRecipient). */
const PAIRS = {
  'AGE-SECRET-KEY-1XF5LPTUSRFTHQXMQ4QT8095ZQQ0MQ9M8J7J4QZWDPV2F8MUUFM2SL7NZ9A':
    'age1yhsnueznp84q4qqqlycxsat6e8d5vr0082j69ydaxze35qscav7sf0p0kh',
  'AGE-SECRET-KEY-1EL3YKRXVXPK095HM9HU5X5FKQCDQSGJ2Y57ELUCN3N26DWMSP5RQAKS37G':
    'age1ye6u4g2rzvy0gyvgu4wsv5uuee3xzgr6ymevy0v3jtf8kh7e8qtqjsd03t',
  'AGE-SECRET-KEY-16EN5YCFGZQ8R30TC0QCVR6MHGG33ZUQ9E2PJE9T3ZA2PSFEEYQSQ9W076J':
    'age168at5c7xhq9h2vep8je00mjqxwj3w58zmm2zpcuqlttrnhld5fnqx8rgfp',
};
const [[identity, recipient], [other]] = Object.entries(PAIRS) as [[string, string], [string, string]];
const IDENTITY = 'drills/backup-identity.identity';

/** The repository with a recipient whose identity is known. */
const place = workspace();
edit(join(place.root, 'clusters/mono/cluster.yaml'), /age1[a-z0-9]{58}/, recipient);

interface Secret {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly stringData: Readonly<Record<string, string>>;
}

const make = async (set: readonly string[], more: Partial<Surroundings> = {}) => {
  const said = await strata(
    ['secrets', 'mono', '--generate', '--output', 'json', ...set.flatMap((one) => ['--set', one])],
    { workspace: place, ...more },
  );
  return { ...said, secrets: said.code === 0 ? (JSON.parse(said.stdout) as Secret[]) : [] };
};

/** `--set` for all that only somebody else can give; the identity apart. */
let others: string[];
beforeAll(async () => {
  const { stderr } = await strata(['secrets', 'mono', '--generate'], { workspace: place });
  others = [...stderr.matchAll(/--set (\S+)=…/g)]
    .map(([, key]) => `${key}=x`)
    .filter((one) => !one.startsWith(IDENTITY));
});

const valueOf = (secrets: readonly Secret[], id: string): string | undefined =>
  secrets
    .flatMap(({ metadata: { name, namespace }, stringData }) =>
      Object.entries(stringData).map(([key, value]) => [`${namespace}/${name}.${key}`, value]),
    )
    .find(([known]) => known === id)?.[1];

describe('secrets', () => {
  test('are listed, and without what only somebody else can give, none is made', async () => {
    const listed = await strata(['secrets', 'mono'], { workspace: place });
    expect(listed.code).toBe(0);
    expect(listed.stdout).toContain('mysql-root');
    expect(await make([])).toMatchObject({ code: 1, stdout: expect.not.stringContaining('stringData') });
  });

  test('have fresh values in every run', async () => {
    const all = [...others, `${IDENTITY}=${identity}`];
    const [first, second] = [await make(all), await make(all)].map(({ secrets }) =>
      valueOf(secrets, 'prod/mysql-root.password'),
    );
    expect(first).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(second).not.toBe(first);
  });

  test('take values from a file and from the standard input, without the line break at the end', async () => {
    const file = join(scratch(), 'identity.txt');
    writeFileSync(file, `# created: 2026-11-20T00:00:00Z\n# public key: ${recipient}\n${identity}\n`);
    const [fromInput = ''] = others;
    const id = fromInput.replace(/=.*/, '');
    const { code, stderr, secrets } = await make([...others.slice(1), `${IDENTITY}=@${file}`, `${id}=-`], {
      readInput: () => 'from the pipe\r\n',
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(valueOf(secrets, id)).toBe('from the pipe');
    expect(valueOf(secrets, IDENTITY)).toContain(identity);
  });

  test.each([
    [
      'a key that nobody declares',
      'prod/mysql-roof.password=x',
      'no component declares this key. Did you mean prod/mysql-root.password?',
    ],
    ['a file that is not there', `${IDENTITY}=@/nowhere/at/all`, '/nowhere/at/all cannot be read'],
    ['a folder for a file', `${IDENTITY}=@/`, '/ cannot be read'],
    ['an empty value', `${IDENTITY}=`, 'the value is empty'],
    ['an empty standard input', `${IDENTITY}=-`, 'the value is empty'],
    ['a recipient for an identity', `${IDENTITY}=${recipient}`, 'it is no age identity'],
    [
      'an identity with a letter changed',
      `${IDENTITY}=${identity.replace('XF5', 'XF6')}`,
      'it is no age identity',
    ],
    ['an identity cut short', `${IDENTITY}=${identity.slice(0, -1)}`, 'it is no age identity'],
    ['an identity in lower case', `${IDENTITY}=${identity.toLowerCase()}`, 'it is no age identity'],
    ["another recipient's identity", `${IDENTITY}=${other}`, `backups are encrypted to ${recipient}`],
    ['no equals sign', IDENTITY, 'is not namespace/secret.key=value'],
  ])('%s is refused with 2, and the value never repeated', async (_, setting, message) => {
    const { code, stdout, stderr } = await make([setting]);
    expect(code).toBe(2);
    expect(stdout).not.toContain('stringData');
    expect(stderr + stdout).toContain(message);
    for (const secret of [identity, other].map((text) => text.slice(15, -1)))
      expect(stderr + stdout).not.toContain(secret);
  });

  test('two keys cannot both have the standard input, and all mistakes are told at once', async () => {
    const { code, stdout } = await make(
      [
        'prod/mysql-root.password=-',
        'recette/mysql-root.password=-',
        'a/b.c=d',
        'prod/mysql-root.password=y',
      ],
      { readInput: () => 'x' },
    );
    expect(code).toBe(2);
    for (const words of ['has. Give one of them as @file', 'a/b.c: no component', 'is there twice'])
      expect(stdout).toContain(words);
  });
});

test.each(Object.entries(PAIRS))('%s has the recipient that age gives it', (secret, expected) => {
  expect(recipientOf(secret)).toBe(expected);
});
