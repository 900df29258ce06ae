import type { KubeObject } from '../../charts/core/objects';
import { manifestYaml } from '../../charts/core/yaml';
import { reviewCluster, type ClusterReview } from '../../diff/review';
import { RenderedSet, type SourceFile } from '../../diff/set';
import { isAccepted, nameOf, type Answer, type Api } from './api';
import type { Manifest } from './manifests';
import type { Outcome } from './report';
import { changed, type Edit } from './review-edits';

/** Changes of each object that are tried. */
const EDITS = 4;
/** Kinds whose pods are made anew when their template differs. */
const ROLLED = ['Deployment', 'StatefulSet', 'DaemonSet'];
/** How the API server refuses a change of a field that it keeps (apimachinery v0.36.3, pkg/api/validation; pkg/apis/apps/validation). */
const KEPT = /field is immutable|updates to statefulset spec for fields other than|may not change once set/;

/** What the server says of a change, and what `strata diff` says. */
interface Case {
  readonly title: string;
  readonly live: KubeObject;
  readonly answer: Answer;
  readonly review: ClusterReview;
}

/**
 * `strata diff` is held against the server's own dry run, for changes anywhere in the set: it sees all that the server sees, says that a change
 * is refused where a kept field is the reason, and that pods restart exactly where their template becomes another one.
 */
export async function reviewed(api: Api, cluster: string, manifests: readonly Manifest[]): Promise<Outcome> {
  const files = new Map(manifests.map(({ file, text }) => [file, text]));
  const before = setOf(cluster, files);
  const cases = (
    await Promise.all(
      manifests.map(async (manifest, index) => {
        const live = await api.get(manifest.object);
        if (!isAccepted(live)) return [];
        const edits = Array.from({ length: EDITS }, (_, round) =>
          changed(manifest.object, index * EDITS + round),
        );
        return Promise.all(
          edits
            .flatMap((edit) => edit ?? [])
            .map(async (edit) => ({
              ...titled(manifest, edit),
              live: live.body as KubeObject,
              answer: await api.dryRun(edit.object, JSON.stringify(edit.object)),
              review: review(cluster, before, files, manifest.file, edit.object),
            })),
        );
      }),
    )
  ).flat();
  return { proved: provedBy(cases), problems: [...cases.flatMap(problemsOf), ...poor(cases)] };
}

const titled = ({ object }: Manifest, { place }: Edit) => ({ title: `${nameOf(object)} ${place}` });

const setOf = (cluster: string, files: ReadonlyMap<string, string>, twin?: RenderedSet): RenderedSet =>
  new RenderedSet(
    `dist/${cluster}`,
    [...files].map(([path, text]): SourceFile => ({ path, id: text, text: () => text })),
    twin,
  );

function review(
  cluster: string,
  before: RenderedSet,
  files: ReadonlyMap<string, string>,
  file: string,
  object: KubeObject,
): ClusterReview {
  const after = setOf(cluster, new Map([...files, [file, manifestYaml(object)]]), before);
  const locks = { images: '', crds: ['', ''] as const };
  return reviewCluster({ cluster, before, after, settings: [[], []], sealed: [[], []], locks, sources: [] });
}

/** What a server writes of its own. */
const SERVERS = new Set(['managedFields', 'resourceVersion', 'generation', 'status']);

/** An object but for what the server writes of its own. */
function stored({ metadata, ...rest }: KubeObject): string {
  const without = (fields: object): object =>
    Object.fromEntries(Object.entries(fields).filter(([key]) => !SERVERS.has(key)));
  return sorted({ ...without(rest), metadata: without(metadata) });
}

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );

const templateOf = (object: KubeObject): string =>
  sorted((object as { spec?: { template?: unknown } }).spec?.template ?? null);

const isChange = ({ live, answer }: Case): boolean =>
  isAccepted(answer) && stored(live) !== stored(answer.body as KubeObject);
const isRestart = ({ live, answer }: Case): boolean =>
  isAccepted(answer) &&
  ROLLED.includes(live.kind) &&
  templateOf(live) !== templateOf(answer.body as KubeObject);
/** A hook is made anew before each sync, so that Argo CD never asks for such a change. */
const isHook = ({ metadata }: KubeObject): boolean =>
  metadata.annotations?.['argocd.argoproj.io/hook'] !== undefined;
const isKept = ({ live, answer }: Case): boolean =>
  !isAccepted(answer) && !isHook(live) && KEPT.test(messageOf(answer));
const messageOf = ({ body }: Answer): string => String((body as { message?: string }).message ?? '');

/** Whether the review has a line of this class on the object, perhaps with these words. */
const says = ({ live, review: { lines } }: Case, wanted: string, words = ''): boolean =>
  lines.some(
    (line) => line.class === wanted && line.object === nameOf(live) && line.consequence.includes(words),
  );

function problemsOf(one: Case): string[] {
  const { title, review: told } = one;
  const restarts = isRestart(one);
  return [
    ...(isChange(one) && !told.changes.length
      ? [`${title}: the server sees a change, strata diff none`]
      : []),
    ...(isKept(one) && !says(one, 'fails')
      ? [
          `${title}: the server refuses it (${messageOf(one.answer).slice(0, 200)}), strata diff does not say so`,
        ]
      : []),
    ...(restarts && !says(one, 'interrupts') && !says(one, 'fails')
      ? [`${title}: pods are made anew, and strata diff does not say so`]
      : []),
    ...(isAccepted(one.answer) &&
    ROLLED.includes(one.live.kind) &&
    !restarts &&
    says(one, 'interrupts', 'restarts ')
      ? [`${title}: strata diff says that pods restart, and the server keeps their template`]
      : []),
  ];
}

/** Without some of each, nothing was compared. */
function poor(cases: readonly Case[]): string[] {
  const kinds = { changes: isChange, restarts: isRestart, 'refused for a kept field': isKept };
  return Object.entries(kinds).flatMap(([name, is]) =>
    cases.some(is) ? [] : [`None of the changes are ${name}`],
  );
}

function provedBy(cases: readonly Case[]): string {
  const count = (is: (one: Case) => boolean): number => cases.filter(is).length;
  const alike = count((one) => isAccepted(one.answer) && !isChange(one));
  return (
    `${cases.length} changes of the set: the server takes ${count(isChange)}, of which ${count(isRestart)} make pods anew, stores ${alike} as ` +
    `what was there, and refuses ${count(isKept)} for fields that it keeps; strata diff says the same`
  );
}
