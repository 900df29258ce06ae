import type { KubeObject } from '../../charts/core/objects';

// For each policy, objects that it must refuse: each is a good one with a single thing changed.

type Json = Record<string, any>;

interface Case {
  readonly title: string;
  readonly object: KubeObject;
}

const DIGEST = `sha256:${'0'.repeat(64)}`;

const container = (): Json => ({
  name: 'main',
  image: `ghcr.io/example/app:1.2.3@${DIGEST}`,
  ports: [{ name: 'http', containerPort: 8080 }],
  resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '64Mi' } },
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  livenessProbe: { tcpSocket: { port: 'http' } },
  readinessProbe: { tcpSocket: { port: 'http' } },
});

/** A pod that all policies let pass, changed. */
function pod(change: (spec: Json, main: Json) => void = () => undefined): KubeObject {
  const main = container();
  const spec: Json = {
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [main],
  };
  change(spec, main);
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'case' }, spec } as KubeObject;
}

/** One that ends, as jobs start it: it has no probes. */
const job = (): KubeObject =>
  pod((spec, main) => {
    spec.restartPolicy = 'Never';
    for (const field of ['ports', 'livenessProbe', 'readinessProbe']) delete main[field];
  });

const service = (type?: string): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'case' },
    spec: { ...(type && { type }), selector: { app: 'case' }, ports: [{ port: 80 }] },
  }) as KubeObject;

const ingress = (tls: readonly string[] | undefined, labels: Json = {}): KubeObject =>
  ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'case', labels },
    spec: {
      ...(tls && { tls: [{ hosts: [...tls], secretName: 'tls' }] }),
      rules: ['a.example.com', 'b.example.com'].map((host) => ({
        host,
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: { service: { name: 'case', port: { number: 80 } } } },
          ],
        },
      })),
    },
  }) as KubeObject;

const deployment = (labels: Json): KubeObject =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'case', labels },
    spec: {
      selector: { matchLabels: { app: 'case' } },
      template: { metadata: { labels: { app: 'case' } }, spec: (pod() as Json).spec },
    },
  }) as KubeObject;

const ofImage = (image: string): KubeObject =>
  pod((_, main) => {
    main.image = image;
  });
const sidecar = (change: (init: Json) => void): KubeObject =>
  pod((spec) => {
    const init = { ...container(), name: 'init' };
    for (const field of ['ports', 'livenessProbe', 'readinessProbe']) delete (init as Json)[field];
    change(init);
    spec.initContainers = [init];
  });

/** What every policy lets pass. */
export const GOOD: readonly Case[] = [
  { title: 'a pod', object: pod() },
  { title: 'a pod of a job', object: job() },
  { title: 'an image of Docker Hub without a host', object: ofImage(`redis:8@${DIGEST}`) },
  {
    title: 'runAsNonRoot in the containers only',
    object: pod((spec, main) => {
      delete spec.securityContext.runAsNonRoot;
      main.securityContext.runAsNonRoot = true;
    }),
  },
  { title: 'an init container', object: sidecar(() => undefined) },
  { title: 'a Service', object: service() },
  { title: 'an Ingress with TLS for both hosts', object: ingress(['a.example.com', 'b.example.com']) },
  {
    title: 'the Ingress of a challenge',
    object: ingress(undefined, { 'acme.cert-manager.io/http01-solver': 'true' }),
  },
  { title: 'a Deployment', object: deployment({ 'app.kubernetes.io/name': 'case' }) },
];

/** Policy → what it refuses, and no other policy does. */
export const BROKEN: Readonly<Record<string, readonly Case[]>> = {
  'require-image-digest': [
    { title: 'a tag alone', object: ofImage('ghcr.io/example/app:1.2.3') },
    { title: 'a digest that is too short', object: ofImage('ghcr.io/example/app:1.2.3@sha256:00') },
    {
      title: 'an init container with a tag alone',
      object: sidecar((init) => {
        init.image = 'ghcr.io/example/app:1.2.3';
      }),
    },
  ],
  'disallow-latest-tag': [
    { title: 'latest', object: ofImage(`ghcr.io/example/app:latest@${DIGEST}`) },
    { title: 'no tag', object: ofImage(`ghcr.io/example/app@${DIGEST}`) },
  ],
  'restrict-image-registries': [
    { title: 'a registry that nobody named', object: ofImage(`registry.example.com/app:1@${DIGEST}`) },
    { title: 'one with a port', object: ofImage(`localhost:5000/app:1@${DIGEST}`) },
    {
      title: 'one whose name begins like a good one',
      object: ofImage(`ghcr.io.example.com/app:1@${DIGEST}`),
    },
  ],
  'require-run-as-nonroot': [
    {
      title: 'nothing said of it',
      object: pod((spec) => {
        delete spec.securityContext.runAsNonRoot;
      }),
    },
    {
      title: 'one container that takes it back',
      object: pod((_, main) => {
        main.securityContext.runAsNonRoot = false;
      }),
    },
    {
      title: 'user 0',
      object: pod((spec) => {
        spec.securityContext.runAsUser = 0;
      }),
    },
  ],
  'require-drop-all': [
    {
      title: 'no security context',
      object: pod((_, main) => {
        delete main.securityContext;
      }),
    },
    {
      title: 'one capability dropped',
      object: pod((_, main) => {
        main.securityContext.capabilities.drop = ['NET_RAW'];
      }),
    },
  ],
  'require-requests-limits': [
    {
      title: 'no CPU',
      object: pod((_, main) => {
        delete main.resources.requests.cpu;
      }),
    },
    {
      title: 'no limit',
      object: pod((_, main) => {
        delete main.resources.limits;
      }),
    },
    {
      title: 'no resources',
      object: pod((_, main) => {
        delete main.resources;
      }),
    },
  ],
  'require-probes': [
    {
      title: 'no liveness',
      object: pod((_, main) => {
        delete main.livenessProbe;
      }),
    },
    {
      title: 'a port without readiness',
      object: pod((_, main) => {
        delete main.readinessProbe;
      }),
    },
  ],
  'disallow-host-access': [
    ...['hostNetwork', 'hostPID', 'hostIPC'].map((field) => ({
      title: field,
      object: pod((spec) => {
        spec[field] = true;
      }),
    })),
    {
      title: 'a path of the node',
      object: pod((spec) => {
        spec.volumes = [{ name: 'host', hostPath: { path: '/etc' } }];
      }),
    },
    {
      title: 'a port of the node',
      object: pod((_, main) => {
        main.ports[0].hostPort = 8080;
      }),
    },
  ],
  'disallow-default-namespace': [{ title: 'a good pod', object: pod() }],
  'disallow-node-ports': ['NodePort', 'LoadBalancer'].map((type) => ({ title: type, object: service(type) })),
  'require-ingress-tls': [
    { title: 'no TLS', object: ingress(undefined) },
    { title: 'TLS for one of two hosts', object: ingress(['a.example.com']) },
  ],
  'require-labels': [{ title: 'no name', object: deployment({}) }],
};

/** Where the objects of a policy are made. */
export const namespaceOf = (policy: string): string =>
  policy === 'disallow-default-namespace' ? 'default' : 'judged';

/** A pod of before the policies. */
export const OLD: KubeObject = {
  ...ofImage('ghcr.io/example/app:1.2.3'),
  metadata: { name: 'old' },
};
