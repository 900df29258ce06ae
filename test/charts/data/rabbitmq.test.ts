import { mistakesOf, StoreCluster } from './store-cluster';

const least = new StoreCluster({ rabbitmq: {} });
const full = new StoreCluster({
  rabbitmq: {
    ...{ memory: '1Gi', cpu: '500m', size: '10Gi', exchanges: ['property.events', 'lead.events'] },
    services: [
      { name: 'catalog', publishes: ['property.events', 'lead.events'] },
      { name: 'web-search', consumes: ['property.events'], ttlSeconds: 60, deliveryLimit: 3 },
    ],
  },
});
const configOf = (cluster: StoreCluster) => cluster.pick('ConfigMap', 'rabbitmq')['data'];
const definitions = JSON.parse(configOf(full)['definitions.json']);

describe('RabbitMQ', () => {
  it('[MQ-01] is one server on a volume that stays, without a finding', () => {
    expect(least.findings).toEqual([]);
    expect(full.findings).toEqual([]);
    expect(least.container('StatefulSet', 'rabbitmq', 'rabbitmq').image).toMatch(
      /rabbitmq:4\.3\.\d+-management@sha256:/,
    );
    const set = full.pick('StatefulSet', 'rabbitmq');
    expect(set['spec'].volumeClaimTemplates[0].spec.resources.requests.storage).toBe('10Gi');
    expect(set.metadata.annotations).toEqual({
      'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
    });
    expect(full.container('StatefulSet', 'rabbitmq', 'rabbitmq').resources).toEqual({
      requests: { cpu: '500m', memory: '1Gi' },
      limits: { memory: '1Gi' },
    });
  });

  it('listens over TLS only, and has publishers wait before memory or disk run out', () => {
    const config = configOf(full)['rabbitmq.conf'];
    expect(config).toMatch(/^listeners\.tcp = none$/m);
    expect(config).toMatch(/^listeners\.ssl\.default = 5671$/m);
    expect(config).toContain(`total_memory_available_override_value = ${2 ** 30}\n`);
    expect(config).toContain(`disk_free_limit.absolute = ${2 ** 30}\n`);
    expect(full.pick('Certificate', 'rabbitmq-tls')['spec'].dnsNames).toContain(
      'rabbitmq.viridial-staging.svc',
    );
  });

  it('[MQ-02] has the exchanges of the settings, durable', () => {
    expect(definitions.exchanges.map(({ name, type, durable }: any) => [name, type, durable])).toEqual([
      ['property.events', 'topic', true],
      ['lead.events', 'topic', true],
      ['dead-letters', 'direct', true],
    ]);
  });

  it('has a quorum queue for each service that consumes, with its dead letters, their limit and their time', () => {
    const [queue, dead] = definitions.queues;
    expect(definitions.queues.map(({ name }: any) => name)).toEqual(['web-search', 'web-search.dead']);
    expect(queue.arguments).toEqual({
      'x-queue-type': 'quorum',
      'x-dead-letter-exchange': 'dead-letters',
      'x-dead-letter-routing-key': 'web-search',
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
      'x-message-ttl': 60_000,
      'x-delivery-limit': 3,
    });
    expect(dead.arguments).toEqual({ 'x-queue-type': 'quorum' });
    expect(
      definitions.bindings.map(({ source, destination, routing_key: key }: any) => [
        source,
        destination,
        key,
      ]),
    ).toEqual([
      ['property.events', 'web-search', '#'],
      ['dead-letters', 'web-search.dead', 'web-search'],
    ]);
  });

  it('[SEC-06] lets a service write to what it publishes to, read its own queues, and declare nothing', () => {
    expect(definitions.permissions).toEqual([
      {
        user: 'catalog',
        vhost: 'events',
        configure: '^$',
        write: '^(property\\.events|lead\\.events)$',
        read: '^$',
      },
      {
        user: 'web-search',
        vhost: 'events',
        configure: '^$',
        write: '^$',
        read: '^(web-search|web-search\\.dead)$',
      },
    ]);
    expect(definitions.users.map(({ name, password_hash: hash, tags }: any) => [name, hash, tags])).toEqual([
      ['catalog', '@HASH_catalog@', []],
      ['web-search', '@HASH_web-search@', []],
    ]);
    const { command, env } = full.container('StatefulSet', 'rabbitmq', 'prepare');
    expect(command.slice(-2)).toEqual(['catalog', 'web-search']);
    expect(env.map(({ name, valueFrom }: any) => [name, valueFrom.secretKeyRef.name])).toEqual([
      ['COOKIE', 'rabbitmq-cookie'],
      ['PASSWORD_catalog', 'rabbitmq-catalog'],
      ['PASSWORD_web_search', 'rabbitmq-web-search'],
    ]);
  });

  it.each([
    [
      { services: [{ name: 'cookie' }] },
      'rabbitmq.services.0.name: "cookie" is a name of the server itself. Choose another name',
    ],
    [
      { services: [{ name: 'a', publishes: ['x'], consumes: ['y'] }] },
      'rabbitmq.services.0.publishes.0: there is no exchange "x". Add it to the exchanges',
      'rabbitmq.services.0.consumes.0: there is no exchange "y". Add it to the exchanges',
    ],
    [
      { memory: '256Mi' },
      'rabbitmq.memory: "256Mi" is too little for the runtime and a watermark above it. Use at least 384Mi',
    ],
    [
      { memory: '2Gi', size: '4Gi' },
      'rabbitmq.size: 4Gi is too little. Give it at least four times the memory (2Gi)',
    ],
  ])('refuses %j', (block, ...mistakes) => {
    expect(mistakesOf({ rabbitmq: block })).toEqual(mistakes);
  });
});
