import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../cli/kubernetes-api';
import { CRD_SOURCES, rawUrl, type CrdSource } from '../../imports/crds';
import { isAccepted, type Api } from './api';
import { sleep } from './processes';
import type { Outcome } from './report';

/** One file with CustomResourceDefinitions, and what else upstream put into it. */
interface CrdText {
  /** Address or path, for messages. */
  readonly from: string;
  readonly text: string;
}

interface Definition {
  readonly name: string;
  readonly from: string;
  readonly text: string;
}

/** Milliseconds in which not one more is served, on a machine that has other work too. */
const SERVED_MILLISECONDS = 30_000;

/** The locked files of every source from a folder that has one folder per component. A file that differs from the lock is a problem. */
export function crdsFromFolder(folder: string, sources: readonly CrdSource[] = CRD_SOURCES): CrdSet {
  const problems: string[] = [];
  const files = sources.flatMap((source) => {
    const home = join(folder, source.component);
    const texts = existsSync(home)
      ? readdirSync(home).map((name) => ({
          from: join(home, name),
          text: readFileSync(join(home, name), 'utf8'),
        }))
      : [];
    const bySum = new Map(texts.map((file) => [sumOf(file.text), file]));
    return source.files.flatMap(({ path, sha256, definitionsSha256 = sha256 }) => {
      const file = bySum.get(sha256) ?? bySum.get(definitionsSha256);
      if (!file) problems.push(`${home} has no file with the locked sum of ${source.component} ${path}`);
      return file ? [file] : [];
    });
  });
  return { files, problems };
}

/** What of the sources is named by its address. */
export function named(sources: readonly CrdSource[], urls: readonly string[]): CrdSource[] {
  const wanted = new Set(urls);
  return sources.map((source) => ({
    ...source,
    files: source.files.filter((file) => wanted.has(rawUrl(source, file))),
  }));
}

export interface CrdSet {
  readonly files: readonly CrdText[];
  readonly problems: readonly string[];
}

/** The same files over the network, from where the rendered kustomization names them. */
export async function crdsFromNetwork(urls: readonly string[]): Promise<CrdSet> {
  const sums = new Map(
    CRD_SOURCES.flatMap((source) => source.files.map((file) => [rawUrl(source, file), file.sha256])),
  );
  const problems: string[] = [];
  const files = await Promise.all(
    urls.map(async (from) => {
      const response = await fetch(from).catch(reasonOf);
      if (typeof response === 'string' || !response.ok) {
        const why = typeof response === 'string' ? response : response.status;
        problems.push(`${from}: ${why}. Without a network, name a folder: --crds <folder>`);
        return [];
      }
      const text = await response.text();
      if (sumOf(text) !== sums.get(from)) problems.push(`${from} differs from the sum in imports/crds.yaml`);
      return [{ from, text }];
    }),
  );
  return { files: files.flat(), problems };
}

/** fetch says only that it failed; the cause says why. */
const reasonOf = ({ message, cause }: Error): string => (cause instanceof Error ? cause.message : message);

/** Addresses in dist/<cluster>/crds/kustomization.yaml. */
export const urlsOf = (kustomization: string): string[] =>
  [...kustomization.matchAll(/^\s*- ["']?(https:\S+?)["']?$/gm)].map(([, url = '']) => url);

const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Applies the definitions and waits until their kinds are served. Megabytes of schemas: only the server parses them. */
export async function installCrds(api: Api, { files, problems }: CrdSet): Promise<Outcome> {
  const definitions = files.flatMap(definitionsIn);
  const refused = await Promise.all(definitions.map((definition) => install(api, definition)));
  const all = [...problems, ...refused.flat()];
  if (!all.length) all.push(...(await unserved(api, definitions)));
  return {
    proved: `${definitions.length} definitions, equal to the lock, accepted and served`,
    problems: all,
  };
}

function definitionsIn({ from, text }: CrdText): Definition[] {
  return text
    .split(/^---.*$/m)
    .filter((document) => /^kind: CustomResourceDefinition\s*$/m.test(document))
    .map((document) => ({ from, text: document, name: /^ {2}name: (\S+)$/m.exec(document)?.[1] ?? '' }));
}

/** Longhorn's own definitions bring it. The server takes a number of an unknown format for a number. */
const IGNORED = /^unrecognized format "int64"$/;

async function install(api: Api, { name, from, text }: Definition): Promise<string[]> {
  const object = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
  };
  const answer = await api.apply(object, text);
  if (!isAccepted(answer)) return [`${name} (${from}): ${messageOf(answer.body)}`];
  return answer.warnings
    .filter((warning) => !IGNORED.test(warning))
    .map((warning) => `${name} (${from}): warning: ${warning}`);
}

async function unserved(api: Api, definitions: readonly Definition[]): Promise<string[]> {
  let deadline = performance.now() + SERVED_MILLISECONDS;
  let before = definitions.length;
  for (;;) {
    const served = await api.servedNames();
    const missing = definitions.filter(({ name }) => !served.has(name));
    if (!missing.length) return [];
    if (missing.length < before) deadline = performance.now() + SERVED_MILLISECONDS;
    before = missing.length;
    if (performance.now() > deadline) return missing.map(({ name }) => `${name} is not served`);
    await sleep(200);
  }
}
