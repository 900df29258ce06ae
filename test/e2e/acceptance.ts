import type { KubeObject } from '../../charts/core/objects';
import { messageOf } from '../../cli/kubernetes-api';
import { isAccepted, nameOf, type Api, type LiveObject } from './api';
import type { Manifest, Step } from './manifests';
import { sleep } from './processes';
import type { Outcome } from './report';

/** What the server made of the set. */
export interface Acceptance extends Outcome {
  readonly stored: ReadonlyMap<Manifest, LiveObject>;
}

/** The quota controller of a fresh server looks first, then counts: until then every pod and Service is refused. */
const QUOTA_MILLISECONDS = 20_000;
/** Controllers write status while the second apply is under way: an object is tried again where only that moved. */
const SECOND_ATTEMPTS = 5;

/** Warnings that only upstream can mend. */
const UPSTREAM_WARNINGS = [
  // Argo CD knows the finalizer of a project by no other name
  { kind: 'AppProject', text: /prefer a domain-qualified finalizer name/ },
];

/** Applies every object in order. An error or a warning of the server is a problem. */
export async function accept(api: Api, steps: readonly Step[]): Promise<Acceptance> {
  const problems: string[] = [];
  const stored = new Map<Manifest, LiveObject>();
  for (const { manifests, standIn } of steps) {
    const answers = await Promise.all(
      manifests.map(async (manifest) => ({
        manifest,
        answer: await api.apply(manifest.object, manifest.text),
      })),
    );
    for (const { manifest, answer } of answers) {
      const place = `${manifest.file}: ${nameOf(manifest.object)}:`;
      if (!isAccepted(answer)) problems.push(`${place} ${messageOf(answer.body)}`);
      else if (!standIn) stored.set(manifest, answer.body as LiveObject);
      const warnings = answer.warnings.filter((warning) => !isUpstreams(manifest.object, warning));
      problems.push(...warnings.map((warning) => `${place} warning: ${warning}`));
    }
    if (manifests.some(({ object }) => object.kind === 'ResourceQuota')) await quotasCounted(api);
  }
  const titles = new Set(steps.filter(({ standIn }) => !standIn).map(({ title }) => title));
  const proved = `${stored.size} objects of ${titles.size} components, in order: no error, no warning`;
  return { proved, problems, stored };
}

const isUpstreams = ({ kind: of }: KubeObject, warning: string): boolean =>
  UPSTREAM_WARNINGS.some(({ kind, text }) => kind === of && text.test(warning));

async function quotasCounted(api: Api): Promise<void> {
  const deadline = performance.now() + QUOTA_MILLISECONDS;
  while (performance.now() < deadline) {
    const quotas = await api.list('v1', 'ResourceQuota');
    if (quotas.every(({ spec, status }) => sameKeys(spec?.hard, status?.hard))) return;
    await sleep(100);
  }
}

const sameKeys = (one: object = {}, other: object = {}): boolean =>
  Object.keys(one).every((key) => key in other);

/**
 * What was rendered is what is stored: a value that the server writes in another way (`1000m` for `1`), drops or merges is for ever a
 * difference between git and the cluster.
 */
export function storedAsWritten(stored: ReadonlyMap<Manifest, LiveObject>): Outcome {
  const problems = [...stored].flatMap(([{ file, object }, live]) =>
    differences(object, live, '').map(
      (difference) => `${file}: ${nameOf(object)}: the server stores ${difference}`,
    ),
  );
  return { proved: `every field of ${stored.size} objects is stored as it was written`, problems };
}

/** Fields of `wanted` that are not the same in `live`. What only `live` has is a default, and nobody's business. */
function differences(wanted: unknown, live: unknown, path: string): string[] {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(live) || live.length !== wanted.length)
      return [`${path}: ${show(live)} for ${show(wanted)}`];
    return wanted.flatMap((item, index) => differences(item, live[index], `${path}[${index}]`));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof live !== 'object' || live === null) return [`${path}: ${show(live)} for ${show(wanted)}`];
    return Object.entries(wanted).flatMap(([key, value]) =>
      differences(value, (live as Record<string, unknown>)[key], path ? `${path}.${key}` : key),
    );
  }
  return wanted === live ? [] : [`${path}: ${show(live)} for ${show(wanted)}`];
}

const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** Applies every object again on the running cluster: nothing may change. */
export async function applyAgain(api: Api, manifests: readonly Manifest[]): Promise<Outcome> {
  const problems = await Promise.all(manifests.map((manifest) => changeOf(api, manifest)));
  return { proved: `${manifests.length} objects applied again: none changed`, problems: problems.flat() };
}

async function changeOf(api: Api, { object, text, file }: Manifest): Promise<string[]> {
  const place = `${file}: ${nameOf(object)}`;
  for (let attempt = 1; ; attempt++) {
    const before = await api.get(object);
    if (!isAccepted(before)) return [`${place} is gone: ${messageOf(before.body)}`];
    const after = await api.apply(object, text);
    if (!isAccepted(after)) return [`${place}: ${messageOf(after.body)}`];
    if (after.warnings.length) return after.warnings.map((warning) => `${place}: warning: ${warning}`);
    if (before.body.metadata.resourceVersion === after.body.metadata.resourceVersion) return [];
    const changed = differences(content(after.body), content(before.body), '');
    if (changed.length)
      return changed.map((change) => `${place} changes when applied again; there was ${change}`);
    if (attempt === SECOND_ATTEMPTS)
      return [`${place} has another resourceVersion after each of ${attempt} applies`];
  }
}

const NOT_OURS = ['status'];
const BOOKKEEPING = ['resourceVersion', 'managedFields'];

/** What an apply can change. */
const content = (live: LiveObject): unknown => ({
  ...without(live, NOT_OURS),
  metadata: without(live.metadata, BOOKKEEPING),
});

const without = (fields: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
