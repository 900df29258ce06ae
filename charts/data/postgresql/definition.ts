import { z } from 'zod';
import type { NodeSettings } from '../../../settings/base';
import type { Mistake } from '../../../settings/problem';
import { block, maintenance } from '../../../settings/blocks';
import { duplicates } from '../../../settings/rule';
import { cpu, memory } from '../../../settings/amounts';
import { databaseName, moment } from '../../../settings/scalars';
import { own } from '../../../settings/own';
import { component, type OutputOf } from '../../core/definition';

/** Names whose account or Secret would be the server's own; the bucket's keys lie in `postgresql-backup-s3`. */
const RESERVED = [
  'postgres',
  // no name of an account: CreateRole in src/backend/commands/user.c, and RoleSpec in src/backend/parser/gram.y of PostgreSQL 17
  'public',
  'none',
  'template0',
  'template1',
  'exporter',
  'streaming_replica',
  'backup',
  'backup_s3',
  'pgbouncer',
  'strata',
  'tls',
];

const generation = z.int().min(1);

const settings = block({
  engine: z
    .enum(['statefulset', 'cloudnative-pg'])
    .default('statefulset')
    .describe(
      'statefulset is one server with a dump every night: what was written since the night is lost with its volume. cloudnative-pg has ' +
        'standbys, failover and recovery to a moment, and needs the components cloudnative-pg and barman-cloud.',
    ),
  version: z.enum(['16', '17', '18']).default('17').describe('Major version.'),
  size: own(
    'volume',
    memory({ least: '1Gi', for: '256Mi of write-ahead log, what slots hold back and the data' })
      .default('20Gi')
      .describe('Data volume of each server, of the database class.'),
  ),
  memory: own(
    'sizing',
    memory({ least: '512Mi', for: 'the server and a few connections' })
      .default('1Gi')
      .describe('Memory limit of each server; buffers and connections are sized from it.'),
  ),
  cpu: own('sizing', cpu.default('250m').describe('CPU request of each server.')),
  databases: z
    .array(databaseName)
    .default([])
    .describe(
      'Databases to create, each with an account of the same name that may read and write rows, and one named <database>_owner for migrations.',
    ),
  pooler: z
    .boolean()
    .default(true)
    .describe('Whether PgBouncer stands before it; then it is what applications connect to.'),
  instances: own(
    'sizing',
    z
      .int()
      .min(1)
      .max(5)
      .default(1)
      .describe(
        'Servers, each on a node of its own: one takes writes, the others follow, serve reads and take over by themselves. More than one needs the engine cloudnative-pg.',
      ),
  ),
  synchronous: z
    .enum(['off', 'preferred', 'required'])
    .default('off')
    .describe(
      'Whether a commit waits until any one standby has it. off: never, so the last moments before a failover may be lost. preferred: while ' +
        'a standby is ready, and without one writes go on unprotected. required: always, and without a standby writes stop.',
    ),
  generation: own(
    'work',
    generation
      .default(1)
      .describe(
        'Number of the cluster, a part of its name and of the folder of its archive. Raised by one whenever it begins anew: for a recovery, or for a new major version.',
      ),
  ),
  recovery: own(
    'work',
    z
      .strictObject({
        generation: generation.describe('Generation whose archive the cluster comes from.'),
        moment: moment
          .exactOptional()
          .describe('Moment as of which it is brought back. Default: the end of the archive.'),
      })
      .exactOptional()
      .describe('Where the data of a new generation comes from. Optional: it begins empty.'),
  ),
  ...maintenance,
}).describe('One PostgreSQL. Leave the block out for none.');

export type PostgresqlSettings = OutputOf<typeof settings>;

