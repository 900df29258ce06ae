import { spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { maxMemory } from '../../charts/data/redis/configuration';
import type { RedisSettings } from '../../charts/data/redis/definition';
import type { Container, Result } from '../servers/container';
import { until } from '../servers/world';
import type { Pod } from './pod';
import type { Roots } from './programs';
import { Scene } from './scene';
import { metricsOf, missingSeries } from './series';
import { suite, type Stage } from './suite';

const MEMORY = '96Mi';
const AUTHORITY = '/etc/redis/tls/ca.crt';

/** A server of one engine for sessions, and one as cache where a case asks for it. */
class RedisStage implements Stage {
  readonly scene: Scene;
  pod: Pod;
  server: Container | undefined;

  constructor(
    roots: Roots,
    folder: string,
    readonly engine: RedisSettings['engine'],
    use: RedisSettings['use'],
  ) {
    const applications = ['shop', 'forum'];
    this.scene = new Scene(roots, folder, {
      redis: {
        ...{ enabled: true, maintenance: false, engine, use, memory: MEMORY },
        ...{ cpu: '50m', size: '1Gi', applications },
      },
    });
    this.scene.issue('redis-tls');
    this.pod = this.scene.pod('StatefulSet', 'redis');
  }

  async start(...more: readonly string[]): Promise<void> {
    await this.pod.succeed('prepare');
    const rendered = this.pod.spec.containers.find(({ name }) => name === 'redis')?.command ?? [];
    this.server = this.pod.start('redis', more.length ? { command: [...rendered, ...more] } : {});
    await until('the server', () => this.pod.isReady('redis'));
  }

  /** As when the node dies. */
  async kill(): Promise<void> {
    this.server?.kill();
    await this.server?.ended;
  }

  /** What a client says and hears; an answer that is an error is text too. */
  async ask(account: string, ...command: readonly string[]): Promise<string> {
    return (await this.client([...this.login(account), ...command])).output.trim();
  }

  /** valkey-cli or redis-cli, in the image of the server. */
  client(args: readonly string[], script?: string) {
    const cli = [`${this.engine}-cli`, '--no-auth-warning', ...args];
    const command = script === undefined ? cli : ['sh', '-c', `${script} | exec "$@"`, 'sh', ...cli];
    return this.pod.run('redis', { command });
  }

  login(account: string, password = this.scene.secret(`redis-${account}`)['password'] ?? ''): string[] {
    return [...this.tls, '--user', account, '--pass', password];
  }

  readonly tls = ['--tls', '--cacert', AUTHORITY, '-h', 'redis.viridial-staging.svc'];

  /** Writes `count` keys of 1,000 random bytes. */
  async fill(count: number): Promise<string> {
    const password = this.scene.secret('redis-shop')['password'] ?? '';
    const load = ['-n', String(count), '-r', String(count), '-d', '1000', '-c', '20', '-P', '16', '-q'];
    const { output } = await this.pod.run('redis', {
      root: 'valkey',
      command: [
        ...['valkey-benchmark', '--tls', '--cacert', AUTHORITY, '-h', 'redis.viridial-staging.svc'],
        ...['--user', 'shop', '-a', password, ...load, 'SET', 'shop:__rand_int__', '__data__'],
      ],
    });
    return output;
  }

  /** The sum over all keys, values and expiries: of a copy in a server of its own, since the live one does not tell. */
  async digest(): Promise<string> {
    const folder = '/tmp/digest';
    const script = `
      mkdir ${folder} && "$@" --rdb ${folder}/dump.rdb >/dev/null &&
      { ${this.engine}-server --port 0 --unixsocket ${folder}/socket --dir ${folder} --save '' --enable-debug-command local >${folder}/log & } &&
      until ${this.engine}-cli -e -s ${folder}/socket ping >/dev/null 2>&1; do sleep 0.1; done &&
      ${this.engine}-cli -s ${folder}/socket del strata:sentinel >/dev/null && ${this.engine}-cli -s ${folder}/socket debug digest`;
    const client = [`${this.engine}-cli`, '--no-auth-warning', ...this.login('backup')];
    const { output } = await this.pod.run('redis', { command: ['sh', '-c', script, 'sh', ...client] });
    const digest = output.trim().split('\n').at(-1) ?? '';
    if (!/^[0-9a-f]{40}$/.test(digest) || /^0+$/.test(digest)) throw new Error(`no digest: ${output}`);
    return digest;
  }

  /** The files of a set, from the run that made it to one that reads it. */
  give(from: Pod, to: Pod): void {
    const target = join(to.folderOf('work'), 'data');
    cpSync(join(from.folder, 'work/data'), target, { recursive: true });
    for (const path of ['', ...readdirSync(target)]) chownSync(join(target, path), 999, 1000);
  }

  /** Ends it as the kubelet does, which must be an end in order: nothing was killed before. */
  async stop(): Promise<Result> {
    this.server?.signal('SIGTERM');
    const result = await this.server?.ended;
    if (result?.code !== 0) throw new Error(`the server ended with ${result?.code}:\n${result?.output}`);
    return result;
  }

  /** The run that made a set. */
  backup: Pod | undefined;

  end(): void {
    this.scene.end();
  }
}

/** Commands that no application may. */
const FORBIDDEN = [
  ...[
    'FLUSHALL',
    'FLUSHDB',
    'KEYS *',
    'SCAN 0',
    'RANDOMKEY',
    'CONFIG GET *',
    'DEBUG SLEEP 0',
    'INFO',
    'ACL LIST',
  ],
  ...[
    'CLIENT LIST',
    'SHUTDOWN',
    'SAVE',
    'MONITOR',
    'FUNCTION LIST',
    'SCRIPT FLUSH',
    'SWAPDB 0 0',
    'REPLICAOF NO ONE',
  ],
  ...['PUBSUB CHANNELS', 'MIGRATE h 1 shop:a 0 1', 'SYNC', 'SLOWLOG GET', 'MODULE LIST', 'SORT shop:a'],
];

function expect(actual: string, wanted: RegExp, what: string): void {
  if (!wanted.test(actual)) throw new Error(`${what}: ${JSON.stringify(actual)}, not ${wanted}`);
}

const sessions = (engine: RedisSettings['engine']) =>
  suite<RedisStage>({
    name: engine,
    stage: (roots, folder) => new RedisStage(roots, folder, engine, 'sessions'),
    cases: {
      'takes the rendered configuration, users file and certificate; its probes pass': async (stage) => {
        await stage.start();
        if (!(await stage.pod.isReady('redis', 'startupProbe'))) throw new Error('the startup probe fails');
        return (await stage.ask('exporter', 'INFO', 'server')).match(/(?:valkey|redis)_version:\S+/g)?.at(-1);
      },

      'speaks TLS only, and a client that trusts another authority turns away': async (stage) => {
        expect(
          (await stage.client(['-h', 'localhost', 'PING'])).output,
          /reset|closed|refused|error/i,
          'plain text',
        );
        const other = (await stage.client(['--tls', '--cacertdir', '/etc', '-h', 'localhost', 'PING']))
          .output;
        expect(other, /certificate verify failed/i, 'without the authority');
      },

      'refuses no password, a wrong one and an unknown account': async (stage) => {
        expect((await stage.client([...stage.tls, 'GET', 'shop:a'])).output, /NOAUTH/, 'without an account');
        for (const account of ['shop', 'default', 'nobody'])
          expect(
            (await stage.client([...stage.login(account, 'wrong'), 'GET', 'shop:a'])).output,
            /WRONGPASS|AUTH failed/,
            account,
          );
      },

      'lets an application use keys, channels, transactions and scripts of its own': async (stage) => {
        const all = [
          'SET shop:a 1',
          'INCR shop:a',
          'EXPIRE shop:a 100',
          'HSET shop:h f v',
          'PUBLISH shop:c m',
        ];
        const script = [
          'MULTI',
          ...all,
          'EXEC',
          'EVAL "return redis.call([[GET]], KEYS[1])" 1 shop:a',
          'PING',
        ];
        const { output } = await stage.client(
          stage.login('shop'),
          `printf '%s\\n' ${script.map((line) => `'${line}'`).join(' ')}`,
        );
        if (/ERR|NOPERM/.test(output)) throw new Error(output);
        expect(output, /"?2"?\s+PONG/, 'the script');
      },

      'refuses an application the keys and channels of another, and every command that reaches beyond its own':
        async (stage) => {
          for (const command of [
            'GET forum:a',
            'SET forum:a 1',
            'SET a 1',
            'PUBLISH forum:c m',
            'GET strata:sentinel',
          ])
            expect(await stage.ask('shop', ...command.split(' ')), /NOPERM/, command);
          const through = await stage.ask('shop', 'EVAL', 'return redis.call("GET", "forum:a")', '0');
          expect(through, /NOPERM|permission|ACL failure/i, 'a script');
          for (const command of FORBIDDEN)
            expect(await stage.ask('shop', ...command.split(' ')), /NOPERM|command not allowed/, command);
          return `${FORBIDDEN.length} commands`;
        },

      'gives its exporter and its backup what they need, and no more': async (stage) => {
        for (const command of ['GET shop:a', 'CONFIG GET *', 'CLIENT LIST', 'SET strata:x 1'])
          expect(await stage.ask('exporter', ...command.split(' ')), /NOPERM/, command);
        for (const command of ['GET shop:a', 'SET shop:a 1', 'FLUSHALL', 'CONFIG GET *', 'ACL LIST'])
          expect(await stage.ask('backup', ...command.split(' ')), /NOPERM/, command);
        expect(await stage.ask('restore', 'CONFIG', 'GET', '*'), /NOPERM/, 'restore');
      },

      'gives every series of its alerts, and its exporter asks for nothing that it may not': async (
        stage,
      ) => {
        stage.pod.start('exporter');
        const before = await stage.ask('exporter', 'INFO', 'stats');
        const text = await metricsOf('http://127.0.0.1:9121/metrics', /^redis_up 1$/m);
        const missing = missingSeries(stage.scene.object('PrometheusRule', 'redis'), text, /^redis_/);
        if (missing.length) throw new Error(`not there: ${missing.join(', ')}`);
        const denied = (info: string) => /acl_access_denied_cmd:(\d+)/.exec(info)?.[1];
        const after = await stage.ask('exporter', 'INFO', 'stats');
        if (denied(before) !== denied(after))
          throw new Error(`refused: ${denied(before)} before, ${denied(after)} after`);
        const log = readFileSync(join(stage.pod.folder, 'exporter.log'), 'utf8');
        if (/level=(warn|error)/i.test(log)) throw new Error(log);
      },

      'keeps what it acknowledged a second ago when it is killed': async (stage) => {
        const script = `i=0; while [ $i -lt 2000 ]; do echo "SET shop:kept:$i $i"; i=$((i+1)); done`;
        const { output } = await stage.client(stage.login('shop'), script);
        const acknowledged = output.match(/^OK$/gm)?.length ?? 0;
        if (acknowledged !== 2000) throw new Error(`${acknowledged} of 2000 acknowledged`);
        await new Promise((resolve) => setTimeout(resolve, 1100));
        await stage.kill();
        await stage.start();
        const all = Array.from({ length: 2000 }, (_, index) => `shop:kept:${index}`);
        expect(await stage.ask('shop', 'EXISTS', ...all), /^2000$/, 'keys');
        return '2000 writes';
      },

      'comes back from backup, loss and restore with the same keys, values and expiries': async (stage) => {
        const script = [
          `printf '%s\\n' "RPUSH shop:list a b c" "ZADD shop:zset 1 a 2 b" "XADD shop:stream 1-1 f v" "SET shop:session s EX 9999"`,
          `printf '%s\\n' "SETEX shop:short 3 gone" "SET forum:a x" "HSET shop:hash f v"`,
        ].join('; ');
        await stage.client(stage.login('shop'), `{ ${script}; }`);
        await stage.ask('forum', 'SET', 'forum:text', 'ä "quoted"');
        const backup = stage.scene.pod('CronJob', 'redis-backup-snapshot');
        stage.backup = backup;
        await backup.succeed('dump');
        const before = await stage.digest();
        await stage.kill();
        rmSync(join(stage.pod.folder, 'data'), { recursive: true });
        stage.pod = stage.scene.pod('StatefulSet', 'redis');
        await stage.start();
        expect(await stage.ask('shop', 'DBSIZE'), /^0$/, 'after the loss');
        const restore = stage.scene.restorePod('redis', 'snapshot', false);
        stage.give(backup, restore);
        const output = await restore.succeed('restore');
        const after = await stage.digest();
        if (before !== after) throw new Error(`${before} before, ${after} after`);
        expect(await stage.ask('shop', 'TTL', 'shop:session'), /^9[89]\d\d$/, 'the expiry');
        expect(await stage.ask('shop', 'EXISTS', 'shop:short'), /^0$/, 'what expired meanwhile');
        const again = stage.scene.restorePod('redis', 'snapshot', false);
        stage.give(backup, again);
        await again.fail('restore', /the server is not empty: it has \d+ keys\. To replace what is there/);
        const over = stage.scene.restorePod('redis', 'snapshot', true);
        stage.give(backup, over);
        await over.succeed('restore');
        return /(\d+ keys of the set)/.exec(output)?.[1];
      },

      'is drilled: a good set passes, a cut one, an old one and one without its sentinel do not': async (
        stage,
      ) => {
        const { backup } = stage;
        if (!backup) throw new Error('the case before made no backup');
        const drill = async (change: (data: string) => void = () => undefined) => {
          const pod = stage.scene.pod('CronJob', 'redis-snapshot-drill-staging');
          stage.give(backup, pod);
          writeFileSync(join(pod.folderOf('work'), 'fetching'), String(Math.floor(Date.now() / 1000)));
          change(join(pod.folder, 'work/data'));
          return pod;
        };
        const good = await drill();
        await good.succeed('load');
        expect(
          readFileSync(join(good.folder, 'work/result.json'), 'utf8'),
          /^ {2}"ok": true,$/m,
          'the result',
        );
        const cut = await drill((data) =>
          truncateSync(join(data, 'dump.rdb'), statSync(join(data, 'dump.rdb')).size - 40),
        );
        await cut.fail('load', /the set cannot be loaded/);
        const facts = (from: RegExp, to: string) => (data: string) => {
          const file = join(data, 'facts.json');
          writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
        };
        await (
          await drill(facts(/"sentinel": "./, '"sentinel": "'))
        ).fail('load', /the sentinel of the set is not in it/);
        await (
          await drill(facts(/"keys": /, '"keys": 1'))
        ).fail('load', /there are ".*" keys and expiries, not/);
        await (
          await drill()
        ).fail('load', /the sentinel is \d+ s old, more than 0 s/, { env: { MAX_AGE_SECONDS: '0' } });
      },

      'refuses writes when its memory is full, and stays within its limit while it rewrites its log': async (
        stage,
      ) => {
        const output = await stage.fill(200_000);
        expect(output, /OOM/, 'the load');
        // again and again: keys are replaced while the log is rewritten
        await stage.fill(100_000);
        const info = await stage.ask('exporter', 'INFO', 'memory');
        const used = Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
        if (used < maxMemory(MEMORY, 'sessions') * 0.95) throw new Error(`only ${used} bytes were used`);
        expect(await stage.ask('shop', 'GET', 'shop:kept:1'), /^1$/, 'a key from before');
        const result = await stage.stop();
        return `most ${Math.round((result.peakAnonymousBytes ?? 0) / 2 ** 20)} MiB of ${MEMORY}`;
      },
    },
  });

const cache = suite<RedisStage>({
  name: 'valkey cache',
  stage: (roots, folder) => new RedisStage(roots, folder, 'valkey', 'cache'),
  cases: {
    'throws the least used keys away when it is full, and stays within its limit': async (stage) => {
      await stage.start();
      await stage.ask('shop', 'SET', 'shop:first', '1');
      const output = await stage.fill(300_000);
      if (/OOM|ERR/.test(output)) throw new Error(output);
      expect(await stage.ask('exporter', 'INFO', 'stats'), /^evicted_keys:[1-9]/m, 'evictions');
      expect(await stage.ask('shop', 'GET', 'shop:first'), /^$/, 'what was not used');
      expect(await stage.ask('shop', 'SET', 'shop:last', '1'), /^OK$/, 'a write');
    },

    'gives every series of its alerts': async (stage) => {
      stage.pod.start('exporter');
      const text = await metricsOf('http://127.0.0.1:9121/metrics', /^redis_up 1$/m);
      const missing = missingSeries(stage.scene.object('PrometheusRule', 'redis'), text, /^redis_/);
      if (missing.length) throw new Error(`not there: ${missing.join(', ')}`);
    },

    'presents a renewed certificate without a restart, and ends in order': async (stage) => {
      const first = await stage.stop();
      await stage.start('--tls-auto-reload-interval', '1');
      const serial = () =>
        spawnSync(
          'sh',
          [
            '-c',
            'openssl s_client -connect 127.0.0.1:6379 </dev/null 2>/dev/null | openssl x509 -noout -serial',
          ],
          {
            encoding: 'utf8',
          },
        ).stdout;
      const before = serial();
      expect(before, /^serial=/, 'the certificate');
      stage.scene.issue('redis-tls');
      stage.pod.writeVolumes();
      await until('the renewed certificate', () => serial() !== before);
      expect(await stage.ask('shop', 'PING'), /^PONG$/, 'a client');
      return `most ${Math.round((first.peakAnonymousBytes ?? 0) / 2 ** 20)} MiB of ${MEMORY}`;
    },

    'does not start where an account has no password': async (stage) => {
      await stage.stop();
      stage.scene.set('redis-forum', { password: '' });
      await stage.pod.fail(
        'prepare',
        /the password of forum is empty\. Fill the key password of the Secret redis-forum/,
      );
    },
  },
});

export const redisSuites = [sessions('valkey'), sessions('redis'), cache];
