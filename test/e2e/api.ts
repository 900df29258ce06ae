import { Agent, request } from 'node:https';
import type { KubeObject } from '../../charts/core/objects';
import {
  APPLY_TYPE,
  messageOf,
  prefixOf,
  resourcesIn,
  send,
  type Answer as AnyAnswer,
  type ResourceType,
} from '../../cli/kubernetes-api';

/** An object as the server has it. */
export interface LiveObject extends KubeObject {
  metadata: KubeObject['metadata'] & {
    uid: string;
    resourceVersion: string;
    ownerReferences?: { kind: string; name: string; uid: string }[];
  };
  spec?: any;
  status?: any;
}

export interface Answer extends AnyAnswer {
  readonly body: any;
}

/** Who the run is among the owners of fields. */
const FIELD_MANAGER = 'strata-e2e';
/** Requests under way at once: the API server of a small machine answers no faster with more. */
const SOCKETS = 8;
/** The API server itself gives up on a request after 60 s (`--request-timeout`). */
const REQUEST_MILLISECONDS = 75_000;

/** All groups, versions and resources in one answer. */
const DISCOVERY_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const METADATA_TYPE = 'application/json;g=meta.k8s.io;v=v1;as=PartialObjectMetadataList';
const MERGE_TYPE = 'application/merge-patch+json';

/** The REST API of one server, without a client library: what is sent is what lies in the file. */
export class Api {
  private readonly agent: Agent;
  private readonly types = new Map<string, Map<string, ResourceType>>();

  /** @param ca certificate that the server made for itself */
  constructor(
    private readonly port: number,
    private readonly token: string,
    ca: string,
  ) {
    this.agent = new Agent({ ca, keepAlive: true, maxSockets: SOCKETS });
  }

  readonly close = (): void => this.agent.destroy();

  /** Throws where no answer comes; an answer of refusal is returned. */
  request(
    method: string,
    path: string,
    body?: string,
    contentType?: string,
    accept?: string,
  ): Promise<Answer> {
    const headers = { authorization: `Bearer ${this.token}` };
    const { agent, port } = this;
    return send(
      request,
      { host: '127.0.0.1', port, agent, timeout: REQUEST_MILLISECONDS, headers },
      { method, path, body, contentType, accept },
    ).catch(({ message }: Error) => {
      throw new Error(`${method} ${path}: ${message}`);
    });
  }

  /** Server-side apply with every check that the server has. `text` is YAML or JSON, and sent as it is. */
  async apply(object: KubeObject, text: string, manager = FIELD_MANAGER): Promise<Answer> {
    const path = await this.path(object);
    if (typeof path !== 'string') return path;
    const query = `fieldManager=${manager}&fieldValidation=Strict&force=true`;
    return this.request('PATCH', `${path}?${query}`, text, APPLY_TYPE);
  }

  /** What would be stored for it: nothing is. */
  async dryRun(object: KubeObject, text: string): Promise<Answer> {
    const path = await this.path(object);
    if (typeof path !== 'string') return path;
    const query = `fieldManager=${FIELD_MANAGER}&fieldValidation=Strict&force=true&dryRun=All`;
    return this.request('PATCH', `${path}?${query}`, text, APPLY_TYPE);
  }

  async get(object: KubeObject): Promise<Answer> {
    const path = await this.path(object);
    return typeof path === 'string' ? this.request('GET', path) : path;
  }

  /** Changes fields as somebody else, as `kubectl edit` does. */
  async patch(object: KubeObject, change: object): Promise<Answer> {
    const path = await this.path(object);
    if (typeof path !== 'string') return path;
    return this.request('PATCH', `${path}?fieldManager=somebody-else`, JSON.stringify(change), MERGE_TYPE);
  }

  /** Writes fields of the status as the controller of the object would. */
  async patchStatus(object: KubeObject, status: object): Promise<Answer> {
    const path = await this.path(object);
    if (typeof path !== 'string') return path;
    const query = 'fieldManager=somebody-else';
    return this.request('PATCH', `${path}/status?${query}`, JSON.stringify({ status }), MERGE_TYPE);
  }

  /** @param propagation what becomes of objects that it owns: these go later, or first */
  async remove(object: KubeObject, propagation: 'Background' | 'Foreground' = 'Background'): Promise<Answer> {
    const path = await this.path(object);
    if (typeof path !== 'string') return path;
    return this.request('DELETE', `${path}?propagationPolicy=${propagation}`);
  }

  /** All objects of a kind, in all namespaces. Throws where the server refuses. */
  async list(apiVersion: string, kind: string, query = '', accept?: string): Promise<LiveObject[]> {
    const type = await this.type(apiVersion, kind);
    if (!type) throw new Error(`The server does not know ${apiVersion} ${kind}`);
    const path = `${prefixOf(apiVersion)}/${type.path}${query}`;
    const { status, body } = await this.request('GET', path, undefined, undefined, accept);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${messageOf(body)}`);
    // metadata without a single object comes as null
    return ((body.items ?? []) as LiveObject[]).map((item) => ({ ...item, apiVersion, kind }));
  }

  /** The same without spec and status: definitions are megabytes. */
  listMetadata(apiVersion: string, kind: string): Promise<LiveObject[]> {
    return this.list(apiVersion, kind, '', METADATA_TYPE);
  }

  /** `v1.36.3` */
  async version(): Promise<string> {
    const { body } = await this.request('GET', '/version');
    return String(body.gitVersion);
  }

  /** `certificates.cert-manager.io` for all that is served now: a list of the definitions themselves is megabytes. */
  async servedNames(): Promise<Set<string>> {
    const { body } = await this.request('GET', '/apis', undefined, undefined, DISCOVERY_TYPE);
    const groups = body.items as {
      metadata: { name: string };
      versions: { resources?: { resource: string }[] }[];
    }[];
    return new Set(
      groups.flatMap(({ metadata, versions }) =>
        versions.flatMap(({ resources = [] }) =>
          resources.map(({ resource }) => `${resource}.${metadata.name}`),
        ),
      ),
    );
  }

  /** Where the object lies, or the refusal that the server would give. */
  private async path({ apiVersion, kind, metadata }: KubeObject): Promise<string | Answer> {
    const type = await this.type(apiVersion, kind);
    if (!type) return refusal(`the server does not know the kind ${apiVersion} ${kind}`);
    const name = encodeURIComponent(metadata.name);
    if (!type.namespaced) return `${prefixOf(apiVersion)}/${type.path}/${name}`;
    if (!metadata.namespace) return refusal('it names no namespace');
    return `${prefixOf(apiVersion)}/namespaces/${metadata.namespace}/${type.path}/${name}`;
  }

  /** Asks again for a kind that was not there: a CRD may have come. */
  private async type(apiVersion: string, kind: string): Promise<ResourceType | undefined> {
    const known = this.types.get(apiVersion)?.get(kind);
    if (known) return known;
    const { status, body } = await this.request('GET', prefixOf(apiVersion));
    if (status !== 200) return undefined;
    this.types.set(apiVersion, resourcesIn(body));
    return this.types.get(apiVersion)?.get(kind);
  }
}

const refusal = (message: string): Answer => ({ status: 404, body: { message }, warnings: [] });

export const isAccepted = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** `Deployment prod/xwiki` */
export const nameOf = ({ kind, metadata }: KubeObject): string =>
  `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`;

/** Whether a condition of the status holds. */
export const isTrue = (status: any, type: string): boolean =>
  ((status?.conditions ?? []) as { type: string; status: string }[]).some(
    (condition) => condition.type === type && condition.status === 'True',
  );
