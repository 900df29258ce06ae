import type { KubeObject } from '../../charts/core/objects';
import { messageOf } from '../../cli/kubernetes-api';
import { isAccepted, type Api, type LiveObject } from './api';
import { sleep } from './processes';

/** What Argo CD says of one Application. */
export interface AppState {
  readonly name: string;
  readonly wave: number;
  /** `Synced`, `OutOfSync`, `Unknown`; empty before the first look. */
  readonly sync: string;
  readonly health: string;
  /** Commit that it was compared with. */
  readonly revision: string;
  /** Of the last operation: `Running`, `Succeeded`, `Failed`, `Error`; empty without one. */
  readonly phase: string;
  readonly message: string;
  /** When the last operation began: another one, another time. */
  readonly began: string;
  /** The first sync that succeeded, in milliseconds since 1970 (whole seconds). */
  readonly first?: { readonly started: number; readonly finished: number };
  /** What it complains of: `ComparisonError: …` */
  readonly conditions: readonly string[];
  /** `ConfigMap kube-system/stray: namespace kube-system is not permitted in project 'data'` of the last operation. */
  readonly failed: readonly string[];
  /** `Deployment/cert-manager: Progressing` */
  readonly unhealthy: readonly string[];
  /** `ConfigMap/mysql` that differs from git. */
  readonly outOfSync: readonly string[];
  /** Whether a look was asked for and is still to come. */
  readonly refreshing: boolean;
}

const API_VERSION = 'argoproj.io/v1alpha1';
const WAVE = 'argocd.argoproj.io/sync-wave';
const REFRESH = 'argocd.argoproj.io/refresh';
const LOOK_MILLISECONDS = 400;
/**
 * Milliseconds without any change after which nobody waits longer: definitions take 10 s to compare, and beside a second control plane on two
 * cores more than 90 s. It says when a run that stands still is given up; what is asserted does not depend on it.
 */
const QUIET_MILLISECONDS = 180_000;
/**
 * Milliseconds without any change after which a look is asked for again, as a git server delivers a webhook again: one that is asked for while
 * Argo CD still compares with the commit before changes nothing, and is gone with that comparison. Never while a look is pending: on a busy
 * machine one comparison takes half a minute, and all that is asked for meanwhile is lost with it.
 */
const LOST_MILLISECONDS = 3_000;
const ASKED_AGAIN = 8;

export async function applications(api: Api): Promise<AppState[]> {
  const live = await api.list(API_VERSION, 'Application');
  return live.map(stateOf).sort((one, other) => one.wave - other.wave || (one.name < other.name ? -1 : 1));
}

function stateOf({ metadata, status = {} }: LiveObject): AppState {
  const { operationState: operation = {}, resources = [], history = [] } = status;
  const results = (operation.syncResult?.resources ?? []) as any[];
  const [first] = history as { deployStartedAt: string; deployedAt: string }[];
  return {
    name: metadata.name,
    wave: Number(metadata.annotations?.[WAVE] ?? 0),
    sync: status.sync?.status ?? '',
    health: status.health?.status ?? '',
    revision: status.sync?.revision ?? '',
    phase: operation.phase ?? '',
    message: operation.message ?? '',
    began: operation.startedAt ?? '',
    ...(first && {
      first: { started: Date.parse(first.deployStartedAt), finished: Date.parse(first.deployedAt) },
    }),
    conditions: (status.conditions ?? []).map(({ type, message }: any) => `${type}: ${message}`),
    failed: results
      .filter(({ status: result }) => result === 'SyncFailed')
      .map(
        ({ kind, namespace, name, message }) =>
          `${kind} ${namespace ? `${namespace}/` : ''}${name}: ${message}`,
      ),
    unhealthy: resources
      .filter(({ health }: any) => health && health.status !== 'Healthy')
      .map(({ kind, name, health }: any) =>
        `${kind}/${name}: ${health.status} ${health.message ?? ''}`.trim(),
      ),
    outOfSync: resources
      .filter(({ status: compared }: any) => compared === 'OutOfSync')
      .map(({ kind, name }: any) => `${kind}/${name}`),
    refreshing: metadata.annotations?.[REFRESH] !== undefined,
  };
}

/** Asks for a look at git now; `hard` forgets the cache of manifests too. */
export async function refresh(
  api: Api,
  names: readonly string[],
  how: 'normal' | 'hard' = 'normal',
): Promise<void> {
  const annotations = { [REFRESH]: how };
  for (const name of names) {
    const answer = await api.patch(application(name), { metadata: { annotations } });
    if (!isAccepted(answer) && answer.status !== 404)
      throw new Error(`Application ${name}: ${messageOf(answer.body)}`);
  }
}

const application = (name: string): KubeObject => ({
  apiVersion: API_VERSION,
  kind: 'Application',
  metadata: { name, namespace: 'argocd' },
});

/**
 * Looks until the judge has nothing to say against the Applications, and gives its last word: nothing, or what is wrong once nothing has
 * moved for a while.
 *
 * @param again asks once more for a look that was lost
 */
export async function waitFor(
  api: Api,
  judge: (states: readonly AppState[]) => readonly string[] | Promise<readonly string[]>,
  again: () => Promise<void>,
  quietMilliseconds = QUIET_MILLISECONDS,
): Promise<readonly string[]> {
  let progress = '';
  let last = performance.now();
  let asked = 0;
  for (;;) {
    const states = await applications(api);
    const problems = await judge(states);
    if (!problems.length) return problems;
    const now = JSON.stringify([states, problems]);
    if (now !== progress) {
      progress = now;
      last = performance.now();
    } else if (performance.now() - last > quietMilliseconds) return problems;
    const pending = states.some(({ refreshing }) => refreshing);
    if (!pending && performance.now() - last > LOST_MILLISECONDS && asked < ASKED_AGAIN) {
      asked++;
      await again();
    }
    await sleep(LOOK_MILLISECONDS);
  }
}