export const postgresql = component({
  name: 'postgresql',
  layer: 'data',
  scope: 'environment',
  description: 'PostgreSQL with databases and accounts: one server, or a cluster of CloudNativePG',
  settings,
  kinds: [
    'barmancloud.cnpg.io/ObjectStore',
    'postgresql.cnpg.io/Cluster',
    'postgresql.cnpg.io/Database',
    'postgresql.cnpg.io/Pooler',
    'postgresql.cnpg.io/ScheduledBackup',
  ],
  mistakes: (settings, { nodes }) => [
    ...databaseMistakes(settings.databases),
    ...(settings.engine === 'statefulset'
      ? statefulSetMistakes(settings)
      : [...clusterMistakes(settings), ...(nodes ? tooManyServers(settings, nodes) : [])]),
  ],
  exceptions: [
    {
      subject: 'PostgresqlArchiveBehind',
      exception: 'late-alert',
      reason:
        'That more than 30 segments wait is known within five minutes. One that waits while none is sent is told from a busy archive by ten ' +
        'minutes of it only: until then the archiver tries again, and all segments are on the volume.',
    },
  ],
});

type EngineSettings = Pick<PostgresqlSettings, 'instances' | 'synchronous' | 'generation'> & {
  readonly recovery?: { readonly generation: number };
};

/** What one server cannot do. */
function statefulSetMistakes({
  instances,
  synchronous,
  generation: number,
  recovery,
}: EngineSettings): readonly Mistake[] {
  const wanted: readonly (readonly [string, boolean, string])[] = [
    ['instances', instances > 1, `${instances} servers, and the engine statefulset is one`],
    ['synchronous', synchronous !== 'off', 'the engine statefulset has no standby that could have a commit'],
    ['generation', number > 1, 'the engine statefulset has no archive that could begin anew'],
    [
      'recovery',
      recovery !== undefined,
      'the engine statefulset has no archive: only the dumps of the nights',
    ],
  ];
  return wanted.flatMap(([key, isWanted, problem]) =>
    isWanted ? [{ path: [key], problem, remedy: `Set engine: cloudnative-pg, or leave ${key} out` }] : [],
  );
}

function clusterMistakes({
  instances,
  synchronous,
  generation: number,
  recovery,
}: EngineSettings): readonly Mistake[] {
  const least = synchronous === 'required' ? 3 : 2;
  return [
    ...(synchronous !== 'off' && instances < least
      ? [
          {
            path: ['synchronous'],
            problem:
              synchronous === 'required' && instances === 2
                ? 'with 2 instances every restart of the one standby stops all writes'
                : `${instances} instances: there is no standby that could have a commit`,
            remedy: `Set instances: ${least}, or leave synchronous out`,
          },
        ]
      : []),
    ...(recovery && recovery.generation >= number
      ? [
          {
            path: ['recovery', 'generation'],
            problem: `generation ${recovery.generation} is not before generation ${number}, which it is to become`,
            remedy: `Set generation: ${recovery.generation + 1}, so that a new cluster with an archive of its own begins`,
          },
        ]
      : []),
  ];
}

/** No two servers of a cluster are on one node: its loss would take both. */
function tooManyServers({ instances }: EngineSettings, nodes: readonly NodeSettings[]): readonly Mistake[] {
  const count = nodes.reduce((sum, node) => sum + (node.schedulable ? node.count : 0), 0);
  if (instances <= count) return [];
  return [
    {
      path: ['instances'],
      problem: `${instances} servers need as many nodes that run pods, and there are ${count}`,
      remedy: `Use ${Math.max(count, 1)}, or add nodes: a standby beside the primary protects from nothing`,
    },
  ];
}

function databaseMistakes(databases: readonly string[]): readonly Mistake[] {
  const things = databases.map((name, index) => ({ name, path: ['databases', index] }));
  return [
    ...duplicates(things, 'Remove one of the two'),
    ...things
      .filter(({ name }) => RESERVED.includes(name) || /^(cnpg|pg)_/.test(name))
      .map(({ name, path }) => ({
        path,
        problem: `"${name}" is a name of the PostgreSQL server itself`,
        remedy: 'Choose another name',
      })),
    ...things
      .filter(({ name }) => name.endsWith('_owner'))
      .map(({ name, path }) => ({
        path,
        problem: `"${name}" could be the owner of another database`,
        remedy: 'Choose a name that does not end in _owner',
      })),
  ];
}
