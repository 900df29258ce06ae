import { createPrivateKey, createPublicKey } from 'node:crypto';

// X25519 identities and recipients of age: https://age-encryption.org/v1, "The X25519 recipient type"; Bech32: BIP 173.

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const IDENTITY = 'AGE-SECRET-KEY-';
/** DER of a PKCS #8 X25519 private key without its 32 bytes (RFC 8410, section 7). */
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');
/** Bytes of a key. */
const LENGTH = 32;

/** What is wrong with the identity that is to open what was encrypted to a recipient: a file of age-keygen, or its one line. */
export function flawOfIdentity(text: string, recipient: string): string | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const recipients = lines.map((line) => recipientOf(line.trim()));
  if (!lines.length || recipients.includes(undefined))
    return `it is no age identity. Give the ${IDENTITY}… line that age-keygen printed together with ${recipient}`;
  if (recipients.includes(recipient)) return undefined;
  return `it is the identity of ${recipients.join(', ')}, and backups are encrypted to ${recipient}. Give that one's`;
}

/** The recipient (`age1…`) of an identity (`AGE-SECRET-KEY-1…`), or undefined where the text is none or was mistyped. */
export function recipientOf(identity: string): string | undefined {
  if (identity !== identity.toUpperCase()) return undefined;
  const secret = decode(identity.toLowerCase(), IDENTITY.toLowerCase());
  if (secret?.length !== LENGTH) return undefined;
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, secret]), format: 'der', type: 'pkcs8' });
  const point = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-LENGTH);
  return encode(point, 'age');
}

function decode(text: string, prefix: string): Buffer | undefined {
  if (!text.startsWith(`${prefix}1`)) return undefined;
  const words = [...text.slice(prefix.length + 1)].map((letter) => ALPHABET.indexOf(letter));
  if (words.includes(-1) || checksum([...expanded(prefix), ...words]) !== 1) return undefined;
  return regroup(words.slice(0, -6), 5, 8);
}

function encode(data: Uint8Array, prefix: string): string {
  const words = [...regroup([...data], 8, 5, true)];
  const sum = checksum([...expanded(prefix), ...words, 0, 0, 0, 0, 0, 0]) ^ 1;
  const tail = Array.from({ length: 6 }, (_, index) => (sum >> (5 * (5 - index))) & 31);
  return `${prefix}1${[...words, ...tail].map((word) => ALPHABET[word]).join('')}`;
}

const expanded = (prefix: string): number[] => {
  const codes = [...Buffer.from(prefix)];
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
};

function checksum(words: readonly number[]): number {
  const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  return words.reduce((sum, word) => {
    const next = ((sum & 0x1ffffff) << 5) ^ word;
    return generator.reduce((mixed, part, index) => ((sum >> (25 + index)) & 1 ? mixed ^ part : mixed), next);
  }, 1);
}

/** The same bits in words of another size; what is left over is filled up with zeros, or dropped. */
function regroup(words: readonly number[], from: number, to: number, isFilled = false): Buffer {
  const bits = words.map((word) => word.toString(2).padStart(from, '0')).join('');
  const whole = Math.floor(bits.length / to) * to;
  const full = isFilled ? bits.padEnd(Math.ceil(bits.length / to) * to, '0') : bits.slice(0, whole);
  return Buffer.from((full.match(new RegExp(`.{${to}}`, 'g')) ?? []).map((group) => parseInt(group, 2)));
}
