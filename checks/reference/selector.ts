import type { RenderedObject } from '../../charts/core/render';
import { nearest } from '../../settings/nearest';
import { KnownObjects } from './known-objects';
import { selects } from '../core/selectors';
import { monitoredNamespaces } from './services';
import type { CheckInput, Finding, Rule } from '../core/rule';
import {
  asArray,
  asText,
  at,
  fieldsOf,
  findingsOf,
  isObject,
  matches,
  nameOf,
  namespaceOf,
  show,
  type PodTemplate,
} from '../core/workloads';

const finding = findingsOf('selector');

/** Each selector selects something, and none selects the pods of two workloads where one is meant. */
export const selector: Rule = {
  name: 'selector',
  check: (input) => {
    const known = KnownObjects.of(input);
    const groups = declaredGroups(input);
    return [
      ...known.pods.flatMap((pod) => [...ownSelector(pod, known), ...spread(pod)]),
      ...known.ofKind('Service').flatMap((service) => ofService(service, known)),
      ...known.ofKind('PodDisruptionBudget').flatMap((budget) => ofBudget(budget, known)),
      ...known.ofKind('NetworkPolicy').flatMap((policy) => ofPolicy(policy, known, groups)),
      ...known.ofKind('ServiceMonitor').flatMap((monitor) => ofServiceMonitor(monitor, known)),
      ...known.ofKind('PodMonitor').flatMap((monitor) => ofPodMonitor(monitor, known)),
      ...known.ofKind('HorizontalPodAutoscaler').flatMap((scaler) => ofAutoscaler(scaler, known)),
    ];
  },
};

/** Namespace → labels of pods that flows name: some are made by others, such as cert-manager's solvers. */
type Groups = ReadonlyMap<string, readonly Readonly<Record<string, string>>[]>;

function declaredGroups({ declarations }: CheckInput): Groups {
  const groups = new Map<string, Readonly<Record<string, string>>[]>();
  const seen = new Set<unknown>();
  for (const peer of declarations.flows.flatMap(({ from, to }) => [from, to])) {
    if (peer.kind !== 'pods') continue;
    const key = `${peer.namespace}/${peer.name}`;
    if (seen.has(key)) continue;
    seen.add(key);
    groups.set(peer.namespace, [...(groups.get(peer.namespace) ?? []), peer.labels]);
  }
  return groups;
}

const OWNERS = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/** A workload selects its own pods, and no other's: it would count them, or delete them, as its own. */
function ownSelector(pod: PodTemplate, known: KnownObjects): Finding[] {
  if (pod.kind === undefined) return declaredLabels(pod, known);
  const { rendered, labels, namespace } = pod;
  const { object } = rendered;
  const own = at(object, 'spec.selector');
  // the API server makes the selectors of Jobs and CronJobs
  if (!OWNERS.has(object.kind) || !isObject(own)) return [];
  if (isEmpty(own))
    return [finding(rendered, 'spec.selector', 'it selects every pod', 'Name labels of its pods')];
  if (!selects(own, isObject(labels) ? labels : {})) {
    const [key] = fieldsOf(own['matchLabels']).find(([name, value]) => labelOf(labels, name) !== value) ?? [];
    const remedy = 'Give the selector and the template the same labels';
    return [
      finding(
        rendered,
        'spec.selector',
        `it does not select its own pods${key ? `, by ${key}` : ''}`,
        remedy,
      ),
    ];
  }
  const others = known.podsByLabel.select(namespace, own).filter((pod) => pod.rendered !== rendered);
  return others.length === 0
    ? []
    : [finding(rendered, 'spec.selector', `it also selects pods of ${names(others)}`, TELL_APART)];
}

/** Services, budgets and policies find declared pods by their labels alone. */
function declaredLabels(pod: PodTemplate, known: KnownObjects): Finding[] {
  const { rendered, labels, namespace, path } = pod;
  const field = path.replace(/spec$/, 'metadata.labels');
  const others = known.podsByLabel.select(namespace, { matchLabels: labels }).filter((one) => one !== pod);
  return others.length === 0
    ? []
    : [finding(rendered, field, `pods of ${names(others)} carry these labels too`, TELL_APART)];
}

