import fc from 'fast-check';
import { block, covers, join, subtract } from '../../../checks/network/cidr-ranges';

test('a block is its range, without what is left out of it', () => {
  expect(block('10.0.0.0/30')).toEqual([{ bits: 32, first: 0x0a000000n, last: 0x0a000003n }]);
  expect(block('10.0.0.0/30', ['10.0.0.1/32'])).toEqual([
    { bits: 32, first: 0x0a000000n, last: 0x0a000000n },
    { bits: 32, first: 0x0a000002n, last: 0x0a000003n },
  ]);
  expect(block('10.0.0.0/30', ['10.0.0.0/29'])).toEqual([]);
  expect(block('no address')).toEqual([]);
  expect(block(undefined)).toEqual([]);
});

test('halves that touch cover the whole; with a hole they do not', () => {
  const whole = block('10.0.0.0/24');
  expect(covers([block('10.0.0.0/25'), block('10.0.0.128/25')], whole)).toBe(true);
  expect(covers([block('10.0.0.0/25'), block('10.0.0.128/26')], whole)).toBe(false);
  expect(covers([block('0.0.0.0/0', ['10.0.0.7/32'])], whole)).toBe(false);
  expect(covers([block('0.0.0.0/0', ['10.0.0.7/32']), block('10.0.0.4/30')], whole)).toBe(true);
});

test('IPv4 and IPv6 never cover each other', () => {
  expect(covers([block('::/0')], block('10.0.0.0/24'))).toBe(false);
  expect(
    covers([block('::/0'), block('0.0.0.0/0')], [...block('10.0.0.0/24'), ...block('2001:db8::/32')]),
  ).toBe(true);
});

/** Small blocks of 10.0.0.0/24, so that membership can be counted address by address. */
const small = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 24, max: 32 }))
  .map(([last, prefix]) => `10.0.0.${last - (last % 2 ** (32 - prefix))}/${prefix}`);
const members = (addresses: ReturnType<typeof block>): Set<bigint> =>
  new Set(
    addresses.flatMap(({ first, last }) =>
      Array.from({ length: Number(last - first) + 1 }, (_, i) => first + BigInt(i)),
    ),
  );

test('union and difference agree with sets of single addresses', () => {
  fc.assert(
    fc.property(fc.array(small, { maxLength: 4 }), fc.array(small, { maxLength: 4 }), (left, right) => {
      const one = join(left.map((cidr) => block(cidr)));
      const other = join(right.map((cidr) => block(cidr)));
      const expected = [...members(one)].filter((address) => !members(other).has(address));
      expect(members(subtract(one, other))).toEqual(new Set(expected));
      expect(covers([other], one)).toBe(expected.length === 0);
    }),
    { numRuns: 200 },
  );
});
