import type { Exception } from '../../charts/core/exception-kinds';
import { exceptionKey, isExcepted, unusedExceptions } from '../core/exceptions';
import { ObjectSet } from '../core/object-set';
import { podSecurityViolations } from './pod-security-standards';
import type { Violation } from './violation';
import type { RenderedObject } from '../../charts/core/render';
import type { Finding, Rule } from '../core/rule';
import {
  asArray,
  at,
  child,
  componentNames,
  containersOf,
  findingsOf,
  isObject,
  show,
  type PodTemplate,
} from '../core/workloads';

const ENFORCE = 'pod-security.kubernetes.io/enforce';
/** From the level that forbids nothing to the one that forbids most. */
const LEVELS: readonly unknown[] = ['privileged', 'baseline', 'restricted'];

const finding = findingsOf('pod-security');

/**
 * Every pod fits the Pod Security Standard that its namespace enforces. It also fits the default of all pods here: restricted, with a
 * read-only root, and without a token unless it asks for one. What the namespace allows and the default forbids needs a row in
 * the exceptions of its definition.
 */
export const podSecurity: Rule = {
  name: 'pod-security',
  check: (input) => {
    const namespaces = ObjectSet.of(input).ofKind('Namespace');
    const levels = levelsOf(namespaces);
    const nameOfComponent = componentNames(input.declarations.components);
    const kubernetes = Number(input.settings.kubernetes.split('.')[1]);
    const used = new Set<string>();
    const findings = ObjectSet.of(input).pods.flatMap((pod) => {
      const component = nameOfComponent(pod.rendered.component);
      const level = levels.get(pod.namespace) ?? 'privileged';
      const isAllowed: IsAllowed = (exception) => {
        if (!isExcepted(input, component, pod.workload, exception)) return false;
        used.add(exceptionKey(component, pod.workload, exception));
        return true;
      };
      return [...standards(pod, level, kubernetes, isAllowed), ...hardening(pod, isAllowed)];
    });
    return [...findings, ...unlabelled(namespaces), ...unusedExceptions('pod-security', input, used)];
  },
};

function levelsOf(namespaces: readonly RenderedObject[]): Map<string, unknown> {
  return new Map(
    namespaces.map(({ object: { metadata } }) => [
      metadata.name,
      isObject(metadata.labels) ? metadata.labels[ENFORCE] : undefined,
    ]),
  );
}

const unlabelled = (namespaces: readonly RenderedObject[]): Finding[] =>
  namespaces
    .filter(({ object: { metadata } }) => !LEVELS.includes(metadata.labels?.[ENFORCE]))
    .map((rendered) =>
      finding(
        rendered,
        child('metadata.labels', ENFORCE),
        'the namespace enforces no Pod Security Standard, so any pod may do anything',
        'Set it to restricted, baseline or privileged',
      ),
    );

/** Whether the workload has a row for the exception. */
type IsAllowed = (exception: Exception) => boolean;

function standards(pod: PodTemplate, enforced: unknown, kubernetes: number, isAllowed: IsAllowed): Finding[] {
  const view = { ...pod, containers: containersOf(pod) };
  return podSecurityViolations(view, kubernetes).flatMap((violation) => {
    const { level, field, problem, remedy, exception } = violation;
    if (LEVELS.indexOf(enforced) >= LEVELS.indexOf(level)) {
      const forbidden = `${problem}, which Pod Security "${show(enforced)}" of namespace ${pod.namespace} forbids`;
      return [finding(pod.rendered, field, forbidden, remedy)];
    }
    if (exception && isAllowed(exception)) return [];
    return [finding(pod.rendered, field, `${problem}, without a reason given`, remedyOf(violation))];
  });
}

/** Something that no standard forbids, and our own default does. */
type Weakness = Omit<Violation, 'level'>;

const remedyOf = ({ remedy, exception }: Weakness): string =>
  exception
    ? `${remedy}, or add a row "${exception}" with its reason to the exceptions of its definition`
    : remedy;

const hardening = (pod: PodTemplate, isAllowed: IsAllowed): Finding[] =>
  WEAKNESSES.flatMap((weaknesses) => weaknesses(pod))
    .filter(({ exception }) => exception === undefined || !isAllowed(exception))
    .map((weakness) => finding(pod.rendered, weakness.field, weakness.problem, remedyOf(weakness)));

const WEAKNESSES: readonly ((pod: PodTemplate) => readonly Weakness[])[] = [
  (pod) =>
    containersOf(pod)
      .filter(({ container }) => container.securityContext?.['readOnlyRootFilesystem'] !== true)
      .map(({ path }) => ({
        field: `${path}.securityContext.readOnlyRootFilesystem`,
        problem: 'whoever breaks in can change the programs of the image',
        remedy: 'Set it to true, and mount an emptyDir where files are written',
        exception: 'writable-root',
      })),
  (pod) =>
    containersOf(pod).flatMap(({ container, path }) =>
      asArray(container.volumeMounts).flatMap((mount, index) => {
        const propagation = at(mount, 'mountPropagation');
        if (propagation === undefined || propagation === null || propagation === 'None') return [];
        return [
          {
            field: `${path}.volumeMounts[${index}].mountPropagation`,
            problem: `mounts pass between node and container (${show(propagation)})`,
            remedy: 'Remove the field',
            exception: 'mount-propagation' as const,
          },
        ];
      }),
    ),
  ({ spec, path }) =>
    spec['shareProcessNamespace'] === true
      ? [
          {
            field: `${path}.shareProcessNamespace`,
            problem: "each container sees the others' processes and files",
            remedy: 'Remove the field',
            exception: 'share-process-namespace',
          },
        ]
      : [],
  ({ spec, path }) =>
    typeof spec.automountServiceAccountToken === 'boolean'
      ? []
      : [
          {
            field: `${path}.automountServiceAccountToken`,
            problem: 'the pod gets a token of the API server unless it says false',
            remedy: 'Set it to false, or to true where the pod talks to the API server',
          },
        ],
];
