import { basename } from 'node:path';
import type { KubeObject } from '../../charts/core/objects';
import type { Json } from '../../charts/core/yaml';
import { renderCluster } from '../../cli/pipeline';
import { readRendered } from '../../cli/rendered';
import { formatProblem, loadClusters } from '../../cli/load';
import { ProgrammeError } from '../e2e/report';
import type { Instance, Target } from './table';

/** One rule as rendered. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A component's rules on one cluster. */
export interface RuleSet extends Instance {
  readonly cluster: string;
  /** Without environment: `mysql`. */
  readonly component: string;
  readonly alerts: readonly AlertRule[];
  /** Series that alerts may read. */
  readonly records: readonly Json[];
}

interface RuleSpec {
  readonly spec: {
    readonly groups: readonly { readonly rules: readonly (AlertRule & { record?: string })[] }[];
  };
}

interface MonitorSpec {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly endpoints: readonly { readonly port: string; readonly honorLabels?: boolean }[];
  };
}

interface ServiceSpec {
  readonly spec: { readonly ports: readonly { readonly name: string }[] };
}

const NAME = 'app.kubernetes.io/name';
const INSTANCE = 'app.kubernetes.io/instance';

/** The rules of a rendered cluster, dist/<cluster>. Throws a ProgrammeError where a file cannot be read. */
export function readRuleSets(folder: string): RuleSet[] {
  const { objects, problems } = readRendered(folder);
  if (problems.length) throw new ProgrammeError(problems.join('\n'));
  return ruleSets(
    basename(folder),
    objects.map(({ object }) => object),
  );
}

/** The rules of the clusters that are set in a folder, rendered here. Throws a ProgrammeError where settings are wrong. */
export function renderRuleSets(folder: string): RuleSet[] {
  const { clusters, problems } = loadClusters(folder);
  if (problems.length) throw new ProgrammeError(problems.map(formatProblem).join('\n'));
  return clusters.flatMap(({ settings }) =>
    ruleSets(
      settings.name,
      renderCluster(settings).objects.map(({ object }) => object),
    ),
  );
}

/** The rules among the objects of a cluster. */
export function ruleSets(cluster: string, objects: readonly KubeObject[]): RuleSet[] {
  return objects
    .filter(({ kind }) => kind === 'PrometheusRule')
    .map((object) => {
      const { labels = {}, namespace, name } = object.metadata;
      const rules = (object as unknown as RuleSpec).spec.groups.flatMap((group) => group.rules);
      const { [NAME]: component = name, [INSTANCE]: id = name } = labels;
      if (namespace === undefined)
        throw new ProgrammeError(`PrometheusRule ${name} of ${cluster} has no namespace`);
      return {
        ...{ cluster, component, id, namespace, objects },
        alerts: rules.filter(({ alert }) => alert !== undefined),
        records: rules.filter(({ record }) => record !== undefined) as unknown as Json[],
      };
    });
}

/** What is wrong with a target of a test: Prometheus would not scrape it, or keep other labels. */
export function targetProblems({ spec, labels }: Target, objects: readonly KubeObject[]): string[] {
  const { namespace, service, honorLabels = false } = spec;
  const where = `port ${labels.endpoint} of Service ${namespace}/${service}`;
  const target = objects.find(
    ({ kind, metadata }) =>
      kind === 'Service' && metadata.name === service && metadata.namespace === namespace,
  );
  if (!(target as ServiceSpec | undefined)?.spec.ports.some(({ name }) => name === labels.endpoint))
    return [`there is no ${where}, whose metrics the tests use`];
  const monitors = objects.filter(
    (object) => object.kind === 'ServiceMonitor' && object.metadata.namespace === namespace,
  ) as (KubeObject & MonitorSpec)[];
  const endpoint = monitors
    .filter((monitor) =>
      Object.entries(monitor.spec.selector.matchLabels).every(
        ([name, value]) => target?.metadata.labels?.[name] === value,
      ),
    )
    .flatMap((monitor) => monitor.spec.endpoints)
    .find(({ port }) => port === labels.endpoint);
  if (!endpoint) return [`no ServiceMonitor reads ${where}, whose metrics the tests use`];
  if ((endpoint.honorLabels ?? false) !== honorLabels)
    return [`the ServiceMonitor of ${where} has honorLabels ${!honorLabels}, the tests ${honorLabels}`];
  return [];
}
