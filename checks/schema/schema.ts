import { nearest } from '../../settings/nearest';
import type { KubeObject } from '../../charts/core/objects';
import type { RenderedObject } from '../../charts/core/render';
import { ConfigMap, kindOf } from '../../imports/models';
import { oddValues, type Problem } from './odd-values';
import type { CheckInput, Finding, Rule } from '../core/rule';
import { modelProblems, type LearntFields } from './model';
import { fieldsOf, findingsOf, isObject } from '../core/workloads';

const finding = findingsOf('schema');

/** Every object has the fields that its kind has, with values that its API takes, and no others. */
export const schema: Rule = {
  name: 'schema',
  check: ({ objects }) => {
    const judged: Judged = { bodies: new Map(), fields: new Map() };
    return objects.flatMap((rendered) => {
      const { object } = rendered;
      const kind = kindOf(object);
      if (!kind) return [unknownKind(rendered, objects)];
      const problems = [
        ...scopeProblems(object, kind.namespaced),
        ...metadataProblems(object, judged),
        ...bodyProblems(object, judged),
      ];
      return problems.map(({ field, problem, remedy }) => finding(rendered, field, problem, remedy));
    });
  },
};

/** What is known from the objects before. */
interface Judged {
  readonly bodies: Map<string, readonly Problem[]>;
  readonly fields: LearntFields;
}

function unknownKind(rendered: RenderedObject, objects: CheckInput['objects']): Finding {
  const type = `${rendered.object.apiVersion}/${rendered.object.kind}`;
  const known = objects
    .filter(({ object }) => kindOf(object))
    .map(({ object }) => `${object.apiVersion}/${object.kind}`);
  const near = nearest(type, [...new Set(known)]);
  const remedy = near
    ? `Did you mean ${near}?`
    : 'Correct it, or add the model of this kind to imports/models.ts';
  return finding(rendered, 'kind', `no schema of ${type} is known`, remedy);
}

function scopeProblems({ kind, metadata }: KubeObject, namespaced: boolean): Problem[] {
  const field = 'metadata.namespace';
  if (namespaced && metadata.namespace === undefined)
    return [
      { field, problem: `a ${kind} lies in a namespace, and none is named`, remedy: 'Name its namespace' },
    ];
  if (!namespaced && metadata.namespace !== undefined)
    return [{ field, problem: `a ${kind} lies in no namespace`, remedy: 'Remove the field' }];
  return [];
}

const PLAIN_METADATA = new Set(['name', 'namespace', 'labels', 'annotations']);

/** Metadata is the same for all kinds. Nearly all objects have only names and maps of texts in it. */
function metadataProblems({ metadata }: KubeObject, judged: Judged): Problem[] {
  const plain = Object.entries(metadata).every(
    ([key, value]) =>
      PLAIN_METADATA.has(key) &&
      (typeof value === 'string' ? !key.endsWith('s') : isObject(value) && isMapOfTexts(value)),
  );
  return plain ? [] : problemsOf({ apiVersion: 'v1', kind: 'ConfigMap', metadata }, judged);
}

const isMapOfTexts = (value: object): boolean =>
  fieldsOf(value).every(([, text]) => typeof text === 'string');

/** Everything but metadata. Many objects have the same body, those of several environments for instance: it is judged once. */
function bodyProblems(object: KubeObject, judged: Judged): readonly Problem[] {
  const body = { ...object, metadata: { name: 'name' } };
  // long texts cost more to compare than to judge
  if (object.kind === 'ConfigMap') return problemsOf(body, judged);
  const key = JSON.stringify(body);
  const problems = judged.bodies.get(key) ?? problemsOf(body, judged);
  judged.bodies.set(key, problems);
  return problems;
}

/** One problem per field: that a value is null, or no port, says more than what the schema says of it. */
function problemsOf(object: KubeObject, judged: Judged): Problem[] {
  const odd = oddValues(object);
  const model = kindOf(object)?.model ?? ConfigMap;
  const fields = new Set(odd.map(({ field }) => field));
  return [...odd, ...modelProblems(model, object, judged.fields).filter(({ field }) => !fields.has(field))];
}
