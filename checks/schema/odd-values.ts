import { isCustom } from '../../imports/models';
import { asText, at, child, isObject } from '../core/workloads';

/** Something about one field of an object. */
export interface Problem {
  readonly field: string;
  readonly problem: string;
  readonly remedy: string;
}

/**
 * What schemas accept, and API servers or the programs that read the object refuse or change: nulls, ports, quantities, durations, empty
 * lists.
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
  return problems;
}

const PORTS = new Set(['port', 'targetPort', 'containerPort', 'hostPort', 'nodePort', 'endPort']);

/** Values of any shape: what lies in them is their program's business. */
const FREE_FORM = new Set(['valuesObject']);

interface ObjectType {
  readonly kind: string;
  /** A custom resource keeps what it is given; built-in kinds lose empty lists (`omitempty` of their Go types). */
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

/** Maps of quantities: of a kind, or of containers and claims wherever they lie. */
const QUANTITIES: Readonly<Record<string, readonly string[]>> = {
  ResourceQuota: ['hard'],
  LimitRange: ['default', 'defaultRequest', 'max', 'min', 'maxLimitRequestRatio'],
};

const holdsQuantities = (key: string, kind: string): boolean =>
  key === 'requests' ||
  (key === 'limits' && kind !== 'LimitRange') ||
  (QUANTITIES[kind]?.includes(key) ?? false);

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

/** Text that a program reads as Go's time.ParseDuration does, and that its CRD leaves open. */
const DURATIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Certificate', ['spec.duration', 'spec.renewBefore']],
  ['Application', ['spec.syncPolicy.retry.backoff.duration', 'spec.syncPolicy.retry.backoff.maxDuration']],
]);
const GO_DURATION = /^[+-]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/;
