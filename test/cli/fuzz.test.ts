import fc from 'fast-check';
import { commandLines, flawOf, foreignFiles, fuzzed, withFiles } from './fuzz';

beforeEach(() => jest.spyOn(console, 'log').mockImplementation(() => undefined));
afterEach(() => jest.restoreAllMocks());

/** Milliseconds that one run may take; a machine with much else to do is slow. */
const LONGEST = 60_000;

test('every command line ends with 0, 1 or 2, in words and in time', async () => {
  await fc.assert(
    fc.asyncProperty(commandLines, async (args) => {
      const result = await fuzzed(args);
      expect(flawOf(result)).toBeUndefined();
      expect(result.milliseconds).toBeLessThan(LONGEST);
    }),
    { numRuns: 60 },
  );
}, 600_000);

test('every rendered folder ends with 0, 1 or 2, in words and in time', async () => {
  await fc.assert(
    fc.asyncProperty(foreignFiles, async (files) => {
      const result = await withFiles(files);
      expect(flawOf(result)).toBeUndefined();
      expect(result.milliseconds).toBeLessThan(LONGEST);
    }),
    { numRuns: 15 },
  );
}, 600_000);

test('a stack trace, another exit code and a fault of its own are each seen', () => {
  const said = (text: string, code = 1) => flawOf({ code, said: text, milliseconds: 1 });
  expect(said('TypeError: x\n    at f (/a/b.ts:1:2)\n')).toContain('a stack trace');
  expect(said('a fault of Strata 1 itself: x')).toContain('a fault');
  expect(said('', 3)).toBe('exit code 3');
  expect(said('mono  1 mistake\n')).toBeUndefined();
});
