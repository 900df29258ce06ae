import { Agent, request } from 'node:http';
import { StrataError } from '../charts/core/errors';
import type { KubeObject } from '../charts/core/objects';
import {
  APPLY_TYPE,
  messageOf,
  prefixOf,
  resourcesIn,
  send,
  type Answer,
  type Call,
  type ResourceType,
} from './kubernetes-api';

/** An object as the server has it. */
export interface LiveObject extends KubeObject {
  metadata: KubeObject['metadata'] & { readonly resourceVersion?: string };
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** As Argo CD applies (`ArgoCDSSAManager` of its common/common.go): what the answer says is what its next sync would do. */
const FIELD_MANAGER = 'argocd-controller';
/** Requests under way at once. */
const SOCKETS = 8;
/** The longest that an API server waits for an admission webhook is 30 s (`timeoutSeconds`). */
const REQUEST_MILLISECONDS = 45_000;

/** The API of a live cluster, through the socket of `kubectl proxy`. Nothing here changes anything. */
export class LiveCluster {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  private readonly types = new Map<string, Promise<ReadonlyMap<string, ResourceType>>>();

  /** @param name for messages: `context mono` */
  constructor(
    readonly name: string,
    private readonly socketPath: string,
  ) {}

  close(): void {
    this.agent.destroy();
  }

  /** `v1.36.3`. Throws a StrataError where the server does not answer. */
  async version(): Promise<string> {
    const { status, body } = await this.request('GET', '/version');
    if (status === 200) return String((body as { gitVersion: string }).gitVersion);
    throw this.refused(`its API server does not answer: ${status} ${messageOf(body)}`);
  }

  /** The object, or undefined where there is none. Throws a StrataError where the server refuses. */
  async get(object: KubeObject): Promise<LiveObject | undefined> {
    const path = await this.path(object);
    if (path === undefined) return undefined;
    const { status, body } = await this.request('GET', path);
    if (status === 200) return body as LiveObject;
    if (status === 404) return undefined;
    throw this.refused(`GET ${path}: ${status} ${messageOf(body)}`);
  }

  /** All objects of a kind, in all namespaces; undefined where the kind is not served. Throws a StrataError where the server refuses. */
  async list(apiVersion: string, kind: string): Promise<LiveObject[] | undefined> {
    const type = (await this.typesOf(apiVersion)).get(kind);
    if (!type) return undefined;
    const path = `${prefixOf(apiVersion)}/${type.path}`;
    const { status, body } = await this.request('GET', path);
    if (status !== 200) throw this.refused(`GET ${path}: ${status} ${messageOf(body)}`);
    // items of a list do not repeat them
    return (body as { items: LiveObject[] }).items.map((item) => ({ ...item, apiVersion, kind }));
  }

  /** What the server would make of the object: every check that it has, and nothing stored. Undefined where the kind is not served. */
  async dryRun(object: KubeObject): Promise<Answer | undefined> {
    const path = await this.path(object);
    if (path === undefined) return undefined;
    const query = `dryRun=All&fieldManager=${FIELD_MANAGER}&fieldValidation=Strict&force=true`;
    return this.request('PATCH', `${path}?${query}`, JSON.stringify(object));
  }

  private async path({ apiVersion, kind, metadata }: KubeObject): Promise<string | undefined> {
    const type = (await this.typesOf(apiVersion)).get(kind);
    if (!type) return undefined;
    const home = type.namespaced ? `namespaces/${metadata.namespace ?? 'default'}/` : '';
    return `${prefixOf(apiVersion)}/${home}${type.path}/${encodeURIComponent(metadata.name)}`;
  }

  /** Kind → where its objects lie. Asked once for each version of a group. */
  private typesOf(apiVersion: string): Promise<ReadonlyMap<string, ResourceType>> {
    const known = this.types.get(apiVersion) ?? this.discover(apiVersion);
    this.types.set(apiVersion, known);
    return known;
  }

  private async discover(apiVersion: string): Promise<ReadonlyMap<string, ResourceType>> {
    const { status, body } = await this.request('GET', prefixOf(apiVersion));
    if (status === 404) return new Map();
    if (status !== 200) throw this.refused(`it does not say what it serves: ${status} ${messageOf(body)}`);
    return resourcesIn(body);
  }

  private async request(method: 'GET' | 'PATCH', path: string, body?: string): Promise<Answer> {
    const { agent, socketPath } = this;
    const call: Call = { method, path, body, contentType: APPLY_TYPE };
    try {
      return await send(
        request,
        { socketPath, host: 'localhost', agent, timeout: REQUEST_MILLISECONDS },
        call,
      );
    } catch (error) {
      throw this.refused(`${method} ${path}: ${(error as Error).message}`);
    }
  }

  private readonly refused = (problem: string): StrataError =>
    new StrataError(
      this.name,
      problem,
      'See whether kubectl itself gets an answer there, and with which rights',
    );
}
