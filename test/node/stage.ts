import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../charts/core/objects';
import type { RenderedCluster } from '../../cli/pipeline';
import type { ClusterSettings } from '../../charts/settings';
import { accept } from '../e2e/acceptance';
import { messageOf } from '../../cli/kubernetes-api';
import { isAccepted, isTrue, nameOf, type Api, type LiveObject } from '../e2e/api';
import { manifestOf, type Step } from '../e2e/manifests';
import { sleep, type Processes } from '../e2e/processes';
import type { Outcome } from '../e2e/report';
import { podsReady } from '../e2e/workloads';
import type { Authority } from './certificates';
import { attemptLong, type Done } from './exec';
import { writeArchive } from './images';
import type { NodePrograms } from './programs';
import { renderWithClients } from './render';
import { importImages } from './runtime';
import { RunSecrets } from './secrets';
import { standInImages } from './stand-in-images';
import { localVolumes, volumeFolder } from './volumes';

/** API groups whose objects somebody acts on here. */
const GROUPS = ['', 'apps', 'batch', 'networking.k8s.io', 'policy', 'rbac.authorization.k8s.io'];
const CLUSTER_GROUPS = ['storage.k8s.io', 'scheduling.k8s.io'];
/** Order of kinds: what others are put into or refer to first, workloads last. */
const FIRST = ['Namespace', 'PriorityClass', 'StorageClass'];
const LAST = ['DaemonSet', 'Deployment', 'StatefulSet', 'Job', 'CronJob'];

/** Milliseconds without any progress: an image is unpacked, a server recovers. */
const QUIET_MILLISECONDS = 40_000;
const LOOK_MILLISECONDS = 250;

interface Options {
  readonly api: Api;
  readonly kubeconfig: string;
  readonly programs: NodePrograms;
  readonly processes: Processes;
  readonly folder: string;
  readonly node: string;
  readonly authority: Authority;
  /** `namespace/secret.key` → value, of those that components do not generate. */
  readonly values: ReadonlyMap<string, string>;
}

/** The node with the components of one cluster on it, as scenarios see it. */
export class Stage {
  readonly api: Api;
  readonly folder: string;
  readonly programs: NodePrograms;
  private readonly images = new Set<string>();
  private readonly volumeOf: (claim: any) => KubeObject;
  private readonly secrets: RunSecrets;

  constructor(private readonly options: Options) {
    this.api = options.api;
    this.folder = options.folder;
    this.programs = options.programs;
    this.secrets = new RunSecrets(options.authority, options.values);
    this.volumeOf = localVolumes(options.folder, options.node);
  }

  /** Applies components as rendered from these settings, and waits until their pods are Ready. */
  async bring(settings: ClusterSettings, components: readonly string[]): Promise<Outcome> {
    const applied = await this.apply(settings, components);
    if (applied.problems.length) return applied;
    const ready = await this.ready(settings, components);
    return { proved: `${applied.proved}; ${ready.proved}`, problems: ready.problems };
  }

  /** The same without the wait. */
  async apply(settings: ClusterSettings, components: readonly string[]): Promise<Outcome> {
    const rendered = renderWithClients(settings);
    const objects = objectsOf(rendered, components);
    await this.importMissing(objects);
    const { proved, problems } = await accept(this.api, [
      // of the whole cluster: Secrets are declared for all of it
      step('namespaces', namespacesOf(rendered)),
      step('secrets', [...this.secrets.declared(rendered), ...this.secrets.issued(objects)], true),
      ...stepsOf(objects.filter((object) => isBuiltIn(object))),
    ]);
    return { proved, problems };
  }

  async ready(settings: ClusterSettings, components: readonly string[]): Promise<Outcome> {
    const servers = objectsOf(renderWithClients(settings), components).filter(
      ({ kind }) => kind !== 'CronJob',
    );
    const { proved, problems } = await podsReady(this.api, servers, QUIET_MILLISECONDS, this.volumeOf);
    return { proved, problems: [...problems, ...(problems.length ? await this.complaints() : [])] };
  }

