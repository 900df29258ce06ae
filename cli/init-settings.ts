import { CATALOGUE } from '../charts/catalogue';
import type { Definition } from '../charts/core/definition';
import { buildPlatform } from '../charts/platform';
import { clusterJsonSchema, parseSettings } from '../charts/settings';
import { schemaAt, type JsonSchema } from '../settings/json-schema';
import { nearest } from '../settings/nearest';
import { exampleOf } from '../settings/schema-words';
import { settingsText } from './init-text';
import { UsageError } from './usage-error';

/** What `strata init` is told, as it is written on the command line. */
export interface InitFlags {
  readonly distribution?: string;
  readonly domain?: string;
  readonly contact?: string;
  readonly repository?: string;
  /** `name:cpu:memory:disk[:role[:count]]` */
  readonly node?: readonly string[];
  readonly nodeAddresses?: string;
  /** `name[:stage]` */
  readonly environment?: readonly string[];
  /** Names of components, several with commas. */
  readonly with?: readonly string[];
  /** `longhorn` or `existing:<class>` */
  readonly storage?: string;
  /** `https://<host>/<bucket>` */
  readonly backup?: string;
  readonly backupRegion?: string;
  readonly backupRecipient?: string;
  /** Why nothing is backed up. */
  readonly withoutBackup?: string;
}

/** A node that one environment with PostgreSQL, MySQL and XWiki fits on. */
export const DEFAULT_NODE = 'server:8:16Gi:160Gi';
export const DEFAULT_ADDRESSES = '10.0.0.0/24';
const DEFAULT_ENVIRONMENT = 'dev';

type Values = Readonly<Record<string, unknown>>;

/**
 * The settings of a new cluster as its file says them: what the flags say, and what follows from them. A component brings along what the
 * wiring finds that it lacks. Throws a UsageError.
 */
export function initialSettings(name: string, flags: InitFlags): Values {
  refuseMissing(flags);
  let wanted = componentsOf(flags.with ?? []);
  for (;;) {
    const settings = settingsWith(name, flags, wanted);
    const lacking = lackedBy(settings);
    const more = CHOICE.filter((one) => wanted.includes(one) || lacking.has(one.name));
    if (more.length === wanted.length) return settings;
    wanted = more;
  }
}

/** Components that are off and that those which are on cannot be without. Settings with a mistake lack nothing yet: that is told first. */
function lackedBy(values: Values): ReadonlySet<string> {
  const { settings } = parseSettings(settingsText(values), 'cluster.yaml');
  const mistakes = settings ? buildPlatform(settings).mistakes : [];
  return new Set(mistakes.flatMap(({ lacks }) => lacks ?? []));
}

function settingsWith(name: string, flags: InitFlags, wanted: readonly Definition[]): Values {
  const { domain = '', contact, repository, distribution = 'k3s' } = flags;
  const nodes = nodesOf(distribution, flags.node ?? [DEFAULT_NODE]);
  const { storage, components } = storageOf(distribution, runningNodes(distribution, nodes), flags.storage);
  const named = wanted.filter(({ scope, onByDefault }) => scope === 'cluster' && !onByDefault);
  const platform = { ...components, ...Object.fromEntries(named.map(({ name: key }) => [key, {}])) };
  const backup = backupOf(flags);
  return {
    name,
    distribution,
    profile: profileFor(runningNodes(distribution, nodes)),
    domain,
    nodes,
    network: {
      nodes: flags.nodeAddresses ?? DEFAULT_ADDRESSES,
      ...(countOf(nodes) > 1 && { hosts: tunnelsOf(distribution, countOf(nodes)) }),
    },
    environments: (flags.environment ?? [DEFAULT_ENVIRONMENT]).map((one) =>
      environmentOf(
        one,
        domain,
        wanted.filter(({ scope }) => scope === 'environment'),
        flags.withoutBackup,
      ),
    ),
    certificates: { contact },
    gitops: { repository },
    storage,
    ...(backup && { backup }),
    ...(Object.keys(platform).length && { components: platform }),
  };
}

/** All that is missing at once. */
function refuseMissing({ domain, contact, repository }: InitFlags): void {
  const missing = [
    ...(domain === undefined ? ['--domain <domain>'] : []),
    ...(contact === undefined ? ['--contact <mailbox>'] : []),
    ...(repository === undefined ? ['--repository <url>'] : []),
  ];
  if (missing.length)
    throw new UsageError('strata init', 'not all is said that nobody else knows', `Add ${missing.join(' ')}`);
}

interface NodeValues {
  readonly role: string;
  readonly count?: unknown;
  readonly schedulable?: true;
}

function nodesOf(distribution: string, texts: readonly string[]): readonly NodeValues[] {
  const nodes = texts.map((text, index) => nodeOf(text, index === 0 ? 'control-plane' : 'worker'));
  const isAlone = distribution === 'kubeadm' && nodes.every(({ role }) => role === 'control-plane');
  // nothing else could carry the pods, so its taint has to go
  return isAlone ? nodes.map((node) => ({ ...node, schedulable: true })) : nodes;
}

function nodeOf(text: string, usual: string): NodeValues {
  const [name, cpu, memory, disk, role = usual, count, ...rest] = text.split(':');
  if (!name || !cpu || !memory || !disk || rest.length)
    throw new UsageError(
      '--node',
      `"${text}" is no node`,
      `Write name:cores:memory:disk, then a role and a count where they are needed, e.g. ${DEFAULT_NODE}`,
    );
  return {
    ...{ name, role, ...(count !== undefined && { count: numberIn(count) }) },
    ...{ cpu: numberIn(cpu), memory, disk },
  };
}

/** What is no number stays text: the schema says what is wrong with it. */
const numberIn = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);

