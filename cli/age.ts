import { createPrivateKey, createPublicKey } from 'node:crypto';
import { decodeBech32, encodeBech32 } from '../settings/bech32';

// X25519 identities and recipients of age: https://age-encryption.org/v1, "The X25519 recipient type".

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
  const secret = decodeBech32(identity.toLowerCase(), IDENTITY.toLowerCase());
  if (secret?.length !== LENGTH) return undefined;
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8, Buffer.from(secret)]),
    format: 'der',
    type: 'pkcs8',
  });
  const point = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-LENGTH);
  return encodeBech32([...point], 'age');
}
