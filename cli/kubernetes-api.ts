import type { request as httpRequest, RequestOptions } from 'node:http';

/** What an API server says to a request. */
export interface Answer {
  readonly status: number;
  /** Parsed where it is JSON, else its text. */
  readonly body: unknown;
  /** Texts of the Warning headers. */
  readonly warnings: readonly string[];
}

export interface Call {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body?: string | undefined;
  /** @default JSON */
  readonly contentType?: string | undefined;
  /** @default JSON */
  readonly accept?: string | undefined;
}

/** Where objects of a kind lie. */
export interface ResourceType {
  readonly path: string;
  readonly namespaced: boolean;
}

const JSON_TYPE = 'application/json';
/** Server-side apply. JSON is YAML, so the text may be either. */
export const APPLY_TYPE = 'application/apply-patch+yaml';

/**
 * One request to an API server. An answer of refusal is an answer; an Error says why none came.
 *
 * @param request of node:http or node:https
 * @param options how to reach and convince the server: agent, socket or address, timeout in milliseconds, headers
 */
export function send(request: typeof httpRequest, options: RequestOptions, call: Call): Promise<Answer> {
  const { method, path, body, contentType = JSON_TYPE, accept = JSON_TYPE } = call;
  const content =
    body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) };
  const headers = { ...(options.headers as Record<string, string> | undefined), accept, ...content };
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = response.headers['content-type']?.startsWith(JSON_TYPE);
        resolve({
          status: response.statusCode ?? 0,
          body: isJson ? (JSON.parse(text) as unknown) : text,
          warnings: warningsOf(response.headers['warning']),
        });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Path of a version of a group: `/apis/apps/v1`, `/api/v1`. */
export const prefixOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

/** Kind → where its objects lie, from the list of resources (APIResourceList) of a version of a group. */
export function resourcesIn(body: unknown): Map<string, ResourceType> {
  const { resources } = body as { resources: { name: string; kind: string; namespaced: boolean }[] };
  // `deployments/scale` and the like are views of another resource
  const whole = resources.filter(({ name }) => !name.includes('/'));
  return new Map(whole.map(({ name, kind, namespaced }) => [kind, { path: name, namespaced }]));
}

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
