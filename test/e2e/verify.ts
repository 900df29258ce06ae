import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import type { KubeObject } from '../../charts/core/objects';
import { messageOf } from '../../cli/kubernetes-api';
import { isAccepted, nameOf, type Answer, type Api } from './api';
import type { Fault } from './broken-objects';
import type { Manifest, RenderedSet } from './manifests';
import { sleep } from './processes';
import { ProgrammeError, type Outcome } from './report';
import { ASKED_FOR_NOTHING } from './stand-ins';

/** A cluster whose set was accepted, and how to reach it. */
export interface LiveRun {
  readonly name: string;
  readonly api: Api;
  readonly kubeconfig: string;
  /** Path of the program. */
  readonly kubectl: string;
  readonly set: RenderedSet;
}

/** What `strata verify --output json` prints, as far as it is read here. */
interface Verified {
  readonly code: number;
  readonly groups: readonly {
    readonly name: string;
    readonly said: string;
    readonly problems: readonly string[];
  }[];
  readonly problems: readonly string[];
  readonly stderr: string;
}

const CONTEXT = ['--context', 'e2e'];
const SILENT_MILLISECONDS = 10_000;
const VERIFY_MILLISECONDS = 120_000;
const DAY = 24 * 3600 * 1000;

/** What a person asks of a live cluster, of one that was accepted: `strata verify` finds nothing. */
export async function verified(live: LiveRun): Promise<Outcome> {
  await standIn(live);
  const { code, groups, problems, stderr } = await strataVerify(live, CONTEXT);
  const said = groups.map((group) => group.said).join('; ');
  if (code === 0) return { proved: said, problems };
  return { proved: said, problems: problems.length ? problems : [`exit code ${code}: ${stderr}`] };
}

/** The command itself, as a person runs it: only kubectl is ours. */
function strataVerify({ name, kubeconfig, kubectl }: LiveRun, args: readonly string[]): Promise<Verified> {
  const PATH = [dirname(kubectl), process.env['PATH']].join(delimiter);
  const all = ['cli/strata.cjs', 'verify', name, '--kubeconfig', kubeconfig, '--output', 'json', ...args];
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      all,
      { env: { ...process.env, PATH }, timeout: VERIFY_MILLISECONDS, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        const code = error ? Number(error.code ?? -1) : 0;
        if (!stdout) return reject(new ProgrammeError(`strata verify printed nothing (${code}): ${stderr}`));
        const { groups, failures } = JSON.parse(stdout) as {
          groups: Verified['groups'];
          failures: { messages: string[] }[];
        };
        resolve({ code, groups, problems: failures.flatMap(({ messages }) => messages), stderr });
      },
    );
  });
}

/** What the controllers that do not run here would have written, and webhooks that nothing listens behind. */
async function standIn({ api, set }: LiveRun): Promise<void> {
  const objects = manifestsOf(set).map(({ object }) => object);
  const of = (kind: string): KubeObject[] => objects.filter((object) => object.kind === kind);
  const writes: (() => Promise<Answer>)[] = [
    ...of('Application').map((object) => () => api.patch(object, { status: APPLICATION_STATUS })),
    ...of('Certificate').map((object) => () => api.patchStatus(object, certificateStatus(0))),
  ];
  // APIServices are among them, and ask nobody
  const webhooks = set.last.map(({ object }) => object).filter((object) => 'webhooks' in object);
  await Promise.all(webhooks.map((object) => accepted(() => silence(api, object))));
  await Promise.all(writes.map(accepted));
  await accepted(() => track(api, manifestOf(set, 'ConfigMap').object));
}

/** As Argo CD applies: by its name, and with an annotation that is not in git. */
function track(api: Api, object: KubeObject): Promise<Answer> {
  const annotations = { ...object.metadata.annotations, 'argocd.argoproj.io/tracking-id': 'e2e' };
  const tracked = { ...object, metadata: { ...object.metadata, annotations } };
  return api.apply(tracked, JSON.stringify(tracked), 'argocd-controller');
}

/** The server goes on asking webhooks for a moment after it was told not to. Throws with what it says last. */
async function accepted(write: () => Promise<Answer>): Promise<void> {
  const deadline = performance.now() + SILENT_MILLISECONDS;
  for (;;) {
    const answer = await write();
    if (isAccepted(answer)) return;
    if (performance.now() > deadline) throw new Error(messageOf(answer.body));
    await sleep(100);
  }
}

const manifestsOf = ({ steps }: RenderedSet): Manifest[] => steps.flatMap(({ manifests }) => manifests);

// argoproj.io/v1alpha1 ApplicationStatus: fields that the definition demands, and those that are read
const APPLICATION_STATUS = {
  sync: { status: 'Synced', comparedTo: { source: { repoURL: 'https://e2e.example' }, destination: {} } },
  health: { status: 'Healthy' },
};

/** Issued for 90 days, `age` days ago; renewed after two thirds, as cert-manager does. */
function certificateStatus(age: number): object {
  const day = (days: number): string =>
    new Date(Date.now() + (days - age) * DAY).toISOString().replace(/\.\d+/, '');
  return {
    conditions: [{ type: 'Ready', status: 'True', reason: 'StandIn', lastTransitionTime: day(0) }],
    ...{ notBefore: day(0), notAfter: day(90), renewalTime: day(60) },
  };
}

/** Has nobody asked, by a field that is not in git. */
function silence(api: Api, { webhooks, ...object }: KubeObject) {
  const names = (webhooks ?? []) as { name: string }[];
  const { apiVersion, kind } = object;
  const change = {
    ...{ apiVersion, kind, metadata: { name: object.metadata.name } },
    webhooks: names.map(({ name }) => ({ name, objectSelector: ASKED_FOR_NOTHING })),
  };
  return api.apply(change, JSON.stringify(change), 'somebody-else');
}

