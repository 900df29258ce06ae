import { asArray, asText, at, fieldsOf, isObject } from '../checks/core/workloads';
import type { Line } from './line';
import { listed } from './line';
import { documentsOf } from './set';
import type { SettingsFile } from './settings';

/** What may be said of an encrypted file: names of keys, and who can open it. */
interface Sealed {
  /** `Secret prod/mysql` */
  readonly name: string;
  /** Key → its encrypted text, which is compared and never shown. */
  readonly keys: ReadonlyMap<string, string>;
  readonly recipients: readonly string[];
}

/** Encrypted files by names of keys and recipients; neither values nor their encrypted text appear. */
export function sealedLines(
  cluster: string,
  before: readonly SettingsFile[],
  after: readonly SettingsFile[],
): Line[] {
  const old = new Map(before.map((file) => [file.path, file.text]));
  const wanted = new Map(after.map((file) => [file.path, file.text]));
  return [...new Set([...wanted.keys(), ...old.keys()])].flatMap((path) => {
    if (old.get(path) === wanted.get(path)) return [];
    const [one, other] = [sealedOf(path, old.get(path)), sealedOf(path, wanted.get(path))];
    return [...new Set([...one.keys(), ...other.keys()])].flatMap((name) =>
      compared(cluster, path, one.get(name), other.get(name)),
    );
  });
}

function sealedOf(path: string, text: string | undefined): Map<string, Sealed> {
  if (text === undefined) return new Map();
  return new Map(
    documentsOf(text, path)
      .filter(isObject)
      .map((document) => {
        const namespace = asText(at(document, 'metadata.namespace'));
        const kind = asText(document['kind']) ?? 'File';
        const name = asText(at(document, 'metadata.name')) ?? path.slice(path.lastIndexOf('/') + 1);
        const full = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
        return [full, { name: full, keys: keysOf(document), recipients: recipientsOf(document) }];
      }),
  );
}

function keysOf(document: Record<string, unknown>): Map<string, string> {
  const fields = ['data', 'stringData'].flatMap((field) => fieldsOf(document[field]));
  const all = fields.length ? fields : fieldsOf(document).filter(([key]) => key !== 'sops');
  return new Map(all.map(([key, value]) => [key, JSON.stringify(value)]));
}

function recipientsOf(document: unknown): string[] {
  const kinds: readonly [string, string][] = [
    ['age', 'recipient'],
    ['pgp', 'fp'],
    ['kms', 'arn'],
    ['hc_vault', 'vault_address'],
  ];
  return kinds.flatMap(([kind, field]) =>
    asArray(at(document, `sops.${kind}`)).flatMap((entry) => asText(at(entry, field)) ?? []),
  );
}

function compared(
  cluster: string,
  file: string,
  old: Sealed | undefined,
  wanted: Sealed | undefined,
): Line[] {
  const name = (wanted ?? old)?.name ?? file;
  const line = (consequence: string, rank: number, remedy?: string): Line => ({
    class: 'access',
    cluster,
    component: 'secrets',
    object: name,
    file,
    field: '',
    consequence,
    rank,
    ...(remedy !== undefined && { remedy }),
  });
  if (!wanted) return [line('the encrypted Secret goes: pods that read it do not start any more', 2)];
  if (!old)
    return [
      line(
        `a new encrypted Secret with the keys ${listed([...wanted.keys.keys()])}, for ${listed(wanted.recipients)}`,
        6,
      ),
    ];
  const come = [...wanted.keys.keys()].filter((key) => !old.keys.has(key));
  const gone = [...old.keys.keys()].filter((key) => !wanted.keys.has(key));
  const changed = [...wanted.keys].filter(([key, value]) => old.keys.has(key) && old.keys.get(key) !== value);
  const more = wanted.recipients.filter((recipient) => !old.recipients.includes(recipient));
  const less = old.recipients.filter((recipient) => !wanted.recipients.includes(recipient));
  return [
    ...(wanted.recipients.length === 0 && old.recipients.length > 0
      ? [
          line(
            'it is no longer encrypted: whoever reads git reads it',
            0,
            'Change every value in it, and encrypt it again',
          ),
        ]
      : []),
    ...(more.length ? [line(`may now be opened by ${listed(more)}`, 2)] : []),
    ...(less.length
      ? [
          line(
            `may no longer be opened by ${listed(less)}: older commits still may`,
            5,
            'Change the values, if that person must not know them',
          ),
        ]
      : []),
    ...(gone.length ? [line(`loses the ${gone.length === 1 ? 'key' : 'keys'} ${listed(gone)}`, 3)] : []),
    ...(come.length ? [line(`gets the ${come.length === 1 ? 'key' : 'keys'} ${listed(come)}`, 6)] : []),
    ...(changed.length
      ? [
          line(
            `the ${changed.length === 1 ? 'value' : 'values'} of ${listed(changed.map(([key]) => key))} ${changed.length === 1 ? 'changes' : 'change'}, or ${changed.length === 1 ? 'is' : 'are'} encrypted anew`,
            5,
          ),
        ]
      : []),
  ];
}
