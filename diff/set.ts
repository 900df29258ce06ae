import { load, YAMLException, loadAll } from 'js-yaml';
import { StrataError } from '../charts/core/errors';
import type { KubeObject } from '../charts/core/objects';
import { isObject } from '../checks/core/workloads';

/** One file of dist/<cluster>/, as git or the disk has it. */
export interface SourceFile {
  /** Relative to dist/<cluster>/, with slashes. */
  readonly path: string;
  /** Equal ids mean equal bytes: git's name of the blob. */
  readonly id: string;
  /** Read when it is needed: most files of a change are the same on both sides. */
  readonly text: () => string;
}

/** An object, and the file that it is in. */
export interface Placed {
  readonly object: KubeObject;
  /** Relative to dist/<cluster>/. */
  readonly file: string;
  /** Folder in dist/<cluster>/. */
  readonly component: string;
}

/** Which objects: all of these hold. */
export interface Where {
  readonly component?: string;
  readonly namespace?: string;
  /** A text that the file must hold, to spare parsing the others. */
  readonly containing?: string;
}

const HEADER = /^# Rendered by Strata from (\S+)/;
const KUSTOMIZATION = /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/;

/** Whether a file is encrypted by sops: it is compared by names of keys and recipients, and never as an object. */
export const isSealed = (path: string): boolean => /\.sops\.ya?ml$/.test(path);

/** The folder of a file; the files at the top are of what a person applies once. */
export const componentOf = (path: string): string =>
  path.includes('/') ? (path.split('/', 1)[0] ?? '') : '';

/** The rendered set of one cluster at one moment. Files are parsed when somebody asks for their objects, and once. */
export class RenderedSet {
  private readonly files: ReadonlyMap<string, SourceFile>;
  private readonly parsed = new Map<string, readonly Placed[]>();
  private readonly texts = new Map<string, string>();
  private readonly found = new Map<string, Placed[]>();
  /** Path → namespace that its text names first; '' for none. */
  private readonly namespaces = new Map<string, string>();
  /** Lower-case kind, as files are named after it → their paths. */
  private readonly byKind = new Map<string, string[]>();

  /**
   * @param place where the set is, for messages: `dist/mono`
   * @param twin the other side of the comparison: files that are the same there are parsed once for both
   */
  constructor(
    readonly place: string,
    files: readonly SourceFile[],
    private readonly twin: RenderedSet | undefined = undefined,
  ) {
    this.files = new Map(files.map((file) => [file.path, file]));
    for (const { path } of files) {
      const base = path.slice(path.lastIndexOf('/') + 1);
      const kind = base.slice(0, base.indexOf('-'));
      const known = this.byKind.get(kind);
      if (known) known.push(path);
      else this.byKind.set(kind, [path]);
    }
  }

  get paths(): readonly string[] {
    return [...this.files.keys()];
  }

  has(path: string): boolean {
    return this.files.has(path);
  }

  idOf(path: string): string | undefined {
    return this.files.get(path)?.id;
  }

  textOf(path: string): string {
    const known = this.texts.get(path);
    if (known !== undefined) return known;
    const text = this.isShared(path) ? (this.twin?.textOf(path) ?? '') : (this.files.get(path)?.text() ?? '');
    this.texts.set(path, text);
    return text;
  }

  /** The file of sources that the first line names. */
  sourceOf(path: string): string | undefined {
    return HEADER.exec(this.textOf(path).slice(0, 300))?.[1];
  }

  /** The objects of a file; none where there is no such file. Throws a StrataError where it is no YAML. */
  objectsIn(path: string): readonly Placed[] {
    const known = this.parsed.get(path);
    if (known) return known;
    const objects = this.files.has(path) ? this.read(path) : [];
    this.parsed.set(path, objects);
    return objects;
  }

  /** The objects of some kinds, found by the names of their files (`networkpolicy-xwiki.yaml`), so that nothing else is parsed. */
  ofKinds(kinds: readonly string[], where: Where = {}): readonly Placed[] {
    const key = [...kinds, where.component, where.namespace, where.containing].join('\n');
    const known = this.found.get(key);
    if (known) return known;
    const objects = kinds
      .flatMap((kind) => this.byKind.get(kind.toLowerCase()) ?? [])
      .filter((path) => this.isAt(path, where))
      .flatMap((path) => this.objectsIn(path))
      .filter(({ object }) => kinds.includes(object.kind))
      .filter(({ object }) => where.namespace === undefined || object.metadata.namespace === where.namespace);
    this.found.set(key, objects);
    return objects;
  }

  private isAt(path: string, { component, namespace, containing }: Where): boolean {
    if (component !== undefined && componentOf(path) !== component) return false;
    if (namespace !== undefined && this.namespaceIn(path) !== namespace) return false;
    return containing === undefined || this.textOf(path).includes(containing);
  }

  /** The namespace that a file names first, which in what Strata writes is that of its object. */
  private namespaceIn(path: string): string {
    const known = this.namespaces.get(path);
    if (known !== undefined) return known;
    const namespace = /^ {2}namespace: "?([\w.-]+)/m.exec(this.textOf(path))?.[1] ?? '';
    this.namespaces.set(path, namespace);
    return namespace;
  }

  /** The one object of that kind, namespace and name. */
  find(kind: string, namespace: string | undefined, name: string): Placed | undefined {
    return this.ofKinds([kind], { containing: name }).find(
      ({ object: { metadata } }) => metadata.name === name && metadata.namespace === namespace,
    );
  }

  private read(path: string): readonly Placed[] {
    return this.twin && this.isShared(path) ? this.twin.objectsIn(path) : this.parse(path);
  }

  private isShared(path: string): boolean {
    return this.twin?.has(path) === true && this.twin.idOf(path) === this.idOf(path);
  }

  private parse(path: string): readonly Placed[] {
    const component = componentOf(path);
    return documentsOf(this.textOf(path), `${this.place}/${path}`).flatMap((document) => {
      if (document === null || document === undefined) return [];
      const object = KUSTOMIZATION.test(path) ? kustomization(document, component) : document;
      if (!isKubeObject(object))
        throw new StrataError(
          `${this.place}/${path}`,
          'it has no apiVersion, kind and metadata.name',
          'Mend it, or render it again',
        );
      return [{ object, file: path, component }];
    });
  }
}

/** All documents of a YAML text. Throws a StrataError with line and column where it is none. */
export function documentsOf(text: string, place: string): unknown[] {
  try {
    return /^---/m.test(text) ? loadAll(text) : [load(text)];
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { line = 0, column = 0 } = error.mark ?? {};
    throw new StrataError(`${place}:${line + 1}:${column + 1}`, error.reason, 'Mend it, or render it again');
  }
}

/** A kustomization has no name: it is known by its folder. */
function kustomization(document: unknown, component: string): unknown {
  if (!isObject(document)) return document;
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    ...document,
    metadata: { name: component || 'bootstrap' },
  };
}

function isKubeObject(value: unknown): value is KubeObject {
  if (!isObject(value)) return false;
  const { apiVersion, kind, metadata } = value;
  return (
    typeof apiVersion === 'string' &&
    typeof kind === 'string' &&
    isObject(metadata) &&
    typeof metadata['name'] === 'string'
  );
}
