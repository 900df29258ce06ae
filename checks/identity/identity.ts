import { nearest } from '../../settings/nearest';
import type { RenderedObject } from '../../charts/core/render';
import { identityOfPod } from './pods';
import {
  configKey,
  cronJobName,
  jobName,
  label,
  labelKey,
  labelValue,
  pathSegment,
  serviceName,
  statefulSetName,
  subdomain,
  type NameRule,
} from './legal-names';
import { ObjectSet } from '../core/object-set';
import type { CheckInput, Finding, Rule } from '../core/rule';
import { CHANGE_SOURCE, asArray, asText, at, child, fieldsOf, findingsOf, show } from '../core/workloads';

const finding = findingsOf('identity');

/** Nothing is there twice, every name is legal for what it names, and every namespace exists. */
export const identity: Rule = {
  name: 'identity',
  check: (input) => [
    ...twice(input.objects),
    ...input.objects.flatMap((rendered) => illegalName(rendered, input)),
    ...unknownNamespaces(input),
    ...input.objects.flatMap(illegalLabels),
    ...ObjectSet.of(input).ofKind('ConfigMap', 'Secret').flatMap(illegalKeys),
    ...ObjectSet.of(input).pods.flatMap(identityOfPod),
  ],
};

/** Kinds whose names must be more, or may be less, than an RFC 1123 subdomain. */
const NAMES: Readonly<Record<string, NameRule>> = {
  Namespace: label,
  Service: serviceName,
  StatefulSet: statefulSetName,
  CronJob: cronJobName,
  Job: jobName,
  Role: pathSegment,
  ClusterRole: pathSegment,
  RoleBinding: pathSegment,
  ClusterRoleBinding: pathSegment,
};

/** Most names end in that of an environment, which a person chose. */
function renaming(name: string, { environments, name: cluster }: CheckInput['settings']): string {
  const environment = environments.find((one) => name.includes(one.name));
  return environment
    ? `Choose another name for the environment "${environment.name}" in clusters/${cluster}/cluster.yaml, which it is made of`
    : CHANGE_SOURCE;
}

function illegalName(rendered: RenderedObject, { settings }: CheckInput): Finding[] {
  const { kind, metadata } = rendered.object;
  const problem = (Object.hasOwn(NAMES, kind) ? NAMES[kind] : subdomain)?.(metadata.name);
  return problem === undefined
    ? []
    : [
        finding(
          rendered,
          'metadata.name',
          `"${metadata.name}" is no name of a ${kind}: ${problem}`,
          renaming(metadata.name, settings),
        ),
      ];
}

/**
 * Objects that are there twice: with the same group, kind, namespace and name, whatever the version of the API. And files that overwrite
 * each other: file names are compared in lower case, since some file systems do not tell it from upper case.
 */
function twice(objects: readonly RenderedObject[]): Finding[] {
  const byIdentity = new Map<string, RenderedObject>();
  const byFile = new Map<string, RenderedObject>();
  return objects.flatMap((rendered) => {
    const { apiVersion, kind, metadata } = rendered.object;
    const group = apiVersion.includes('/') ? apiVersion.split('/', 1)[0] : '';
    const key = `${group}|${kind}|${show(metadata.namespace)}|${metadata.name}`;
    const file = rendered.file.toLowerCase();
    const [same, beside] = [byIdentity.get(key), byFile.get(file)];
    if (!same) byIdentity.set(key, rendered);
    if (!beside) byFile.set(file, rendered);
    if (same) return [repeated(rendered, same)];
    if (!beside) return [];
    const problem =
      beside.file === rendered.file
        ? 'another object lies in the same file'
        : `${beside.file} is the same file where upper and lower case count as one`;
    return [
      finding(rendered, 'metadata.name', problem, 'Give each object a file of its own: rename one of them'),
    ];
  });
}

function repeated(rendered: RenderedObject, first: RenderedObject): Finding {
  const [version, other] = [rendered.object.apiVersion, first.object.apiVersion];
  const as = version === other ? '' : `, as ${other}`;
  const problem = `${first.file} holds the same object${as}: whoever is applied last wins`;
  return finding(rendered, 'metadata.name', problem, 'Remove one of the two, or rename it');
}

/** Namespaces that every cluster has. */
const BUILT_IN = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

function unknownNamespaces(input: CheckInput): Finding[] {
  const known = new Set([...BUILT_IN, input.settings.network.dns.namespace]);
  for (const { object } of ObjectSet.of(input).ofKind('Namespace')) known.add(object.metadata.name);
  return input.objects.flatMap((rendered) => {
    const namespace = asText(rendered.object.metadata.namespace);
    if (namespace === undefined || known.has(namespace)) return [];
    const near = nearest(namespace, [...known]);
    const remedy = near ? `Did you mean ${near}?` : 'Add the namespace to the set, or correct the name';
    return [finding(rendered, 'metadata.namespace', `nothing here makes the namespace ${namespace}`, remedy)];
  });
}

const POD_METADATA = 'spec.template.metadata';

/** Where labels and annotations lie. */
const METADATA: ReadonlyMap<string, readonly string[]> = new Map([
  ['Deployment', [POD_METADATA]],
  ['StatefulSet', [POD_METADATA]],
  ['DaemonSet', [POD_METADATA]],
  ['Job', [POD_METADATA]],
  ['CronJob', ['spec.jobTemplate.metadata', 'spec.jobTemplate.spec.template.metadata']],
]);

function illegalLabels(rendered: RenderedObject): Finding[] {
  const { object } = rendered;
  const templates = object.kind === 'StatefulSet' ? asArray(at(object, 'spec.volumeClaimTemplates')) : [];
  return [
    ...illegalMetadata(rendered, object.metadata, 'metadata'),
    ...(METADATA.get(object.kind) ?? []).flatMap((path) => illegalMetadata(rendered, at(object, path), path)),
    ...templates.flatMap((claim, index) =>
      illegalMetadata(rendered, at(claim, 'metadata'), `spec.volumeClaimTemplates[${index}].metadata`),
    ),
  ];
}

const illegalMetadata = (rendered: RenderedObject, metadata: unknown, path: string): Finding[] => [
  ...fieldsOf(at(metadata, 'labels')).flatMap(([key, value]) => {
    const problem = labelKey(key) ?? (typeof value === 'string' ? labelValue(value) : undefined);
    const field = child(`${path}.labels`, key);
    return problem === undefined
      ? []
      : [finding(rendered, field, `the label ${key}: ${show(value)} is not legal: ${problem}`, 'Change it')];
  }),
  ...fieldsOf(at(metadata, 'annotations')).flatMap(([key]) => {
    // the API server allows capitals in the prefix of an annotation's key, and not in that of a label's
    const problem = labelKey(key.toLowerCase());
    const field = child(`${path}.annotations`, key);
    return problem === undefined
      ? []
      : [finding(rendered, field, `the annotation ${key} is not legal: ${problem}`, 'Change its key')];
  }),
];

/** Keys become names of files. */
function illegalKeys(rendered: RenderedObject): Finding[] {
  const { object } = rendered;
  const seen = new Set<string>();
  return ['data', 'binaryData', 'stringData'].flatMap((map) =>
    fieldsOf(object[map]).flatMap(([key]) => {
      // in a ConfigMap the API server refuses a key that is in both; in a Secret stringData overwrites data
      const problem = seen.has(key) ? 'it is there twice' : configKey(key);
      seen.add(key);
      return problem === undefined
        ? []
        : [finding(rendered, child(map, key), `the key ${key} is not legal: ${problem}`, CHANGE_SOURCE)];
    }),
  );
}