const labelOf = (labels: unknown, key: string): string | undefined =>
  isObject(labels) ? asText(labels[key]) : undefined;

const TELL_APART = 'Name a label that only the pods meant carry, such as app.kubernetes.io/component';

const names = (pods: readonly PodTemplate[]): string =>
  [...new Set(pods.map(({ rendered }) => nameOf(rendered.object)))].join(' and ');

/** A spread constraint counts the pods that it selects: it must select those that it is written for. */
function spread({ rendered, spec, path, labels }: PodTemplate): Finding[] {
  return asArray(spec['topologySpreadConstraints']).flatMap((constraint, index) => {
    const own = at(constraint, 'labelSelector');
    if (isObject(own) && !isEmpty(own) && selects(own, isObject(labels) ? labels : {})) return [];
    const field = `${path}.topologySpreadConstraints[${index}].labelSelector`;
    return [
      finding(rendered, field, 'it does not select the pods that it spreads', "Name the pods' own labels"),
    ];
  });
}

const isEmpty = (wanted: Readonly<Record<string, unknown>>): boolean =>
  fieldsOf(wanted['matchLabels']).length === 0 && asArray(wanted['matchExpressions']).length === 0;

/** What a Service or budget selects: the pods of one workload. */
function oneWorkload(
  rendered: RenderedObject,
  field: string,
  wanted: { readonly matchLabels?: unknown },
  known: KnownObjects,
): Finding[] {
  const namespace = namespaceOf(rendered.object);
  const pods = known.podsByLabel.select(namespace, wanted);
  const workloads = new Set(pods.map((pod) => pod.rendered));
  if (workloads.size === 1) return [];
  if (workloads.size > 1) return [finding(rendered, field, `it selects pods of ${names(pods)}`, TELL_APART)];
  return [nothing(rendered, field, wanted, namespace, known)];
}

/** A selector without pods, and which value was likely meant. */
function nothing(
  rendered: RenderedObject,
  field: string,
  wanted: { readonly matchLabels?: unknown },
  namespace: string,
  known: KnownObjects,
): Finding {
  const there = known.pods.filter((pod) => pod.namespace === namespace);
  const near = fieldsOf(wanted.matchLabels).flatMap(([key, value]) => {
    const values = [...new Set(there.flatMap(({ labels }) => labelOf(labels, key) ?? []))];
    const meant = values.includes(show(value)) ? undefined : nearest(show(value), values);
    return meant === undefined ? [] : [`${key}: ${meant}`];
  });
  const remedy = near.length
    ? `Did you mean ${near.join(', ')}?`
    : 'Name the labels of the pods meant, or remove it';
  return finding(rendered, field, `it selects no pod of ${namespace}`, remedy);
}

function ofService(service: RenderedObject, known: KnownObjects): Finding[] {
  const { object } = service;
  if (at(object, 'spec.type') === 'ExternalName') return [];
  const wanted = at(object, 'spec.selector');
  if (!isObject(wanted) || Object.keys(wanted).length === 0)
    return [
      finding(
        service,
        'spec.selector',
        'it selects no pod: it has no selector',
        'Name labels of the pods meant',
      ),
    ];
  return oneWorkload(service, 'spec.selector', { matchLabels: wanted }, known);
}

function ofBudget(budget: RenderedObject, known: KnownObjects): Finding[] {
  const wanted = at(budget.object, 'spec.selector');
  if (!isObject(wanted) || isEmpty(wanted)) {
    const problem = isObject(wanted)
      ? 'it selects every pod of its namespace'
      : 'it selects no pod: it has no selector';
    return [finding(budget, 'spec.selector', problem, 'Name labels of the pods meant')];
  }
  return oneWorkload(budget, 'spec.selector', wanted, known);
}

