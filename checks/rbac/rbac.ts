import type { Exception } from '../../charts/core/exception-kinds';
import { ObjectSet } from '../core/object-set';
import { exceptionKey, isExcepted, unusedExceptions } from '../core/exceptions';
import type { CheckInput, Finding, Rule } from '../core/rule';
import {
  asArray,
  asText,
  at,
  componentNames,
  findingsOf,
  isObject,
  namespaceOf,
  show,
  type PodTemplate,
} from '../core/workloads';
import type { RenderedObject } from '../../charts/core/render';

/** Verbs that give the holder rights beyond those that the role names. */
const ESCALATING = new Set<unknown>(['escalate', 'bind', 'impersonate']);
const READING = new Set<unknown>(['get', 'list', 'watch']);
/** Subjects that stand for more than one account, or for nobody in particular. */
const EVERYBODY = /^system:(anonymous|authenticated|unauthenticated|masters|serviceaccounts(:.+)?)$/;

const finding = findingsOf('rbac');

/**
 * Roles name what they allow. Nobody reads the Secrets of all namespaces without a reason. Bindings name accounts that belong to one
 * workload. And rights and tokens go together: a pod with a token has an account with rights, and an account with rights has such a pod.
 */
export const rbac: Rule = {
  name: 'rbac',
  check: (input) => {
    const used = new Set<string>();
    const set = ObjectSet.of(input);
    const roles = set.ofKind('Role', 'ClusterRole');
    const bindings = set.ofKind('RoleBinding', 'ClusterRoleBinding');
    const { pods } = set;
    return [
      ...roleFindings(input, roles, clusterWideRoles(bindings), used),
      ...bindings.flatMap(bindingFindings),
      ...tokensWithoutRights(pods, bindings),
      ...rightsWithoutTokens(pods, bindings),
      ...unusedExceptions('rbac', input, used),
    ];
  },
};

/** ClusterRoles that somebody holds in all namespaces. */
const clusterWideRoles = (bindings: readonly RenderedObject[]): Set<unknown> =>
  new Set(
    bindings
      .filter(({ object: { kind } }) => kind === 'ClusterRoleBinding')
      .map(({ object }) => at(object, 'roleRef.name')),
  );

function roleFindings(
  input: CheckInput,
  roles: readonly RenderedObject[],
  clusterWide: ReadonlySet<unknown>,
  used: Set<string>,
): Finding[] {
  const nameOfComponent = componentNames(input.declarations.components);
  return roles.flatMap((rendered) => {
    const { kind, metadata } = rendered.object;
    const component = nameOfComponent(rendered.component);
    const everywhere = kind === 'ClusterRole' && clusterWide.has(metadata.name);
    const allowed = (exception: Exception): boolean => {
      if (!isExcepted(input, component, metadata.name, exception)) return false;
      used.add(exceptionKey(component, metadata.name, exception));
      return true;
    };
    return asArray(rendered.object['rules']).flatMap((rule, index) =>
      ruleFindings(rendered, rule, `rules[${index}]`, everywhere, allowed),
    );
  });
}

function ruleFindings(
  rendered: RenderedObject,
  rule: unknown,
  path: string,
  everywhere: boolean,
  allowed: (exception: Exception) => boolean,
): Finding[] {
  const list = (field: string): readonly unknown[] => asArray(at(rule, field));
  const wild = ['apiGroups', 'resources', 'verbs', 'nonResourceURLs'].filter((field) =>
    list(field).some((value) => (field === 'nonResourceURLs' ? value === '*' : show(value).includes('*'))),
  );
  if (wild.length) {
    if (allowed('rbac-wildcard')) return [];
    const remedy =
      'Name what is needed, or add a row "rbac-wildcard" with its reason to the exceptions of its definition';
    return wild.map((field) =>
      finding(rendered, `${path}.${field}`, '* allows what nobody has read', remedy),
    );
  }
  const found = list('verbs').flatMap((verb, index) =>
    ESCALATING.has(verb)
      ? [
          finding(
            rendered,
            `${path}.verbs[${index}]`,
            `with "${show(verb)}" it can become anybody`,
            'Remove the verb',
          ),
        ]
      : [],
  );
  const secrets = everywhere && list('resources').includes('secrets') && list('apiGroups').includes('');
  const reading = list('verbs').filter((verb) => READING.has(verb));
  if (!secrets || !reading.length || list('resourceNames').length || allowed('rbac-secrets')) return found;
  return [
    ...found,
    finding(
      rendered,
      `${path}.resources`,
      `it may ${reading.join(', ')} the Secrets of all namespaces`,
      'Use Roles in the namespaces that are meant, or add a row "rbac-secrets" with its reason to the exceptions of its definition',
    ),
  ];
}

