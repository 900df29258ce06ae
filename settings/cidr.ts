/** An address range. `base` is the address as written, so it may have bits set after the prefix. */
interface Cidr {
  readonly bits: 32 | 128;
  readonly base: bigint;
  readonly prefix: number;
}

/** The range that `text` writes, or undefined if it is none: `10.42.0.0/16`, `2001:db8::/32`. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([0-9a-fA-F.:]+)\/([0-9]{1,3})$/.exec(text);
  const address = parseAddress(match?.[1] ?? '');
  const prefix = Number(match?.[2]);
  return address === undefined || prefix > address.bits ? undefined : { ...address, prefix };
}

/** Whether `text` is an IPv4 or IPv6 address without a prefix. */
export function isAddress(text: string): boolean {
  return parseAddress(text) !== undefined;
}

/** The same range with the bits after the prefix cleared: `10.42.0.7/16` gives `10.42.0.0/16`. */
export function networkOf(cidr: Cidr): string {
  const { bits, prefix } = cidr;
  return `${bits === 32 ? formatV4(firstAddress(cidr)) : formatV6(firstAddress(cidr))}/${prefix}`;
}

export function hasHostBits(cidr: Cidr): boolean {
  return firstAddress(cidr) !== cidr.base;
}

/** Two ranges overlap when the shorter prefix is the same in both. */
export function overlap(one: Cidr, other: Cidr): boolean {
  if (one.bits !== other.bits) return false;
  const shift = BigInt(one.bits - Math.min(one.prefix, other.prefix));
  return one.base >> shift === other.base >> shift;
}

/** Whether all of `inner` lies in `outer`. */
export const contains = (outer: Cidr, inner: Cidr): boolean =>
  outer.prefix <= inner.prefix && overlap(outer, inner);

function firstAddress({ bits, base, prefix }: Cidr): bigint {
  const host = BigInt(bits - prefix);
  return (base >> host) << host;
}

function parseAddress(text: string): Omit<Cidr, 'prefix'> | undefined {
  const isV6 = text.includes(':');
  const base = isV6 ? parseV6(text) : parseV4(text);
  return base === undefined ? undefined : { bits: isV6 ? 128 : 32, base };
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.');
  // A leading zero is refused as Kubernetes does: some readers take 010 for eight.
  const isLegal =
    parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256);
  return isLegal ? join(parts.map(Number), 8) : undefined;
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return join(
    groups.map((group) => parseInt(group, 16)),
    16,
  );
}

function join(parts: readonly number[], width: number): bigint {
  return parts.reduce((value, part) => (value << BigInt(width)) | BigInt(part), 0n);
}

function formatV4(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 0xffn).join('.');
}

function formatV6(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  const [start, length] = longestZeros(groups);
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

/** Start and length of the longest run of zero groups, which is written as `::`. */
function longestZeros(groups: readonly string[]): readonly [start: number, length: number] {
  const runs = groups.map((_, start): readonly [number, number] => {
    const end = groups.findIndex((group, index) => index >= start && group !== '0');
    return [start, (end < 0 ? groups.length : end) - start];
  });
  return runs.reduce((best, run) => (run[1] > best[1] ? run : best), [0, 0] as const);
}
