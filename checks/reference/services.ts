import type { RenderedObject } from '../../charts/core/render';
import { missing, type KnownObjects } from './known-objects';
import type { Finding } from '../core/rule';
import {
  asArray,
  asText,
  at,
  containersOf,
  fieldsOf,
  isObject,
  namespaceOf,
  show,
  type PodTemplate,
} from '../core/workloads';

/** Ports by which Services, Ingresses, monitors and webhooks lead to pods. */
export const referencesOfServices = (known: KnownObjects): Finding[] => [
  ...known.ofKind('Service').flatMap((service) => targetPorts(service, known)),
  ...known.ofKind('StatefulSet').flatMap((set) => {
    const { object } = set;
    return known.need(
      set,
      'spec.serviceName',
      'Service',
      namespaceOf(object),
      at(object, 'spec.serviceName'),
    );
  }),
  ...known.ofKind('Ingress').flatMap((ingress) => backends(ingress, known)),
  ...known.ofKind('ServiceMonitor').flatMap((monitor) => serviceMonitorPorts(monitor, known)),
  ...known.ofKind('PodMonitor').flatMap((monitor) => podMonitorPorts(monitor, known)),
  ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration']
    .flatMap((kind) => known.ofKind(kind))
    .flatMap((configuration) => webhooks(configuration, known)),
];

/** Names and numbers of a pod's ports: of the containers and sidecars, which run as long as the pod does. */
function portsOf(pod: PodTemplate): {
  readonly names: readonly string[];
  readonly numbers: readonly unknown[];
} {
  const ports = containersOf(pod)
    .filter(({ init }) => !init)
    .flatMap(({ container }) => asArray(container.ports));
  return {
    names: ports.flatMap((port) => asText(at(port, 'name')) ?? []),
    numbers: ports.map((port) => at(port, 'containerPort')),
  };
}

/** Each port of a Service is one of each of its pods, by name or by number. */
function targetPorts(service: RenderedObject, known: KnownObjects): Finding[] {
  const selector = at(service.object, 'spec.selector');
  if (!isObject(selector) || Object.keys(selector).length === 0) return [];
  const pods = known.podsByLabel.select(namespaceOf(service.object), { matchLabels: selector }).map(portsOf);
  return asArray(at(service.object, 'spec.ports')).flatMap((port, index) => {
    const named = at(port, 'targetPort');
    const target = (named ?? at(port, 'port')) as string | number | undefined;
    const without = pods.find(
      ({ names, numbers }) => !names.includes(show(target)) && !numbers.includes(target),
    );
    if (!without || target === undefined) return [];
    const field = `spec.ports[${index}].${named === undefined ? 'port' : 'targetPort'}`;
    return [missing(service, field, 'port', `${show(target)} in its pods`, show(target), without.names)];
  });
}

/** A Service and, by number or name, its port: of a backend, a route or a webhook. */
export function serviceAndPort(
  rendered: RenderedObject,
  path: { readonly name: string; readonly port: string },
  namespace: string,
  name: unknown,
  port: unknown,
  known: KnownObjects,
): Finding[] {
  const absent = known.need(rendered, path.name, 'Service', namespace, name);
  if (absent.length || typeof name !== 'string' || (typeof port !== 'string' && typeof port !== 'number'))
    return absent;
  const ports = asArray(at(known.find('Service', namespace, name)?.object, 'spec.ports'));
  if (ports.some((one) => at(one, 'name') === port || at(one, 'port') === port)) return [];
  const candidates = ports.flatMap((one) => asText(at(one, 'name')) ?? []);
  const full = `${port} in the Service ${namespace}/${name}`;
  return [missing(rendered, path.port, 'port', full, show(port), candidates)];
}

function backends(ingress: RenderedObject, known: KnownObjects): Finding[] {
  const { object } = ingress;
  const paths = asArray(at(object, 'spec.rules')).flatMap((rule, index) =>
    asArray(at(rule, 'http.paths')).map((one, number) => ({
      backend: at(one, 'backend'),
      path: `spec.rules[${index}].http.paths[${number}].backend`,
    })),
  );
  return [{ backend: at(object, 'spec.defaultBackend'), path: 'spec.defaultBackend' }, ...paths].flatMap(
    ({ backend, path }) => {
      const port = at(backend, 'service.port');
      const [kind, value] = fieldsOf(port)[0] ?? ['', undefined];
      const place = { name: `${path}.service.name`, port: `${path}.service.port.${kind}` };
      return serviceAndPort(ingress, place, namespaceOf(object), at(backend, 'service.name'), value, known);
    },
  );
}

/** Namespaces that a monitor looks into. */
export function monitoredNamespaces({ object }: RenderedObject, all: readonly string[]): readonly string[] {
  if (at(object, 'spec.namespaceSelector.any') === true) return all;
  const named = asArray(at(object, 'spec.namespaceSelector.matchNames'));
  return named.length ? named.map(show) : [namespaceOf(object)];
}

/** Without a Service or pod that it selects there is nothing to say here: that is the business of the rule `selector`. */
function serviceMonitorPorts(monitor: RenderedObject, known: KnownObjects): Finding[] {
  const selector = at(monitor.object, 'spec.selector');
  if (!isObject(selector)) return [];
  const services = monitoredNamespaces(monitor, known.servicesByLabel.namespaces()).flatMap((namespace) =>
    known.servicesByLabel.select(namespace, selector),
  );
  const names = services.flatMap(({ object }) =>
    asArray(at(object, 'spec.ports')).flatMap((port) => asText(at(port, 'name')) ?? []),
  );
  return services.length === 0
    ? []
    : monitorPorts(monitor, 'spec.endpoints', 'the Services that it selects', names);
}

function podMonitorPorts(monitor: RenderedObject, known: KnownObjects): Finding[] {
  const selector = at(monitor.object, 'spec.selector');
  if (!isObject(selector)) return [];
  const pods = monitoredNamespaces(monitor, known.podsByLabel.namespaces()).flatMap((namespace) =>
    known.podsByLabel.select(namespace, selector),
  );
  const names = pods.flatMap((pod) => portsOf(pod).names);
  return pods.length === 0
    ? []
    : monitorPorts(monitor, 'spec.podMetricsEndpoints', 'the pods that it selects', names);
}

const monitorPorts = (
  monitor: RenderedObject,
  list: string,
  where: string,
  names: readonly string[],
): Finding[] =>
  asArray(at(monitor.object, list)).flatMap((endpoint, index) => {
    const port = at(endpoint, 'port');
    return typeof port !== 'string' || names.includes(port)
      ? []
      : [missing(monitor, `${list}[${index}].port`, 'port', `${port} in ${where}`, port, names)];
  });

function webhooks(configuration: RenderedObject, known: KnownObjects): Finding[] {
  return asArray(configuration.object['webhooks']).flatMap((webhook, index) => {
    const service = at(webhook, 'clientConfig.service');
    if (!isObject(service)) return [];
    const path = `webhooks[${index}].clientConfig.service`;
    const place = { name: `${path}.name`, port: `${path}.port` };
    const { namespace, name, port } = service;
    // the API server's default
    return serviceAndPort(configuration, place, show(namespace), name, port ?? 443, known);
  });
}
