import { rbac } from '../../../checks/rbac/rbac';
import { brief, findingsAfter, monoInput, pick } from '../mutation';
import { fields, findingsOfRule } from '../plain';

const role = (input: ReturnType<typeof monoInput>, name: string): any => pick(input, 'ClusterRole', name);
const SHIM = 'cert-manager-controller-ingress-shim';

test('[K8S-10] the roles and bindings of the unbroken set are fine', () => {
  expect(rbac.check(monoInput())).toEqual([]);
});

test.each([
  ['apiGroups', '*'],
  ['resources', '*'],
  ['resources', 'deployments/*'],
  ['verbs', '*'],
])('[K8S-10] a wildcard in %s (%s) is found', (field, value) => {
  const findings = findingsAfter((input) => {
    role(input, SHIM).rules[0][field].push(value);
  });
  expect(brief(findings)).toEqual([`rbac: ClusterRole ${SHIM} rules[0].${field}`]);
});

test('[K8S-10] all paths that are no resources are a wildcard, some are not', () => {
  const findings = findingsAfter((input) => {
    role(input, SHIM).rules.push(
      { nonResourceURLs: ['/metrics/*'], verbs: ['get'] },
      { nonResourceURLs: ['*'], verbs: ['get'] },
    );
  });
  expect(fields(findings)).toEqual([expect.stringMatching(/^rules\[\d+\].nonResourceURLs$/)]);
});

test.each(['escalate', 'bind', 'impersonate'])('[K8S-10] the verb %s is found', (verb) => {
  const findings = findingsAfter((input) => {
    role(input, SHIM).rules[0].verbs = ['get', verb];
  });
  expect(brief(findings)).toEqual([`rbac: ClusterRole ${SHIM} rules[0].verbs[1]`]);
});

test('[K8S-10] reading the Secrets of all namespaces without a reason is found', () => {
  const findings = findingsAfter((input) => {
    role(input, SHIM).rules[0] = { apiGroups: [''], resources: ['secrets'], verbs: ['list', 'create'] };
  });
  expect(brief(findings)).toEqual([`rbac: ClusterRole ${SHIM} rules[0].resources`]);
  expect(findings[0]?.problem).toBe('it may list the Secrets of all namespaces');
});

test('reading named Secrets, or those of one namespace, is fine', () => {
  const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];
  const named = [{ ...rules[0], resourceNames: ['one'] }];
  const check = (kind: string, list: object[], binding: string) =>
    fields(
      findingsOfRule(rbac, [
        { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata: { name: 'x' }, rules: list },
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: binding,
          metadata: { name: 'x' },
          roleRef: { name: 'x' },
        },
      ]),
    );
  expect(check('ClusterRole', rules, 'ClusterRoleBinding')).toEqual(['rules[0].resources']);
  expect(check('ClusterRole', named, 'ClusterRoleBinding')).toEqual([]);
  expect(check('ClusterRole', rules, 'RoleBinding')).toEqual([]);
  expect(check('Role', rules, 'RoleBinding')).toEqual([]);
});

test('[K8S-10] a binding to cluster-admin is found', () => {
  const findings = findingsAfter((input) => {
    const binding = pick(input, 'ClusterRoleBinding', SHIM) as unknown as { roleRef: { name: string } };
    binding.roleRef.name = 'cluster-admin';
  });
  expect(brief(findings)).toEqual([`rbac: ClusterRoleBinding ${SHIM} roleRef.name`]);
});

test.each([
  ['Group', 'system:authenticated'],
  ['Group', 'system:unauthenticated'],
  ['Group', 'system:masters'],
  ['Group', 'system:serviceaccounts'],
  ['Group', 'system:serviceaccounts:prod'],
  ['User', 'system:anonymous'],
])('[K8S-10] a binding to %s %s is found', (kind, name) => {
  const findings = findingsAfter((input) => {
    const binding = pick(input, 'ClusterRoleBinding', SHIM) as unknown as { subjects: object[] };
    binding.subjects.push({ kind, name });
  });
  expect(brief(findings)).toEqual([`rbac: ClusterRoleBinding ${SHIM} subjects[1]`]);
});

test('[K8S-10] a binding to the account that every pod has is found', () => {
  const binding = {
    ...{
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'x', namespace: 'prod' },
    },
    ...{ roleRef: { name: 'x' }, subjects: [{ kind: 'ServiceAccount', name: 'default' }] },
  };
  const pod = {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', namespace: 'prod' } },
    spec: { automountServiceAccountToken: true },
  };
  expect(findingsOfRule(rbac, [binding, pod]).map(({ problem }) => problem)).toEqual([
    'every pod that names no account has these rights',
  ]);
});

test('a token without rights is found', () => {
  const findings = findingsAfter((input) => {
    pick(input, 'StatefulSet', 'prod/mysql').spec.template.spec.automountServiceAccountToken = true;
  });
  expect(brief(findings)).toEqual([
    'rbac: StatefulSet prod/mysql spec.template.spec.automountServiceAccountToken',
  ]);
});

test('rights without a token are found, in every binding of the account', () => {
  const findings = findingsAfter((input) => {
    pick(input, 'DaemonSet', 'ingress/traefik').spec.template.spec.automountServiceAccountToken = false;
  });
  expect(brief(findings)).toEqual(['rbac: ClusterRoleBinding traefik subjects[0]']);
});

test('a token that a pod mounts by itself counts', () => {
  const findings = findingsAfter((input) => {
    const { spec } = pick(input, 'DaemonSet', 'ingress/traefik').spec.template;
    spec.automountServiceAccountToken = false;
    spec.volumes.push({
      name: 'token',
      projected: { sources: [{ serviceAccountToken: { path: 'token' } }] },
    });
  });
  expect(findings).toEqual([]);
});

test('an exception that nothing needs any more is found', () => {
  const findings = findingsAfter((input) => {
    for (const rule of role(input, 'traefik').rules)
      rule.resources = rule.resources.filter((resource: string) => resource !== 'secrets');
  });
  expect(brief(findings)).toEqual(['rbac: Exception traefik/traefik rbac-secrets']);
});
