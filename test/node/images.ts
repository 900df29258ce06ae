import { createHash } from 'node:crypto';
import {
  copyFileSync,
  createReadStream,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execute } from './exec';

/** What holds a pod's namespaces. */
export const PAUSE = 'strata.local/pause:1';

/** An image that stands in for a published one. */
export interface StandInImage {
  /** The reference that manifests name, `repository@digest`, without the tag. */
  readonly reference: string;
  /** Folders, the lowest first; each becomes a layer. */
  readonly layers: readonly string[];
  readonly path?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  readonly folder?: string;
}

/** What no image has: devices and mounts, and what only people read. */
const LEFT_OUT = [
  './proc/*',
  './sys/*',
  './dev/*',
  './tmp/*',
  './var/cache/*',
  './var/lib/apt/*',
  './usr/share/doc/*',
  './usr/share/man/*',
  './usr/share/locale/*',
];

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface Blob {
  readonly digest: string;
  readonly size: number;
}

/** Writes an archive of images in the layout of the OCI's image specification 1.1. Returns its path. */
export async function writeArchive(images: readonly StandInImage[], folder: string): Promise<string> {
  const layout = join(folder, 'images');
  const blobs = join(layout, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const layers = new Map<string, Blob>();
  for (const path of new Set(images.flatMap((image) => image.layers)))
    layers.set(path, await writeLayer(path, blobs));
  const manifests = images.map((image) => writeImage(image, layers, blobs));
  writeFileSync(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  const archive = join(folder, 'images.tar');
  execute('tar', ['-C', layout, '-cf', archive, '.']);
  rmSync(layout, { recursive: true });
  return archive;
}

/** A folder of the cache has a hash of its making in its name, so that its layer is made once. */
async function writeLayer(path: string, blobs: string): Promise<Blob> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'strata-node');
  mkdirSync(cache, { recursive: true });
  const kept = path.includes('/strata-servers/');
  const file = kept ? join(cache, `${basename(path)}.tar`) : join(blobs, `${basename(path)}.tmp`);
  if (!existsSync(file)) {
    const temporary = `${file}.${process.pid}`;
    const excluded = LEFT_OUT.map((pattern) => `--exclude=${pattern}`);
    execute('tar', [
      ...['-C', path, '--numeric-owner', '--sort=name', ...excluded],
      ...['-cf', temporary, '.'],
    ]);
    renameSync(temporary, file);
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const digest = hash.digest('hex');
  if (!kept) renameSync(file, join(blobs, digest));
  else
    try {
      linkSync(file, join(blobs, digest));
    } catch {
      // another file system
      copyFileSync(file, join(blobs, digest));
    }
  return { digest: `sha256:${digest}`, size: statSync(join(blobs, digest)).size };
}

function writeImage(image: StandInImage, layers: ReadonlyMap<string, Blob>, blobs: string): object {
  const { reference, path = DEFAULT_PATH, env = {}, entrypoint = [], folder = '/' } = image;
  const own = image.layers.flatMap((layer) => layers.get(layer) ?? []);
  const config = writeJson(blobs, {
    ...{ architecture: process.arch === 'arm64' ? 'arm64' : 'amd64', os: 'linux' },
    config: {
      Env: Object.entries({ PATH: path, ...env }).map(([name, value]) => `${name}=${value}`),
      Entrypoint: entrypoint,
      WorkingDir: folder,
    },
    rootfs: { type: 'layers', diff_ids: own.map(({ digest }) => digest) },
  });
  const manifest = writeJson(blobs, {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: own.map((blob) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...blob })),
  });
  return {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    ...manifest,
    annotations: { 'io.containerd.image.name': reference },
  };
}

function writeJson(blobs: string, content: object): Blob {
  const text = JSON.stringify(content);
  const digest = createHash('sha256').update(text).digest('hex');
  writeFileSync(join(blobs, digest), text);
  return { digest: `sha256:${digest}`, size: Buffer.byteLength(text) };
}
