import { nearest } from '../../settings/nearest';
import type { KubeObject } from '../../charts/core/objects';
import type { RenderedObject } from '../../charts/core/render';
import { ConfigMap, kindOf } from '../../imports/models';
import { oddValues } from './odd-values';
import type { CheckInput, FieldFinding, Finding, Rule } from '../core/rule';
import { modelProblems, type LearntFields } from './model';
import { findingsOf, isObject } from '../core/workloads';

const finding = findingsOf('schema');

/** Every object has the fields that its kind has, with values that its API takes, and no others. */
export const schema: Rule = {
  name: 'schema',
  check: ({ objects }) => {
    const learnt: LearntFields = new Map();
    return objects.flatMap((rendered) => {
      const { object } = rendered;
      const kind = kindOf(object);
      if (!kind) return [unknownKind(rendered, objects)];
      const problems = [
        ...scopeProblems(object, kind.namespaced),
        ...metadataProblems(object, learnt),
        ...bodyProblems(object, learnt),
      ];
      return problems.map(({ field, problem, remedy }) => finding(rendered, field, problem, remedy));
    });
  },
};

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

function scopeProblems({ kind, metadata }: KubeObject, namespaced: boolean): FieldFinding[] {
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
function metadataProblems({ metadata }: KubeObject, learnt: LearntFields): FieldFinding[] {
  const plain = Object.keys(metadata).every((key) => {
    const value = metadata[key];
    if (!PLAIN_METADATA.has(key)) return false;
    return typeof value === 'string' ? !key.endsWith('s') : isObject(value) && isMapOfTexts(value);
  });
  return plain ? [] : problemsOf({ apiVersion: 'v1', kind: 'ConfigMap', metadata }, learnt);
}

const isMapOfTexts = (map: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(map).every((key) => typeof map[key] === 'string');

const bodyProblems = (object: KubeObject, learnt: LearntFields): FieldFinding[] =>
  problemsOf({ ...object, metadata: { name: 'name' } }, learnt);

/** One problem per field: that a value is null, or no port, says more than what the schema says of it. */
function problemsOf(object: KubeObject, learnt: LearntFields): FieldFinding[] {
  const odd = oddValues(object);
  const model = kindOf(object)?.model ?? ConfigMap;
  if (!odd.length) return modelProblems(model, object, learnt);
  const fields = new Set(odd.map(({ field }) => field));
  return [...odd, ...modelProblems(model, object, learnt).filter(({ field }) => !fields.has(field))];
}
