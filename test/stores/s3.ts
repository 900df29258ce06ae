import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';

interface Keys {
  readonly id: string;
  readonly secret: string;
}

interface Wanted {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  /** What S3 calls an error: `AccessDenied`; empty where there is none. */
  readonly error: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
const queryOf = (query: Readonly<Record<string, string>>): string =>
  Object.entries(query)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');

/** A client of S3 that signs by version 4 (docs.aws.amazon.com, "Authenticating Requests"). */
export class S3 {
  constructor(
    private readonly host: string,
    private readonly port: number,
    /** File with the certificate of the authority; undefined for those that Node knows. */
    private readonly authority: string | undefined,
    private readonly keys?: Keys,
  ) {}

  /** @param path `/<bucket>/<key>` */
  send(method: string, path: string, { query = {}, headers = {}, body = '' }: Wanted = {}): Promise<Answer> {
    const own = { ...headers, host: `${this.host}:${this.port}`, 'x-amz-content-sha256': sha256(body) };
    const signed = this.keys ? this.signed(this.keys, method, path, query, own) : own;
    return this.exchange(method, `${encodePath(path)}?${queryOf(query)}`, signed, body);
  }

  /** Asks for a URL that somebody without keys may use for some seconds. */
  presigned(method: string, path: string, seconds: number): Promise<Answer> {
    if (!this.keys) throw new Error('no keys');
    const { date, scope } = stamp();
    const query = {
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': `${this.keys.id}/${scope}`,
      'X-Amz-Date': date,
      'X-Amz-Expires': String(seconds),
      'X-Amz-SignedHeaders': 'host',
    };
    const host = `${this.host}:${this.port}`;
    const canonical = [
      method,
      encodePath(path),
      queryOf(query),
      `host:${host}`,
      '',
      'host',
      'UNSIGNED-PAYLOAD',
    ].join('\n');
    const signature = signatureOf(this.keys, date, scope, canonical);
    return this.exchange(
      method,
      `${encodePath(path)}?${queryOf({ ...query, 'X-Amz-Signature': signature })}`,
      { host },
      '',
    );
  }

  private signed(
    keys: Keys,
    method: string,
    path: string,
    query: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>>,
  ): Record<string, string> {
    const { date, scope } = stamp();
    const all: Record<string, string> = { ...headers, 'x-amz-date': date };
    const names = Object.keys(all).sort();
    const canonical = [
      ...[method, encodePath(path), queryOf(query)],
      ...[...names.map((name) => `${name}:${all[name]}`), ''],
      ...[names.join(';'), all['x-amz-content-sha256']],
    ].join('\n');
    const signature = signatureOf(keys, date, scope, canonical);
    const authorization = `AWS4-HMAC-SHA256 Credential=${keys.id}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    return { ...all, authorization };
  }

  private exchange(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string | Buffer,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          ...{
            method,
            path,
            headers,
            host: '127.0.0.1',
            port: this.port,
            servername: this.host,
            agent: false,
          },
          ...(this.authority !== undefined && { ca: readFileSync(this.authority) }),
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.once('end', () => {
            const all = Buffer.concat(parts);
            const error = /<Code>(\w+)<\/Code>/.exec(all.toString('utf8', 0, 1000))?.[1] ?? '';
            resolve({ status: answer.statusCode ?? 0, error, body: all, headers: answer.headers });
          });
          answer.once('error', reject);
        },
      );
      sent.once('error', reject);
      sent.end(body);
    });
  }
}

const encodePath = (path: string): string => path.split('/').map(encode).join('/');

function stamp(): { readonly date: string; readonly scope: string } {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  return { date, scope: `${date.slice(0, 8)}/us-east-1/s3/aws4_request` };
}

function signatureOf({ secret }: Keys, date: string, scope: string, canonical: string): string {
  const key = scope.split('/').reduce<string | Buffer>((before, part) => hmac(before, part), `AWS4${secret}`);
  return hmac(key, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')).toString('hex');
}
