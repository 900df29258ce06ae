import { z } from 'zod';
import type { Mistake } from '../../../settings/problem';
import { block } from '../../../settings/blocks';
import { duplicates } from '../../../settings/rule';
import { cpu, memory } from '../../../settings/amounts';
import { databaseName } from '../../../settings/scalars';
import { component, type SettingsOf } from '../../core/definition';

/** Names whose account or Secret would be the server's own; the bucket's keys lie in `postgresql-backup-s3`. */
const RESERVED = [
  'postgres',
  'template0',
  'template1',
  'exporter',
  'replication',
  'backup',
  'backup_s3',
  'pgbouncer',
  'strata',
  'tls',
];

export const postgresql = component({
  name: 'postgresql',
  layer: 'data',
  scope: 'environment',
  description: 'PostgreSQL with databases, accounts, standbys and exporter',
  settings: block({
    version: z.enum(['16', '17', '18']).default('17').describe('Major version.'),
    size: memory({ least: '1Gi', for: '256Mi of write-ahead log, what slots hold back and the data' })
      .default('20Gi')
      .describe('Data volume of each server, of the database class.'),
    memory: memory({ least: '512Mi', for: 'the server and a few connections' })
      .default('1Gi')
      .describe('Memory limit of each server; buffers and connections are sized from it.'),
    cpu: cpu.default('250m').describe('CPU request of each server.'),
    databases: z
      .array(databaseName)
      .default([])
      .describe(
        'Databases to create, each with an account of the same name that may read and write rows, and one named <database>_owner for migrations.',
      ),
    standbys: z
      .int()
      .min(0)
      .max(4)
      .default(0)
      .describe('Servers that follow the primary and serve reads. Each wants a node of its own.'),
    synchronous: z
      .boolean()
      .default(false)
      .describe(
        'Whether a commit waits until one standby has it: nothing is lost with the primary, but writes stop when no standby is left. Needs two standbys.',
      ),
    primary: z
      .int()
      .min(0)
      .default(0)
      .describe(
        'Number of the server that takes writes. Changed by a switchover or a promotion, see its runbook.',
      ),
    pooler: z
      .boolean()
      .default(true)
      .describe('Whether PgBouncer stands before it; then it is what applications connect to.'),
  }).describe('One PostgreSQL, with standbys where wanted. Leave the block out for none.'),
  mistakes: ({ databases, standbys, primary, synchronous }) => [
    ...databaseMistakes(databases),
    ...(primary > standbys
      ? [
          {
            path: ['primary'],
            problem: `there is no server ${primary}, only 0 to ${standbys}`,
            remedy: 'Name one that exists, or raise standbys',
          },
        ]
      : []),
    ...(synchronous && standbys < 2
      ? [
          {
            path: ['synchronous'],
            problem: `${standbys} standbys: when the last one is away, every write waits for it`,
            remedy: 'Set standbys: 2, or leave synchronous out',
          },
        ]
      : []),
  ],
});

function databaseMistakes(databases: readonly string[]): readonly Mistake[] {
  const things = databases.map((name, index) => ({ name, path: ['databases', index] }));
  return [
    ...duplicates(things, 'Remove one of the two'),
    ...things
      .filter(({ name }) => RESERVED.includes(name))
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

export type PostgresqlSettings = SettingsOf<typeof postgresql>;
