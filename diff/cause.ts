import { nameOf } from '../checks/core/workloads';
import type { ObjectChange, Scene } from './changes';
import { lineOf } from './changes';
import { changedKeys, configBehind, keyChangeText } from './config';
import { shown, type FieldChange } from './fields';
import { count, listed, type Line, type Said } from './line';
import { templateChanges } from './interrupts';
import { RESTARTED, TEMPLATE_STEPS } from './pods';
import { componentOf } from './set';
import type { SettingChange } from './settings';

/** What made the changes: keys of the settings, and sources, from the repository. */
export interface Origins {
  readonly settings: readonly SettingChange[];
  /** Files outside of dist/ and clusters/ that differ. */
  readonly sources: readonly string[];
}

/** Class 8: where the change comes from, and what follows mechanically. */
export function cause(scene: Scene, origins: Origins, told: readonly Line[]): Line[] {
  return [
    ...origins.settings.map((setting) => settingLine(scene, setting, origins.settings.length)),
    ...sourceLines(scene, origins.sources),
    ...componentLines(scene),
    ...mechanicalLines(scene, told),
    ...otherLines(scene, told),
  ];
}

function settingLine(
  scene: Scene,
  { key, steps, place, old, new: wanted }: SettingChange,
  number: number,
): Line {
  const touched = number === 1 ? scene.changes : followersOf(scene, steps);
  const components = [...new Set(touched.map(({ component }) => component))];
  return {
    class: 'cause',
    cluster: scene.cluster,
    component: '',
    object: `Settings ${scene.cluster}`,
    file: place,
    field: key,
    consequence: touched.length
      ? `${count(touched.length, 'object')} follow${touched.length === 1 ? 's' : ''}, in ${listed(components, 4)}`
      : 'the setting changed',
    rank: 1,
    ...optional('old', shown(old)),
    ...optional('new', shown(wanted)),
  };
}

const optional = (name: 'old' | 'new', value: string | undefined): Partial<Line> =>
  value === undefined ? {} : { [name]: value };

/** Changes of components that a key names: `environments[prod].components.mysql.size` names `mysql-prod` and what has both in its name. */
function followersOf({ changes }: Scene, steps: readonly string[]): readonly ObjectChange[] {
  const [place, , ...rest] = steps;
  const environment = place === 'environments' ? steps[1] : undefined;
  const name = rest[0] === 'components' ? rest[1] : undefined;
  return changes.filter(({ component }) => {
    const parts = component.split('-');
    if (environment !== undefined && !parts.includes(environment)) return false;
    if (environment !== undefined && name === undefined) return true;
    return (name ?? place ?? '').split('-').every((part) => parts.includes(part));
  });
}

/** Sources that changed, with how many of the changed objects name them in their first line. */
function sourceLines(scene: Scene, sources: readonly string[]): Line[] {
  const changed = new Set(sources);
  const rendered = new Map<string, string[]>();
  for (const { component, file, after } of scene.changes) {
    const source = (after ? scene.after : scene.before).sourceOf(file);
    // a component may be a folder: everything in it renders its objects
    const origin =
      source === undefined
        ? undefined
        : [...changed].find((path) => path === source || isBeside(path, source));
    if (origin !== undefined) rendered.set(origin, [...(rendered.get(origin) ?? []), component]);
  }
  return [...rendered].sort().map(([source, components]) => ({
    class: 'cause' as const,
    cluster: scene.cluster,
    component: '',
    object: `Source ${source}`,
    file: source,
    field: '',
    consequence: `it renders ${components.length} of the changed objects, in ${listed([...new Set(components)], 4)}`,
    rank: 2,
  }));
}

/** Whether a file lies in the folder of a component's source: `charts/data/redis/scripts.ts` beside `charts/data/redis/redis.ts`. */
function isBeside(path: string, source: string): boolean {
  const folder = source.slice(0, source.lastIndexOf('/') + 1);
  return folder.split('/').length > 3 && path.startsWith(folder);
}

/** Components that come or go as a whole. */
function componentLines(scene: Scene): Line[] {
  const folders = (paths: readonly string[]): Set<string> => new Set(paths.map(componentOf));
  const [old, wanted] = [folders(scene.before.paths), folders(scene.after.paths)];
  const whole = (component: string, said: Said, objects: readonly ObjectChange[]): Line[] => {
    const [first] = objects;
    return first
      ? [
          lineOf(
            scene,
            'cause',
            { ...first, object: { apiVersion: '', kind: 'Component', metadata: { name: component } } },
            said,
          ),
        ]
      : [];
  };
  const of = (component: string): ObjectChange[] =>
    scene.changes.filter((change) => change.component === component);
  return [
    ...[...wanted]
      .filter((name) => name && !old.has(name))
      .flatMap((name) =>
        whole(
          name,
          { consequence: `the component ${name} is new, with ${count(of(name).length, 'object')}`, rank: 3 },
          of(name),
        ),
      ),
    ...[...old]
      .filter((name) => name && !wanted.has(name))
      .flatMap((name) =>
        whole(
          name,
          { consequence: `the component ${name} goes, with ${count(of(name).length, 'object')}`, rank: 3 },
          of(name),
        ),
      ),
  ];
}

