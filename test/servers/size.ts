import { strict as assert } from 'node:assert';
import type { Result } from './container';
import { Postgres } from './postgres';
import { identityOf, keysOf } from './runs';
import type { Suite } from './suite';
import type { Pod, StepOptions, World } from './world';

const MEBI = 2 ** 20;
/** Limits of the steps: charts/core/backup/steps.ts, and READING and LOADING of charts/data/postgresql/backup.ts. */
const MEMORY: Readonly<Record<string, number>> = {
  ...{ dump: 256 * MEBI, compare: 256 * MEBI },
  ...{ load: 768 * MEBI, restore: 768 * MEBI },
};
const TOOL_MEMORY = 192 * MEBI;

/** About 1 GB of rows that compress to a third, as tables of applications do, with two indexes. */
const GIGABYTE = `
CREATE TABLE orders AS
  SELECT i AS id, i % 5000 AS customer, now() - i * interval '1 second' AS at, md5(i::text) AS token,
         'Order number ' || i || ' of a customer who wants it soon, at the door, and not before ' || i % 97 AS note, (i * 37 % 99991) / 100.0 AS amount
  FROM generate_series(1, 5500000) AS i;
ALTER TABLE orders ADD PRIMARY KEY (id);
CREATE INDEX ON orders (customer, at);
ALTER TABLE orders OWNER TO shop_owner;
`;

interface Measured extends Result {
  readonly step: string;
}

const secondsOf = (measured: readonly Measured[]): number =>
  measured.reduce((sum, { seconds }) => sum + seconds, 0);
const told = ({ step, seconds, peakAnonymousBytes = 0, peakBytes = 0 }: Measured): string =>
  `${step} ${seconds.toFixed(1)} s, ${(peakAnonymousBytes / MEBI).toFixed(0)} MiB (${(peakBytes / MEBI).toFixed(0)} with page cache)`;

/** Runs steps one after the other under their limits; each has to succeed, so none was ended by the kernel. */
async function limited(pod: Pod, steps: Readonly<Record<string, StepOptions>>): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const [step, options] of Object.entries(steps)) {
    const memory = MEMORY[step] ?? TOOL_MEMORY;
    measured.push({ step, ...(await pod.succeed(step, { ...options, memory })) });
  }
  return measured;
}

/** Seconds of a shell command with the programs of the image. */
async function byHand(postgres: Postgres, command: string): Promise<number> {
  const start = performance.now();
  await postgres.command(['bash', '-euo', 'pipefail', '-c', command], {
    ...postgres.environment,
    PGUSER: 'postgres',
  });
  return (performance.now() - start) / 1000;
}

async function restoredByHand(postgres: Postgres): Promise<number> {
  await byHand(postgres, 'createdb by_hand');
  const seconds = await byHand(postgres, 'pg_restore --dbname=by_hand /volume/by-hand.dump');
  await byHand(postgres, 'dropdb by_hand');
  return seconds;
}

export const size: Suite = {
  name: 'size',
  long: true,
  cases: [
    {
      title:
        '[BKP-01] [BKP-10] a database of 1 GB is backed up and restored within the memory limits of the steps',
      run: async (world: World) => {
        const postgres = await Postgres.create(world, 'server', ['shop'], {
          max_wal_size: '4GB',
          shared_buffers: '256MB',
        });
        await postgres.sql('shop', GIGABYTE);
        const bytes = Number(await postgres.sql('shop', "SELECT pg_database_size('shop')"));
        assert.ok(bytes > 1e9, `${bytes} bytes`);
        const rate = (time: number): string => `${(bytes / 1e6 / time).toFixed(0)} MB/s`;
        const pod = await world.pod({ component: 'gigabyte', kind: 'logical' });
        const dump = await byHand(postgres, 'pg_dump --dbname=shop | gzip >/volume/by-hand.gz');
        const backup = await limited(pod, {
          dump: { env: postgres.environment },
          key: { env: { RECIPIENT: keysOf(world).recipient } },
          store: {},
        });
        await byHand(postgres, 'pg_dump --dbname=shop --format=custom --file=/volume/by-hand.dump');
        const before = await restoredByHand(postgres);
        await postgres.sql('shop', 'DROP TABLE orders');
        const back = await world.pod(pod.identity);
        const owner = { PASSWORD_shop: postgres.environment['PGPASSWORD'] ?? '' };
        const restored = await limited(back, {
          ...{ fetch: {}, open: identityOf(world), decrypt: {} },
          restore: { args: ['shop'], env: { ...postgres.environment, ...owner } },
        });
        assert.equal(await postgres.sql('shop', 'SELECT count(*) FROM orders'), '5500000');
        // the machine is not as fast all the time: the faster one counts
        const restore = Math.min(before, await restoredByHand(postgres));
        const after = [
          ...(await limited(back, { compare: { args: ['shop'], env: postgres.environment } })),
          ...(await limited(back, { load: { args: ['shop'], env: { MAX_AGE_SECONDS: '86400' } } })),
        ];
        const took = { backup: secondsOf(backup), restore: secondsOf(restored) };
        return [
          `${(bytes / 1e9).toFixed(2)} GB`,
          `backup ${rate(took.backup)}, pg_dump | gzip ${rate(dump)}, ratio ${(dump / took.backup).toFixed(2)}`,
          `restore ${rate(took.restore)}, pg_restore ${rate(restore)}, ratio ${(restore / took.restore).toFixed(2)}`,
          ...[...backup, ...restored, ...after].map(told),
        ].join('; ');
      },
    },
  ],
};
