import { completed } from '../../diff/completed';
import { differences } from '../../diff/fields';

const object = (apiVersion: string, kind: string, rest: object): any => ({
  apiVersion,
  kind,
  metadata: { name: 'it', namespace: 'prod' },
  ...rest,
});
const paths = (one: any, other: any): string[] =>
  differences(completed(one), completed(other)).map(({ path }) => path);

const pods = (pod: object): any => object('apps/v1', 'StatefulSet', { spec: { template: { spec: pod } } });
const container = (fields: object): any => pods({ containers: [{ name: 'it', image: 'it:1', ...fields }] });
const service = (spec: object): any => object('v1', 'Service', { spec });
const limits = (item: object): any => object('v1', 'LimitRange', { spec: { limits: [item] } });
const job = (spec: object, labels?: object): any =>
  object('batch/v1', 'Job', { metadata: { name: 'it', ...(labels && { labels }) }, spec });
const cronJob = (spec: object): any => object('batch/v1', 'CronJob', { spec: { jobTemplate: { spec } } });
const statefulSet = (spec: object): any => object('apps/v1', 'StatefulSet', { spec });
const binding = (subject: object): any =>
  object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
    subjects: [subject],
    roleRef: { kind: 'Role', name: 'it' },
  });

// what Kubernetes 1.36.3 fills in by itself: the sources are named in diff/defaults.ts and diff/defaults-pods.ts
test.each<[string, any, any]>([
  [
    'the path and scheme of a probe',
    container({ livenessProbe: { httpGet: { port: 1 } } }),
    container({ livenessProbe: { httpGet: { port: 1, path: '/', scheme: 'HTTP' }, periodSeconds: 10 } }),
  ],
  [
    'the service of a gRPC probe',
    container({ livenessProbe: { grpc: { port: 1 } } }),
    container({ livenessProbe: { grpc: { port: 1, service: '' } } }),
  ],
  [
    'the path of a hook',
    container({ lifecycle: { preStop: { httpGet: { port: 1 } } } }),
    container({ lifecycle: { preStop: { httpGet: { port: 1, path: '/', scheme: 'HTTP' } } } }),
  ],
  ['the pull policy of a tag', container({}), container({ imagePullPolicy: 'IfNotPresent' })],
  [
    'the pull policy of latest with a digest',
    container({ image: 'it:latest@sha256:0' }),
    container({ image: 'it:latest@sha256:0', imagePullPolicy: 'Always' }),
  ],
  [
    'the pull policy of a digest',
    container({ image: 'a:5000/it@sha256:0' }),
    container({ image: 'a:5000/it@sha256:0', imagePullPolicy: 'IfNotPresent' }),
  ],
  [
    'a volume without a source',
    pods({ volumes: [{ name: 'a' }] }),
    pods({ volumes: [{ name: 'a', emptyDir: {} }] }),
  ],
  [
    'how long a token lives',
    pods({ volumes: [{ name: 'a', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] }),
    pods({
      volumes: [
        {
          name: 'a',
          projected: {
            defaultMode: 420,
            sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }],
          },
        },
      ],
    }),
  ],
  [
    'the policies of traffic of a Service',
    service({ ports: [{ port: 1 }] }),
    service({ ports: [{ port: 1, targetPort: 1, protocol: 'TCP' }], internalTrafficPolicy: 'Cluster' }),
  ],
  [
    'what a load balancer gets',
    service({ type: 'LoadBalancer' }),
    service({ type: 'LoadBalancer', externalTrafficPolicy: 'Cluster', allocateLoadBalancerNodePorts: true }),
  ],
  [
    'how long a client stays with a pod',
    service({ sessionAffinity: 'ClientIP' }),
    service({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } }),
  ],
  [
    'the limits of a container that follow from the most',
    limits({ type: 'Container', max: { memory: '1Gi' } }),
    limits({
      type: 'Container',
      max: { memory: '1Gi' },
      default: { memory: '1Gi' },
      defaultRequest: { memory: '1024Mi' },
    }),
  ],
  [
    'the request that follows from the least',
    limits({ type: 'Container', min: { cpu: '1' } }),
    limits({ type: 'Container', min: { cpu: '1' }, defaultRequest: { cpu: '1' } }),
  ],
  [
    'the label of a namespace',
    object('v1', 'Namespace', {}),
    object('v1', 'Namespace', {
      metadata: { name: 'it', namespace: 'prod', labels: { 'kubernetes.io/metadata.name': 'it' } },
    }),
  ],
  [
    'what a Job gets',
    job({}),
    job({ podReplacementPolicy: 'TerminatingOrFailed', manualSelector: false, backoffLimit: 6 }),
  ],
  [
    'the labels of a Job',
    job({ template: { metadata: { labels: { a: 'b' } } } }),
    job({ template: { metadata: { labels: { a: 'b' } } } }, { a: 'b' }),
  ],
  [
    'the partition where no type is written',
    statefulSet({}),
    statefulSet({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } }),
  ],
  [
    'the group of a user',
    binding({ kind: 'User', name: 'a' }),
    binding({ kind: 'User', name: 'a', apiGroup: 'rbac.authorization.k8s.io' }),
  ],
  [
    'the port of an extension of the API',
    object('apiregistration.k8s.io/v1', 'APIService', { spec: { service: { name: 'a' } } }),
    object('apiregistration.k8s.io/v1', 'APIService', { spec: { service: { name: 'a', port: 443 } } }),
  ],
])('is no change: %s', (_, short, long) => {
  expect(paths(short, long)).toEqual([]);
});

