/**
 * A 64-bit FNV-1a hash of the UTF-16 code units of `text`, as 16 hexadecimal digits. It tells one configuration from another; it is no
 * protection against somebody who wants two to be alike.
 *
 * @see RFC 9923 for the offset basis and the prime
 */
export function contentHash(text: string): string {
  const known = hashes.get(text);
  if (known !== undefined) return known;
  const hash = hashOf(text);
  hashes.set(text, hash);
  return hash;
}

/** Instances of a component mount the same scripts: each text is hashed once. */
const hashes = new Map<string, string>();

function hashOf(text: string): string {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (let index = 0; index < text.length; index++) {
    low ^= text.charCodeAt(index);
    // × 0x100000001b3, on two 32-bit halves
    const lowTimes435 = (low >>> 0) * 435;
    const carry = Math.floor(lowTimes435 / 0x1_0000_0000);
    high = (Math.imul(high, 435) + carry + (low << 8)) | 0;
    low = lowTimes435 | 0;
  }
  return hex(high) + hex(low);
}

const hex = (half: number): string => (half >>> 0).toString(16).padStart(8, '0');
