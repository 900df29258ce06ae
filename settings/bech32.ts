// Bech32, which age writes its keys in (BIP 173; https://age-encryption.org/v1): letters of five bits each, with a checksum at the end.

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
/** Letters of the checksum. */
const SUM = 6;

/** The bytes that a text of this prefix holds, or undefined where it is none, or was mistyped. */
export function decodeBech32(text: string, prefix: string): readonly number[] | undefined {
  if (!text.startsWith(`${prefix}1`)) return undefined;
  const words = [...text.slice(prefix.length + 1)].map((letter) => ALPHABET.indexOf(letter));
  if (words.length < SUM || words.includes(-1) || checksum([...expanded(prefix), ...words]) !== 1)
    return undefined;
  return regroup(words.slice(0, -SUM), 5, 8);
}

export function encodeBech32(data: readonly number[], prefix: string): string {
  const words = regroup(data, 8, 5, true);
  const sum = checksum([...expanded(prefix), ...words, ...Array<number>(SUM).fill(0)]) ^ 1;
  const tail = Array.from({ length: SUM }, (_, index) => (sum >> (5 * (SUM - 1 - index))) & 31);
  return `${prefix}1${[...words, ...tail].map((word) => ALPHABET[word]).join('')}`;
}

function expanded(prefix: string): number[] {
  const codes = [...prefix].map((letter) => letter.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function checksum(words: readonly number[]): number {
  const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  return words.reduce((sum, word) => {
    const next = ((sum & 0x1ffffff) << 5) ^ word;
    return generator.reduce((mixed, part, index) => ((sum >> (25 + index)) & 1 ? mixed ^ part : mixed), next);
  }, 1);
}

/** The same bits in words of another size; what is left over is filled up with zeros, or dropped. */
function regroup(words: readonly number[], from: number, to: number, isFilled = false): number[] {
  const bits = words.map((word) => word.toString(2).padStart(from, '0')).join('');
  const whole = Math.floor(bits.length / to) * to;
  const full = isFilled ? bits.padEnd(Math.ceil(bits.length / to) * to, '0') : bits.slice(0, whole);
  return (full.match(new RegExp(`.{${to}}`, 'g')) ?? []).map((group) => parseInt(group, 2));
}
