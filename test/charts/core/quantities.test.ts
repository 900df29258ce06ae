import fc from 'fast-check';
import {
  bytesOf,
  cpu,
  gibi,
  goMemoryLimit,
  mebi,
  memory,
  millicoresOf,
} from '../../../charts/core/quantities';

describe('quantities', () => {
  test.each([
    ['1Ki', 1024],
    ['1.5Gi', 1610612736],
    ['100M', 100_000_000],
    ['1k', 1000],
    ['42', 42],
  ])('%s is %d bytes', (text, bytes) => expect(bytesOf(text)).toBe(bytes));

  test.each([
    ['250m', 250],
    ['2', 2000],
    ['0.1', 100],
  ])('%s is %d thousandths of a core', (text, millicores) => expect(millicoresOf(text)).toBe(millicores));

  test.each(['', '-1Gi', '1 Gi', '1gb', 'Gi', '1e3Gi'])('"%s" is refused as bytes, with the remedy', (text) =>
    expect(() => bytesOf(text)).toThrow('Write it like 512Mi or 50Gi'),
  );
  test.each(['', '1M', '-1', 'm'])('"%s" is refused as CPU', (text) =>
    expect(() => millicoresOf(text)).toThrow('250m'),
  );

  test('what is written reads back as at least as much, and by less than a unit more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 45 }), (bytes) => {
        const written = bytesOf(memory(bytes));
        expect(written).toBeGreaterThanOrEqual(bytes);
        expect(written - bytes).toBeLessThan(2 ** 20);
      }),
    );
    fc.assert(fc.property(fc.integer({ min: 1, max: 256_000 }), (m) => expect(millicoresOf(cpu(m))).toBe(m)));
  });

  test('whole units are written shortest', () => {
    expect([gibi(50), mebi(512), mebi(1536), cpu(2000), cpu(250)]).toEqual([
      '50Gi',
      '512Mi',
      '1536Mi',
      '2',
      '250m',
    ]);
  });

  test('a Go program is told nine tenths of its limit, in the units of Go', () => {
    expect([goMemoryLimit('100Mi'), goMemoryLimit('1Gi')]).toEqual(['90MiB', '921MiB']);
  });
});
