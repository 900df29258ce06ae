import { parse } from 'yaml';
import lock from './crds.yaml';

/** One upstream file of CustomResourceDefinitions. */
export interface CrdFile {
  readonly path: string;
  readonly sha256: string;
  /** Sum of its definitions alone, where upstream's file holds other kinds too. */
  readonly definitionsSha256?: string;
  /** `<group>/<Kind>` of each definition in the file. */
  readonly kinds: readonly string[];
  /** Kinds of the other objects in the file, where upstream publishes its definitions in no other. @default none */
  readonly otherKinds?: readonly string[];
}

/** The CRDs of one project at one commit. */
export interface CrdSource {
  readonly component: string;
  readonly repository: string;
  readonly version: string;
  readonly commit: string;
  readonly files: readonly CrdFile[];
}

export const CRD_SOURCES: readonly CrdSource[] = (parse(lock) as { crds: CrdSource[] }).crds;

/** Where upstream serves the file, byte for byte. */
export function rawUrl(source: CrdSource, file: CrdFile): string {
  return `${source.repository.replace('https://github.com/', 'https://raw.githubusercontent.com/')}/${source.commit}/${file.path}`;
}
