import fc from 'fast-check';
import { contentHash } from '../../../charts/core/hash';

/** The same function by arbitrary-precision arithmetic, as RFC 9923 writes it. */
function reference(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index++) {
    hash ^= BigInt(text.charCodeAt(index));
    hash = BigInt.asUintN(64, hash * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}

test('the hash is 64-bit FNV-1a', () => {
  expect(contentHash('')).toBe('cbf29ce484222325');
  // test vector of the RFC's own table
  expect(contentHash('foobar')).toBe('85944171f73967e8');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => expect(contentHash(text)).toBe(reference(text))),
  );
});
