import { asArray, asText, at, fieldsOf, isObject, nameOf } from '../checks/core/workloads';
import { podAccessLines } from './access-pods';
import { imageLines } from './access-images';
import { rbacLines } from './access-rbac';
import { lineOf, type ObjectChange, type Scene } from './changes';
import { changedKeys } from './config';
import { pathOf, resourcesOf } from './fails-gitops';
import { shown } from './fields';
import { listed, type Line } from './line';
import { textChanges } from './text-changes';

/** Class 4: who may do more or less, and whose code runs. */
export const access = (scene: Scene): Line[] => [
  ...rbacLines(scene),
  ...scene.changes.flatMap((change) => [
    ...podSecurityLines(scene, change),
    ...podAccessLines(scene, change),
    ...projectLines(scene, change),
    ...argocdLines(scene, change),
    ...policyLines(scene, change),
    ...secretLines(scene, change),
    ...definitionLines(scene, change),
  ]),
  ...imageLines(scene),
];

const LEVELS = ['privileged', 'baseline', 'restricted'];
const ENFORCE = 'pod-security.kubernetes.io/enforce';

/** The Pod Security level of a namespace. */
function podSecurityLines(scene: Scene, change: ObjectChange): Line[] {
  if (change.object.kind !== 'Namespace' || change.action === 'removed') return [];
  const level = (object: unknown): string => {
    const labels = at(object, 'metadata.labels');
    return (isObject(labels) ? asText(labels[ENFORCE]) : undefined) ?? 'privileged';
  };
  const [old, wanted] = [change.before ? level(change.before) : 'restricted', level(change.after)];
  if (old === wanted) return [];
  const isLooser = LEVELS.indexOf(wanted) < LEVELS.indexOf(old);
  return [
    lineOf(scene, 'access', change, {
      field: `metadata.labels["${ENFORCE}"]`,
      old: change.before ? old : 'no namespace',
      new: wanted,
      consequence: isLooser
        ? `pods of this namespace may do more: Pod Security ${wanted}${wanted === 'privileged' ? ', which forbids nothing' : ''}`
        : `pods of this namespace may do less: Pod Security ${wanted} refuses new pods that need more`,
      remedy: isLooser
        ? `Keep ${old}, and give the one workload that needs more a namespace of its own`
        : undefined,
      rank: isLooser ? 1 : 5,
    }),
  ];
}

const PROJECT_LISTS = [
  'destinations',
  'clusterResourceWhitelist',
  'namespaceResourceWhitelist',
  'sourceRepos',
];

/** What an AppProject allows Argo CD to do. */
function projectLines(scene: Scene, change: ObjectChange): Line[] {
  if (change.object.kind !== 'AppProject' || !change.after) return [];
  return PROJECT_LISTS.flatMap((list) => {
    const entries = (object: unknown): string[] => asArray(at(object, `spec.${list}`)).map(entryText);
    const [old, wanted] = [entries(change.before), entries(change.after)];
    const gained = wanted.filter((entry) => !old.includes(entry));
    if (!gained.length || (change.action === 'added' && list !== 'clusterResourceWhitelist')) return [];
    return [
      lineOf(scene, 'access', change, {
        field: `spec.${list}`,
        new: listed(gained),
        consequence: `Applications of this project may now use ${listed(gained)}`,
        rank: gained.some((entry) => entry.includes('*')) ? 1 : 5,
      }),
    ];
  });
}

const entryText = (entry: unknown): string => {
  if (!isObject(entry)) return asText(entry) ?? '';
  if ('namespace' in entry || 'server' in entry) return `namespace ${asText(entry['namespace']) ?? '*'}`;
  const kind = [asText(entry['group']), asText(entry['kind'])].filter(Boolean).join('/');
  return [kind, asText(entry['name'])].filter(Boolean).join(' ');
};

/** Argo CD's own permissions and log-ins. */
function argocdLines(scene: Scene, change: ObjectChange): Line[] {
  const { name } = change.object.metadata;
  if (change.object.kind !== 'ConfigMap' || (name !== 'argocd-rbac-cm' && name !== 'argocd-cm')) return [];
  const isRight = name === 'argocd-rbac-cm';
  return changedKeys(change)
    .filter(
      ({ key }) =>
        isRight || /^(accounts\.|oidc|dex|admin\.enabled|users\.anonymous|exec\.enabled|url$)/.test(key),
    )
    .flatMap(({ key, old, new: wanted }) => {
      const lines = textChanges(old ?? '', wanted ?? '');
      const gained = lines.flatMap((line) => (line.new === undefined ? [] : [line.new.trim()]));
      const lost = lines.flatMap((line) => (line.old === undefined ? [] : [line.old.trim()]));
      return [
        lineOf(scene, 'access', change, {
          field: `data["${key}"]`,
          old: lost.length ? shown(listed(lost)) : 'nothing',
          new: gained.length ? shown(listed(gained)) : 'nothing',
          consequence: isRight
            ? 'what people may do in Argo CD changes'
            : 'who may log in to Argo CD, or how, changes',
          rank: gained.length ? 2 : 6,
        }),
      ];
    });
}