function bindingFindings(rendered: RenderedObject): Finding[] {
  const { object } = rendered;
  const admin =
    at(object, 'roleRef.name') === 'cluster-admin'
      ? [
          finding(
            rendered,
            'roleRef.name',
            'cluster-admin may do everything',
            'Bind a role that names what is needed',
          ),
        ]
      : [];
  const subjects = asArray(object['subjects']).flatMap((subject, index) => {
    const name = asText(at(subject, 'name')) ?? '';
    const isDefault = at(subject, 'kind') === 'ServiceAccount' && name === 'default';
    if (!isDefault && !EVERYBODY.test(name)) return [];
    const problem = isDefault
      ? 'every pod that names no account has these rights'
      : `${name} is more than one account`;
    return [
      finding(rendered, `subjects[${index}]`, problem, 'Bind an account that one workload has for itself'),
    ];
  });
  return [...admin, ...subjects];
}

const accountOf = ({ spec, namespace }: PodTemplate): string =>
  `${namespace}/${asText(spec.serviceAccountName) ?? 'default'}`;

/** Accounts that a binding names, with the bindings' subjects. */
function boundSubjects(bindings: readonly RenderedObject[]) {
  return bindings.flatMap((rendered) =>
    asArray(rendered.object['subjects']).flatMap((subject, index) => {
      if (at(subject, 'kind') !== 'ServiceAccount') return [];
      const namespace = asText(at(subject, 'namespace')) ?? namespaceOf(rendered.object);
      return [{ rendered, index, account: `${namespace}/${show(at(subject, 'name'))}` }];
    }),
  );
}

function tokensWithoutRights(pods: readonly PodTemplate[], bindings: readonly RenderedObject[]): Finding[] {
  const bound = new Set(boundSubjects(bindings).map(({ account }) => account));
  // a controller may give the pods that it makes an account of its own, whose rights are its business
  const isKnown = ({ kind, spec }: PodTemplate): boolean =>
    kind !== undefined || spec.serviceAccountName !== undefined;
  return pods
    .filter((pod) => pod.spec.automountServiceAccountToken === true && isKnown(pod))
    .filter((pod) => !bound.has(accountOf(pod)))
    .map((pod) =>
      finding(
        pod.rendered,
        `${pod.path}.automountServiceAccountToken`,
        `the pod gets a token of account ${accountOf(pod)}, which has no rights`,
        'Set it to false, or bind a role to the account',
      ),
    );
}

function rightsWithoutTokens(pods: readonly PodTemplate[], bindings: readonly RenderedObject[]): Finding[] {
  const holders = new Set(pods.filter(hasToken).map(accountOf));
  return boundSubjects(bindings)
    .filter(({ account }) => !holders.has(account))
    .map(({ rendered, index, account }) =>
      finding(
        rendered,
        `subjects[${index}]`,
        `no pod has a token of account ${account}`,
        'Remove the binding, or let the pod that needs it mount its token',
      ),
    );
}

const hasToken = ({ spec }: PodTemplate): boolean =>
  spec.automountServiceAccountToken === true ||
  asArray(spec.volumes).some((volume) =>
    asArray(at(volume, 'projected.sources')).some(
      (source) => isObject(source) && isObject(source['serviceAccountToken']),
    ),
  );
