import type { ComponentDeclaration, RenderedObject } from '../../charts/core/render';
import { projectFindings } from './projects';
import { kustomizationFindings } from './kustomizations';
import { keepFindings } from './keep';
import { ObjectSet } from '../core/object-set';
import type { CheckInput, Finding, Rule } from '../core/rule';
import { push } from '../core/selectors';
import { annotationOf, asArray, asText, at, child, findingsOf, show } from '../core/workloads';

const WAVE = 'argocd.argoproj.io/sync-wave';
/** The key in argocd-cm of the health check for Applications. Argo CD has had none built in since 1.8. */
const APPLICATION_HEALTH = 'resource.customizations.health.argoproj.io_Application';

const finding = findingsOf('gitops');

/**
 * Every folder has exactly one Application. It syncs by itself, in a later wave than what it depends on, and lies in a project that allows
 * what it renders and nothing else. What holds data cannot be pruned.
 */
export const gitops: Rule = {
  name: 'gitops',
  check: (input) => {
    const applications = ObjectSet.of(input).ofKind('Application');
    const byComponent = new Map<string, RenderedObject[]>();
    const strays: Finding[] = [];
    const known = new Map(input.declarations.components.map((component) => [component.id, component]));
    for (const application of applications) {
      const id = componentOf(application, input.settings.name);
      if (id !== undefined && known.has(id)) push(byComponent, id, application);
      else strays.push(stray(application, input.settings.name));
    }
    return [
      ...strays,
      ...folders(input, byComponent),
      ...applications.flatMap((application) => syncFindings(application, input)),
      ...waveFindings(input, byComponent),
      ...projectFindings(input, byComponent),
      ...kustomizationFindings(input),
      ...keepFindings(input),
      ...healthFindings(input),
    ];
  },
};

/** The component whose folder an Application brings. */
function componentOf({ object }: RenderedObject, cluster: string): string | undefined {
  const path = asText(at(object, 'spec.source.path')) ?? '';
  const [first, second, id, ...rest] = path.split('/');
  return first === 'dist' && second === cluster && !rest.length ? id : undefined;
}

const stray = (application: RenderedObject, cluster: string): Finding =>
  finding(
    application,
    'spec.source.path',
    `${show(at(application.object, 'spec.source.path'))} is no folder of dist/${cluster}`,
    `Name dist/${cluster}/<component>, or remove the Application`,
  );

/**
 * Every folder has one Application: a folder without one is never applied, and with two of them Argo CD gives its objects from one to the
 * other for ever. And every Application has a folder that holds something: Git does not keep empty folders.
 */
function folders(
  { objects, kustomizations, declarations }: CheckInput,
  byComponent: ReadonlyMap<string, readonly RenderedObject[]>,
): Finding[] {
  const there = new Set([...objects, ...kustomizations].flatMap(({ component }) => component ?? []));
  const declared = declarations.components.map(({ id }) => id);
  return [...new Set([...declared, ...there])].flatMap((id) => {
    const [first, ...others] = byComponent.get(id) ?? [];
    return [
      ...(there.has(id) ? [] : [folderFinding(id, 'nothing lies in the folder', 'Render it again')]),
      ...(first ? [] : [folderFinding(id, 'no Application brings the folder', UNBROUGHT)]),
      ...others.map((other) =>
        finding(other, 'spec.source.path', `another Application brings ${id} too`, 'Remove one of them'),
      ),
    ];
  });
}

const UNBROUGHT = 'Render the root again, or remove the folder';

const folderFinding = (id: string, problem: string, remedy: string): Finding => ({
  rule: 'gitops',
  object: `Folder ${id}`,
  file: `${id}/`,
  field: '',
  problem,
  remedy,
});

