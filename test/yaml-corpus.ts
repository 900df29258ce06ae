import fc from 'fast-check';
import { toYaml, type Json } from '../charts/core/yaml';
import { inEveryPlace, jsonDocuments, NASTY_STRINGS, NUMBERS_TO_KEEP } from './yaml-samples';

/**
 * Prints what test/yaml-readers.py compares, as JSON lines {yaml, json}: all the nasty scalars and `[count]` random documents of
 * `[seed]`, the same for the same numbers. `node cli/bundle.cjs test/yaml-corpus.ts [count] [seed] | python3 test/yaml-readers.py`
 */
const [count = 2000, seed = 1] = process.argv.slice(2).map(Number);

const documents: Json[] = [
  ...NASTY_STRINGS.map(inEveryPlace),
  ...NASTY_STRINGS,
  [...NUMBERS_TO_KEEP, true, false, null, [], {}, [[]], [{}]],
  ...fc.sample(jsonDocuments, { numRuns: count, seed }),
];

process.stdout.write(documents.map((json) => `${JSON.stringify({ yaml: toYaml(json), json })}\n`).join(''));
