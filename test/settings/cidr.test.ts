import fc from 'fast-check';
import { contains, hasHostBits, networkOf, overlap, parseCidr } from '../../settings/cidr';

const octets = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 });
const groups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });
const cidr4 = fc.tuple(octets, fc.nat(32)).map(([address, prefix]) => `${address.join('.')}/${prefix}`);
const cidr6 = fc
  .tuple(groups, fc.nat(128))
  .map(([address, prefix]) => `${address.map((group) => group.toString(16)).join(':')}/${prefix}`);

const parsed = (text: string) => {
  const cidr = parseCidr(text);
  if (!cidr) throw new Error(`${text} is refused`);
  return cidr;
};

describe('address ranges', () => {
  test.each([
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.0',
    '010.0.0.0/8',
    '10.0.0.256/8',
    '::1/129',
    '1::2::3/64',
    ':/8',
    '1:2:3:4:5:6:7/64',
    '/8',
    'a/8',
    '1:2:3:4:5:6:7:8::/64',
  ])('%s is none', (text) => expect(parseCidr(text)).toBeUndefined());

  test.each([
    ['10.42.0.7/16', '10.42.0.0/16'],
    ['203.0.113.255/0', '0.0.0.0/0'],
    ['2001:db8::7/32', '2001:db8::/32'],
    ['::ffff/112', '::/112'],
    ['1:0:0:2:0:0:0:3/128', '1:0:0:2::3/128'],
    ['fe80:0:0:0:1:2:3:4/64', 'fe80::/64'],
  ])('%s lies in %s', (text, network) => expect(networkOf(parsed(text))).toBe(network));

  test('the network of a range has no host bits, is its own network, and overlaps the range', () => {
    fc.assert(
      fc.property(fc.oneof(cidr4, cidr6), (text) => {
        const network = parsed(networkOf(parsed(text)));
        expect(hasHostBits(network)).toBe(false);
        expect(parsed(networkOf(network))).toEqual(network);
        expect(overlap(network, parsed(text))).toBe(true);
      }),
    );
  });

  test('two ranges overlap exactly if one holds the first address of the other', () => {
    fc.assert(
      fc.property(cidr4, cidr4, (left, right) => {
        const [one, other] = [parsed(left), parsed(right)];
        const [wide, narrow] = one.prefix <= other.prefix ? [one, other] : [other, one];
        const size = 2n ** BigInt(32 - wide.prefix);
        expect(overlap(one, other)).toBe(wide.base / size === narrow.base / size);
        expect(overlap(other, one)).toBe(overlap(one, other));
      }),
    );
  });

  test('a range lies in itself and in wider ones over the same addresses, and in no other', () => {
    const lies = (outer: string, inner: string): boolean => contains(parsed(outer), parsed(inner));
    expect(lies('10.0.0.0/8', '10.1.0.0/16')).toBe(true);
    expect(lies('10.1.0.0/16', '10.1.0.0/16')).toBe(true);
    expect(lies('10.1.0.0/16', '10.0.0.0/8')).toBe(false);
    expect(lies('10.1.0.0/16', '10.2.0.0/24')).toBe(false);
    expect(lies('::/0', '10.1.0.0/16')).toBe(false);
  });

  test('an IPv4 and an IPv6 range never overlap', () => {
    expect(overlap(parsed('0.0.0.0/0'), parsed('::/0'))).toBe(false);
  });
});
