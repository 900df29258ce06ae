import { CATALOGUE } from '../../charts/catalogue';
import type { Definition } from '../../charts/core/definition';
import { settingsJsonSchema } from '../../settings/json-schema';
import { variantsOf, type Examples } from './variants';

/** Whether two blocks say the same: what one leaves out has that default. */
const isSame = ({ settings }: Definition, one: object, other: object): boolean =>
  JSON.stringify(settings?.safeParse(one).data) === JSON.stringify(settings?.safeParse(other).data);

type Block = Readonly<Record<string, unknown>>;
type Blocks = Readonly<Record<string, object>>;

export type Distribution = 'k3s' | 'kubeadm';

/** The day of the checks: before any release ends, since each is one of the variants. */
export const TODAY = '2020-01-01';

/** Values that a block needs beside others of its environment, by `<component>.<key>`. */
const EXAMPLES: Readonly<Record<string, Examples>> = {
  // a wiki beside it needs the database of its name
  mysql: { databases: ['xwiki', 'app'] },
  // a quota that the volume has room for, versions that may end, and a reader who is no writer
  'object-store': {
    ...{ memory: '512Mi', size: '4Gi', 'buckets[].quota': '1Gi' },
    ...{ 'buckets[].versioning': true, 'buckets[].readers': ['search'] },
  },
  postgresql: {
    engine: 'cloudnative-pg',
    databases: ['app', 'other'],
    instances: 3,
    generation: 2,
    'recovery.generation': 1,
  },
  // services name exchanges, which other variants leave out; volumes follow from memory
  rabbitmq: { memory: '1Gi', services: [{ name: 'search' }] },
  redis: { memory: '512Mi' },
};

/** Blocks that a component needs beside it to be on at all. */
const BESIDE: Readonly<Record<string, Blocks>> = {
  grafana: { prometheus: {}, 'prometheus-operator': {} },
  'kubernetes-metrics': { prometheus: {}, 'prometheus-operator': {} },
  'fluent-bit': { loki: {} },
  'opentelemetry-collector': { jaeger: {} },
  policies: { kyverno: {} },
  prometheus: { 'prometheus-operator': {} },
  xwiki: { mysql: { databases: ['xwiki'] } },
  'barman-cloud': { 'cloudnative-pg': {} },
};

/** Blocks that a component needs beside it for some of its settings only. */
const BESIDE_FOR: Readonly<Record<string, (block: Block) => Blocks>> = {
  postgresql: ({ engine }) =>
    engine === 'cloudnative-pg' ? { 'cloudnative-pg': {}, 'barman-cloud': {} } : {},
};

/** Sections that go with some of the settings of a component. */
const SECTIONS: Readonly<Record<string, object>> = {
  // visitors who come through its servers
  'external-dns': { ingress: { trustedProxies: ['cloudflare'] } },
};

/** What others need of a component in the same environment. */
const NEEDED: Blocks = Object.assign({}, ...Object.values(BESIDE)) as Record<string, object>;

const definitions: readonly Definition[] = CATALOGUE;

/** Components that people have something to say about, with all of their variants. */
export const COMPONENTS = definitions.flatMap((definition) =>
  definition.settings
    ? [
        {
          definition,
          variants: variantsOf(settingsJsonSchema(definition.settings), EXAMPLES[definition.name])
            .map((block) => Object.fromEntries(Object.entries(block).filter(([key]) => key !== 'enabled')))
            .filter((block) => !isRefused(definition, block, 'kubeadm'))
            .filter((block, at, all) => all.findIndex((other) => isSame(definition, block, other)) === at),
        },
      ]
    : [],
);

/** Whether the component itself says that these settings, or the distribution, leave no place for it: then nothing is rendered. */
export function isRefused(
  { settings, mistakes }: Definition,
  block: object,
  distribution: Distribution,
): boolean {
  const parsed = settings?.safeParse(block);
  return (
    mistakes !== undefined && parsed?.success === true && mistakes(parsed.data, { distribution }).length > 0
  );
}

/** A cluster with room for everything, as its file says it. */
export function cluster(
  distribution: Distribution,
  { components = {}, environment = {} }: { components?: Blocks; environment?: Blocks },
  sections: object = {},
): string {
  return JSON.stringify({
    name: 'lab',
    distribution,
    profile: 'standard',
    domain: 'lab.example.com',
    nodes: [
      { name: 'control', role: 'control-plane', cpu: 8, memory: '32Gi', disk: '200Gi' },
      { name: 'worker', role: 'worker', count: 5, cpu: 64, memory: '256Gi', disk: '8Ti' },
    ],
    network: { nodes: '10.0.0.0/24', hosts: [] },
    environments: [
      {
        name: 'work',
        stage: 'prod',
        quota: { cpu: '128', memory: '512Gi', storage: '8Ti' },
        components: environment,
      },
    ],
    certificates: { contact: 'ops@example.com' },
    gitops: { repository: 'https://git.example.com/platform/strata.git' },
    storage: {
      classes: [
        { name: 'files', replicas: 3 },
        { name: 'databases', fsType: 'xfs', replicas: 2 },
      ],
      general: 'files',
      database: 'databases',
    },
    backup: {
      endpoint: 'https://s3.example.net',
      bucket: 'lab-backups',
      region: 'eu-1',
      recipient: 'age1uzld6m80x9qltpaax5g3rzeqesrcx8pfgdv8jndrerlf7ryzmshqq8syn4',
    },
    components,
    ...sections,
  });
}

/** The `index`th variant of every component at once: so many renders show all variants of all of them. */
export function together(distribution: Distribution, index: number): string {
  const blocks = (scope: Definition['scope']): Blocks =>
    Object.fromEntries(
      COMPONENTS.filter(({ definition }) => definition.scope === scope)
        .map(({ definition, variants }) => ({ definition, block: variants[index % variants.length] ?? {} }))
        .filter(({ definition, block }) => !isRefused(definition, block, distribution))
        .map(({ definition: { name }, block }) => [name, { ...NEEDED[name], ...withHost(name, block) }]),
    );
  return cluster(
    distribution,
    { components: blocks('cluster'), environment: blocks('environment') },
    Object.assign({}, ...Object.values(SECTIONS)) as object,
  );
}

/** One component with one of its variants, and nothing but what must be beside it. */
export function alone(
  distribution: Distribution,
  { definition: { name } }: (typeof COMPONENTS)[number],
  variant: Block,
): string {
  const own = { ...BESIDE[name], ...BESIDE_FOR[name]?.(variant), [name]: withHost(name, variant) };
  const blocks = (scope: Definition['scope']): Blocks =>
    Object.fromEntries(
      Object.entries(own).filter(([one]) =>
        definitions.some((definition) => definition.name === one && definition.scope === scope),
      ),
    );
  return cluster(
    distribution,
    { components: blocks('cluster'), environment: blocks('environment') },
    SECTIONS[name],
  );
}

/** Each page has a name of its own. */
const withHost = (name: string, block: object): object =>
  'host' in block ? { ...block, host: `${name}.lab.example.com` } : block;

export const VARIANTS = Math.max(...COMPONENTS.map(({ variants }) => variants.length));
