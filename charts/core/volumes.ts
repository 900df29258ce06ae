import type { IVolume } from 'kubernetes-models/v1/Volume';
import type { ConfigMapRef } from './contracts';
import { defined } from './objects';
import type { Memory } from './quantities';
import type { SecretRef } from './secrets';

/** A volume of a pod. The same object mounted by several containers is one volume. */
export interface Volume {
  readonly name: string;
  /** Undefined for a claim template of the workload, which brings its own volume. */
  readonly source?: Omit<IVolume, 'name'>;
  readonly readOnly: boolean;
  /** ConfigMaps whose change must restart the pod. @default none */
  readonly configs?: readonly ConfigMapRef[];
}

/** Where a volume, or one path inside it, is mounted. */
export interface Mount {
  readonly volume: Volume;
  /** One file or folder of the volume. @default the whole volume */
  readonly subPath?: string;
  /** @default the volume's own */
  readonly readOnly?: boolean;
  /**
   * Whether mounts that the node makes later appear in the container, and with Bidirectional the container's on the node. Needs the
   * exception `mount-propagation`. @default neither
   */
  readonly propagation?: 'HostToContainer' | 'Bidirectional';
}

export const asMount = (mount: Volume | Mount): Mount => ('volume' in mount ? mount : { volume: mount });

/** Key → path of its file below the mount; other keys are left out. */
type Items = Readonly<Record<string, string>>;

/** How keys become files. */
export interface Files {
  /** Name of the volume. @default that of the ConfigMap or Secret */
  readonly name?: string;
  /** @default every key, as a file of its name */
  readonly items?: Items;
  /** Permissions of the files: 0o550 for scripts. @default 0644, for Secrets 0440 */
  readonly mode?: number;
}

/** A ConfigMap's keys as files; pods restart when it changes. */
export const configVolume = (config: ConfigMapRef, files: Files = {}): Volume => ({
  name: files.name ?? config.name,
  source: { configMap: defined({ name: config.name, items: itemsOf(files.items), defaultMode: files.mode }) },
  readOnly: true,
  configs: [config],
});

/** A Secret's keys as files, readable by owner and group (0440): the pod's fsGroup is that group. */
export const secretVolume = (
  secret: Pick<SecretRef, 'name'>,
  name: string = secret.name,
  files: Omit<Files, 'name'> = {},
): Volume => ({
  name,
  source: {
    secret: defined({
      secretName: secret.name,
      items: itemsOf(files.items),
      defaultMode: files.mode ?? 0o440,
    }),
  },
  readOnly: true,
});

const itemsOf = (items: Items | undefined) =>
  items && Object.entries(items).map(([key, path]) => ({ key, path }));

/**
 * An empty folder that lives as long as the pod. Its size counts as ephemeral storage, or as the containers' memory where `Memory` holds
 * it; beyond it the pod is evicted.
 */
export const scratch = (name: string, size: Memory, medium?: 'Memory'): Volume => ({
  name,
  source: { emptyDir: defined({ sizeLimit: size, medium }) },
  readOnly: false,
});

/** A PersistentVolumeClaim of the same namespace. */
export const claimVolume = (claim: string, name: string = claim): Volume => ({
  name,
  source: { persistentVolumeClaim: { claimName: claim } },
  readOnly: false,
});

/**
 * A file or folder of the node. Needs the exception `host-path:<path>`, or `host-path-write:<path>` where a container may write to it.
 * `type` is what must be there for the pod to start, or is made.
 */
export const hostPathVolume = (
  name: string,
  path: string,
  options: {
    /** @default Directory */
    readonly type?: 'Directory' | 'DirectoryOrCreate' | 'File' | 'FileOrCreate' | 'Socket' | 'CharDevice';
    /** @default false */
    readonly writable?: boolean;
  } = {},
): Volume => ({
  name,
  source: { hostPath: { path, type: options.type ?? 'Directory' } },
  readOnly: !options.writable,
});

/** A file of a pod's field (`metadata.labels`), or of a request or limit of one of its containers, in units of `divisor`. */
export type DownwardFile =
  | { readonly field: string }
  | { readonly resource: ResourceField; readonly container: string; readonly divisor?: string };

/** A request or limit, as the downward API names it. */
export type ResourceField = `${'requests' | 'limits'}.${'cpu' | 'memory' | 'ephemeral-storage'}`;

/** Path → what the file says about the pod. */
export const downwardVolume = (name: string, files: Readonly<Record<string, DownwardFile>>): Volume => ({
  name,
  source: { downwardAPI: { items: downwardItems(files) } },
  readOnly: true,
});

const downwardItems = (files: Readonly<Record<string, DownwardFile>>) =>
  Object.entries(files).map(([path, file]) =>
    'field' in file
      ? { path, fieldRef: { fieldPath: file.field } }
      : {
          path,
          resourceFieldRef: defined({
            resource: file.resource,
            containerName: file.container,
            divisor: file.divisor,
          }),
        },
  );

/** Files of a ConfigMap. */
export interface ConfigFiles {
  readonly config: ConfigMapRef;
  /** @default every key, as a file of its name */
  readonly items?: Items;
}

/** One part of a projected volume. */
export type Projection =
  | ConfigFiles
  | { readonly secret: Pick<SecretRef, 'name'>; readonly items?: Items }
  | { readonly downward: Readonly<Record<string, DownwardFile>> }
  /** A token of the pod's ServiceAccount, which the kubelet renews. */
  | {
      readonly token: {
        /** File below the mount. */
        readonly path: string;
        /** Who accepts it. @default the API server */
        readonly audience?: string;
        /** Seconds that one token lives, at least 600. @default 3600 */
        readonly expirationSeconds?: number;
      };
    };

/** Several sources in one folder, readable by owner and group. */
export const projectedVolume = (name: string, parts: readonly Projection[]): Volume => {
  const configs = parts.flatMap((part) => ('config' in part ? [part.config] : []));
  return {
    name,
    source: { projected: { defaultMode: 0o440, sources: parts.map(projectionOf) } },
    readOnly: true,
    ...(configs.length && { configs }),
  };
};

function projectionOf(part: Projection) {
  if ('config' in part) return { configMap: defined({ name: part.config.name, items: itemsOf(part.items) }) };
  if ('secret' in part) return { secret: defined({ name: part.secret.name, items: itemsOf(part.items) }) };
  if ('downward' in part) return { downwardAPI: { items: downwardItems(part.downward) } };
  return { serviceAccountToken: { ...part.token } };
}