/** Fields that follow from others, or mean nothing by themselves. */
function isMechanical(change: ObjectChange, field: FieldChange): boolean {
  if (change.object.kind === 'Kustomization') return isLocalList(field);
  const template = TEMPLATE_STEPS[change.object.kind];
  const isTemplate = template?.every((step, index) => field.steps[index] === step) === true;
  if (/annotations\["checksum\//.test(field.path)) return true;
  if (isTemplate) return false;
  return field.order === true || /^metadata\.labels/.test(field.path);
}

/** The list of our own files: what came and went is told by the objects. */
function isLocalList({ old, new: wanted, path }: FieldChange): boolean {
  const remote = (list: unknown): string =>
    JSON.stringify(Array.isArray(list) ? list.filter((item) => String(item).startsWith('https://')) : []);
  return path.startsWith('resources') && remote(old) === remote(wanted);
}

function mechanicalLines(scene: Scene, told: readonly Line[]): Line[] {
  const known = toldOf(told);
  const changes = scene.changes.filter(
    (change) =>
      !known(scene, change) &&
      change.action === 'changed' &&
      change.fields.length > 0 &&
      change.fields.every((field) => isMechanical(change, field)),
  );
  const [first] = changes;
  if (!first) return [];
  const fields = new Set(
    changes.flatMap((change) =>
      change.fields.map(({ path, order }) => (order ? 'order of lists' : path.replace(/^metadata\./, ''))),
    ),
  );
  return [
    {
      class: 'cause',
      cluster: scene.cluster,
      component: '',
      object: count(changes.length, 'object'),
      file: `dist/${scene.cluster}/${first.file}`,
      field: '',
      consequence: `${changes.length === 1 ? 'differs' : 'differ'} mechanically: ${listed([...fields], 5)}`,
      rank: 9,
    },
  ];
}

/** Whether a line of another class is about a changed object. */
function toldOf(told: readonly Line[]): (scene: Scene, change: ObjectChange) => boolean {
  const known = new Set(told.map(({ file, object }) => `${file} ${object}`));
  return ({ cluster }, { file, object }) => known.has(`dist/${cluster}/${file} ${nameOf(object)}`);
}

/** Changed objects that no rule has anything to say of. */
function otherLines(scene: Scene, told: readonly Line[]): Line[] {
  const known = toldOf(told);
  return scene.changes
    .filter((change) => !known(scene, change))
    .flatMap((change) => {
      const fields = change.fields.filter((field) => !isMechanical(change, field));
      if (change.action === 'changed' && !fields.length && change.from === undefined) return [];
      const said =
        change.object.kind === 'ConfigMap' && change.action === 'changed'
          ? configSaid(scene, change)
          : undefined;
      return [lineOf(scene, 'cause', change, said ?? otherSaid(change, fields))];
    });
}

function otherSaid({ action, object, from, component }: ObjectChange, fields: readonly FieldChange[]): Said {
  if (action !== 'changed') return { consequence: action === 'added' ? 'it is new' : 'it goes', rank: 8 };
  const [first] = fields;
  if (!first) return { old: from, new: component, consequence: 'it is in another folder', rank: 8 };
  const isHidden = object.kind === 'Secret';
  return {
    field: first.path,
    old: isHidden ? undefined : shown(first.old),
    new: isHidden ? undefined : shown(first.new),
    consequence:
      fields.length > 1
        ? `it changes in place, in ${count(fields.length, 'field')}; nothing restarts`
        : 'it changes in place; nothing restarts',
    rank: 7,
  };
}

/** A changed ConfigMap: what is in it, and whether anybody restarts for it. */
function configSaid(scene: Scene, change: ObjectChange): Said | undefined {
  const keys = changedKeys(change);
  if (!keys.length) return undefined;
  const restarts = scene.changes.filter(
    (other) =>
      RESTARTED.has(other.object.kind) &&
      templateChanges(other).length > 0 &&
      configBehind(scene, other).includes(change),
  );
  const effect = restarts.length
    ? `${listed(restarts.map(({ object }) => nameOf(object)))} restart${restarts.length === 1 ? 's' : ''} for it`
    : 'nothing restarts: pods see it in their files a minute or two later, and not at all as environment or subPath';
  return {
    field: keys.length === 1 ? `data["${keys[0]?.key ?? ''}"]` : 'data',
    consequence: `${listed(keys.map(keyChangeText), 4)}; ${effect}`,
    rank: restarts.length ? 8 : 6,
  };
}
