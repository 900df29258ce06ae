import { ObjectSet } from '../core/object-set';
import type { Finding, Rule } from '../core/rule';
import { bytes, millicores } from '../core/requests';
import {
  asArray,
  at,
  containersOf,
  findingsOf,
  isObject,
  type PlacedContainer,
  type PodTemplate,
} from '../core/workloads';

const HANDLERS = ['httpGet', 'tcpSocket', 'exec', 'grpc'];

const finding = findingsOf('resources');

/**
 * Every container has requests, by which the scheduler places it, and a memory limit. What keeps running has probes, by which the kubelet
 * knows whether it lives. Every pod has a time to end in. A CPU limit is not demanded: throttling hurts more than a busy neighbour.
 */
export const resources: Rule = {
  name: 'resources',
  check: (input) =>
    ObjectSet.of(input).pods.flatMap((pod) => [
      ...containersOf(pod).flatMap((placed) => [
        ...requests(pod, placed),
        ...(placed.init || pod.finite ? [] : probes(pod, placed)),
      ]),
      ...grace(pod),
    ]),
};

function requests(pod: PodTemplate, { container, path }: PlacedContainer): Finding[] {
  const about = (field: string, problem: string, remedy: string): Finding =>
    finding(pod.rendered, `${path}.resources.${field}`, problem, remedy);
  const cpu = millicores(at(container.resources, 'requests.cpu'));
  const memory = bytes(at(container.resources, 'requests.memory'));
  const limit = bytes(at(container.resources, 'limits.memory'));
  const found: Finding[] = [];
  if (!cpu) found.push(about('requests.cpu', 'no CPU is requested', 'Request some, like 50m'));
  if (!memory) found.push(about('requests.memory', 'no memory is requested', 'Request some, like 128Mi'));
  if (!limit) {
    const problem = 'memory has no limit, so a leak takes the node with it';
    found.push(about('limits.memory', problem, 'Limit it, best to the request'));
  } else if (memory && limit < memory) {
    const problem = `the limit of ${limit / 2 ** 20} Mi is below the request of ${memory / 2 ** 20} Mi`;
    found.push(about('limits.memory', problem, 'Raise it to the request'));
  }
  return found;
}

function probes(pod: PodTemplate, { container, path }: PlacedContainer): Finding[] {
  const about = (field: string, problem: string, remedy: string): Finding =>
    finding(pod.rendered, `${path}.${field}`, problem, remedy);
  const found: Finding[] = [];
  // a container without a port serves nobody; if it were not ready, its neighbours in the pod would leave their Service with it
  if (asArray(container.ports).length && !isProbe(container.readinessProbe))
    found.push(
      about('readinessProbe', 'traffic comes before the container can serve it', 'Add a readiness probe'),
    );
  if (!isProbe(container.livenessProbe) && !isProbe(container.startupProbe))
    found.push(
      about(
        'livenessProbe',
        'nobody restarts the container when it hangs',
        'Add a liveness or startup probe',
      ),
    );
  return found;
}

const isProbe = (probe: unknown): boolean =>
  isObject(probe) && HANDLERS.some((handler) => isObject(probe[handler]));

function grace({ rendered, spec, path }: PodTemplate): Finding[] {
  const seconds = spec['terminationGracePeriodSeconds'];
  if (typeof seconds === 'number' && seconds >= 0) return [];
  const field = `${path}.terminationGracePeriodSeconds`;
  return [
    finding(rendered, field, 'the time to end in is not set', 'Set it to what a clean end takes, in seconds'),
  ];
}