/** How many nodes take pods. kubeadm taints its control plane. */
function runningNodes(distribution: string, nodes: readonly NodeValues[]): number {
  return nodes
    .filter(({ role, schedulable }) => role === 'worker' || distribution === 'k3s' || schedulable)
    .reduce((sum, { count = 1 }) => sum + Number(count), 0);
}

const countOf = (nodes: readonly NodeValues[]): number =>
  nodes.reduce((sum, { count = 1 }) => sum + Number(count), 0);

/**
 * Flannel, which k3s brings, gives a node's tunnel the first address of the node's range, and each node that joins gets the next range, of 256
 * addresses. What else is installed chooses for itself: what to write is seen only then.
 */
function tunnelsOf(distribution: string, nodes: number): string[] {
  if (distribution !== 'k3s') return [];
  return Array.from({ length: Math.min(nodes, 256) }, (_, index) => `10.42.${index}.0/32`);
}

const profileFor = (nodes: number): string => (nodes < 2 ? 'mono' : nodes < 4 ? 'small' : 'standard');

function storageOf(
  distribution: string,
  nodes: number,
  wish = distribution === 'kubeadm' ? 'longhorn' : 'existing:local-path',
): { readonly storage: Values; readonly components: Values } {
  const [, existing] = /^existing:(.+)$/.exec(wish) ?? [];
  if (existing !== undefined)
    return {
      storage: { classes: [{ name: existing, existing: true }], general: existing, database: existing },
      components: {},
    };
  if (wish !== 'longhorn')
    throw new UsageError(
      '--storage',
      `"${wish}" is no kind of storage`,
      'Write longhorn or existing:<class>',
    );
  const copies = nodes > 1 ? { replicas: 2 } : {};
  const classes = [
    { name: 'longhorn', ...copies },
    { name: 'longhorn-db', ...copies, fsType: 'xfs' },
  ];
  return {
    storage: { classes, general: 'longhorn', database: 'longhorn-db' },
    components: { longhorn: {} },
  };
}

function backupOf({ backup, backupRegion, backupRecipient }: InitFlags): Values | undefined {
  if (backup === undefined) {
    if (backupRegion !== undefined || backupRecipient !== undefined)
      throw new UsageError(
        '--backup',
        'region and recipient say nothing without a bucket',
        'Add --backup <url>',
      );
    return undefined;
  }
  const [, endpoint, bucket] = /^(https:\/\/[^/]+)\/([^/]+)\/?$/.exec(backup) ?? [];
  if (endpoint === undefined || backupRegion === undefined || backupRecipient === undefined)
    throw new UsageError(
      '--backup',
      'a bucket is its URL, its region and whom its content is encrypted to',
      'Write --backup https://<endpoint>/<bucket> --backup-region <region> --backup-recipient <age1…, from age-keygen>',
    );
  return { endpoint, bucket, region: backupRegion, recipient: backupRecipient };
}

const COMPONENTS: readonly Definition[] = CATALOGUE;
const CHOICE: readonly Definition[] = COMPONENTS.filter(
  ({ settings, scope }) => settings !== null && !(scope === 'cluster' && mustBeTold(settings)),
);

/** Whether it has to be told what nobody can guess: whoever wants it writes its block by hand. */
function mustBeTold(settings: NonNullable<Definition['settings']>): boolean {
  return !settings.safeParse({}).success;
}

/** Names that `--with` takes. */
export const COMPONENT_NAMES: readonly string[] = CHOICE.map(({ name }) => name).sort();

function componentsOf(texts: readonly string[]): readonly Definition[] {
  const names = texts.flatMap((text) => text.split(',')).filter((name) => name !== '');
  const unknown = names.filter((name) => !COMPONENT_NAMES.includes(name));
  if (unknown.length)
    throw new UsageError(
      '--with',
      unknown.map((name) => `"${name}" is no component${hint(name)}`).join('; '),
      `There are ${COMPONENT_NAMES.join(', ')}`,
    );
  return CHOICE.filter(({ name }) => names.includes(name));
}

function hint(name: string): string {
  const near = nearest(name, COMPONENT_NAMES);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

function environmentOf(
  text: string,
  domain: string,
  wanted: readonly Definition[],
  noBackup: string | undefined,
): Values {
  const [name = '', stage = stageOf(name), ...rest] = text.split(':');
  if (name === '' || rest.length)
    throw new UsageError('--environment', `"${text}" is none`, 'Write a name, or name:stage, e.g. prod:prod');
  const hostOf = (component: string): string =>
    stage === 'prod' ? `${component}.${domain}` : `${component}.${name}.${domain}`;
  const hasWiki = wanted.some((one) => one.name === 'xwiki');
  const blocks = wanted.map((one) => [one.name, blockOf(one, hostOf(one.name), hasWiki)] as const);
  return {
    name,
    stage,
    ...(noBackup !== undefined && stage !== 'prod' && { noBackup }),
    ...(blocks.length && { components: Object.fromEntries(blocks) }),
  };
}

const stageOf = (name: string): string =>
  /^prod/.test(name) ? 'prod' : /^stag/.test(name) ? 'staging' : 'dev';

/** The least that a component has to be told, and a database where it can make some. */
function blockOf({ name }: Definition, host: string, hasWiki: boolean): Values {
  const schema: JsonSchema =
    schemaAt(clusterJsonSchema(), ['environments', 0, 'components', name], undefined) ?? {};
  const { properties = {}, required = [] } = schema;
  const needed = required.map((key) => [key, key === 'host' ? host : exampleOf(properties[key] ?? {})]);
  const database = name === 'mysql' && hasWiki ? 'xwiki' : 'main';
  return {
    ...(Object.fromEntries(needed) as Values),
    ...(properties['databases'] && { databases: [database] }),
  };
}
