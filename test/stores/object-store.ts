import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container } from '../servers/container';
import { until } from '../servers/world';
import type { Pod } from './pod';
import type { Roots } from './programs';
import { S3, type Answer } from './s3';
import { Scene } from './scene';
import { suite, type Stage } from './suite';

const MEMORY = '512Mi';
const HOST = 'object-store.viridial-staging.svc';
const PORT = 8333;

class ObjectStoreStage implements Stage {
  readonly scene: Scene;
  pod: Pod;
  server: Container | undefined;
  settle: Container | undefined;

  constructor(roots: Roots, folder: string) {
    const bucket = { versioning: false, writers: [], readers: [] };
    this.scene = new Scene(roots, folder, {
      'object-store': {
        ...{ enabled: true, memory: MEMORY, cpu: '100m', size: '4Gi' },
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
    await until('the server', () => this.isHealthy(), 60);
    await until('the buckets', () => this.pod.isReady('settle'), 60);
  }

  /** What the rendered probes ask. */
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

  end(): void {
    this.scene.end();
  }
}

function expectStatus(answer: Answer, wanted: number, what: string): void {
  if (answer.status !== wanted)
    throw new Error(`${what}: ${answer.status}, not ${wanted}: ${answer.body.toString('utf8', 0, 400)}`);
}

export const objectStore = suite<ObjectStoreStage>({
  name: 'object-store',
  stage: (roots, folder) => new ObjectStoreStage(roots, folder),
  cases: {
    'takes the rendered configuration, identities and certificate, and makes its buckets': async (stage) => {
      await stage.start();
      const web = stage.as('images.web');
      expectStatus(await web.send('PUT', '/images/a b.txt', { body: 'hello' }), 200, 'a write');
      expectStatus(await web.send('GET', '/images/a b.txt'), 200, 'a read');
      const log = readFileSync(join(stage.pod.folder, 'object-store.log'), 'utf8');
      return /S3 API Server .*? (\d+\.\d+)/.exec(log)?.[1];
    },
  },
});
