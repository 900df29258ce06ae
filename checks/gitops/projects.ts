import type { ComponentDeclaration, RenderedObject } from '../../charts/core/render';
import { kindOf } from '../../imports/models';
import { bringsDefinitions } from './kustomizations';
import { ObjectSet } from '../core/object-set';
import type { CheckInput, Finding } from '../core/rule';
import { push } from '../core/selectors';
import { asArray, asText, at, findingsOf, groupKindOf, namespaceOf, show } from '../core/workloads';

const finding = findingsOf('gitops');

/** Group and kind of what a kustomization with definitions brings. */
const CRD = 'apiextensions.k8s.io/CustomResourceDefinition';
const LISTS = [
  'sourceRepos',
  'sourceNamespaces',
  'destinations',
  'clusterResourceWhitelist',
  'namespaceResourceWhitelist',
];

/** Each Application is in the project of its layer. A project allows what its components render, and no `*`. */
export function projectFindings(
  input: CheckInput,
  byComponent: ReadonlyMap<string, readonly RenderedObject[]>,
): Finding[] {
  const { objects, kustomizations, declarations } = input;
  const projects = new Map(
    ObjectSet.of(input)
      .ofKind('AppProject')
      .map((project) => [project.object.metadata.name, project]),
  );
  const folders: Folders = {
    objects: groupByFolder(objects),
    withDefinitions: new Set(kustomizations.filter(bringsDefinitions).map(({ component }) => component)),
  };
  const memberships = declarations.components.flatMap((component) =>
    (byComponent.get(component.id) ?? []).map((application) => ({ component, application })),
  );
  return [
    ...[...projects.values()].flatMap(wildcards),
    ...memberships.flatMap(({ component, application }) => membership(component, application, projects)),
    ...[...projects].flatMap(([name, project]) =>
      missing(
        project,
        memberships.filter(({ component }) => component.layer === name),
        folders,
      ),
    ),
  ];
}

interface Folders {
  /** Component → what lies in its folder. */
  readonly objects: ReadonlyMap<string, readonly RenderedObject[]>;
  readonly withDefinitions: ReadonlySet<string | undefined>;
}

function groupByFolder(objects: readonly RenderedObject[]): Map<string, RenderedObject[]> {
  const folders = new Map<string, RenderedObject[]>();
  for (const rendered of objects) push(folders, rendered.component, rendered);
  return folders;
}

function wildcards(project: RenderedObject): Finding[] {
  const spec = project.object['spec'];
  return LISTS.flatMap((list) =>
    asArray(at(spec, list)).flatMap((entry, index) =>
      show(entry).includes('*')
        ? [
            finding(
              project,
              `spec.${list}[${index}]`,
              '* allows what nobody has read',
              'Name what is allowed',
            ),
          ]
        : [],
    ),
  );
}

function membership(
  { layer }: ComponentDeclaration,
  application: RenderedObject,
  projects: ReadonlyMap<string, RenderedObject>,
): Finding[] {
  const project = at(application.object, 'spec.project');
  if (project !== layer)
    return [
      finding(
        application,
        'spec.project',
        `it is "${show(project)}", not "${layer}", its layer`,
        `Set it to ${layer}`,
      ),
    ];
  if (projects.has(layer)) return [];
  return [finding(application, 'spec.project', `there is no AppProject ${layer}`, 'Render the root again')];
}

/** What members render and the project does not allow, each once. */
function missing(
  project: RenderedObject,
  members: readonly { component: ComponentDeclaration; application: RenderedObject }[],
  folders: Folders,
): Finding[] {
  const spec = project.object['spec'];
  const named = (list: string): ReadonlySet<string> =>
    new Set(asArray(at(spec, list)).map((entry) => `${show(at(entry, 'group'))}/${show(at(entry, 'kind'))}`));
  const allowed: Wants = {
    clusterResourceWhitelist: named('clusterResourceWhitelist'),
    namespaceResourceWhitelist: named('namespaceResourceWhitelist'),
    destinations: new Set(asArray(at(spec, 'destinations')).map((entry) => show(at(entry, 'namespace')))),
    sourceRepos: new Set(asArray(at(spec, 'sourceRepos')).map(show)),
  };
  const wanted = wants(members, folders);
  return Object.entries(allowed).flatMap(([list, have]) =>
    [...wanted[list as keyof Wants]]
      .filter((one) => !have.has(one))
      .map((one) =>
        finding(
          project,
          `spec.${list}`,
          `its Applications need "${one}", which it does not allow`,
          'Render the root again',
        ),
      ),
  );
}

type Wants = Record<
  'clusterResourceWhitelist' | 'namespaceResourceWhitelist' | 'destinations' | 'sourceRepos',
  ReadonlySet<string>
>;

function wants(
  members: readonly { component: ComponentDeclaration; application: RenderedObject }[],
  folders: Folders,
): Wants {
  const objects = members.flatMap(({ component }) => folders.objects.get(component.id) ?? []);
  const kinds = (namespaced: boolean): string[] =>
    objects
      .filter((rendered) => isNamespaced(rendered) === namespaced)
      .map(({ object }) => groupKindOf(object));
  const crds = members.some(({ component }) => folders.withDefinitions.has(component.id)) ? [CRD] : [];
  return {
    clusterResourceWhitelist: new Set([...kinds(false), ...crds]),
    namespaceResourceWhitelist: new Set(kinds(true)),
    destinations: new Set([
      ...members.map(({ application }) => show(at(application.object, 'spec.destination.namespace'))),
      ...objects.map(({ object }) => namespaceOf(object)).filter(Boolean),
    ]),
    sourceRepos: new Set(
      members.map(({ application }) => show(at(application.object, 'spec.source.repoURL'))),
    ),
  };
}

const isNamespaced = ({ object }: RenderedObject): boolean =>
  kindOf(object)?.namespaced ?? asText(object.metadata.namespace) !== undefined;
