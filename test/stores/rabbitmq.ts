import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Container } from '../servers/container';
import { until } from '../servers/world';
import type { Pod } from './pod';
import { WHEELS_FOLDER, type Roots } from './programs';
import { Scene } from './scene';
import { metricsOf, missingSeries } from './series';
import { suite, type Stage } from './suite';

const MEMORY = '512Mi';
const METRICS = 'http://127.0.0.1:15692/metrics';
type Step = readonly (string | number)[];

class RabbitmqStage implements Stage {
  readonly scene: Scene;
  readonly pod: Pod;
  server: Container | undefined;

  constructor(roots: Roots, folder: string) {
    const service = { ttlSeconds: 3600, deliveryLimit: 2, publishes: [], consumes: [] };
    this.scene = new Scene(roots, folder, {
      rabbitmq: {
        ...{ enabled: true, maintenance: false, memory: MEMORY, cpu: '250m', size: '2Gi' },
        exchanges: ['property.events', 'lead.events'],
        services: [
          { ...service, name: 'catalog', publishes: ['property.events'] },
          { ...service, name: 'search-index', consumes: ['property.events'] },
          { ...service, name: 'quick', consumes: ['lead.events'], publishes: ['lead.events'], ttlSeconds: 1 },
        ],
      },
    });
    this.scene.issue('rabbitmq-tls');
    this.pod = this.scene.pod('StatefulSet', 'rabbitmq');
  }

  async start(): Promise<void> {
    await this.pod.succeed('prepare');
    this.server = this.pod.start('rabbitmq', { env: PROGRAMS });
    // what the rendered probes do
    await until('the server', () => isOpen(5671), 400);
  }

  async client(
    user: string,
    steps: readonly Step[],
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<unknown[]> {
    const request = {
      ...{
        port: 5671,
        authority: this.scene.authority,
        name: 'rabbitmq.viridial-staging.svc',
        vhost: 'events',
      },
      ...{ user, password: this.password(user), steps, ...more },
    };
    const child = spawn('python3', ['test/stores/amqp.py', JSON.stringify(request)], {
      env: { ...process.env, PYTHONPATH: WHEELS_FOLDER() },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (output += data.toString()));
    await new Promise((resolve) => child.once('close', resolve));
    try {
      return JSON.parse(output) as unknown[];
    } catch {
      throw new Error(`the client said: ${output}`);
    }
  }

  private password(user: string): string {
    return user === 'guest' ? 'guest' : (this.scene.secret(`rabbitmq-${user}`)['password'] ?? '');
  }

  end(): void {
    this.scene.end();
  }
}

/** Debian's own wrappers of the programs want to be root. */
const PROGRAMS = { PATH: '/usr/lib/rabbitmq/lib/rabbitmq_server-4.3.6/sbin:/usr/sbin:/usr/bin:/sbin:/bin' };

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

function same(actual: unknown, wanted: unknown, what: string): void {
  if (JSON.stringify(actual) !== JSON.stringify(wanted))
    throw new Error(`${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`);
}

function refused(answers: readonly unknown[], message: RegExp, count = answers.length): void {
  if (answers.length !== count || answers.some((answer) => !message.test(String(answer))))
    throw new Error(`not all are refused with ${message}: ${JSON.stringify(answers)}`);
}

export const rabbitmq = suite<RabbitmqStage>({
  name: 'rabbitmq',
  stage: (roots, folder) => new RabbitmqStage(roots, folder),
  cases: {
    'takes the rendered configuration, definitions and certificate': async (stage) => {
      await stage.start();
      const log = readFileSync(join(stage.pod.folder, 'rabbitmq.log'), 'utf8');
      return /Starting RabbitMQ (\S+) on Erlang \S+/.exec(log)?.[0];
    },

    'brings a message from publisher to consumer, and holds no port without TLS': async (stage) => {
      same(
        await stage.client('catalog', [['publish', 'property.events', 'created', 'one']]),
        ['ok'],
        'publish',
      );
      same(await stage.client('search-index', [['get', 'search-index']]), ['one'], 'get');
      if (await isOpen(5672)) throw new Error('5672 is open');
      refused(await stage.client('catalog', [], { authority: undefined }), /Error|Closed|Incompatible/);
      refused(
        await stage.client('catalog', [], { authority: '/etc/ssl/certs/ca-certificates.crt' }),
        /certificate verify failed/i,
      );
    },

    'refuses guest, a wrong password and another virtual host': async (stage) => {
      refused(await stage.client('guest', []), /Authentication|AccessDenied|Closed/);
      refused(await stage.client('catalog', [], { password: 'wrong' }), /Authentication|AccessDenied|Closed/);
      refused(await stage.client('catalog', [], { vhost: '/' }), /NOT_ALLOWED|not found|Closed/i);
    },

    'refuses a service what belongs to others, and every declaration': async (stage) => {
      const denied = await stage.client('catalog', [
        ['publish', 'lead.events', 'k', 'x'],
        ['get', 'search-index'],
        ['declare', 'mine'],
      ]);
      refused(denied, /ACCESS_REFUSED/, 3);
      const other = await stage.client('search-index', [
        ['publish', 'property.events', 'k', 'x'],
        ['get', 'quick'],
        ['get', 'quick.dead'],
        ['publish', 'dead-letters', 'quick', 'x'],
      ]);
      refused(other, /ACCESS_REFUSED/, 4);
    },

    'dead-letters what was delivered too often, and what nobody took in time': async (stage) => {
      await stage.client('catalog', [['publish', 'property.events', 'k', 'poison']]);
      await stage.client('search-index', [
        ['reject', 'search-index'],
        ['reject', 'search-index'],
        ['reject', 'search-index'],
      ]);
      await until('the dead letter', async () => {
        const [dead] = await stage.client('search-index', [['get', 'search-index.dead']]);
        return dead === 'poison';
      });
      await stage.client('quick', [['publish', 'lead.events', 'k', 'late']]);
      await until(
        'the late letter',
        async () => (await stage.client('quick', [['get', 'quick.dead']]))[0] === 'late',
      );
    },

    'gives every series of its alerts': async (stage) => {
      const text = await metricsOf(METRICS, /^rabbitmq_queue_messages\{.*queue="search-index\.dead"/m);
      const missing = missingSeries(stage.scene.object('PrometheusRule', 'rabbitmq'), text, /^rabbitmq_/);
      if (missing.length) throw new Error(`not there: ${missing.join(', ')}`);
    },

    'keeps every message that it confirmed when it is killed, and every account and queue': async (stage) => {
      const count = 500;
      same(
        await stage.client('catalog', [['publish', 'property.events', 'k', 'kept', count]]),
        ['ok'],
        'publish',
      );
      stage.server?.kill();
      await stage.server?.ended;
      await stage.start();
      const answers = await stage.client(
        'search-index',
        Array.from({ length: count + 1 }, () => ['get', 'search-index']),
      );
      same(answers.filter((answer) => answer === 'kept').length, count, 'messages');
      return `${count} messages`;
    },

    'has 300 MB of messages wait on its disk, and is not killed at its memory limit': async (stage) => {
      const load = ['publish', 'property.events', 'k', 'x', 1500, 200_000];
      same(await stage.client('catalog', [load]), ['ok'], 'publish');
      stage.server?.signal('SIGTERM');
      const result = await stage.server?.ended;
      if (result?.code !== 0) throw new Error(`it ended with ${result?.code}:\n${result?.output}`);
      return `most ${Math.round((result.peakAnonymousBytes ?? 0) / 2 ** 20)} MiB of ${MEMORY}`;
    },
  },
});
