import type { Component } from '../charts/core/component';
import type { RenderedObject } from '../charts/core/render';

interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

interface Permissions {
  readonly namespaces: readonly string[];
  readonly clusterKinds: GroupKind[];
  readonly namespacedKinds: GroupKind[];
}

const CRD: GroupKind = { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' };
/** What the root renders, in whose constructor the projects are made: its own objects are not there yet. */
const ROOT: readonly GroupKind[] = [
  { group: 'argoproj.io', kind: 'Application' },
  { group: 'argoproj.io', kind: 'AppProject' },
];

/**
 * What an AppProject must allow so that its components can be applied, and no more. A project of any environment allows all environments:
 * Argo CD takes away only what the project still allows, so that one which shrank together with an environment's last component would leave
 * that component's objects running.
 *
 * @param environments namespaces of all environments
 */
export function permissions(
  components: readonly Component[],
  objects: readonly RenderedObject[],
  environments: readonly string[],
): Permissions {
  const kinds = (namespaced: boolean): GroupKind[] =>
    objects
      .filter(({ object }) => (object.metadata.namespace !== undefined) === namespaced)
      .map(({ object: { apiVersion, kind } }) => ({ group: groupOf(apiVersion), kind }));
  const own = [
    ...components.map((component) => component.namespace),
    ...objects.flatMap(({ object }) => object.metadata.namespace ?? []),
  ];
  const shared = own.some((namespace) => environments.includes(namespace)) ? environments : [];
  const hasCrds = components.some((component) => component.kustomization);
  const hasRoot = components.some((component) => component.id === 'root');
  return {
    namespaces: [...new Set([...own, ...shared])].sort(),
    clusterKinds: distinct([...kinds(false), ...(hasCrds ? [CRD] : [])]),
    namespacedKinds: distinct([...kinds(true), ...(hasRoot ? ROOT : [])]),
  };
}

const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';

function distinct(kinds: readonly GroupKind[]): GroupKind[] {
  const byName = new Map(kinds.map((kind) => [`${kind.group}/${kind.kind}`, kind]));
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind);
}