/** An empty selector is right: it is how a namespace denies by default. Who may connect to whom is judged by the rule `network`. */
function ofPolicy(policy: RenderedObject, known: KnownObjects, groups: Groups): Finding[] {
  const { object } = policy;
  const wanted = at(object, 'spec.podSelector');
  if (!isObject(wanted) || isEmpty(wanted)) return [];
  const namespace = namespaceOf(object);
  if (known.podsByLabel.select(namespace, wanted).length) return [];
  if ((groups.get(namespace) ?? []).some((labels) => selects(wanted, labels))) return [];
  return [nothing(policy, 'spec.podSelector', wanted, namespace, known)];
}

function ofServiceMonitor(monitor: RenderedObject, known: KnownObjects): Finding[] {
  const { object } = monitor;
  const wanted = at(object, 'spec.selector');
  if (!isObject(wanted) || isEmpty(wanted)) return [everyone(monitor, 'Service')];
  const services = monitoredNamespaces(monitor, known.servicesByLabel.namespaces()).flatMap((namespace) =>
    known.servicesByLabel.select(namespace, wanted),
  );
  if (services.length === 0)
    return [
      finding(
        monitor,
        'spec.selector',
        'it selects no Service',
        'Name labels that the Service itself carries',
      ),
    ];
  return asArray(at(object, 'spec.endpoints')).flatMap((endpoint, index) => {
    const port = at(endpoint, 'port');
    const twice = throughTwo(services.filter((service) => portNames(service).includes(port)));
    return port === undefined || twice.length === 0
      ? []
      : [
          finding(
            monitor,
            `spec.endpoints[${index}].port`,
            `it reads the same pods through ${twice.map((one) => nameOf(one.object)).join(' and ')}: every figure counts twice`,
            'Take the port from one of the Services, or name a label that only one carries',
          ),
        ];
  });
}

const portNames = ({ object }: RenderedObject): unknown[] =>
  asArray(at(object, 'spec.ports')).map((port) => at(port, 'name'));

/** Services that lead to the same pods as another one of the list. */
const throughTwo = (services: readonly RenderedObject[]): readonly RenderedObject[] =>
  services.filter((one) =>
    services.some(
      (other) =>
        other !== one &&
        namespaceOf(other.object) === namespaceOf(one.object) &&
        matches(labelsIn(other), at(one.object, 'spec.selector')) &&
        matches(labelsIn(one), at(other.object, 'spec.selector')),
    ),
  );

const labelsIn = ({ object }: RenderedObject): Readonly<Record<string, string>> =>
  (at(object, 'spec.selector') ?? {}) as Record<string, string>;

function ofPodMonitor(monitor: RenderedObject, known: KnownObjects): Finding[] {
  const wanted = at(monitor.object, 'spec.selector');
  if (!isObject(wanted) || isEmpty(wanted)) return [everyone(monitor, 'pod')];
  const namespaces = monitoredNamespaces(monitor, known.podsByLabel.namespaces());
  if (namespaces.some((namespace) => known.podsByLabel.select(namespace, wanted).length)) return [];
  return [nothing(monitor, 'spec.selector', wanted, namespaces[0] ?? '', known)];
}

const everyone = (monitor: RenderedObject, what: string): Finding =>
  finding(monitor, 'spec.selector', `it selects every ${what}`, `Name labels of the ${what}s meant`);

function ofAutoscaler(scaler: RenderedObject, known: KnownObjects): Finding[] {
  const { object } = scaler;
  const kind = asText(at(object, 'spec.scaleTargetRef.kind')) ?? '';
  const name = at(object, 'spec.scaleTargetRef.name');
  if (known.find(kind, namespaceOf(object), show(name))) return [];
  const there = known.ofKind(kind).filter((one) => namespaceOf(one.object) === namespaceOf(object));
  const near = nearest(
    show(name),
    there.map((one) => one.object.metadata.name),
  );
  const problem = `there is no ${kind} ${namespaceOf(object)}/${show(name)} to scale`;
  return [
    finding(
      scaler,
      'spec.scaleTargetRef.name',
      problem,
      near ? `Did you mean ${near}?` : 'Name a workload of its namespace',
    ),
  ];
}
