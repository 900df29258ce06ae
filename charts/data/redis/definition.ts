import { z } from 'zod';
import { VOLUME } from '../../../settings/base';
import { block, maintenance } from '../../../settings/blocks';
import type { Path } from '../../../settings/problem';
import { duplicates } from '../../../settings/rule';
import { cpu, memory } from '../../../settings/amounts';
import { dnsLabel } from '../../../settings/scalars';
import { own } from '../../../settings/own';
import { component, type SettingsOf } from '../../core/definition';
import { bytesOf } from '../../core/quantities';

/** Names whose account, Secret or keys would be the server's own; the bucket's keys lie in `redis-backup-s3`. */
const RESERVED = ['default', 'exporter', 'probe', 'backup', 'backup-s3', 'restore', 'strata', 'tls'];

export const redis = component({
  name: 'redis',
  layer: 'data',
  scope: 'environment',
  description: 'Cache or session store that speaks the protocol of Redis, with accounts and exporter',
  settings: block({
    engine: z
      .enum(['valkey', 'redis'])
      .default('valkey')
      .describe('Whose server it is: valkey (BSD licence), or redis (AGPL, RSAL or SSPL) 8.'),
    use: z
      .enum(['cache', 'sessions'])
      .default('cache')
      .describe(
        'What it holds: cache throws the least used keys away when memory is full, and loses all at a restart; ' +
          'sessions keeps every key on a volume with a backup, loses at most a second at a crash, and refuses writes when memory is full.',
      ),
    memory: own(
      'sizing',
      memory({ least: '64Mi', for: 'the program and some data' })
        .default('256Mi')
        .describe('Memory limit; how much data it takes follows from it and from use.'),
    ),
    cpu: own('sizing', cpu.default('50m').describe('CPU request.')),
    size: own(
      'volume',
      memory(VOLUME)
        .default('1Gi')
        .describe(
          'Data volume of sessions, of the database class, at least twice the memory; a cache has none.',
        ),
    ),
    applications: z
      .array(dnsLabel)
      .default([])
      .describe('Accounts to create: each may use keys and channels that begin with its name and a colon.'),
    ...maintenance,
  }).describe('One Valkey or Redis. Leave the block out for none.'),
  mistakes: ({ applications, memory: limit, size, use }) => {
    const accounts = applications.map((name, index) => ({ name, path: ['applications', index] }));
    return [
      ...duplicates(accounts, 'Remove one of the two'),
      ...accounts
        .filter(({ name }) => RESERVED.includes(name))
        .map(({ name, path }) => ({
          path,
          problem: `"${name}" is a name of the server itself`,
          remedy: 'Choose another name',
        })),
      // the log of changes is rewritten beside the old one: two of them, each as large as the data can be
      ...(use === 'sessions' && bytesOf(size) < 2 * bytesOf(limit)
        ? [tooSmall('size', size, `twice the memory (${limit})`)]
        : []),
    ];
  },
});

const tooSmall = (field: string, value: string, least: string) => ({
  path: [field] satisfies Path,
  problem: `${value} is too little`,
  remedy: `Give it at least ${least}`,
});

export type RedisSettings = SettingsOf<typeof redis>;
