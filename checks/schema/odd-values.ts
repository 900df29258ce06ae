import { isCustom } from '../../imports/models';
import type { FieldFinding } from '../core/rule';
import { asText, at, child, isObject } from '../core/workloads';
import { scheduleFindings } from './schedules';

/**
 * Values that the schema of a kind accepts, and that the API server, or the program that reads the object, refuses or changes: null,
 * numbers that are no port, texts that are no quantity, no duration or no schedule, empty lists.
 */
export function oddValues(object: { readonly apiVersion: string; readonly kind: string }): FieldFinding[] {
  const look = new Look(object.kind, isCustom(object.apiVersion));
  look.walk(object, '');
  for (const field of DURATIONS.get(object.kind) ?? []) {
    const text = asText(at(object, field));
    if (text !== undefined && !GO_DURATION.test(text))
      look.problems.push({
        field,
        problem: `"${text}" is no duration`,
        remedy: 'Write it as 720h, 90m or 30s',
      });
  }
  look.problems.push(...scheduleFindings(object));
  return look.problems;
}

const PORTS = new Set(['port', 'targetPort', 'containerPort', 'hostPort', 'nodePort', 'endPort']);

/** Fields that hold whatever the program that reads them likes: nothing below them is judged. */
const FREE_FORM = new Set(['valuesObject']);

const EMPTY_LIST = {
  problem: 'it is an empty list, which the API server drops: each further apply changes the object anew',
  remedy: 'Leave the field out',
};

/** One look at all values of an object. */
class Look {
  readonly problems: FieldFinding[] = [];
  /** Keys and indexes that lead to the value which is looked at: its name is made only where there is something to say of it. */
  private readonly path: (string | number)[] = [];

  /** @param custom whether the kind comes from a CRD: custom resources keep empty lists, built-in kinds lose them (`omitempty` in Go) */
  constructor(
    private readonly kind: string,
    private readonly custom: boolean,
  ) {}

  /** @param key the last key that leads to the value */
  walk(value: unknown, key: string): void {
    if (typeof value === 'number') this.number(value, key);
    else if (value === null) this.say('it is null', 'Leave the field out, or give it a value');
    else if (Array.isArray(value)) this.list(value, key);
    else if (isObject(value)) this.map(value, key);
  }

  private list(items: readonly unknown[], key: string): void {
    if (items.length === 0 && !this.custom) this.say(EMPTY_LIST.problem, EMPTY_LIST.remedy);
    for (let index = 0; index < items.length; index++) {
      this.path.push(index);
      this.walk(items[index], key);
      this.path.pop();
    }
  }

  private map(map: Readonly<Record<string, unknown>>, key: string): void {
    const quantities = holdsQuantities(key, this.kind);
    for (const name of Object.keys(map)) {
      const item = map[name];
      this.path.push(name);
      if (quantities || name === 'sizeLimit') this.quantity(item);
      if (!FREE_FORM.has(name)) this.walk(item, name);
      this.path.pop();
    }
  }

  private number(value: number, key: string): void {
    if (!PORTS.has(key) && !this.isPortOfBackend()) return;
    if (!Number.isInteger(value) || value < 1 || value > 65_535)
      this.say(`${value} is no port`, 'Use a number from 1 to 65535');
  }

  /** `….port.number`, as in the backend of an Ingress. */
  private isPortOfBackend(): boolean {
    return this.path.length > 2 && this.path.at(-1) === 'number' && this.path.at(-2) === 'port';
  }

  private quantity(value: unknown): void {
    if (typeof value !== 'string' && typeof value !== 'number') return;
    const [found, sign] = QUANTITY.exec(String(value)) ?? [];
    if (found === undefined) this.say(`"${value}" is no quantity`, 'Write it as 500m, 2, 512Mi or 10Gi');
    else if (sign === '-') this.say(`${value} is less than nothing`, 'Write it without a sign');
  }

  private say(problem: string, remedy: string): void {
    const field = this.path.reduce<string>(
      (path, step) => (typeof step === 'number' ? `${path}[${step}]` : child(path, step)),
      '',
    );
    this.problems.push({ field, problem, remedy });
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

/** Kind → fields that its controller reads with Go's time.ParseDuration. The CRD says of them only that they are text. */
const DURATIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Certificate', ['spec.duration', 'spec.renewBefore']],
  ['Application', ['spec.syncPolicy.retry.backoff.duration', 'spec.syncPolicy.retry.backoff.maxDuration']],
]);
const GO_DURATION = /^[+-]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/;
