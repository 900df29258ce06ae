import { corpus } from './change';

const role = 'Role argocd/argocd-server';
const xwiki = 'Deployment prod/xwiki';
const container = (o: any) => o.spec.template.spec.containers[0];

describe('access', () => {
  corpus([
    [
      'a shell in pods',
      (set) =>
        set.edit(role, (o) => o.rules.push({ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] })),
      'access',
      ['ServiceAccount argocd/argocd-server may now create pods/exec in namespace argocd'],
    ],
    [
      'everything in the cluster',
      (set) =>
        set.edit('ClusterRole traefik', (o) =>
          o.rules.push({ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }),
        ),
      'access',
      ['ServiceAccount ingress/traefik may now do everything with *.* in all namespaces'],
    ],
    [
      'a right that goes',
      (set) => set.edit('ClusterRole traefik', (o) => o.rules.pop()),
      'access',
      ['ServiceAccount ingress/traefik may no longer'],
    ],
    [
      'the order of verbs',
      (set) => set.edit('ClusterRole traefik', (o) => o.rules[0].verbs.reverse()),
      '',
      ['differs mechanically: order of lists', '!may now'],
    ],
    [
      'the same rights in other rules',
      (set) =>
        set.edit('ClusterRole traefik', (o) => {
          const [first, ...rest] = o.rules;
          o.rules = [...first.resources.map((r: string) => ({ ...first, resources: [r] })), ...rest];
        }),
      '',
      ['!may now', '!may no longer'],
    ],
    [
      'a role for somebody else',
      (set) =>
        set.edit('ClusterRoleBinding traefik', (o) =>
          o.subjects.push({ kind: 'ServiceAccount', name: 'xwiki', namespace: 'prod' }),
        ),
      'access',
      ['ServiceAccount prod/xwiki gets ClusterRole traefik in all namespaces'],
    ],
    [
      'a binding to cluster-admin',
      (set) =>
        set.add('xwiki-prod/clusterrolebinding-odd.yaml', {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRoleBinding',
          metadata: { name: 'odd' },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
          subjects: [{ kind: 'User', name: 'eve' }],
        }),
      'fails access',
      ['User eve gets ClusterRole cluster-admin in all namespaces'],
    ],
    [
      'a binding that goes',
      (set) => set.remove('ClusterRoleBinding traefik'),
      'access',
      ['ServiceAccount ingress/traefik loses ClusterRole traefik'],
    ],
    [
      'Pod Security of a namespace, looser',
      (set) =>
        set.edit(
          'Namespace prod',
          (o) => (o.metadata.labels['pod-security.kubernetes.io/enforce'] = 'baseline'),
        ),
      'access',
      ['restricted → baseline', 'pods of this namespace may do more'],
    ],
    [
      'Pod Security of a namespace, gone',
      (set) =>
        set.edit('Namespace prod', (o) => delete o.metadata.labels['pod-security.kubernetes.io/enforce']),
      'access',
      ['restricted → privileged', 'which forbids nothing'],
    ],
    [
      'Pod Security of a namespace, stricter',
      (set) =>
        set.edit(
          'Namespace ingress',
          (o) => (o.metadata.labels['pod-security.kubernetes.io/enforce'] = 'restricted'),
        ),
      'access',
      ['may do less'],
    ],
    [
      'a privileged container',
      (set) => set.edit(xwiki, (o) => (container(o).securityContext.privileged = true)),
      'interrupts access',
      ['its pods may now do everything that the node can'],
    ],
    [
      'a capability',
      (set) => set.edit(xwiki, (o) => (container(o).securityContext.capabilities.add = ['NET_ADMIN'])),
      'interrupts access',
      ['use the capability NET_ADMIN (xwiki)'],
    ],
    [
      'capabilities kept',
      (set) => set.edit(xwiki, (o) => delete container(o).securityContext.capabilities),
      'interrupts access',
      ["keep the runtime's default capabilities"],
    ],
    [
      'root',
      (set) => set.edit(xwiki, (o) => (container(o).securityContext.runAsUser = 0)),
      'interrupts access',
      ['run as root (xwiki)'],
    ],
    [
      'a writable root',
      (set) => set.edit(xwiki, (o) => (container(o).securityContext.readOnlyRootFilesystem = false)),
      'interrupts access',
      ["write into its own image's files"],
    ],
    [
      'the network of the node',
      (set) => set.edit(xwiki, (o) => (o.spec.template.spec.hostNetwork = true)),
      'interrupts access',
      ["use the node's network, where no network policy holds"],
    ],
    [
      'a folder of the node',
      (set) =>
        set.edit(xwiki, (o) =>
          o.spec.template.spec.volumes.push({ name: 'host', hostPath: { path: '/etc' } }),
        ),
      'interrupts access',
      ['use /etc of the node'],
    ],
    [
      'a token',
      (set) => set.edit(xwiki, (o) => (o.spec.template.spec.automountServiceAccountToken = true)),
      'interrupts access',
      ['ask the API server as account'],
    ],
    [
      'a power taken back',
      (set) => set.edit('DaemonSet ingress/traefik', (o) => (o.spec.template.spec.hostNetwork = false)),
      'interrupts access',
      ["may no longer use the node's network"],
    ],
    [
      'no seccomp',
      (set) => set.edit(xwiki, (o) => delete o.spec.template.spec.securityContext.seccompProfile),
      'interrupts access',
      ['use every system call'],
    ],
    [
      'another Secret',
      (set) =>
        set.edit(xwiki, (o) =>
          container(o).env.push({
            name: 'X',
            valueFrom: { secretKeyRef: { name: 'postgresql-app', key: 'password' } },
          }),
        ),
      'interrupts access',
      ['its pods now read 1 Secret: postgresql-app'],
    ],
    [
      'a key of a Secret that it reads already',
      (set) =>
        set.edit(xwiki, (o) =>
          container(o).env.push({
            name: 'X',
            valueFrom: { secretKeyRef: { name: 'mysql-xwiki', key: 'host' } },
          }),
        ),
      'interrupts',
      ['!access |'],
    ],
    [
      'an image of another registry',
      (set) => set.rewrite(xwiki, /docker\.io\/library\/xwiki/g, 'registry.example.org/xwiki'),
      'data interrupts access',
      [
        'a registry that nothing came from before: registry.example.org',
        'another image of registry.example.org/xwiki runs',
      ],
    ],
    [
      'an image without digest',
      (set) => set.rewrite(xwiki, /(xwiki:17[^@]*)@sha256:[0-9a-f]+/g, '$1'),
      'interrupts access',
      ['and no digest pins it'],
    ],
    [
      'the same tag with other bytes',
      (set) => set.rewrite(xwiki, /(xwiki:17[^@]*)@sha256:[0-9a-f]{64}/g, `$1@sha256:${'b'.repeat(64)}`),
      'interrupts access',
      ['the same tag with other bytes of docker.io/library/xwiki', 'The tag was pushed again'],
    ],
    [
      'an image that ran nowhere',
      (set) =>
        set.edit(xwiki, (o) =>
          o.spec.template.spec.containers.push({
            ...container(o),
            resources: {},
            name: 'side',
            image: `docker.io/library/busybox:1.37@sha256:${'c'.repeat(64)}`,
          }),
        ),
      'interrupts access',
      ['an image that ran nowhere in this cluster before: docker.io/library/busybox'],
    ],
    [
      'a project that allows more',
      (set) =>
        set.edit('AppProject argocd/environment-prod', (o) =>
          o.spec.destinations.push({ namespace: 'kube-system', server: 'x' }),
        ),
      'access',
      ['may now use namespace kube-system'],
    ],
    [
      'a project that allows everything',
      (set) =>
        set.edit('AppProject argocd/environment-prod', (o) =>
          o.spec.clusterResourceWhitelist.push({ group: '*', kind: '*' }),
        ),
      'access',
      ['may now use */*'],
    ],
    [
      'a project that allows every Namespace instead of one',
      (set) =>
        set.edit('AppProject argocd/environment-prod', (o) => delete o.spec.clusterResourceWhitelist[0].name),
      'access',
      ['may now use Namespace'],
    ],
    [
      'rights of people in Argo CD',
      (set) =>
        set.edit(
          'ConfigMap argocd/argocd-rbac-cm',
          (o) => (o.data = { ...o.data, 'policy.csv': 'g, ops, role:admin\n' }),
        ),
      'access',
      ['what people may do in Argo CD changes', 'g, ops, role:admin'],
    ],
    [
      'an exception from a policy',
      (set) =>
        set.add('xwiki-prod/policyexception-odd.yaml', {
          apiVersion: 'policies.kyverno.io/v1',
          kind: 'PolicyException',
          metadata: { name: 'odd', namespace: 'prod' },
          spec: {},
        }),
      'fails access',
      ['an exception from policies begins'],
    ],
    [
      'definitions of another version',
      (set) =>
        set.edit(
          'Kustomization crds',
          (o) =>
            (o.resources = o.resources.map((r: string) =>
              r.replace('24e33194fb39488eff2bbf10c6dc640f407cad44', 'a'.repeat(40)),
            )),
        ),
      'access',
      ['6 definitions of cert-manager/cert-manager come from another commit'],
    ],
    [
      'a Secret in plain text',
      (set) =>
        set.add('xwiki-prod/secret-plain.yaml', {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'plain', namespace: 'prod' },
          stringData: { password: 'correct horse' },
        }),
      'fails access',
      ['key password is new; values are not shown', '!correct horse'],
    ],
    [
      'recipients and keys of an encrypted file',
      (set) =>
        set.encrypted(
          'clusters/mono/secrets/a.sops.yaml',
          {
            kind: 'Secret',
            metadata: { name: 'a', namespace: 'prod' },
            stringData: { one: 'ENC[1]', two: 'ENC[2]' },
            sops: { age: [{ recipient: 'age1old' }] },
          },
          {
            kind: 'Secret',
            metadata: { name: 'a', namespace: 'prod' },
            stringData: { one: 'ENC[9]', three: 'ENC[3]' },
            sops: { age: [{ recipient: 'age1new' }] },
          },
        ),
      'access',
      [
        'may now be opened by age1new',
        'may no longer be opened by age1old',
        'loses the key two',
        'gets the key three',
        'the value of one changes',
        '!ENC[',
      ],
    ],
    [
      'an encrypted file that is none any more',
      (set) =>
        set.encrypted(
          'clusters/mono/secrets/a.sops.yaml',
          {
            kind: 'Secret',
            metadata: { name: 'a' },
            stringData: { one: 'ENC[1]' },
            sops: { age: [{ recipient: 'age1old' }] },
          },
          { kind: 'Secret', metadata: { name: 'a' }, stringData: { one: 'correct horse' } },
        ),
      'access',
      ['it is no longer encrypted', '!correct horse'],
    ],
  ]);
});