/** Kyverno's policies and what is excepted from them, and the API server's own admission. */
function policyLines(scene: Scene, change: ObjectChange): Line[] {
  const { kind } = change.object;
  if (/^(PolicyException)$/.test(kind))
    return [
      lineOf(scene, 'access', change, {
        consequence:
          change.action === 'removed'
            ? 'an exception from a policy ends: what needed it is refused when it is made anew'
            : `an exception from policies ${change.action === 'added' ? 'begins' : 'changes'}`,
        rank: change.action === 'removed' ? 5 : 2,
      }),
    ];
  const isPolicy =
    /^(ClusterPolicy|Policy|ValidatingPolicy|MutatingPolicy|ImageValidatingPolicy|ValidatingAdmissionPolicy|ValidatingAdmissionPolicyBinding|ValidatingWebhookConfiguration|MutatingWebhookConfiguration)$/;
  if (!isPolicy.test(kind)) return [];
  const action = /(validationActions|validationFailureAction|failurePolicy)/;
  const field = change.fields.find(({ path }) => action.test(path));
  if (change.action === 'changed' && !field) return [];
  return [
    lineOf(scene, 'access', change, {
      field: field?.path,
      old: shown(field?.old),
      new: shown(field?.new),
      consequence:
        change.action === 'removed'
          ? 'the API server no longer asks it: what it refused is accepted'
          : change.action === 'added'
            ? 'the API server asks it about new objects from now on'
            : 'it refuses more, or less, than before',
      rank: change.action === 'removed' ? 2 : 4,
    }),
  ];
}

/** Secrets in dist/, which should be none: names of keys, and never a value. */
function secretLines(scene: Scene, change: ObjectChange): Line[] {
  if (change.object.kind !== 'Secret') return [];
  const keys = (object: unknown): string[] =>
    ['data', 'stringData'].flatMap((field) => fieldsOf(at(object, field)).map(([key]) => key));
  const [old, wanted] = [keys(change.before), keys(change.after)];
  const same = change.fields.filter(
    ({ steps, old: before, new: after }) =>
      /^(data|stringData)$/.test(steps[0] ?? '') && before !== undefined && after !== undefined,
  );
  const parts = [
    ...wanted.filter((key) => !old.includes(key)).map((key) => `key ${key} is new`),
    ...old.filter((key) => !wanted.includes(key)).map((key) => `key ${key} goes`),
    ...same.map(({ steps }) => `the value of ${steps[1] ?? ''} changes`),
  ];
  if (!parts.length) return [];
  return [
    lineOf(scene, 'access', change, {
      consequence: `${nameOf(change.object)}: ${listed(parts)}; values are not shown`,
      remedy: 'A Secret in plain text does not belong into git: declare it, or encrypt it with sops',
      rank: 2,
    }),
  ];
}

/** Definitions of others, at another commit. */
function definitionLines(scene: Scene, change: ObjectChange): Line[] {
  if (change.object.kind !== 'Kustomization') return [];
  const old = new Map(resourcesOf(change.before).map((resource) => [pathOf(resource), resource]));
  const moved = resourcesOf(change.after).filter((resource) => {
    const before = old.get(pathOf(resource));
    return resource.startsWith('https://') && before !== undefined && before !== resource;
  });
  const come = resourcesOf(change.after).filter(
    (resource) => resource.startsWith('https://') && !old.has(pathOf(resource)),
  );
  const projects = (resources: readonly string[]): string =>
    listed([...new Set(resources.map((resource) => resource.split('/').slice(3, 5).join('/')))]);
  return [
    ...(moved.length
      ? [
          lineOf(scene, 'access', change, {
            field: 'resources',
            consequence: `${moved.length} definitions of ${projects(moved)} come from another commit: fields may come and go`,
            remedy: 'Read its release notes; the controller of the same version comes in the same change',
            rank: 4,
          }),
        ]
      : []),
    ...(come.length
      ? [
          lineOf(scene, 'access', change, {
            field: 'resources',
            consequence: `${come.length} new definitions of ${projects(come)}`,
            rank: 6,
          }),
        ]
      : []),
  ];
}
