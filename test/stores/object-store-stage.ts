import { createHash } from 'node:crypto';
import { chownSync, cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Container } from '../servers/container';
import { until } from '../servers/world';
import type { Pod } from './pod';
import type { Roots } from './programs';
import { S3, type Answer } from './s3';
import { Scene } from './scene';
import type { Stage } from './suite';

export const MEMORY = '512Mi';
export const HOST = 'object-store.viridial-staging.svc';
export const PORT = 8333;
/** Seconds that a start or a round may take on a machine under load. */
export const START_SECONDS = 300;

/** A store with two buckets, and those who use them. */
export class ObjectStoreStage implements Stage {
  readonly scene: Scene;
  pod: Pod;
  server: Container | undefined;
  settle: Container | undefined;

  constructor(roots: Roots, folder: string) {
    const bucket = { versioning: false, writers: [], readers: [] };
    this.scene = new Scene(roots, folder, {
      'object-store': {
        ...{ enabled: true, maintenance: false, memory: MEMORY, cpu: '100m', size: '4Gi' },
        buckets: [
          {
            ...bucket,
            name: 'images',
            versioning: true,
            versionDays: 30,
            writers: ['web'],
            readers: ['search'],
          },
          { ...bucket, name: 'documents', quota: '8Mi', expireDays: 2, writers: ['web', 'office'] },
        ],
      },
    });
    this.scene.issue('object-store-tls');
    this.pod = this.scene.pod('StatefulSet', 'object-store');
  }

  async start(): Promise<void> {
    await this.pod.succeed('prepare');
    this.server = this.pod.start('object-store');
    this.settle = this.pod.start('settle');
    await until('the server', () => this.pod.isReady('object-store', 'startupProbe'), START_SECONDS);
    await until('the readiness', () => this.isHealthy());
    await until('the buckets', () => this.pod.isReady('settle'), START_SECONDS);
  }

  /** What the rendered probes of readiness and life ask. */
  async isHealthy(): Promise<boolean> {
    const answer = await this.nobody.send('GET', '/healthz').catch(() => undefined);
    return answer?.status === 200;
  }

  get nobody(): S3 {
    return new S3(HOST, PORT, this.scene.authority);
  }

  as(account: string, secret?: string): S3 {
    const keys = this.scene.secret(`object-store-${account}`);
    return new S3(HOST, PORT, this.scene.authority, {
      id: keys['access-key-id'] ?? '',
      secret: secret ?? keys['secret-access-key'] ?? '',
    });
  }

  /** As when the node dies. */
  async kill(): Promise<void> {
    for (const one of [this.server, this.settle]) {
      one?.kill();
      await one?.ended;
    }
  }

  /** A round of the second container, from its start. */
  async settleAgain(): Promise<void> {
    this.settle?.kill();
    await this.settle?.ended;
    rmSync(join(this.pod.folderOf('settled'), 'ready'), { force: true });
    this.settle = this.pod.start('settle');
    await until('the buckets', () => this.pod.isReady('settle'), START_SECONDS);
    // what the filer is told reaches S3 by its subscription
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }

  /** Commands of `weed shell`, beside the second container. */
  shell(...commands: readonly string[]): Promise<string> {
    const script = `printf '%s\\n' "$@" | weed -logtostderr shell -master=127.0.0.1:9333`;
    return this.pod.succeed('settle', { command: ['sh', '-c', script, 'sh', ...commands] });
  }

  /** Every object of the applications' buckets with its bytes and attributes. */
  async digest(): Promise<string> {
    const reader = this.as('backup');
    const lines: string[] = [];
    for (const bucket of ['images', 'documents']) {
      const { body } = await reader.send('GET', `/${bucket}`, { query: { 'list-type': '2' } });
      const keys = [...body.toString().matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key = '']) => decoded(key));
      if (body.includes('<IsTruncated>true')) throw new Error('more objects than one answer has');
      for (const key of keys) {
        const answer = await reader.send('GET', `/${bucket}/${key}`);
        expectStatus(answer, 200, key);
        const attributes = Object.entries(answer.headers)
          .filter(([name]) =>
            /^(content-(type|disposition|encoding|language)|cache-control|x-amz-meta-(?!mtime).*)$/.test(
              name,
            ),
          )
          .map(([name, value]) => `${name}=${String(value)}`);
        lines.push(
          [bucket, key, createHash('sha256').update(answer.body).digest('hex'), ...attributes.sort()].join(
            ' ',
          ),
        );
      }
    }
    return lines.join('\n');
  }

  /** The files of a set, from the run that made it to one that reads it. */
  give(from: Pod, to: Pod): void {
    const target = join(to.folderOf('work'), 'data');
    cpSync(join(from.folder, 'work/data'), target, { recursive: true });
    for (const path of ['', ...readdirSync(target)]) chownSync(join(target, path), 1000, 1000);
  }

  /** The run that made a set. */
  backup: Pod | undefined;

  end(): void {
    this.scene.end();
  }
}

export function expectStatus(answer: Answer, wanted: number, what: string): void {
  if (answer.status !== wanted)
    throw new Error(`${what}: ${answer.status}, not ${wanted}: ${answer.body.toString('utf8', 0, 400)}`);
}

export function expectError(answer: Answer, wanted: RegExp, what: string): void {
  if (answer.status < 400 || !wanted.test(answer.error))
    throw new Error(
      `${what}: ${answer.status} ${answer.error}, not ${wanted}: ${answer.body.toString('utf8', 0, 400)}`,
    );
}

/** A key as the XML of S3 writes it. */
const decoded = (key: string): string =>
  key.replace(/&(?:amp|lt|gt|quot|#34|#39);/g, (entity) => ENTITIES[entity] ?? entity);
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#34;': '"',
  '&#39;': "'",
};
