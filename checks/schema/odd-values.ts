import { isCustom } from '../../imports/models';
import { asText, at, child, isObject } from '../core/workloads';
import { scheduleFlaws } from './schedules';

/** Something about one field of an object. */
export interface Problem {
  readonly field: string;
  readonly problem: string;
  readonly remedy: string;
}

/**
 * Values that the schema of a kind accepts, and that the API server, or the program that reads the object, refuses or changes: null,
 * numbers that are no port, texts that are no quantity, no duration or no schedule, empty lists.
 */
export function oddValues(object: { readonly apiVersion: string; readonly kind: string }): Problem[] {
  const problems: Problem[] = [];
  const type = { kind: object.kind, custom: isCustom(object.apiVersion) };
  walk(object, '', '', type, problems);
  for (const field of DURATIONS.get(object.kind) ?? []) {
    const text = asText(at(object, field));
    if (text !== undefined && !GO_DURATION.test(text))
      problems.push({ field, problem: `"${text}" is no duration`, remedy: 'Write it as 720h, 90m or 30s' });
  }
  problems.push(...scheduleFlaws(object));
  return problems;
}

const PORTS = new Set(['port', 'targetPort', 'containerPort', 'hostPort', 'nodePort', 'endPort']);

/** Fields that hold whatever the program that reads them likes: nothing below them is judged. */
const FREE_FORM = new Set(['valuesObject']);

interface ObjectType {
  readonly kind: string;
  /** Whether the kind comes from a CRD. Custom resources keep empty lists; built-in kinds lose them (`omitempty` of their Go types). */
  readonly custom: boolean;
}

const EMPTY_LIST = {
  problem: 'it is an empty list, which the API server drops: each further apply changes the object anew',
  remedy: 'Leave the field out',
};

function walk(value: unknown, field: string, key: string, type: ObjectType, problems: Problem[]): void {
  if (value === null) {
    problems.push({ field, problem: 'it is null', remedy: 'Leave the field out, or give it a value' });
  } else if (Array.isArray(value)) {
    if (value.length === 0 && !type.custom) problems.push({ field, ...EMPTY_LIST });
    value.forEach((item, index) => walk(item, `${field}[${index}]`, key, type, problems));
  } else if (isObject(value)) {
    const quantities = holdsQuantities(key, type.kind);
    for (const name of Object.keys(value)) {
      const inner = child(field, name);
      const item = value[name];
      if (quantities || name === 'sizeLimit') quantity(item, inner, problems);
      if (!FREE_FORM.has(name)) walk(item, inner, name, type, problems);
    }
  } else if (typeof value === 'number' && (PORTS.has(key) || field.endsWith('.port.number'))) {
    if (!Number.isInteger(value) || value < 1 || value > 65_535)
      problems.push({ field, problem: `${value} is no port`, remedy: 'Use a number from 1 to 65535' });
  }
}

/** Kind → keys whose values are maps of quantities. `requests` and `limits` are such keys in every kind. */
const QUANTITIES: ReadonlyMap<string, readonly string[]> = new Map([
  ['ResourceQuota', ['hard']],
  ['LimitRange', ['default', 'defaultRequest', 'max', 'min', 'maxLimitRequestRatio']],
]);

const holdsQuantities = (key: string, kind: string): boolean =>
  key === 'requests' ||
  (key === 'limits' && kind !== 'LimitRange') ||
  (QUANTITIES.get(kind)?.includes(key) ?? false);

/** Grammar of k8s.io/apimachinery v0.36.3, pkg/api/resource/quantity.go and suffix.go. */
const QUANTITY = /^([+-]?)(\d+\.?\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

function quantity(value: unknown, field: string, problems: Problem[]): void {
  if (typeof value !== 'string' && typeof value !== 'number') return;
  const [found, sign] = QUANTITY.exec(String(value)) ?? [];
  if (found === undefined)
    problems.push({
      field,
      problem: `"${value}" is no quantity`,
      remedy: 'Write it as 500m, 2, 512Mi or 10Gi',
    });
  else if (sign === '-')
    problems.push({ field, problem: `${value} is less than nothing`, remedy: 'Write it without a sign' });
}

/** Kind → fields that its controller reads with Go's time.ParseDuration. The CRD says of them only that they are text. */
const DURATIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Certificate', ['spec.duration', 'spec.renewBefore']],
  ['Application', ['spec.syncPolicy.retry.backoff.duration', 'spec.syncPolicy.retry.backoff.maxDuration']],
]);
const GO_DURATION = /^[+-]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/;
