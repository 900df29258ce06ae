// What environments must keep to, in CEL as the API server has it (Kubernetes 1.30 and later). An expression that fails to evaluate refuses,
// so that each asks for optional fields with `.?` only.

interface Expression {
  readonly name: string;
  readonly expression: string;
}

export interface Policy {
  readonly name: string;
  /** One line for reports. */
  readonly title: string;
  /** Kinds by their API group, all of version v1. */
  readonly kinds: readonly { readonly group: string; readonly resources: readonly string[] }[];
  /** @default those of environments */
  readonly namespaces?: {
    readonly matchExpressions: { key: string; operator: string; values: string[] }[];
  };
  /** Judged only where all of them are true. @default always */
  readonly conditions?: readonly Expression[];
  readonly variables?: readonly Expression[];
  /** Each must be true. The message says what to write. */
  readonly rules: readonly { readonly expression: string; readonly message: string }[];
}

/** Containers that people and controllers name in a pod; those of `kubectl debug` come by a right of its own. */
const CONTAINERS: Expression = {
  name: 'containers',
  expression: 'object.spec.containers + object.spec.?initContainers.orValue([])',
};
const PODS = [{ group: '', resources: ['pods'] }];

/** Pods. One that is there already may get labels and lose finalizers, whatever it is. */
const ofPods = (policy: Omit<Policy, 'kinds' | 'conditions'>): Policy => ({
  kinds: PODS,
  conditions: [{ name: 'new-spec', expression: 'oldObject == null || object.spec != oldObject.spec' }],
  ...policy,
  variables: [CONTAINERS, ...(policy.variables ?? [])],
});

const every = (condition: string): string => `variables.containers.all(c, ${condition})`;

/** A pod whose end is success has no probes: nobody waits for it to be ready. */
const RUNS_ON = "object.spec.?restartPolicy.orValue('Always') != 'Always'";

const images = (registries: readonly string[]): readonly Policy[] => [
  ofPods({
    name: 'require-image-digest',
    title: 'Images are named by their digest',
    rules: [
      {
        expression: every("c.image.matches('@sha256:[0-9a-f]{64}$')"),
        message: 'an image has no digest: write repository:tag@sha256:<64 hexadecimal digits>',
      },
    ],
  }),
  ofPods({
    name: 'disallow-latest-tag',
    title: 'Images have a tag that says a version',
    rules: [
      {
        // the last part of the name has a tag, and the first colon of a name may be that of a port
        expression: every(
          "c.image.matches('^([^@]*/)?[^/:@]+:[^/:@]+(@.*)?$') && !c.image.matches(':latest(@|$)')",
        ),
        message: 'an image has no tag, or the tag latest: name the version',
      },
    ],
  }),
  ofPods({
    name: 'restrict-image-registries',
    title: 'Images come from the registries of the settings',
    variables: [
      { name: 'registries', expression: `[${registries.map((name) => `'${name}/'`).join(', ')}]` },
      // as container runtimes read it: without a host in front, it is Docker Hub
      { name: 'hub', expression: String(registries.includes('docker.io')) },
    ],
    rules: [
      {
        expression: every(
          "variables.registries.exists(r, c.image.startsWith(r)) || (variables.hub && !c.image.matches('^([^/]*[.:][^/]*|localhost)/'))",
        ),
        message: `an image comes from elsewhere than ${registries.join(', ')}: add its registry to images.registries, or take another`,
      },
    ],
  }),
];