test.each<[string, any, any, string[]]>([
  // SetDefaults_Pod: not in a template, where it makes other pods
  [
    'requests that equal the limits',
    container({ resources: { limits: { memory: '1Gi' } } }),
    container({ resources: { limits: { memory: '1Gi' }, requests: { memory: '1Gi' } } }),
    ['spec.template.spec.containers[it].resources.requests'],
  ],
  [
    'links to Services in a template',
    pods({}),
    pods({ enableServiceLinks: true }),
    ['spec.template.spec.enableServiceLinks'],
  ],
  [
    'another pull policy',
    container({ image: 'it:latest@sha256:0' }),
    container({ image: 'it:latest@sha256:0', imagePullPolicy: 'IfNotPresent' }),
    ['spec.template.spec.containers[it].imagePullPolicy'],
  ],
  [
    "a CronJob's template of a Job, which gets no defaults",
    cronJob({}),
    cronJob({ backoffLimit: 6 }),
    ['spec.jobTemplate.spec.backoffLimit'],
  ],
  [
    'the partition where the type is written',
    statefulSet({ updateStrategy: { type: 'RollingUpdate' } }),
    statefulSet({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } }),
    ['spec.updateStrategy.rollingUpdate'],
  ],
  [
    'a growth that is forbidden',
    object('storage.k8s.io/v1', 'StorageClass', {}),
    object('storage.k8s.io/v1', 'StorageClass', { allowVolumeExpansion: false }),
    ['allowVolumeExpansion'],
  ],
  [
    'a limit below the most',
    limits({ type: 'Container', max: { memory: '1Gi' } }),
    limits({ type: 'Container', max: { memory: '1Gi' }, default: { memory: '1Mi' } }),
    ['spec.limits[0].default.memory', 'spec.limits[0].defaultRequest.memory'],
  ],
  [
    'the limits of a pod, which get no defaults',
    limits({ type: 'Pod', max: { memory: '1Gi' } }),
    limits({ type: 'Pod', max: { memory: '1Gi' }, default: { memory: '1Gi' } }),
    ['spec.limits[0].default'],
  ],
  [
    'traffic that stays on its node',
    service({ type: 'LoadBalancer' }),
    service({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' }),
    ['spec.externalTrafficPolicy'],
  ],
  [
    'traffic of an external name',
    service({ type: 'ExternalName' }),
    service({ type: 'ExternalName', internalTrafficPolicy: 'Cluster' }),
    ['spec.internalTrafficPolicy'],
  ],
  [
    'retries of a Job by index',
    job({ backoffLimitPerIndex: 1 }),
    job({ backoffLimitPerIndex: 1, backoffLimit: 6 }),
    ['spec.backoffLimit'],
  ],
  [
    'the group of an account',
    binding({ kind: 'ServiceAccount', name: 'a' }),
    binding({ kind: 'ServiceAccount', name: 'a', apiGroup: 'rbac.authorization.k8s.io' }),
    ['subjects[a].apiGroup'],
  ],
])('is a change: %s', (_, one, other, changed) => {
  expect(paths(one, other)).toEqual(changed);
});
