import type { RenderedObject } from '../../charts/core/render';
import { EXCEPTIONS, isExcepted, type Exception } from '../../charts/core/exceptions';
import { exceptionKey, unusedExceptions } from '../core/exceptions';
import { podSecurityViolations, type Violation } from './pod-security-standards';
import { ObjectSet } from '../core/object-set';
import type { Finding, Rule } from '../core/rule';
import {
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
 * charts/core/exceptions.ts.
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
      return [...standards(pod, component, level, kubernetes, used), ...hardening(pod)];
    });
    const kinds = (exception: Exception): boolean =>
      !exception.startsWith('rbac-') && exception !== 'no-backup';
    return [
      ...findings,
      ...unlabelled(namespaces),
      ...unusedExceptions('pod-security', input, EXCEPTIONS, kinds, used),
    ];
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

function standards(
  pod: PodTemplate,
  component: string,
  enforced: unknown,
  kubernetes: number,
  used: Set<string>,
): Finding[] {
  const annotations = at(pod.rendered.object, `${pod.path.replace(/spec$/, 'metadata')}.annotations`);
  const view = { spec: pod.spec, path: pod.path, containers: containersOf(pod), annotations };
  const workload = pod.rendered.object.metadata.name;
  return podSecurityViolations(view, kubernetes).flatMap((violation) => {
    const { level, field, problem, remedy, exception } = violation;
    if (LEVELS.indexOf(enforced) >= LEVELS.indexOf(level)) {
      const forbidden = `${problem}, which Pod Security "${show(enforced)}" of namespace ${pod.namespace} forbids`;
      return [finding(pod.rendered, field, forbidden, remedy)];
    }
    if (exception && isExcepted(component, workload, exception)) {
      used.add(exceptionKey(component, workload, exception));
      return [];
    }
    return [finding(pod.rendered, field, `${problem}, without a reason given`, remedyOf(violation))];
  });
}

const remedyOf = ({ remedy, exception }: Violation): string =>
  exception ? `${remedy}, or add a row "${exception}" with its reason to charts/core/exceptions.ts` : remedy;

/** What no standard demands, and every pod here must have. */
function hardening(pod: PodTemplate): Finding[] {
  const writable = containersOf(pod)
    .filter(({ container }) => container.securityContext?.['readOnlyRootFilesystem'] !== true)
    .map(({ path }) =>
      finding(
        pod.rendered,
        `${path}.securityContext.readOnlyRootFilesystem`,
        'whoever breaks in can change the programs of the image',
        'Set it to true, and mount an emptyDir where files are written',
      ),
    );
  if (typeof pod.spec.automountServiceAccountToken === 'boolean') return writable;
  const token = finding(
    pod.rendered,
    `${pod.path}.automountServiceAccountToken`,
    'the pod gets a token of the API server unless it says false',
    'Set it to false, or to true where the pod talks to the API server',
  );
  return [...writable, token];
}
