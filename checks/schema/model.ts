import { nearest } from '../../settings/nearest';
import type { kindOf } from '../../imports/models';
import type { FieldFinding } from '../core/rule';
import { KnownFields, unknownFields } from './unknown-fields';
import { child } from '../core/workloads';

type Model = NonNullable<ReturnType<typeof kindOf>>['model'];

/** An error of Ajv (RFC 6901 pointer, JSON Schema keyword), as the compiled schemas throw them. */
interface SchemaError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Fields that the API has, in upstream's CRD and in the model's type, and that the compiled schema has lost: the generator of the models
 * strips the texts called `description` from schemas, and with them fields of that name.
 */
const LOST: ReadonlyMap<string, RegExp> = new Map([
  ['AppProject', /^spec\/((roles|syncWindows)\/\d+\/)?description$/],
  ['PriorityClass', /^description$/],
]);

/**
 * Fields that upstream's CRD leaves free and the compiled schema demands: the models take an embedded claim for an object with a kind of its
 * own (@kubernetes-models/prometheus-operator 6.0.0).
 */
const FREE: ReadonlyMap<string, RegExp> = new Map([
  ['Prometheus', /^spec\.storage\.volumeClaimTemplate\.(apiVersion|kind)$/],
]);

/** Model → the fields of its schema, as far as they are known. */
export type LearntFields = Map<Model, KnownFields>;

/** What the schema of a kind says about an object: fields that are wrong, missing or unknown. */
export function modelProblems(model: Model, object: object, learnt: LearntFields): FieldFinding[] {
  const known = learnt.get(model) ?? new KnownFields();
  learnt.set(model, known);
  const validate = (data: object) => (model.prototype as { validate(): void }).validate.call(data);
  const errors: FieldFinding[] = [];
  const collect = (data: object): void => {
    try {
      validate(data);
    } catch (error) {
      errors.push(...problemsOf(error, object));
    }
  };
  const unknown = unknownFields(object, collect, known);
  return [
    ...errors.filter(({ field }) => !FREE.get(model.kind)?.test(field)),
    ...unknown
      .filter(({ path }) => !LOST.get(model.kind)?.test(path.join('/')))
      .map(({ path, known }) => unknownField(path, known, object)),
  ];
}

function unknownField(path: readonly string[], known: readonly string[], object: object): FieldFinding {
  const name = path.at(-1) ?? '';
  const near = nearest(name, known);
  const remedy = near ? `Did you mean ${near}?` : 'Remove it, or correct its name or place';
  return { field: fieldOf(path, object), problem: `there is no field ${name} here`, remedy };
}

function problemsOf(error: unknown, object: object): FieldFinding[] {
  const { errors } = error as { errors?: readonly SchemaError[] };
  if (!errors)
    return [{ field: '', problem: `it cannot be read: ${String(error)}`, remedy: 'Render it again' }];
  const byField = new Map<string, string[]>();
  for (const one of errors) {
    const path = pointerPath(one.instancePath);
    const missing = one.params['missingProperty'];
    const field = fieldOf(typeof missing === 'string' ? [...path, missing] : path, object);
    // Ajv lists the errors of each branch before this one, which only says that no branch fits
    if ((one.keyword === 'oneOf' || one.keyword === 'anyOf') && byField.has(field)) continue;
    byField.set(field, [...(byField.get(field) ?? []), sentence(one)]);
  }
  return [...byField].map(([field, sentences]) => ({
    field,
    problem: [...new Set(sentences)].join(' or '),
    remedy: 'Correct it as the API of its kind demands',
  }));
}

function sentence({ keyword, message, params }: SchemaError): string {
  if (keyword === 'required') return 'it is missing';
  if (keyword === 'enum') return `it must be one of ${JSON.stringify(params['allowedValues'])}`;
  return `it ${message ?? `breaks the rule ${keyword}`}`;
}

const pointerPath = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

/** `spec.containers[0].image`: a number is an index where the object has a list. */
function fieldOf(path: readonly string[], object: object): string {
  let inner: unknown = object;
  return path.reduce((field, part) => {
    const next = Array.isArray(inner) ? `${field}[${part}]` : child(field, part);
    inner = (inner as Record<string, unknown> | null | undefined)?.[part];
    return next;
  }, '');
}
