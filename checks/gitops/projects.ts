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

/**
 * Each Application is in the project of its environment, else of its layer. A project allows what its components render, no namespace that they
 * do not need, and no `*`.
 */
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
    ...[...projects].flatMap(([name, project]) => [
      ...missing(
        project,
        memberships.filter(({ component }) => component.project === name),
        folders,
      ),
      ...needless(
        project,
        declarations.components.filter((component) => component.project === name),
        folders,
      ),
    ]),
  ];
}

/** In names of cluster-wide objects Argo CD also reads `?` and `[` as patterns (Go's filepath.Match). */
const WILDCARD = /[*?[]/;

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
    asArray(at(spec, list)).flatMap((entry, index) => {
      const [pattern] = WILDCARD.exec(show(entry)) ?? [];
      if (pattern === undefined) return [];
      const problem = `${pattern} allows what nobody has read`;
      return [finding(project, `spec.${list}[${index}]`, problem, 'Name what is allowed')];
    }),
  );
}

function membership(
  { project: wanted }: ComponentDeclaration,
  application: RenderedObject,
  projects: ReadonlyMap<string, RenderedObject>,
): Finding[] {
  const project = at(application.object, 'spec.project');
  if (project !== wanted)
    return [
      finding(
        application,
        'spec.project',
        `it is "${show(project)}", not "${wanted}"`,
        `Set it to ${wanted}`,
      ),
    ];
  if (projects.has(wanted)) return [];
  return [finding(application, 'spec.project', `there is no AppProject ${wanted}`, 'Render the root again')];
}

/** Namespaces that a project allows and none of its components has anything in: those of another environment, say. */
function needless(
  project: RenderedObject,
  components: readonly ComponentDeclaration[],
  folders: Folders,
): Finding[] {
  const needed = new Set(
    components.flatMap(({ id, namespace }) => [
      namespace,
      ...(folders.objects.get(id) ?? []).map(({ object }) => namespaceOf(object)),
    ]),
  );
  return asArray(at(project.object['spec'], 'destinations')).flatMap((entry, index) => {
    const namespace = show(at(entry, 'namespace'));
    if (needed.has(namespace) || WILDCARD.test(namespace)) return [];
    const problem = `none of its components has anything in the namespace "${namespace}"`;
    return [finding(project, `spec.destinations[${index}]`, problem, 'Remove the line')];
  });
}

/** What members render and the project does not allow, each once. */
function missing(
  project: RenderedObject,
  members: readonly { component: ComponentDeclaration; application: RenderedObject }[],
  folders: Folders,
): Finding[] {
  const spec = project.object['spec'];
  const named = (list: string): ReadonlySet<string> => new Set(asArray(at(spec, list)).map(entryOf));
  const allowed: Wants = {
    clusterResourceWhitelist: named('clusterResourceWhitelist'),
    namespaceResourceWhitelist: named('namespaceResourceWhitelist'),
    destinations: new Set(asArray(at(spec, 'destinations')).map((entry) => show(at(entry, 'namespace')))),
    sourceRepos: new Set(asArray(at(spec, 'sourceRepos')).map(show)),
  };
  const wanted = wants(members, folders);
  return Object.entries(allowed).flatMap(([list, have]) =>
    [...wanted[list as keyof Wants]]
      // an entry without a name allows all objects of the kind
      .filter((one) => !have.has(one) && !have.has(one.split(' ', 1)[0] ?? ''))
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

/** `/Namespace prod` where it names one object, else `/Namespace`. */
function entryOf(entry: unknown): string {
  const kind = `${show(at(entry, 'group'))}/${show(at(entry, 'kind'))}`;
  const name = asText(at(entry, 'name'));
  return name === undefined ? kind : `${kind} ${name}`;
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
  const inNamespaces = objects.filter(isNamespaced);
  const ofCluster = objects.filter((rendered) => !isNamespaced(rendered));
  const crds = members.some(({ component }) => folders.withDefinitions.has(component.id)) ? [CRD] : [];
  return {
    clusterResourceWhitelist: new Set([
      ...ofCluster.map(({ object }) => `${groupKindOf(object)} ${object.metadata.name}`),
      ...crds,
    ]),
    namespaceResourceWhitelist: new Set(inNamespaces.map(({ object }) => groupKindOf(object))),
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
