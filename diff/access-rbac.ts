import { asArray, asText, at, isObject, namespaceOf } from '../checks/core/workloads';
import { lineOf, type ObjectChange, type Scene } from './changes';
import { count, listed, type Line } from './line';
import type { RenderedSet } from './set';

const ROLES = ['Role', 'ClusterRole'];
const BINDINGS = ['RoleBinding', 'ClusterRoleBinding'];

/** Rights gained and lost: by a role that changed, or a binding that came, went or changed. */
export function rbacLines(scene: Scene): Line[] {
  const roles = new Set(scene.changes.filter(({ object }) => ROLES.includes(object.kind)));
  return [
    ...[...roles].flatMap((change) => roleLines(scene, change)),
    ...scene.changes
      .filter(({ object }) => BINDINGS.includes(object.kind))
      .flatMap((change) => bindingLines(scene, change)),
  ];
}

/** One right: a verb on a resource, or on a path of the API server. */
type Right = string;

/** All rights of a role's rules: `secrets` → its verbs. */
function rightsOf(role: unknown): Map<Right, { resource: string; verb: string }> {
  const rights = new Map<Right, { resource: string; verb: string }>();
  for (const rule of asArray(at(role, 'rules'))) {
    const texts = (field: string): string[] =>
      asArray(at(rule, field)).filter((item) => typeof item === 'string');
    const names = texts('resourceNames');
    const groups = texts('apiGroups');
    const resources = texts('resources').flatMap((resource) =>
      (groups.length ? groups : ['']).map((group) => (group ? `${resource}.${group}` : resource)),
    );
    const named = names.length
      ? resources.flatMap((resource) => names.map((name) => `${resource}/${name}`))
      : resources;
    for (const resource of [...named, ...texts('nonResourceURLs')])
      for (const verb of texts('verbs')) rights.set(`${verb} ${resource}`, { resource, verb });
  }
  return rights;
}

const without = (some: ReturnType<typeof rightsOf>, others: ReturnType<typeof rightsOf>) =>
  [...some].filter(([right]) => !others.has(right)).map(([, parts]) => parts);

type Parts = readonly { readonly resource: string; readonly verb: string }[];

/** `get, list, watch secrets; create pods` */
function rightsText(rights: Parts): string {
  const verbs = new Map<string, string[]>();
  for (const { resource, verb } of rights) verbs.set(resource, [...(verbs.get(resource) ?? []), verb]);
  const byVerbs = new Map<string, string[]>();
  for (const [resource, list] of verbs)
    byVerbs.set(list.join(', '), [...(byVerbs.get(list.join(', ')) ?? []), resource]);
  return listed(
    [...byVerbs].map(
      ([list, resources]) => `${list === '*' ? 'do everything with' : list} ${listed(resources)}`,
    ),
    5,
  );
}

/** Rights by which one takes others: of RBAC's own (escalate, bind, impersonate), of Secrets and tokens, of running code. */
function isGrave({ resource, verb }: { resource: string; verb: string }): boolean {
  if (verb === '*' || resource.startsWith('*')) return true;
  if (['escalate', 'bind', 'impersonate'].includes(verb)) return true;
  if (/^(secrets|pods\/exec|pods\/attach|nodes\/proxy|serviceaccounts\/token)\b/.test(resource)) return true;
  const writes = ['create', 'update', 'patch', 'delete', 'deletecollection'].includes(verb);
  return (
    writes &&
    /^(pods|deployments\.apps|daemonsets\.apps|statefulsets\.apps|jobs\.batch|cronjobs\.batch|(cluster)?role(binding)?s\.rbac\.authorization\.k8s\.io|(validating|mutating)webhookconfigurations\..*)$/.test(
      resource,
    )
  );
}