function syncFindings(application: RenderedObject, { settings }: CheckInput): Finding[] {
  const { object } = application;
  const options = asArray(at(object, 'spec.syncPolicy.syncOptions'));
  const wrong: [boolean, string, string, string][] = [
    [
      at(object, 'spec.syncPolicy.automated.prune') !== true,
      'syncPolicy.automated.prune',
      'what vanished from git stays in the cluster',
      'Set it to true',
    ],
    [
      at(object, 'spec.syncPolicy.automated.selfHeal') !== true,
      'syncPolicy.automated.selfHeal',
      'what was changed by hand stays changed',
      'Set it to true',
    ],
    [
      at(object, 'spec.syncPolicy.automated.enabled') === false,
      'syncPolicy.automated.enabled',
      'nothing is synced by itself',
      'Remove the field',
    ],
    [
      !options.includes('ServerSideApply=true'),
      'syncPolicy.syncOptions',
      'a client-side apply overwrites fields of others, and fails on large objects',
      'Add ServerSideApply=true',
    ],
    [
      at(object, 'spec.source.repoURL') !== settings.gitops.repository,
      'source.repoURL',
      `it is not ${settings.gitops.repository}, where this repository is published`,
      'Name gitops.repository of the settings',
    ],
    [
      at(object, 'spec.source.targetRevision') !== settings.gitops.revision,
      'source.targetRevision',
      `it is not ${settings.gitops.revision}`,
      'Name gitops.revision of the settings',
    ],
  ];
  return wrong
    .filter(([isWrong]) => isWrong)
    .map(([, field, problem, remedy]) => finding(application, `spec.${field}`, problem, remedy));
}

function waveFindings(
  { declarations }: CheckInput,
  byComponent: ReadonlyMap<string, readonly RenderedObject[]>,
): Finding[] {
  const waves = new Map(declarations.components.map(({ id }) => [id, waveOf(byComponent.get(id)?.[0])]));
  return declarations.components.flatMap((component) =>
    (byComponent.get(component.id) ?? []).flatMap((application) => waveOfOne(application, component, waves)),
  );
}

function waveOfOne(
  application: RenderedObject,
  { dependencies }: ComponentDeclaration,
  waves: ReadonlyMap<string, number | undefined>,
): Finding[] {
  const field = child('metadata.annotations', WAVE);
  const wave = waveOf(application);
  if (wave === undefined)
    return [finding(application, field, 'the wave is no whole number', 'Render the root again')];
  const late = dependencies.filter((id) => (waves.get(id) ?? -Infinity) >= wave);
  if (!late.length) return [];
  const names = late.map((id) => `${id} (${waves.get(id)})`).join(', ');
  return [
    finding(
      application,
      field,
      `wave ${wave} does not come after ${names}, which it depends on`,
      'Render the root again',
    ),
  ];
}

/** Without the annotation the wave is 0. */
function waveOf(application: RenderedObject | undefined): number | undefined {
  const text = annotationOf(application?.object, WAVE) ?? '0';
  return /^-?[0-9]+$/.test(text) ? Number(text) : undefined;
}

/** Without the check an Application counts as healthy at once, and its wave waits for nothing. */
function healthFindings(input: CheckInput): Finding[] {
  const argocd = input.declarations.components.find(({ name }) => name === 'argocd');
  if (!argocd) return [];
  const settings = ObjectSet.of(input)
    .ofKind('ConfigMap')
    .find(
      ({ object: { metadata } }) => metadata.name === 'argocd-cm' && metadata.namespace === argocd.namespace,
    );
  const data = settings?.object['data'];
  const script = asText((data as Record<string, unknown> | undefined)?.[APPLICATION_HEALTH]) ?? '';
  if (script.includes('health')) return [];
  return [
    {
      rule: 'gitops',
      object: `ConfigMap ${argocd.namespace}/argocd-cm`,
      file: settings?.file ?? `${argocd.id}/`,
      field: child('data', APPLICATION_HEALTH),
      problem: 'Applications have no health, so no wave waits for the one before',
      remedy: 'Give Argo CD the health check of Applications',
    },
  ];
}
