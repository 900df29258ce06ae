import type { KubeObject } from '../../charts/core/objects';
import { nameOf, type Api, type LiveObject } from './api';
import { sleep } from './processes';
import type { Outcome } from './report';

/** Controllers write endpoints and budgets soon after the last pod is Ready. */
const SETTLE_MILLISECONDS = 10_000;

/**
 * What selects pods finds them: each Service with a selector has endpoints that are ready on every one of its ports, each disruption
 * budget counts pods and lets one of them go. The real controllers answer, with pods that run.
 */
export async function podsSelected(
  api: Api,
  objects: readonly KubeObject[],
  absent: readonly AbsentPods[] = [],
  settleMilliseconds = SETTLE_MILLISECONDS,
): Promise<Outcome> {
  const here = objects.filter((object) => !absent.some((pods) => selects(object, pods)));
  const services = here.filter(({ kind, spec }) => kind === 'Service' && selectorOf(spec));
  const budgets = here.filter(({ kind }) => kind === 'PodDisruptionBudget');
  const deadline = performance.now() + settleMilliseconds;
  for (;;) {
    const slices = await api.list('discovery.k8s.io/v1', 'EndpointSlice');
    const live = await api.list('policy/v1', 'PodDisruptionBudget');
    const problems = [
      ...services.flatMap((service) => unserved(service, slices)),
      ...budgets.flatMap((budget) => uncovered(budget, live)),
    ];
    if (!problems.length || performance.now() > deadline) {
      const proved = `${services.length} Services have endpoints on all ports, ${budgets.length} budgets count pods`;
      return { proved, problems };
    }
    await sleep(200);
  }
}

/** Pods that an operator would make, and none runs here. */
export interface AbsentPods {
  readonly namespace: string;
  readonly template: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
}

function selects({ metadata, spec }: KubeObject, { namespace, template }: AbsentPods): boolean {
  const { selector } = (spec ?? {}) as { selector?: { matchLabels?: object } };
  const wanted = Object.entries(selector?.matchLabels ?? selector ?? {});
  const labels = template.metadata?.labels ?? {};
  return (
    metadata.namespace === namespace &&
    wanted.length > 0 &&
    wanted.every(([key, value]) => labels[key] === value)
  );
}

const selectorOf = (spec: any): object | undefined => spec?.selector as object | undefined;

function unserved(service: KubeObject, slices: readonly LiveObject[]): string[] {
  const own = slices.filter(
    ({ metadata }) =>
      metadata.namespace === service.metadata.namespace &&
      metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name,
  );
  const serving = own.filter((slice) =>
    (slice['endpoints'] as { conditions: { ready?: boolean } }[] | null)?.some(
      ({ conditions }) => conditions.ready,
    ),
  );
  if (!serving.length) return [`${nameOf(service)} has no endpoint that is ready: its selector finds no pod`];
  const served = serving.flatMap(
    (slice) => (slice['ports'] as { name?: string }[] | null)?.map(({ name }) => name ?? '') ?? [],
  );
  const ports = (service['spec'] as { ports: { name?: string; port: number }[] }).ports;
  return ports
    .filter(({ name }) => !served.includes(name ?? ''))
    .map(({ name, port }) => `${nameOf(service)} has no endpoint on its port ${name ?? port}`);
}

function uncovered(budget: KubeObject, live: readonly LiveObject[]): string[] {
  const found = live.find((other) => nameOf(other) === nameOf(budget));
  const { expectedPods = 0, disruptionsAllowed = 0 } = (found?.status ?? {}) as Record<string, number>;
  if (!expectedPods) return [`${nameOf(budget)} counts no pod`];
  if (!disruptionsAllowed)
    return [`${nameOf(budget)} lets none of ${expectedPods} pods go: no node can be drained`];
  return [];
}
