import fc from 'fast-check';
import { commandLines, flawOf, foreignFiles, fuzzed, withFiles } from './fuzz';

// `npm run fuzz -- --seconds 600 [--seed 7]`: the properties of fuzz.test.ts with new cases, for as long as somebody waits.

const option = (name: string, otherwise: number): number => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? otherwise : Number(process.argv[index + 1]);
};

async function main(): Promise<void> {
  const seconds = option('seconds', 60);
  const seed = option('seed', Date.now() % 2 ** 31);
  const limits = {
    seed,
    numRuns: 1_000_000,
    interruptAfterTimeLimit: (seconds * 1000) / 2,
    markInterruptAsFailure: false,
  };
  process.stderr.write(`seed ${seed}, ${seconds} s\n`);
  let runs = 0;
  const judge = (flaw: string | undefined): void => {
    runs++;
    if (flaw !== undefined) throw new Error(flaw);
  };
  await fc.assert(
    fc.asyncProperty(commandLines, async (args) => judge(flawOf(await fuzzed(args)))),
    limits,
  );
  await fc.assert(
    fc.asyncProperty(foreignFiles, async (files) => judge(flawOf(await withFiles(files)))),
    limits,
  );
  process.stderr.write(`${runs} runs, no flaw\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
