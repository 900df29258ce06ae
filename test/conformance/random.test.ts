import fc from 'fast-check';
import { settingsJsonSchema, type JsonSchema } from '../../settings/json-schema';
import { COMPONENTS } from './clusters';
import { findingsOf } from './findings';
import { anyCluster } from './random';

const schemas = new Map<string, JsonSchema>(
  COMPONENTS.map(({ definition }) => [definition.name, settingsJsonSchema(definition.settings!)]),
);

/** `cluster.yaml:1:20 components.x: problem. Remedy`, or `folder/file.yaml field: [rule] object: problem. Remedy` */
const TOLD = /^(cluster\.yaml:\d+:\d+ [\w".-]+(\.[\w".-]+)*: |\S+\.yaml [^:]*: \[[a-z-]+\] ).+\. .+/;

test('any settings that the schema takes render, or are refused with a place and a remedy', () => {
  let clean = 0;
  fc.assert(
    fc.property(
      anyCluster((name) => schemas.get(name) ?? {}),
      (text) => {
        const findings = findingsOf(text);
        if (findings.length === 0) clean++;
        expect(findings.filter((finding) => !TOLD.test(finding))).toEqual([]);
        expect(findings.join('\n')).not.toMatch(/undefined|\[object|NaN\b|Infinity/);
      },
    ),
    { numRuns: 200, seed: 20261128 },
  );
  // most are refused by some amount; a generator that never makes a whole cluster would show nothing
  expect(clean).toBeGreaterThan(5);
});
