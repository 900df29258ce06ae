import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { manifestYaml } from '../../charts/core/yaml';
import { CLASSES } from '../../diff/line';
import { reviewCluster, type ClusterReview } from '../../diff/review';
import { RenderedSet } from '../../diff/set';
import type { SettingsFile } from '../../diff/settings';
import { sentence, subject } from '../../diff/text';
import { nameOf } from '../../checks/core/workloads';

export const CLUSTER = 'mono';
export const SETTINGS = `clusters/${CLUSTER}/cluster.yaml`;
const settings = readFileSync(SETTINGS, 'utf8');
const locks = {
  images: readFileSync('imports/images.yaml', 'utf8'),
  crds: [readFileSync('imports/crds.yaml', 'utf8'), readFileSync('imports/crds.yaml', 'utf8')] as const,
};

/** The files of the real cluster, as they are committed. */
const real = new Map(
  readdirSync(`dist/${CLUSTER}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => [path, readFileSync(join('dist', CLUSTER, path), 'utf8')]),
);

/** Names of all objects of some kinds, or of all. */
export const namesOf = (...kinds: string[]): string[] =>
  [...places.keys()].filter((name) => !kinds.length || kinds.includes(name.split(' ', 1)[0] ?? ''));

const setOf = (files: ReadonlyMap<string, string>, twin?: RenderedSet): RenderedSet =>
  new RenderedSet(
    `dist/${CLUSTER}`,
    [...files].map(([path, text]) => ({ path, id: text, text: () => text })),
    twin,
  );

const before = setOf(real);
/** `StatefulSet prod/mysql` → its file. */
const places = new Map(
  before.paths.flatMap((path) => before.objectsIn(path).map(({ object }) => [nameOf(object), path] as const)),
);

/** The real cluster, to be changed by one case. */
export class Change {
  protected files = new Map(real);
  private readonly sealed: [SettingsFile[], SettingsFile[]] = [[], []];
  protected text = settings;
  private sources: string[] = [];

  private place(name: string): string {
    const path = places.get(name);
    if (path === undefined) throw new Error(`${CLUSTER} has no ${name}`);
    return path;
  }

  /** Changes an object by hand. */
  edit(name: string, how: (object: any) => void): this {
    const path = this.place(name);
    const text = this.files.get(path) ?? '';
    const object = load(text) as any;
    how(object);
    const written = object.kind === 'Kustomization' ? JSON.stringify(object) : manifestYaml(object);
    if (load(text) !== undefined && JSON.stringify(load(text)) === JSON.stringify(load(written)))
      throw new Error(`${name} is as it was`);
    this.files.set(path, `${text.split('\n', 1)[0] ?? ''}\n${written}`);
    return this;
  }

  /** Changes the text of an object's file. */
  rewrite(name: string, from: string | RegExp, to: string): this {
    const path = this.place(name);
    const text = this.files.get(path) ?? '';
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`${path} holds no ${String(from)}`);
    this.files.set(path, changed);
    return this;
  }

  remove(...names: string[]): this {
    for (const name of names) this.files.delete(this.place(name));
    return this;
  }

  /** Removes a component: its folder and its Application. */
  removeComponent(id: string): this {
    for (const path of [...this.files.keys()]) if (path.startsWith(`${id}/`)) this.files.delete(path);
    return this.remove(`Application argocd/${id}`);
  }

  /** Moves a component to another folder, with its Application. */
  moveComponent(id: string, to: string): this {
    for (const [path, text] of [...this.files])
      if (path.startsWith(`${id}/`)) {
        this.files.delete(path);
        this.files.set(path.replace(id, to), text);
      }
    const application = this.files.get(`root/application-${id}.yaml`) ?? '';
    this.files.delete(`root/application-${id}.yaml`);
    this.files.set(`root/application-${to}.yaml`, application.replaceAll(id, to));
    return this;
  }

  /** Moves one file to another component's folder. */
  moveFile(name: string, from: string, to: string): this {
    const text = this.files.get(`${from}/${name}`);
    if (text === undefined) throw new Error(`There is no ${from}/${name}`);
    this.files.delete(`${from}/${name}`);
    this.files.set(`${to}/${name}`, text);
    return this;
  }

  /** Adds a copy of an object, changed, as a file of its own. */
  copy(name: string, file: string, how: (object: any) => void): this {
    const object = load(real.get(this.place(name)) ?? '') as any;
    how(object);
    this.files.set(file, manifestYaml(object));
    return this;
  }

  add(file: string, object: object): this {
    this.files.set(file, JSON.stringify(object));
    return this;
  }

  /** Changes settings, and nothing that follows from them. */
  settingsOnly(from: string | RegExp, to: string): this {
    const changed = this.text.replace(from, to);
    if (changed === this.text) throw new Error(`${SETTINGS} holds no ${String(from)}`);
    this.text = changed;
    return this;
  }

  source(...paths: string[]): this {
    this.sources.push(...paths);
    return this;
  }

  /** An encrypted file, as it was and is. */
  encrypted(path: string, old: object | undefined, wanted: object | undefined): this {
    if (old) this.sealed[0].push({ path, text: JSON.stringify(old) });
    if (wanted) this.sealed[1].push({ path, text: JSON.stringify(wanted) });
    return this;
  }

  review(): ClusterReview {
    return reviewCluster({
      cluster: CLUSTER,
      before,
      after: setOf(this.files, before),
      settings: [[{ path: SETTINGS, text: settings }], [{ path: SETTINGS, text: this.text }]],
      sealed: this.sealed,
      locks,
      sources: this.sources,
    });
  }
}

/** `fails | StatefulSet prod/mysql spec.serviceName: a → b | the API server refuses it…` */
export const linesOf = ({ lines }: ClusterReview): string[] =>
  lines.map((line) => `${line.class} | ${subject(line)} | ${sentence(line)}`);

/**
 * One case: what is changed, the classes that have lines (`cause` need not be named; no other may have one), and what lines must hold. A text
 * with a `!` before it must be in none.
 */
export type Row<Set extends Change> = readonly [
  name: string,
  change: (set: Set) => Change,
  classes: string,
  says: readonly string[],
];

/** Tests of a table of changes by hand. */
export function corpus(rows: readonly Row<Change>[]): void {
  corpusOf(rows, () => new Change());
}

/** Tests of a table of changes of what `fresh` makes. */
export function corpusOf<Set extends Change>(rows: readonly Row<Set>[], fresh: () => Set): void {
  test.each(rows.map((row) => [row[0], row] as const))('%s', (_, [, change, classes, says]) => {
    const review = change(fresh()).review();
    const lines = linesOf(review);
    const found = CLASSES.filter(
      (name) => name !== 'cause' && review.lines.some((line) => line.class === name),
    );
    expect({ classes: found.join(' '), lines }).toEqual({ classes, lines });
    for (const text of says) {
      if (text.startsWith('!')) expect(lines.filter((line) => line.includes(text.slice(1)))).toEqual([]);
      else expect(lines).toContainEqual(expect.stringContaining(text));
    }
  });
}
