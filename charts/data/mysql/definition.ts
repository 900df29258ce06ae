import { z } from 'zod';
import { block, maintenance } from '../../../settings/blocks';
import { duplicates } from '../../../settings/rule';
import { cpu, memory } from '../../../settings/amounts';
import { databaseName } from '../../../settings/scalars';
import { own } from '../../../settings/own';
import { component, type SettingsOf } from '../../core/definition';

/** Names whose account or Secret would be the server's own; the bucket's keys lie in `mysql-backup-s3`. */
const RESERVED = [
  'root',
  'exporter',
  'backup',
  'restore',
  'backup_s3',
  'strata',
  'tls',
  'mysql',
  'sys',
  'information_schema',
  'performance_schema',
];

export const mysql = component({
  name: 'mysql',
  layer: 'data',
  scope: 'environment',
  description: 'MySQL server with databases, accounts and exporter',
  settings: block({
    version: z
      .enum(['8.0', '8.4'])
      .default('8.4')
      .describe('Release series. 8.0 ended in April 2026: see images.endOfLife.'),
    size: own(
      'volume',
      memory({ least: '2Gi', for: 'a binary log of 1Gi, the redo log and the data' })
        .default('50Gi')
        .describe('Data volume, of the database class.'),
    ),
    memory: own(
      'sizing',
      memory({ least: '640Mi', for: 'the server and a buffer pool of 128Mi' })
        .default('1Gi')
        .describe('Memory limit; the buffer pool is sized from it.'),
    ),
    cpu: own('sizing', cpu.default('250m').describe('CPU request.')),
    databases: z
      .array(databaseName)
      .default([])
      .describe('Databases to create, each with an account of the same name that may use nothing else.'),
    ...maintenance,
  }).describe('One MySQL server. Leave the block out for none.'),
  mistakes: ({ databases }) => {
    const things = databases.map((name, index) => ({ name, path: ['databases', index] }));
    return [
      ...duplicates(things, 'Remove one of the two'),
      ...things
        .filter(({ name }) => RESERVED.includes(name))
        .map(({ name, path }) => ({
          path,
          problem: `"${name}" is a name of the MySQL server itself`,
          remedy: 'Choose another name',
        })),
    ];
  },
});

export type MysqlSettings = SettingsOf<typeof mysql>;