function roleLines(scene: Scene, change: ObjectChange): Line[] {
  const { before, after, object } = change;
  const [old, wanted] = [rightsOf(before), rightsOf(after)];
  const holders = holdersOf(after ? scene.after : scene.before, object);
  const who = holders.length ? listed(holders.map(({ subject }) => subject)) : 'nobody (no binding names it)';
  const where = listed([...new Set(holders.map(({ scope }) => scope))]) || scopeOf(object);
  const gained = without(wanted, old);
  const lost = without(old, wanted);
  return [
    ...(gained.length
      ? [
          lineOf(scene, 'access', change, {
            field: 'rules',
            new: rightsText(gained),
            consequence: `${who} may now ${rightsText(gained)} in ${where}`,
            rank: !holders.length ? 7 : gained.some(isGrave) ? 1 : 4,
          }),
        ]
      : []),
    ...(lost.length && after
      ? [
          lineOf(scene, 'access', change, {
            field: 'rules',
            old: rightsText(lost),
            consequence: `${who} may no longer ${rightsText(lost)} in ${where}`,
            remedy: 'Make sure that nothing of it needs that',
            rank: 6,
          }),
        ]
      : []),
  ];
}

const scopeOf = (object: unknown): string => {
  const namespace = asText(at(object, 'metadata.namespace'));
  return namespace === undefined ? 'all namespaces' : `namespace ${namespace}`;
};

interface Holder {
  readonly subject: string;
  readonly scope: string;
}

/** Whom bindings give a role, and where it holds. */
function holdersOf(set: RenderedSet, role: ObjectChange['object']): Holder[] {
  return set
    .ofKinds(role.kind === 'ClusterRole' ? BINDINGS : ['RoleBinding'], { containing: role.metadata.name })
    .filter(({ object }) => {
      const isThis =
        at(object, 'roleRef.name') === role.metadata.name && at(object, 'roleRef.kind') === role.kind;
      return isThis && (role.kind === 'ClusterRole' || namespaceOf(object) === namespaceOf(role));
    })
    .flatMap(({ object }) => subjectsOf(object).map((subject) => ({ subject, scope: scopeOf(object) })));
}

/** `ServiceAccount prod/xwiki` */
function subjectsOf(binding: unknown): string[] {
  return asArray(at(binding, 'subjects')).map((subject) => {
    const namespace = asText(at(subject, 'namespace'));
    const name = asText(at(subject, 'name')) ?? '';
    return `${asText(at(subject, 'kind')) ?? ''} ${namespace === undefined ? name : `${namespace}/${name}`}`;
  });
}

function bindingLines(scene: Scene, change: ObjectChange): Line[] {
  const { before, after, object } = change;
  const [old, wanted] = [subjectsOf(before), subjectsOf(after)];
  const reference = `${asText(at(object, 'roleRef.kind')) ?? ''} ${asText(at(object, 'roleRef.name')) ?? ''}`;
  const set = after ? scene.after : scene.before;
  const role = roleOf(set, object);
  const rights = role ? [...rightsOf(role).values()] : [];
  const isKnownRole = role !== undefined;
  const gained = wanted.filter((subject) => !old.includes(subject));
  const lost = old.filter((subject) => !wanted.includes(subject));
  const may = isKnownRole ? `: ${rightsText(rights)}` : '';
  // a role that is new with its binding says it already
  const isTold = scene.changes.some((other) => other.action === 'added' && other.after === role);
  const grave = /cluster-admin|admin$/.test(reference) || rights.some(isGrave);
  return [
    ...(gained.length && !isTold
      ? [
          lineOf(scene, 'access', change, {
            field: 'subjects',
            new: listed(gained),
            consequence: `${listed(gained)} ${gained.length === 1 ? 'gets' : 'get'} ${reference} in ${scopeOf(object)}${may}`,
            rank: grave ? 1 : 4,
          }),
        ]
      : []),
    ...(lost.length
      ? [
          lineOf(scene, 'access', change, {
            field: 'subjects',
            old: listed(lost),
            consequence: `${listed(lost)} ${lost.length === 1 ? 'loses' : 'lose'} ${reference} in ${scopeOf(object)}${rights.length ? ` (${count(rights.length, 'right')})` : ''}`,
            rank: 6,
          }),
        ]
      : []),
  ];
}

function roleOf(set: RenderedSet, binding: ObjectChange['object']): ObjectChange['object'] | undefined {
  const kind = asText(at(binding, 'roleRef.kind'));
  const name = asText(at(binding, 'roleRef.name'));
  if (kind === undefined || name === undefined || !isObject(binding['roleRef'])) return undefined;
  const namespace = kind === 'Role' ? asText(binding.metadata.namespace) : undefined;
  return set.find(kind, namespace, name)?.object;
}
