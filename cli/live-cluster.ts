import { Agent, request as httpRequest } from 'node:http';
import { StrataError } from '../charts/core/errors';
import type { KubeObject } from '../charts/core/objects';

/** An object as the server has it. */
export interface LiveObject extends KubeObject {
  metadata: KubeObject['metadata'] & { readonly resourceVersion?: string };
  readonly spec?: unknown;
  readonly status?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** Texts of the Warning headers. */
  readonly warnings: readonly string[];
}

interface ResourceType {
  readonly path: string;
  readonly namespaced: boolean;
}

/** As Argo CD applies (`ArgoCDSSAManager` of its common/common.go): what the answer says is what its next sync would do. */
const FIELD_MANAGER = 'argocd-controller';
/** Requests under way at once. */
const SOCKETS = 8;
/** The longest that an API server waits for an admission webhook is 30 s (`timeoutSeconds`). */
const REQUEST_MILLISECONDS = 45_000;
const JSON_TYPE = 'application/json';
/** JSON is YAML, so the text may be either. */
const APPLY_TYPE = 'application/apply-patch+yaml';

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
    const path = `${prefix(apiVersion)}/${type.path}`;
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
    return `${prefix(apiVersion)}/${home}${type.path}/${encodeURIComponent(metadata.name)}`;
  }

  /** Kind → where its objects lie. Asked once for each version of a group. */
  private typesOf(apiVersion: string): Promise<ReadonlyMap<string, ResourceType>> {
    const known = this.types.get(apiVersion) ?? this.discover(apiVersion);
    this.types.set(apiVersion, known);
    return known;
  }

  private async discover(apiVersion: string): Promise<ReadonlyMap<string, ResourceType>> {
    const { status, body } = await this.request('GET', prefix(apiVersion));
    if (status === 404) return new Map();
    if (status !== 200) throw this.refused(`it does not say what it serves: ${status} ${messageOf(body)}`);
    const { resources } = body as { resources: { name: string; kind: string; namespaced: boolean }[] };
    // `deployments/scale` and the like are views of another resource
    const whole = resources.filter(({ name }) => !name.includes('/'));
    return new Map(whole.map(({ name, kind, namespaced }) => [kind, { path: name, namespaced }]));
  }

  private request(method: 'GET' | 'PATCH', path: string, body?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(this.refused(`${method} ${path}: ${why}`));
      const content =
        body === undefined ? {} : { 'content-type': APPLY_TYPE, 'content-length': Buffer.byteLength(body) };
      const sent = httpRequest(
        {
          ...{ socketPath: this.socketPath, host: 'localhost', agent: this.agent, method, path },
          ...{ timeout: REQUEST_MILLISECONDS },
          headers: { accept: JSON_TYPE, ...content },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', ({ message }) => fail(message));
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            const json = response.headers['content-type']?.startsWith(JSON_TYPE);
            resolve({
              status: response.statusCode ?? 0,
              body: json ? (JSON.parse(text) as unknown) : text,
              warnings: warningsOf(response.headers['warning']),
            });
          });
        },
      );
      sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.on('error', ({ message }) => fail(message));
      sent.end(body);
    });
  }

  private readonly refused = (problem: string): StrataError =>
    new StrataError(
      this.name,
      problem,
      'See whether kubectl itself gets an answer there, and with which rights',
    );
}

const prefix = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

/** Node joins headers of one name by commas; each is `299 - "text"` with quotes escaped (RFC 9110, quoted-string). */
function warningsOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(', ') : (header ?? '');
  return [...text.matchAll(/\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, quoted = '']) =>
    quoted.replace(/\\(.)/g, '$1'),
  );
}

/** What a refused request says. */
export function messageOf(body: unknown): string {
  const { message } = (typeof body === 'object' && body !== null ? body : {}) as { message?: unknown };
  return (
    typeof message === 'string' ? message : typeof body === 'string' ? body : JSON.stringify(body)
  ).trim();
}
