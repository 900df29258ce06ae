import { load } from 'js-yaml';
import { asArray, asText, at } from '../checks/core/workloads';

/** An image reference, taken apart. */
export interface ImageReference {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** As container runtimes read it: no host means docker.io, and no tag latest. */
export function imageOf(reference: string): ImageReference {
  const [name = '', digest = ''] = reference.split('@', 2);
  const slash = name.lastIndexOf('/');
  const colon = name.indexOf(':', slash + 1);
  const repository = colon < 0 ? name : name.slice(0, colon);
  const [first = '', ...rest] = repository.split('/');
  const registry = rest.length && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
  return { registry, repository, tag: colon < 0 ? (digest ? '' : 'latest') : name.slice(colon + 1), digest };
}

export type Step = 'engine' | 'major' | 'minor' | 'patch' | 'downgrade' | 'digest' | 'tag';

/** How far an image moves, by the numbers that its tag begins with. */
export function stepOf(old: ImageReference, wanted: ImageReference): Step {
  if (old.repository !== wanted.repository) return 'engine';
  if (old.tag === wanted.tag) return 'digest';
  const [before, after] = [numbersOf(old.tag), numbersOf(wanted.tag)];
  const place = before.findIndex((number, index) => number !== after[index]);
  if (!before.length || !after.length || place < 0) return 'tag';
  if ((after[place] ?? 0) < (before[place] ?? 0)) return 'downgrade';
  return place === 0 ? 'major' : place === 1 ? 'minor' : 'patch';
}

/** `16.15-bookworm` gives 16 and 15; `v3.5.1` 3, 5 and 1. */
const numbersOf = (tag: string): number[] =>
  (/^v?(\d+(?:\.\d+)*)/.exec(tag)?.[1] ?? '').split('.').filter(Boolean).map(Number);

/** Whether a step is of a series that upstream calls another one: MySQL's and MariaDB's have two numbers. */
export const isMajor = (step: Step, { repository }: ImageReference): boolean =>
  step === 'major' || (step === 'minor' && /(?:^|\/)(?:mysql|mariadb|percona)/.test(repository));

/** Words for a step, with what they mean. */
export const STEPS: Readonly<Record<Step, string>> = {
  engine: 'another image',
  major: 'a major version',
  minor: 'a minor version',
  patch: 'a patch release',
  downgrade: 'an older version',
  digest: 'the same tag with other bytes',
  tag: 'another tag',
};

/** End of life that the image lock knows of a reference: YYYY-MM-DD, null for none named; undefined for no row. */
export function endOfLifeOf(lock: string, reference: string): string | null | undefined {
  const rows = asArray(at(lock ? load(lock) : {}, 'images'));
  const row = rows.find(
    (one) =>
      `${asText(at(one, 'repository')) ?? ''}:${asText(at(one, 'tag')) ?? ''}@${asText(at(one, 'digest')) ?? ''}` ===
      reference,
  );
  if (row === undefined) return undefined;
  return asText(at(row, 'endOfLife')) ?? null;
}
