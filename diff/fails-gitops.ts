import { load } from 'js-yaml';
import {
  annotationOf,
  asArray,
  asText,
  at,
  groupKindOf,
  isObject,
  namespaceOf,
} from '../checks/core/workloads';
import { lineOf, type ObjectChange, type Scene } from './changes';
import { listed, type Line } from './line';
import { componentOf, type Placed } from './set';

const WAVE = 'argocd.argoproj.io/sync-wave';

export const waveOf = (application: unknown): number => Number(annotationOf(application, WAVE) ?? 0);

/** Files of definitions that a kustomization no longer brings, while objects of their kinds are there. */
export function definitionLines(scene: Scene): Line[] {
  return scene.changes
    .filter(({ object }) => object.kind === 'Kustomization')
    .flatMap((change) => {
      const left = new Set(resourcesOf(change.after).map(pathOf));
      return resourcesOf(change.before)
        .filter((resource) => !left.has(pathOf(resource)))
        .flatMap((resource) => kindsOfDefinition(resource, scene.locks.crds[0]))
        .flatMap((groupKind) => usedDefinition(scene, change, groupKind));
    });
}

function usedDefinition(scene: Scene, change: ObjectChange, groupKind: string): Line[] {
  const kind = groupKind.slice(groupKind.indexOf('/') + 1);
  const users = scene.after.ofKinds([kind]).filter(({ object }) => groupKindOf(object) === groupKind);
  if (!users.length) return [];
  return [
    lineOf(scene, 'fails', change, {
      field: 'resources',
      old: groupKind,
      consequence: `the definition of ${kind} is no longer brought, and ${users.length} of its objects are here: a new cluster refuses them`,
      remedy: 'Keep the definition, or remove the objects first',
      rank: 3,
    }),
  ];
}

export const resourcesOf = (kustomization: unknown): string[] =>
  asArray(at(kustomization, 'resources')).filter((resource) => typeof resource === 'string');

