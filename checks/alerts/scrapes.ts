import type { RenderedObject } from '../../charts/core/render';
import { ObjectSet } from '../core/object-set';
import { push, selects } from '../core/selectors';
import type { CheckInput, Finding } from '../core/rule';
import {
  asArray,
  asText,
  at,
  containersOf,
  findingsOf,
  isObject,
  namespaceOf,
  show,
  type PodTemplate,
} from '../core/workloads';

/** A port that offers metrics which nobody reads, and why. */
interface Unread {
  readonly component: string;
  readonly workload: string;
  readonly port: string;
  readonly reason: string;
}

/** The ports for metrics that no monitor needs to read. */
const UNREAD: readonly Unread[] = [];

const METRICS_PORT = /metrics/;

const finding = findingsOf('alerts');

/** The Services and monitors by which ports of pods are read. */
interface Readers {
  /** Namespace → its Services. */
  readonly services: ReadonlyMap<string, readonly RenderedObject[]>;
  /** Namespace → monitors that read there. */
  readonly monitors: ReadonlyMap<string, readonly RenderedObject[]>;
}

/** Metrics ports of workloads that no ServiceMonitor and no PodMonitor reads. */
export function unscraped(input: CheckInput): Finding[] {
  const set = ObjectSet.of(input);
  const names = new Map(input.declarations.components.map(({ id, name }) => [id, name]));
  const readers = readersOf(set);
  return set.pods.flatMap((pod) =>
    containersOf(pod).flatMap(({ container, path }) =>
      asArray(container.ports).flatMap((port, index) => {
        const name = asText(at(port, 'name')) ?? '';
        if (!METRICS_PORT.test(name) || isRead(pod, name, at(port, 'containerPort'), readers)) return [];
        const component = names.get(pod.rendered.component) ?? pod.rendered.component;
        const { workload } = pod;
        if (
          UNREAD.some((row) => row.component === component && row.workload === workload && row.port === name)
        )
          return [];
        const remedy =
          'Add a ServiceMonitor for the port, or a row with a reason to checks/alerts/scrapes.ts';
        return [
          finding(
            pod.rendered,
            `${path}.ports[${index}]`,
            `nobody reads the metrics of port ${name}`,
            remedy,
          ),
        ];
      }),
    ),
  );
}

function readersOf(set: ObjectSet): Readers {
  const services = new Map<string, RenderedObject[]>();
  const monitors = new Map<string, RenderedObject[]>();
  for (const service of set.ofKind('Service')) push(services, namespaceOf(service.object), service);
  for (const monitor of set.ofKind('ServiceMonitor', 'PodMonitor')) {
    const { object } = monitor;
    const elsewhere = asArray(at(object, 'spec.namespaceSelector.matchNames'));
    const namespaces = elsewhere.length ? elsewhere.map(show) : [namespaceOf(object)];
    for (const namespace of namespaces) push(monitors, namespace, monitor);
  }
  return { services, monitors };
}

function isRead(
  { namespace, labels }: PodTemplate,
  port: string,
  number: unknown,
  readers: Readers,
): boolean {
  const monitors = readers.monitors.get(namespace) ?? [];
  const byPod = monitors.some(
    ({ object }) =>
      object.kind === 'PodMonitor' &&
      selects(at(object, 'spec.selector'), labels) &&
      asArray(at(object, 'spec.podMetricsEndpoints')).some((endpoint) => at(endpoint, 'port') === port),
  );
  if (byPod) return true;
  return (readers.services.get(namespace) ?? []).some(({ object: service }) => {
    const selector = at(service, 'spec.selector');
    if (!isObject(selector) || !selects({ matchLabels: selector }, labels)) return false;
    const leading = asArray(at(service, 'spec.ports'))
      .filter((entry) => {
        const target = at(entry, 'targetPort') ?? at(entry, 'port');
        return target === port || target === number;
      })
      .map((entry) => at(entry, 'name'));
    return monitors.some(
      ({ object }) =>
        object.kind === 'ServiceMonitor' &&
        selects(at(object, 'spec.selector'), service.metadata.labels ?? {}) &&
        asArray(at(object, 'spec.endpoints')).some((endpoint) => leading.includes(at(endpoint, 'port'))),
    );
  });
}
