/**
 * A 64-bit FNV-1a hash of the UTF-16 code units of `text`, as 16 hexadecimal digits. It tells one configuration from another; it is no
 * protection against somebody who wants two to be alike.
 *
 * @see RFC 9923 for the offset basis and the prime
 */
export function contentHash(text: string): string {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (let index = 0; index < text.length; index++) {
    low ^= text.charCodeAt(index);
    // × 0x100000001b3, on two 32-bit halves; the lower one on two of 16 bits, so that no product needs more than 32
    const bottom = (low & 0xffff) * 435;
    const top = (low >>> 16) * 435 + (bottom >>> 16);
    high = (Math.imul(high, 435) + (top >>> 16) + (low << 8)) | 0;
    low = (top << 16) | (bottom & 0xffff);
  }
  return hex(high) + hex(low);
}

const hex = (half: number): string => (half >>> 0).toString(16).padStart(8, '0');

/** What a pod mounts of a ConfigMap. */
interface Config {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

/**
 * The hash of ConfigMaps, as JSON. Instances of a component mount the same scripts: their hash is found by their texts, without making the
 * JSON of all of them again.
 */
export function configsHash(configs: readonly Config[]): string {
  let place = hashes;
  for (const { name, data } of configs) {
    const keys = Object.keys(data);
    place = place.after(name).after(String(keys.length));
    for (const key of keys) place = place.after(key).after(data[key] ?? '');
  }
  return (place.hash ??= contentHash(JSON.stringify(configs.map(({ name, data }) => ({ name, data })))));
}

/** Hashes by sequences of texts: a tree with a branch for each text that follows. */
class HashTree {
  hash: string | undefined;
  private readonly branches = new Map<string, HashTree>();

  after(text: string): HashTree {
    let branch = this.branches.get(text);
    if (!branch) this.branches.set(text, (branch = new HashTree()));
    return branch;
  }
}

const hashes = new HashTree();