  /** What the containers of pods that are not Ready said last. */
  private async complaints(): Promise<string[]> {
    const pods = await this.api.list('v1', 'Pod');
    const waiting = pods.filter(({ status }) => status.phase !== 'Succeeded' && !isTrue(status, 'Ready'));
    return Promise.all(
      waiting.map(async ({ metadata }) => {
        const which = [
          '-n',
          metadata.namespace ?? '',
          metadata.name,
          '--all-containers',
          '--prefix',
          '--tail=4',
        ];
        const { output, errors } = await this.kubectl(['logs', ...which]);
        return `${metadata.name} says:\n${(output || errors).trimEnd()}`;
      }),
    );
  }

  /** Objects of a component as rendered, those that are not applied too. */
  rendered(settings: ClusterSettings, component: string): KubeObject[] {
    return objectsOf(renderWithClients(settings), [component]);
  }

  kubectl(args: readonly string[], input = ''): Promise<Done> {
    const { kubeconfig, programs } = this.options;
    return attemptLong(programs.kubernetes.kubectl, ['--kubeconfig', kubeconfig, ...args], input);
  }

  /** Looks until `look` gives a value. Throws after so many seconds, with what was looked for. */
  async until<T>(
    what: string,
    seconds: number,
    look: () => Promise<T | undefined> | T | undefined,
  ): Promise<T> {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      this.options.processes.check();
      const value = await look();
      if (value !== undefined) return value;
      if (performance.now() > deadline) throw new Error(`${what}: not after ${seconds} s`);
      await sleep(LOOK_MILLISECONDS);
    }
  }

  async live(apiVersion: string, kind: string, namespace: string, name: string): Promise<LiveObject> {
    const answer = await this.api.get({ apiVersion, kind, metadata: { namespace, name } });
    if (!isAccepted(answer)) throw new Error(`${kind} ${namespace}/${name}: ${messageOf(answer.body)}`);
    return answer.body as LiveObject;
  }

  /** Takes away all that a volume holds, as a lost disk does. */
  loseVolume(namespace: string, claim: string): void {
    const folder = volumeFolder(this.folder, namespace, claim);
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  }

  private async importMissing(objects: readonly KubeObject[]): Promise<void> {
    const missing = [...imagesIn(objects)].filter((image) => !this.images.has(image));
    if (!missing.length) return;
    const { programs, folder, authority } = this.options;
    const images = standInImages(missing, { programs, folder, authority: authority.certificate });
    const archive = await writeArchive(images, folder);
    importImages(archive);
    rmSync(archive);
    for (const image of missing) this.images.add(image);
  }
}

const namespacesOf = ({ objects }: RenderedCluster): KubeObject[] =>
  objects.map(({ object }) => object).filter(({ kind }) => kind === 'Namespace');

const step = (title: string, objects: readonly KubeObject[], standIn = false): Step => ({
  ...{ title, standIn },
  manifests: objects.map((object) => manifestOf(object, nameOf(object))),
});

function objectsOf({ objects }: RenderedCluster, components: readonly string[]): KubeObject[] {
  const unknown = components.filter((id) => !objects.some(({ component }) => component === id));
  if (unknown.length) throw new Error(`The settings render no component ${unknown.join(', ')}`);
  return objects.filter(({ component }) => components.includes(component)).map(({ object }) => object);
}

const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';

const isBuiltIn = ({ apiVersion }: KubeObject): boolean =>
  [...GROUPS, ...CLUSTER_GROUPS].includes(groupOf(apiVersion));

function stepsOf(objects: readonly KubeObject[]): Step[] {
  const rank = ({ kind }: KubeObject): number => (FIRST.includes(kind) ? -1 : LAST.includes(kind) ? 1 : 0);
  return [-1, 0, 1].map((wanted) =>
    step(
      ['namespaces', 'what pods need', 'workloads'][wanted + 1] ?? '',
      objects.filter((object) => rank(object) === wanted),
    ),
  );
}

/** References of all containers, in whatever kind they are. */
function imagesIn(objects: readonly KubeObject[]): Set<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null)
      for (const [key, field] of Object.entries(value)) {
        if ((key === 'containers' || key === 'initContainers') && Array.isArray(field))
          for (const { image } of field as { image?: string }[]) if (image) found.add(image);
        visit(field);
      }
  };
  visit(objects);
  return found;
}
