import { parse } from 'yaml';
import lock from './images.yaml';

/** One row of images.yaml: an image at one digest. */
export interface Image {
  /** What components call it: `mysql`. */
  readonly name: string;
  /** The line that settings choose: `8.0`. */
  readonly line: string;
  readonly repository: string;
  readonly tag: string;
  /** `repository:tag@sha256:…` — the digest decides, the tag tells people. */
  readonly reference: string;
  /** SPDX expression. */
  readonly licence: string;
  /** Day (YYYY-MM-DD) after which upstream mends nothing more; null where upstream has named none. */
  readonly endOfLife: string | null;
}

interface Row {
  name: string;
  line: string;
  repository: string;
  tag: string;
  digest: string;
  licence: string;
  endOfLife: string | null;
}

const IMAGES: readonly Image[] = (parse(lock) as { images: Row[] }).images.map(({ digest, ...row }) => ({
  ...row,
  reference: `${row.repository}:${row.tag}@${digest}`,
}));

/** The image of that name and line. The line may be left out where there is only one. Throws where the lock has none. */
export function image(name: string, line?: string): Image {
  const candidates = IMAGES.filter((row) => row.name === name && (line === undefined || row.line === line));
  const [found] = candidates;
  if (!found || candidates.length > 1) {
    const known = IMAGES.filter((row) => row.name === name).map((row) => row.line);
    throw new Error(
      `imports/images.yaml: ${candidates.length} images "${name}"${line === undefined ? '' : ` ${line}`}. ` +
        (known.length
          ? `Choose one of the lines ${known.join(', ')}`
          : 'Add it with its digest, licence and end of life'),
    );
  }
  return found;
}

/** The row of the lock that a rendered reference comes from. */
export function lockedImage(reference: string): Image | undefined {
  return IMAGES.find((row) => row.reference === reference);
}

export const allImages = (): readonly Image[] => IMAGES;