/** A live cluster that is wrong, and what `strata verify` must say of it. */
export async function verifyFaults(live: LiveRun): Promise<(readonly [Fault, readonly string[]])[]> {
  const root = rootOf(live);
  const drifted = await changes(live);
  const [{ problems }, unnamed, absent] = await Promise.all([
    strataVerify(live, CONTEXT),
    strataVerify(live, []),
    strataVerify(live, ['--context', 'elsewhere']),
  ]);
  const unexpected = problems.filter((problem) => !drifted.some(({ expected }) => expected.test(problem)));
  return [
    ...drifted.map((fault) => [fault, problems] as const),
    [{ title: 'nothing else', expected: /^$/ }, unexpected.length ? unexpected : ['']],
    [
      { title: 'no context named', expected: /no context is called like the cluster.*--context e2e/ },
      unnamed.problems,
    ],
    [
      {
        title: 'a context that is not there',
        expected: /--context elsewhere: there is no such context.*--context e2e/,
      },
      absent.problems,
    ],
    [
      {
        title: 'another cluster',
        expected: /context e2e: it follows dist\/elsewhere\/root of .*is not the cluster .*nothing was done/,
      },
      await onlyIdentity(live, () =>
        live.api.patch(root, { spec: { source: { path: 'dist/elsewhere/root' } } }),
      ),
    ],
    [
      { title: 'a cluster of no identity', expected: /context e2e: it has no Application argocd\/root/ },
      await onlyIdentity(live, () => live.api.remove(root)),
    ],
  ];
}

const rootOf = ({ set }: LiveRun): KubeObject =>
  manifestOf(set, 'Application', ({ metadata }) => metadata.name === 'root').object;

/** What is said after a change to the root: where a comparison follows it nevertheless, that is said too. */
async function onlyIdentity(live: LiveRun, change: () => Promise<unknown>): Promise<readonly string[]> {
  await change();
  const { problems, groups } = await strataVerify(live, CONTEXT);
  return groups.length ? [`compared: ${groups.map(({ said }) => said).join('; ')}`] : problems;
}

/** Somebody works on the cluster by hand. */
async function changes({ api, set }: LiveRun): Promise<Fault[]> {
  const edited = manifestOf(set, 'Service').object;
  const grown = manifestOf(set, 'ServiceAccount').object;
  const deleted = manifestOf(set, 'NetworkPolicy').object;
  const reselected = manifestOf(set, 'Deployment').object;
  const sick = manifestOf(set, 'Application', ({ metadata }) => metadata.name !== 'root').object;
  const expired = manifestOf(set, 'Certificate').object;
  // of nobody that is rendered, as those that an Ingress asks for
  const overdue = { ...expired, metadata: { ...expired.metadata, name: 'e2e-overdue' } };
  const extra = {
    ...grown,
    metadata: { ...grown.metadata, annotations: { ...grown.metadata.annotations, left: 'over' } },
  };
  const problem = {
    sync: { ...APPLICATION_STATUS.sync, status: 'OutOfSync' },
    conditions: [{ type: 'SyncError', message: 'the hook failed' }],
  };
  await accepted(() => api.apply(overdue, JSON.stringify(overdue)));
  await Promise.all([
    api.patch(edited, { metadata: { labels: { 'app.kubernetes.io/part-of': 'somebody' } } }),
    // as a sync of an older commit did
    api.apply(extra, JSON.stringify(extra), 'argocd-controller'),
    api.remove(deleted),
    anew(api, reselected),
    api.patch(sick, { status: problem }),
    api.patchStatus(expired, certificateStatus(91)),
    api.patchStatus(overdue, certificateStatus(62)),
  ]);
  const said = (object: KubeObject, text: string): RegExp => new RegExp(`${nameOf(object)}: ${text}`, 's');
  return [
    {
      title: 'a label changed by hand',
      expected: said(
        edited,
        'metadata\\.labels\\["app\\.kubernetes\\.io/part-of"\\]: "somebody" in the cluster, "strata" in git\\. ',
      ),
    },
    {
      title: 'a field that is no longer in git',
      expected: said(grown, 'metadata\\.annotations\\.left: "over" in the cluster, nothing in git\\. '),
    },
    { title: 'a deleted object', expected: said(deleted, 'it is not in the cluster') },
    {
      title: 'a field that no sync can change',
      expected: said(reselected, 'refused: .*immutable.*No sync can change that'),
    },
    {
      title: 'an Application that is not in sync',
      expected: new RegExp(
        `Application ${sick.metadata.name}: OutOfSync, Healthy: SyncError: the hook failed`,
      ),
    },
    { title: 'a certificate that ended', expected: said(expired, 'ended 24 hours ago') },
    {
      title: 'a renewal that is overdue',
      expected: said(overdue, 'its renewal is 48 hours overdue; it ends in \\d+ days'),
    },
  ];
}

function manifestOf(
  set: RenderedSet,
  kind: string,
  which: (object: KubeObject) => boolean = () => true,
): Manifest {
  const found = manifestsOf(set).find(({ object }) => object.kind === kind && which(object));
  if (!found) throw new ProgrammeError(`The cluster renders too few objects of kind ${kind} to break one`);
  return found;
}

/** Deletes a Deployment and makes one of the same name with another selector. */
async function anew(api: Api, object: KubeObject): Promise<void> {
  const { spec, ...rest } = object as KubeObject & { spec: any };
  const labels = { ...spec.selector.matchLabels, tier: 'other' };
  const template = { ...spec.template, metadata: { ...spec.template.metadata, labels } };
  const other = { ...rest, spec: { ...spec, selector: { matchLabels: labels }, template } };
  await api.remove(object);
  await api.apply(other, JSON.stringify(other));
}
