import { z } from 'zod';
import { block, maintenance } from '../../../settings/blocks';
import type { Mistake } from '../../../settings/problem';
import { duplicates } from '../../../settings/rule';
import { cpu, memory } from '../../../settings/amounts';
import { matching } from '../../../settings/scalar';
import { dnsLabel } from '../../../settings/scalars';
import { own } from '../../../settings/own';
import { component, type SettingsOf } from '../../core/definition';
import { bytesOf } from '../../core/quantities';

/** Names whose Secret would be the server's own. */
const RESERVED = ['cookie', 'tls', 'guest'];

/** Where messages go that were delivered too often, or that nobody took in time. */
export const DEAD_LETTERS = 'dead-letters';

/** A name is a short string of AMQP 0-9-1, of at most 255 bytes (4.2.5.3), and those that begin with `amq.` are the server's (3.1.3.1). */
const exchangeName = matching(
  'an exchange name',
  /^(?!amq\.)(?=.{1,255}$)[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$/,
  'property.events',
  'Use at most 255 lower-case letters, digits, hyphens and inner dots, not beginning with amq.',
);

/** deps/rabbit_common/include/rabbit.hrl: the server keeps milliseconds, MAX_EXPIRY_TIMER of them at most. */
const MOST_SECONDS = Math.floor(4294967295 / 1000);

const service = z
  .strictObject({
    name: dnsLabel.describe('Name of the service: of its account, and of its queue where it consumes.'),
    publishes: z.array(exchangeName).default([]).describe('Exchanges that it may publish to.'),
    consumes: z
      .array(exchangeName)
      .default([])
      .describe('Exchanges whose messages its queue gets, all of them.'),
    ttlSeconds: z
      .int()
      .min(1)
      .max(MOST_SECONDS)
      .default(604800)
      .describe('Seconds after which a message that nobody took is dead-lettered.'),
    deliveryLimit: z
      .int()
      .min(1)
      .default(20)
      .describe(
        'Deliveries that may fail (basic.reject, or a lost connection; not basic.nack) until a message is dead-lettered.',
      ),
  })
  .describe('A service that publishes, consumes or both.');

export const rabbitmq = component({
  name: 'rabbitmq',
  layer: 'data',
  scope: 'environment',
  description: 'RabbitMQ with exchanges, a quorum queue and an account per service',
  settings: block({
    memory: own(
      'sizing',
      memory({ least: '384Mi', for: 'the runtime and a watermark above it' })
        .default('768Mi')
        .describe('Memory limit; publishers wait when 60 % of it are used.'),
    ),
    cpu: own('sizing', cpu.default('250m').describe('CPU request.')),
    size: own(
      'volume',
      memory({ least: '1536Mi', for: 'four times the least memory' })
        .default('8Gi')
        .describe(
          'Data volume, of the database class; publishers wait when less than the memory limit is left.',
        ),
    ),
    exchanges: z
      .array(exchangeName)
      .default([])
      .describe('Topic exchanges to create; every service that publishes or consumes names some of them.'),
    services: z.array(service).default([]).describe('Accounts and queues to create.'),
    ...maintenance,
  }).describe('One RabbitMQ. Leave the block out for none.'),
  exceptions: [
    {
      subject: 'rabbitmq',
      exception: 'no-backup',
      reason:
        'Accounts, exchanges and queues come from the settings at each start; messages are on their way, and a copy of some hours ago would have them delivered twice.',
    },
  ],
  mistakes: ({ memory: limit, size, exchanges, services }) => [
    ...duplicates(
      exchanges.map((name, index) => ({ name, path: ['exchanges', index] })),
      'Remove one of the two',
    ),
    ...(exchanges.includes(DEAD_LETTERS)
      ? [
          {
            path: ['exchanges', exchanges.indexOf(DEAD_LETTERS)],
            problem: `"${DEAD_LETTERS}" is the exchange for what nobody took`,
            remedy: 'Choose another name',
          },
        ]
      : []),
    ...duplicates(services.map(({ name }, index) => ({ name, path: ['services', index, 'name'] }))),
    ...services.flatMap((one, index) => [
      ...(RESERVED.includes(one.name)
        ? [
            {
              path: ['services', index, 'name'],
              problem: `"${one.name}" is a name of the server itself`,
              remedy: 'Choose another name',
            },
          ]
        : []),
      ...unknown(exchanges, one.publishes, ['services', index, 'publishes']),
      ...unknown(exchanges, one.consumes, ['services', index, 'consumes']),
    ]),
    // beyond the disk that is never used there is room for messages
    ...(bytesOf(size) < 4 * bytesOf(limit)
      ? [tooSmall('size', size, `four times the memory (${limit})`)]
      : []),
  ],
});

const unknown = (
  exchanges: readonly string[],
  names: readonly string[],
  path: readonly (string | number)[],
): readonly Mistake[] =>
  names.flatMap((name, index) =>
    exchanges.includes(name)
      ? []
      : [
          {
            path: [...path, index],
            problem: `there is no exchange "${name}"`,
            remedy: 'Add it to the exchanges',
          },
        ],
  );

const tooSmall = (field: string, value: string, least: string): Mistake => ({
  path: [field],
  problem: `${value} is too little`,
  remedy: `Give it at least ${least}`,
});

export type RabbitmqSettings = SettingsOf<typeof rabbitmq>;
export type ServiceSettings = RabbitmqSettings['services'][number];
