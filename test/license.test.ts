import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** SPDX identifier → SHA-256 of the text that its owner publishes, which is also that of Debian's /usr/share/common-licenses. */
const TEXTS: Readonly<Record<string, string>> = {
  'Apache-2.0': 'cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30',
};

test('the licence that package.json names is the one whose text is here, unchanged', () => {
  const { license } = JSON.parse(readFileSync('package.json', 'utf8')) as { license: string };
  const sum = createHash('sha256').update(readFileSync('LICENSE')).digest('hex');
  expect(Object.entries(TEXTS)).toContainEqual([license, sum]);
});
