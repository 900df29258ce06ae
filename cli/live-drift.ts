import type { RenderedObject } from '../charts/core/render';
import { messageOf, type Answer } from './kubernetes-api';
import type { LiveCluster, LiveObject } from './live-cluster';

/** One rendered object and what the cluster says of it. */
export interface Compared {
  readonly rendered: RenderedObject;
  /** Undefined where it is not in the cluster. */
  readonly live: LiveObject | undefined;
  /** Why the server would refuse it, and what it warns of. */
  readonly problems: readonly string[];
  /** What the next sync would change, by field. */
  readonly drift: readonly string[];
}

/** A controller may write between the look and the dry run; both are done again then. */
const ATTEMPTS = 3;
/** Characters of a value that a line shows. */
const SHOWN = 60;

/** What the server itself writes. */
const BOOKKEEPING = [
  'creationTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
];
/** What Argo CD adds to each object that it applies (`AnnotationKeyAppInstance`, `AnnotationInstallationID` of its common/common.go). */
const TRACKING = ['argocd.argoproj.io/tracking-id', 'argocd.argoproj.io/installation-id'];

/** Has the server check the object as if it were applied now, and compares its answer with what is there. Throws where it does not answer. */
export async function compare(cluster: LiveCluster, rendered: RenderedObject): Promise<Compared> {
  const { object } = rendered;
  for (let attempt = 1; ; attempt++) {
    const live = await cluster.get(object);
    const answer = await cluster.dryRun(object);
    const problems = problemsOf(rendered, answer);
    if (!answer || !isAccepted(answer)) return { rendered, live, problems, drift: [] };
    if (!live) return { rendered, live, problems, drift: ['it is not in the cluster'] };
    const after = answer.body as LiveObject;
    if (after.metadata.resourceVersion !== live.metadata.resourceVersion && attempt < ATTEMPTS) continue;
    return { rendered, live, problems, drift: differences(owned(live), owned(after), '') };
  }
}

const isAccepted = ({ status }: Answer): boolean => status >= 200 && status < 300;

function problemsOf(
  { object: { apiVersion, kind }, component }: RenderedObject,
  answer: Answer | undefined,
): string[] {
  if (!answer)
    return [
      `the server does not know the kind ${apiVersion} ${kind}. Sync the Application crds before ${component}`,
    ];
  if (!isAccepted(answer)) return [`refused: ${messageOf(answer.body)}. ${remedyOf(answer)}`];
  return answer.warnings.map((warning) => `warning: ${warning}. Mend what renders it`);
}

function remedyOf({ status, body }: Answer): string {
  const message = messageOf(body);
  if (status === 403 && /cannot patch/.test(message))
    return 'Use an account that may patch it: a dry run writes nothing, but needs the right to';
  if (/failed calling webhook/.test(message)) return 'See whether the webhook runs';
  if (/immutable|Forbidden: updates to|may not be changed/.test(message))
    return 'No sync can change that: put the field back, or replace the object by hand after a backup';
  if (/namespaces ".*" not found/.test(message)) return 'Sync the Application namespaces first';
  return 'Mend what renders it';
}

/** What an apply can change. */
function owned({ metadata, ...fields }: LiveObject): object {
  const annotations = without(metadata.annotations ?? {}, TRACKING);
  return { ...without(fields, ['status']), metadata: { ...without(metadata, BOOKKEEPING), annotations } };
}

const without = (fields: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

/** `spec.replicas: 2 in the cluster, 1 in git`, for each field that is not the same. */
function differences(live: unknown, wanted: unknown, path: string): string[] {
  if (Array.isArray(live) && Array.isArray(wanted) && live.length === wanted.length)
    return wanted.flatMap((item, index) => differences(live[index], item, `${path}[${index}]`));
  if (isRecord(live) && isRecord(wanted)) {
    const keys = [...new Set([...Object.keys(live), ...Object.keys(wanted)])].sort();
    return keys.flatMap((key) => differences(live[key], wanted[key], child(path, key)));
  }
  if (JSON.stringify(live) === JSON.stringify(wanted)) return [];
  const [one, other] = excerpts(textOf(live), textOf(wanted));
  return [`${path}: ${one} in the cluster, ${other} in git`];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `data["my.cnf"]`, where a dot would be taken for a step. */
const child = (path: string, key: string): string =>
  /^[\w-]+$/.test(key) ? (path ? `${path}.${key}` : key) : `${path}["${key}"]`;

const textOf = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** Both texts from shortly before the place where they part. */
function excerpts(one: string, other: string): [string, string] {
  if (Math.max(one.length, other.length) <= SHOWN) return [one, other];
  let parting = 0;
  while (parting < one.length && one[parting] === other[parting]) parting++;
  const start = Math.max(0, parting - SHOWN / 3);
  const cut = (text: string): string =>
    `${start ? '…' : ''}${text.slice(start, start + SHOWN)}${text.length > start + SHOWN ? '…' : ''}`;
  return [cut(one), cut(other)];
}