const containers: readonly Policy[] = [
  ofPods({
    name: 'require-run-as-nonroot',
    title: 'Processes are not root',
    variables: [
      { name: 'nonRoot', expression: 'object.spec.?securityContext.?runAsNonRoot.orValue(false)' },
      { name: 'user', expression: 'object.spec.?securityContext.?runAsUser.orValue(1)' },
    ],
    rules: [
      {
        expression: every('c.?securityContext.?runAsNonRoot.orValue(variables.nonRoot)'),
        message: 'a container may run as root: set securityContext.runAsNonRoot: true',
      },
      {
        expression: every('c.?securityContext.?runAsUser.orValue(variables.user) != 0'),
        message: 'a container runs as user 0: set securityContext.runAsUser to another',
      },
    ],
  }),
  ofPods({
    name: 'require-drop-all',
    title: 'Containers have no capability of root',
    rules: [
      {
        expression: every("'ALL' in c.?securityContext.?capabilities.?drop.orValue([])"),
        message: 'a container keeps capabilities: set securityContext.capabilities.drop: [ALL]',
      },
    ],
  }),
  ofPods({
    name: 'require-requests-limits',
    title: 'Containers request CPU and memory, and have a memory limit',
    rules: [
      {
        expression: every(
          'c.?resources.?requests.?cpu.hasValue() && c.?resources.?requests.?memory.hasValue() && c.?resources.?limits.?memory.hasValue()',
        ),
        message:
          'a container lacks resources.requests.cpu, resources.requests.memory or resources.limits.memory',
      },
    ],
  }),
  ofPods({
    name: 'require-probes',
    title: 'What keeps running has probes',
    rules: [
      {
        expression: `${RUNS_ON} || object.spec.containers.all(c, has(c.livenessProbe) || has(c.startupProbe))`,
        message: 'nobody restarts a container that hangs: add a livenessProbe or a startupProbe',
      },
      {
        expression: `${RUNS_ON} || object.spec.containers.all(c, c.?ports.orValue([]).size() == 0 || has(c.readinessProbe))`,
        message: 'traffic comes before a container can serve it: add a readinessProbe',
      },
    ],
  }),
];

const hosts: readonly Policy[] = [
  ofPods({
    name: 'disallow-host-access',
    title: 'Pods see nothing of their node',
    rules: [
      {
        expression:
          '!object.spec.?hostNetwork.orValue(false) && !object.spec.?hostPID.orValue(false) && !object.spec.?hostIPC.orValue(false)',
        message: 'the pod is in a namespace of its node: remove hostNetwork, hostPID and hostIPC',
      },
      {
        expression: '!object.spec.?volumes.orValue([]).exists(v, has(v.hostPath))',
        message: 'the pod mounts a path of its node: take a claim or an emptyDir instead of hostPath',
      },
      {
        expression: every('c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)'),
        message: 'a container takes a port of its node: remove hostPort',
      },
    ],
  }),
  {
    name: 'disallow-default-namespace',
    title: 'Nothing runs in the namespace default',
    kinds: PODS,
    namespaces: {
      matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['default'] }],
    },
    // of pods that are there, everything may change
    rules: [
      {
        expression: 'oldObject != null',
        message: 'nothing runs in the namespace default: name an environment',
      },
    ],
  },
  {
    name: 'disallow-node-ports',
    title: 'Services are reached inside of the cluster, or by the ingress',
    kinds: [{ group: '', resources: ['services'] }],
    rules: [
      {
        expression: "!(object.spec.?type.orValue('ClusterIP') in ['NodePort', 'LoadBalancer'])",
        message: 'the Service opens ports of nodes: make it a ClusterIP, and publish it by an Ingress',
      },
    ],
  },
];

const published: readonly Policy[] = [
  {
    name: 'require-ingress-tls',
    title: 'Every host of an Ingress has TLS',
    kinds: [{ group: 'networking.k8s.io', resources: ['ingresses'] }],
    // cert-manager answers HTTP-01 challenges on port 80, before there is a certificate
    conditions: [
      {
        name: 'no-challenge',
        expression: "!('acme.cert-manager.io/http01-solver' in object.metadata.?labels.orValue({}))",
      },
    ],
    rules: [
      {
        expression:
          'object.spec.?rules.orValue([]).all(r, object.spec.?tls.orValue([]).exists(t, has(r.host) && r.host in t.?hosts.orValue([])))',
        message: 'a host of the Ingress has no TLS: name it in spec.tls, with the Secret of its certificate',
      },
    ],
  },
  {
    name: 'require-labels',
    title: 'Workloads say what they are',
    kinds: [
      { group: 'apps', resources: ['deployments', 'statefulsets', 'daemonsets'] },
      { group: 'batch', resources: ['cronjobs'] },
    ],
    rules: [
      {
        expression: "'app.kubernetes.io/name' in object.metadata.?labels.orValue({})",
        message: 'the workload has no label app.kubernetes.io/name: say what it is',
      },
    ],
  },
];

/** All policies of a cluster that allows these registries. */
export const policiesFor = (registries: readonly string[]): readonly Policy[] => [
  ...images(registries),
  ...containers,
  ...hosts,
  ...published,
];
