import type { KubeObject } from '../../charts/core/objects';
import { messageOf } from '../../cli/kubernetes-api';
import { isAccepted, nameOf, type Api, type LiveObject } from './api';
import { sleep } from './processes';
import { STATUSES } from './stand-ins';
import { bindClaims } from './workloads';

/** Milliseconds between two looks for objects that wait for somebody's status. */
const LOOK_MILLISECONDS = 600;

/** Plays, until it is stopped, the controllers that no container runs: volumes for claims, and the table STATUSES. */
export class StatusLoop {
  private stopped = false;
  private readonly kinds: ReadonlySet<string>;
  private readonly loop: Promise<void>;

  /** @param objects what is rendered: only their kinds are looked for */
  constructor(
    private readonly api: Api,
    objects: readonly KubeObject[],
  ) {
    this.kinds = new Set(objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`));
    this.loop = this.run();
    // stop() tells
    this.loop.catch(() => undefined);
  }

  /** Throws what went wrong meanwhile. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.loop;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      await bindClaims(this.api);
      for (const { apiVersion, kind, of, status } of STATUSES)
        if (this.kinds.has(`${apiVersion} ${kind}`)) await this.fill(apiVersion, kind, status, of);
      await sleep(LOOK_MILLISECONDS);
    }
  }

  private async fill(
    apiVersion: string,
    kind: string,
    status: { readonly [field: string]: unknown },
    of: (spec: any, metadata: KubeObject['metadata']) => boolean = () => true,
  ): Promise<void> {
    const live = await this.api.list(apiVersion, kind).catch(() => []);
    const [field = ''] = Object.keys(status);
    const waiting = live.filter(
      (object) => of(object.spec, object.metadata) && isEmpty(object.status?.[field]),
    );
    await Promise.all(waiting.map((object) => this.write(object, status)));
  }

  private async write(object: LiveObject, status: object): Promise<void> {
    const answer = await this.api.patchStatus(object, timed(status));
    if (!isAccepted(answer) && answer.status !== 404)
      throw new Error(`status of ${nameOf(object)}: ${messageOf(answer.body)}`);
  }
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || Object.keys(value).length === 0;

/** Conditions must say since when. */
function timed(status: { conditions?: object[] }): object {
  if (!status.conditions) return status;
  const lastTransitionTime = new Date().toISOString();
  return {
    ...status,
    conditions: status.conditions.map((condition) => ({ ...condition, lastTransitionTime })),
  };
}
