import { parseCidr } from '../../settings/cidr';
import { show } from '../core/workloads';

/** Addresses from `first` to `last`, both included. `bits` is 32 for IPv4 and 128 for IPv6, which are never compared. */
interface Range {
  readonly bits: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** A set of addresses: ranges that neither overlap nor touch, in order. */
export type Addresses = readonly Range[];

const cache = new Map<string, Addresses>();

/** The addresses of a block without the parts that are left out. Empty where the block is none. */
export function block(cidr: unknown, except: readonly unknown[] = []): Addresses {
  const key = [cidr, ...except].map(show).join(' ');
  const known = cache.get(key);
  if (known) return known;
  const addresses = subtract(rangeOf(cidr), join(except.map(rangeOf)));
  cache.set(key, addresses);
  return addresses;
}

function rangeOf(cidr: unknown): Addresses {
  const parsed = typeof cidr === 'string' ? parseCidr(cidr) : undefined;
  if (!parsed) return [];
  const { bits, base, prefix } = parsed;
  const size = 1n << BigInt(bits - prefix);
  const first = (base / size) * size;
  return [{ bits, first, last: first + size - 1n }];
}

/** All addresses of all sets. */
export function join(sets: readonly Addresses[]): Addresses {
  const joined: Range[] = [];
  for (const range of sets.flat().sort(inOrder)) {
    const previous = joined.at(-1);
    if (previous?.bits === range.bits && range.first <= previous.last + 1n) {
      if (range.last > previous.last) joined[joined.length - 1] = { ...previous, last: range.last };
    } else joined.push(range);
  }
  return joined;
}

const inOrder = (one: Range, other: Range): number =>
  one.bits - other.bits || (one.first < other.first ? -1 : one.first > other.first ? 1 : 0);

/** The addresses of `set` that are not in `taken`, whose ranges are in order. */
export function subtract(set: Addresses, taken: Addresses): Addresses {
  return set.flatMap((range) => {
    const left: Range[] = [];
    let { first } = range;
    for (const hole of taken) {
      if (hole.bits !== range.bits || hole.last < first || hole.first > range.last) continue;
      if (hole.first > first) left.push({ ...range, first, last: hole.first - 1n });
      first = hole.last + 1n;
    }
    return first <= range.last ? [...left, { ...range, first }] : left;
  });
}

/** Whether every address of `part` is in one of the sets. Mostly `part` is one of them: {@link block} gives the same set for the same text. */
export const covers = (sets: readonly Addresses[], part: Addresses): boolean =>
  sets.includes(part) || subtract(part, join(sets)).length === 0;
