import { CATALOGUE } from '../charts/catalogue';
import type { Component } from '../charts/core/component';
import type { Definition } from '../charts/core/definition';
import type { KubeObject } from '../charts/core/objects';
import type { RenderedObject } from '../charts/core/render';

interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

interface Permissions {
  readonly namespaces: readonly string[];
  /** With a name, that object and no other of its kind. */
  readonly clusterKinds: (GroupKind & { readonly name?: string })[];
  readonly namespacedKinds: GroupKind[];
}

const CRD: GroupKind = { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' };
/** What the root renders, in whose constructor the projects are made: its own objects are not there yet. */
const ROOT: readonly GroupKind[] = [
  { group: 'argoproj.io', kind: 'Application' },
  { group: 'argoproj.io', kind: 'AppProject' },
];

/** What every environment may hold: nothing that gives rights, and no Secret. Definitions of components name what else they need. */
const ENVIRONMENT_KINDS = [
  '/ConfigMap',
  '/LimitRange',
  '/PersistentVolumeClaim',
  '/ResourceQuota',
  '/Service',
  'apps/Deployment',
  'apps/StatefulSet',
  'batch/CronJob',
  'batch/Job',
  'cert-manager.io/Certificate',
  'monitoring.coreos.com/PodMonitor',
  'monitoring.coreos.com/PrometheusRule',
  'monitoring.coreos.com/ServiceMonitor',
  'networking.k8s.io/Ingress',
  'networking.k8s.io/NetworkPolicy',
  'policy/PodDisruptionBudget',
];

/** What the project of a layer must allow so that its components can be applied, and no more. */
export function layerPermissions(
  components: readonly Component[],
  objects: readonly RenderedObject[],
): Permissions {
  const kinds = (namespaced: boolean): GroupKind[] =>
    objects
      .filter(({ object }) => isNamespaced(object) === namespaced)
      .map(({ object }) => groupKind(object));
  const hasCrds = components.some((component) => component.kustomization);
  const hasRoot = components.some((component) => component.id === 'root');
  return {
    namespaces: namespacesOf(components, objects),
    clusterKinds: distinct([...kinds(false), ...(hasCrds ? [CRD] : [])]),
    namespacedKinds: distinct([...kinds(true), ...(hasRoot ? ROOT : [])]),
  };
}

/**
 * What the project of an environment allows: its own namespace, and of the cluster's objects that Namespace only. The kinds are those that
 * components of environments have, whether they are on or off: Argo CD takes away only what the project still allows, so that one which shrank
 * together with a component would leave the objects of the component running.
 */
export function environmentPermissions(
  components: readonly Component[],
  objects: readonly RenderedObject[],
): Permissions {
  const definitions: readonly Definition[] = CATALOGUE;
  const kinds = definitions
    .filter(({ scope }) => scope === 'environment')
    .flatMap((definition) => definition.kinds ?? []);
  return {
    namespaces: namespacesOf(components, objects),
    clusterKinds: objects
      .filter(({ object }) => !isNamespaced(object))
      .map(({ object }) => ({ ...groupKind(object), name: object.metadata.name })),
    namespacedKinds: distinct([...ENVIRONMENT_KINDS, ...kinds].map(parsed)),
  };
}

const namespacesOf = (components: readonly Component[], objects: readonly RenderedObject[]): string[] =>
  [
    ...new Set([
      ...components.map((component) => component.namespace),
      ...objects.flatMap(({ object }) => object.metadata.namespace ?? []),
    ]),
  ].sort();

const isNamespaced = ({ metadata }: KubeObject): boolean => metadata.namespace !== undefined;

const groupKind = ({ apiVersion, kind }: KubeObject): GroupKind => ({
  group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '',
  kind,
});

function parsed(text: string): GroupKind {
  const [group = '', kind = ''] = text.split('/');
  return { group, kind };
}

function distinct(kinds: readonly GroupKind[]): GroupKind[] {
  const byName = new Map(kinds.map((kind) => [`${kind.group}/${kind.kind}`, kind]));
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind);
}