/** The address of a definition without its commit: what stays when its version changes. */
export const pathOf = (resource: string): string => resource.replace(/\/[0-9a-f]{40}\//, '/*/');

/** What imports/crds.yaml says that a file defines: `cert-manager.io/Certificate`. */
function kindsOfDefinition(resource: string, lock: string): string[] {
  if (!resource.startsWith('https://')) return [];
  const rows = asArray(at(lock ? load(lock) : {}, 'crds')).flatMap((row) => asArray(at(row, 'files')));
  return rows
    .filter((row) => resource.endsWith(`/${asText(at(row, 'path')) ?? '\u0000'}`))
    .flatMap((row) => asArray(at(row, 'kinds')))
    .filter((kind) => typeof kind === 'string');
}

const LISTS = {
  clusterResourceWhitelist: (entry: unknown) =>
    `${asText(at(entry, 'group')) ?? ''}/${asText(at(entry, 'kind')) ?? ''}`,
  namespaceResourceWhitelist: (entry: unknown) =>
    `${asText(at(entry, 'group')) ?? ''}/${asText(at(entry, 'kind')) ?? ''}`,
  destinations: (entry: unknown) => asText(at(entry, 'namespace')) ?? '',
  sourceRepos: (entry: unknown) => asText(entry) ?? '',
} as const;

/** What a changed AppProject no longer allows, or new objects need and it does not allow. */
export function projectLines(scene: Scene): Line[] {
  const touched = scene.changes.filter(({ object }) => object.kind === 'AppProject');
  const added = scene.changes.filter(
    ({ after, action, from }) => after && (action === 'added' || from !== undefined),
  );
  if (!touched.length && !added.length) return [];
  const applications = new Map(
    scene.after
      .ofKinds(['Application'])
      .map((application) => [application.object.metadata.name, application]),
  );
  return [
    ...touched.flatMap((change) => narrowedLines(scene, change, [...applications.values()])),
    ...added.flatMap((change) => refusedLines(scene, change, applications)),
  ];
}

function narrowedLines(scene: Scene, project: ObjectChange, applications: readonly Placed[]): Line[] {
  if (!project.after) return [];
  const members = applications.filter(
    ({ object }) => asText(at(object, 'spec.project')) === project.object.metadata.name,
  );
  return (Object.keys(LISTS) as (keyof typeof LISTS)[]).flatMap((list) => {
    const entries = (side: unknown): string[] => asArray(at(side, `spec.${list}`)).map(LISTS[list]);
    const allowed = new Set(entries(project.after));
    const lost = entries(project.before).filter((entry) => !allowed.has(entry) && !allowed.has('*'));
    const needed = lost.filter((entry) => members.some((member) => needs(scene, member, list, entry)));
    if (!needed.length) return [];
    return [
      lineOf(scene, 'fails', project, {
        field: `spec.${list}`,
        old: listed(needed),
        consequence: `Argo CD refuses to sync what its Applications still hold: ${listed(needed)} is no longer allowed`,
        remedy: 'Put it back, or remove those objects first',
        rank: 3,
      }),
    ];
  });
}

function needs(scene: Scene, member: Placed, list: keyof typeof LISTS, entry: string): boolean {
  const spec = member.object['spec'];
  if (list === 'sourceRepos') return at(spec, 'source.repoURL') === entry;
  const folder = member.object.metadata.name;
  if (list === 'destinations')
    return (
      at(spec, 'destination.namespace') === entry ||
      scene.after.paths.some((path) => componentOf(path) === folder && path.endsWith(`.${entry}.yaml`))
    );
  const kind = entry.slice(entry.indexOf('/') + 1);
  return scene.after
    .ofKinds([kind], { component: folder })
    .some(({ object }) => groupKindOf(object) === entry);
}

function refusedLines(scene: Scene, change: ObjectChange, applications: ReadonlyMap<string, Placed>): Line[] {
  const application = applications.get(change.component);
  const name = asText(at(application?.object, 'spec.project'));
  if (!application || name === undefined || change.object.kind === 'Kustomization') return [];
  const project = scene.after.find('AppProject', 'argocd', name);
  if (!project) return [];
  const namespace = namespaceOf(change.object);
  const list = namespace ? 'namespaceResourceWhitelist' : 'clusterResourceWhitelist';
  const allows = (of: keyof typeof LISTS, entry: string): boolean => {
    const entries = asArray(at(project.object, `spec.${of}`))
      .filter((allowed) => of !== 'clusterResourceWhitelist' || isFor(allowed, change.object.metadata.name))
      .map(LISTS[of]);
    return entries.some((allowed) => allowed === entry || allowed === '*' || allowed === '*/*');
  };
  const refused = [
    ...(allows(list, groupKindOf(change.object)) ? [] : [`the kind ${groupKindOf(change.object)}`]),
    ...(!namespace || allows('destinations', namespace) ? [] : [`the namespace ${namespace}`]),
  ];
  if (!refused.length) return [];
  return [
    lineOf(scene, 'fails', change, {
      consequence: `AppProject ${name} does not allow ${listed(refused)}: the sync of Application ${change.component} fails`,
      remedy: 'Render the root again, or add it to the project',
      rank: 3,
    }),
  ];
}

/** Whether an entry of a list of kinds allows an object of this name. */
const isFor = (entry: unknown, name: string): boolean => (asText(at(entry, 'name')) ?? name) === name;

/** Applications that now come no later than what they need: definitions and namespaces. */
export function waveLines(scene: Scene): Line[] {
  const changed = scene.changes.filter(
    ({ object, fields }) =>
      object.kind === 'Application' && fields.some(({ path }) => path.includes('sync-wave')),
  );
  return changed.flatMap((change) => {
    const wave = waveOf(change.after);
    const { name } = change.object.metadata;
    const firsts = firstsOf(change.after);
    const late = firsts.filter((needed) => {
      const other = scene.after.find('Application', 'argocd', needed);
      return other && isObject(other.object['spec']) && waveOf(other.object) >= wave;
    });
    if (!late.length || firsts.includes(name)) return [];
    return [
      lineOf(scene, 'fails', change, {
        field: `metadata.annotations["${WAVE}"]`,
        old: String(waveOf(change.before)),
        new: String(wave),
        consequence: `it is synced no later than ${listed(late)}, which it needs: its objects are refused, and the order waits for it`,
        remedy: 'Let the wiring compute the wave: render the root again',
        rank: 4,
      }),
    ];
  });
}

/** What an Application comes after: definitions, and the namespaces of its project; an environment's Application is called as its project. */
const firstsOf = (application: unknown): readonly string[] => {
  const project = asText(at(application, 'spec.project')) ?? '';
  return ['crds', project.startsWith('environment-') ? project : 'platform-namespaces'];
};
