import { DEAD_LETTERS, type RabbitmqSettings, type ServiceSettings } from './definition';

export const VIRTUAL_HOST = 'events';

/** Queue of a service's dead letters. */
export const deadQueue = (service: string): string => `${service}.dead`;

/** Text that prepare.sh puts the hash of the account's password in the place of. */
const hashOf = (account: string): string => `@HASH_${account}@`;

/**
 * What the server has from its start on: the definitions file of RabbitMQ (rabbitmq.com/docs/definitions). A service may declare nothing; it
 * writes to the exchanges that it publishes to, and reads its own queues.
 */
export function definitionsFile({ exchanges, services }: RabbitmqSettings): string {
  const consumers = services.filter(({ consumes }) => consumes.length);
  const file = {
    vhosts: [{ name: VIRTUAL_HOST, default_queue_type: 'quorum' }],
    users: services.map(({ name }) => ({
      name,
      password_hash: hashOf(name),
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: [],
    })),
    permissions: services.map(permissions),
    exchanges: [
      ...exchanges.map((name) => exchange(name, 'topic')),
      ...(consumers.length ? [exchange(DEAD_LETTERS, 'direct')] : []),
    ],
    queues: consumers.flatMap((service) => [
      queue(service.name, {
        'x-dead-letter-exchange': DEAD_LETTERS,
        'x-dead-letter-routing-key': service.name,
        // a dead letter leaves the queue when the other one has it; this wants the publisher refused where the queue is full
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
        'x-message-ttl': service.ttlSeconds * 1000,
        'x-delivery-limit': service.deliveryLimit,
      }),
      queue(deadQueue(service.name), {}),
    ]),
    bindings: consumers.flatMap(({ name, consumes }) => [
      ...consumes.map((source) => binding(source, name, '#')),
      binding(DEAD_LETTERS, deadQueue(name), name),
    ]),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

const exchange = (name: string, type: 'topic' | 'direct') => ({
  ...{ name, vhost: VIRTUAL_HOST, type, durable: true, auto_delete: false, internal: false, arguments: {} },
});

const queue = (name: string, more: Readonly<Record<string, string | number>>) => ({
  ...{ name, vhost: VIRTUAL_HOST, durable: true, auto_delete: false },
  arguments: { 'x-queue-type': 'quorum', ...more },
});

const binding = (source: string, destination: string, key: string) => ({
  ...{ source, vhost: VIRTUAL_HOST, destination, destination_type: 'queue', routing_key: key, arguments: {} },
});

/** Regular expressions of names; `^$` is none. */
const permissions = ({ name, publishes, consumes }: ServiceSettings) => ({
  user: name,
  vhost: VIRTUAL_HOST,
  configure: '^$',
  write: anyOf(publishes),
  read: anyOf(consumes.length ? [name, deadQueue(name)] : []),
});

const anyOf = (names: readonly string[]): string =>
  names.length ? `^(${names.map((name) => name.replaceAll('.', '\\.')).join('|')})$` : '^$';
