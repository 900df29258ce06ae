import { z } from 'zod';
import { enabled, environment, podSecurity } from './environment';
import { backup, storage } from './storage';
import {
  cidr,
  cidr4,
  cpu,
  date,
  dnsLabel,
  dnsName,
  gitUrl,
  httpsUrl,
  mail,
  matching,
  text,
  memory,
} from './scalars';

// What a cluster's YAML file may say, with defaults. Rules between fields are in rules.ts.

const port = z
  .int()
  .min(1)
  .max(65535)
  .meta({ title: 'a port', examples: [6443] });

const node = z
  .strictObject({
    name: dnsLabel.describe('Name of this type of node, for messages and reports.'),
    role: z.enum(['control-plane', 'worker']).describe('Whether the API server and etcd run on these nodes.'),
    count: z.int().min(1).default(1).describe('How many nodes of this type there are.'),
    cpu: z.int().min(1).describe('Cores of one node.'),
    memory: memory.describe('Memory of one node.'),
    disk: memory.describe('Disk of one node, for volumes, images and logs together.'),
    schedulable: z
      .boolean()
      .exactOptional()
      .describe(
        'Whether ordinary pods run here. Default: true, except on a kubeadm control plane, which is tainted.',
      ),
  })
  .describe('One type of node.');

const network = z
  .strictObject({
    pods: cidr4
      .exactOptional()
      .describe('Addresses of pods. Default: 10.42.0.0/16 on k3s, 10.244.0.0/16 on kubeadm.'),
    services: cidr4
      .exactOptional()
      .describe('Addresses of services. Default: 10.43.0.0/16 on k3s, 10.96.0.0/12 on kubeadm.'),
    nodes: cidr4.describe('Addresses of the nodes: policies let the API server and kubelets in from here.'),
    hosts: z
      .array(cidr)
      .default([])
      .describe(
        'Further addresses from which traffic of the host network reaches pods, e.g. tunnel addresses of the CNI.',
      ),
    apiServerPort: port.default(6443).describe('Port of the API server on the control-plane nodes.'),
    dns: z
      .strictObject({
        namespace: dnsLabel.default('kube-system').describe('Namespace of the cluster DNS.'),
        labels: z
          .record(z.string(), z.string())
          .default({ 'k8s-app': 'kube-dns' })
          .describe('Labels of its pods; CoreDNS carries the default ones on k3s and kubeadm.'),
      })
      .prefault({})
      .describe('Where pods resolve names: every namespace may reach these pods on port 53.'),
  })
  .describe('Address ranges, as the cluster was installed with. They must not overlap.');

const monitoring = z
  .strictObject({
    namespace: dnsLabel
      .default('observability')
      .describe('Namespace of Prometheus: it may scrape every other one.'),
    podSecurity: podSecurity.describe('Pod Security Standard that the namespace enforces.'),
  })
  .prefault({})
  .describe('Where metrics, logs and traces live.');

const ingress = z
  .strictObject({
    engine: z.enum(['traefik']).default('traefik').describe('Ingress controller.'),
    class: dnsLabel.default('traefik').describe('Name of its IngressClass.'),
    allowedSources: z.array(cidr).default([]).describe('Addresses that may call in. Empty: everybody.'),
    rateLimit: z
      .strictObject({
        average: z.int().min(1).default(50).describe('Requests per second.'),
        burst: z.int().min(1).default(100).describe('Requests at once above the average.'),
      })
      .prefault({})
      .describe('Limit of each client address.'),
  })
  .prefault({})
  .describe('How HTTP gets in: on ports 80 and 443 of the nodes.');

const certificates = z
  .strictObject({
    contact: mail.describe("Mailbox of the Let's Encrypt account."),
    issuer: z
      .enum(['letsencrypt-staging', 'letsencrypt-prod'])
      .default('letsencrypt-staging')
      .describe(
        'Who signs. The staging issuer is trusted by no browser, but a new cluster cannot run into rate limits with it.',
      ),
    dns01: z
      .strictObject({
        provider: z.enum(['cloudflare']).describe('Who serves the zones.'),
        zones: z.array(dnsName).min(1).describe('Zones that are proved by DNS; others still by HTTP.'),
      })
      .exactOptional()
      .describe('Proof by a DNS record, which wildcards need. Default: proof by HTTP only.'),
  })
  .describe("Certificates of Let's Encrypt.");

const gitops = z
  .strictObject({
    repository: gitUrl.describe(
      'Repository that Argo CD reads. Credentials go into a secret, never in here.',
    ),
    revision: matching('a git revision', /^[A-Za-z0-9][\w./-]*$/, 'main', 'Name a branch, tag or commit')
      .default('main')
      .describe('Branch, tag or commit.'),
  })
  .describe('Where this repository is published.');

const receiverName = dnsLabel.describe('Name of the receiver.');
const receiver = z
  .discriminatedUnion('type', [
    z.strictObject({ name: receiverName, type: z.literal('email'), to: mail.describe('Mailbox.') }),
    z.strictObject({
      name: receiverName,
      type: z.literal('slack'),
      channel: matching('a channel', /^[#@][^\s#@]+$/, '#alerts', 'Begin it with # and quote it').describe(
        'Channel.',
      ),
    }),
    z.strictObject({ name: receiverName, type: z.literal('pagerduty') }),
    z.strictObject({
      name: receiverName,
      type: z.literal('webhook'),
      url: httpsUrl.describe('Address that takes alerts as JSON.'),
    }),
  ])
  .describe('One receiver. Its keys go into a secret, never in here.');

const alerts = z
  .strictObject({ receivers: z.array(receiver).default([]).describe('Who is told.') })
  .prefault({})
  .describe('Who is told of alerts.');

const images = z
  .strictObject({
    registries: z
      .array(
        matching(
          'a registry',
          /^[a-z0-9.-]+(:[0-9]+)?$/,
          'ghcr.io',
          'Write a host name without scheme or path',
        ),
      )
      .min(1)
      .default(['docker.io', 'ghcr.io', 'quay.io', 'public.ecr.aws', 'registry.k8s.io'])
      .describe('Registries that images may come from.'),
    endOfLife: z
      .array(
        z.strictObject({
          image: text('an image name', 'mysql').describe('Name of the image in the image lock.'),
          version: text('a release series', '8.0').describe('Its release series.'),
          reason: text('a reason', 'The data moves to 8.4 after the audit').describe('Why it still runs.'),
          until: date.describe('Last day on which it is accepted.'),
        }),
      )
      .default([])
      .describe('Releases that are accepted past the end of their life.'),
  })
  .prefault({})
  .describe('Which images may run.');

const sized = {
  enabled,
  cpu: cpu.exactOptional().describe('CPU request of its main pod. Default: from the profile.'),
  memory: memory
    .exactOptional()
    .describe('Memory request and limit of its main pod. Default: from the profile.'),
};
const replicas = z
  .int()
  .min(1)
  .max(9)
  .exactOptional()
  .describe('Pods of its stateless parts. Default: from the profile.');
const components = z
  .strictObject({
    argocd: z
      .strictObject({
        ...sized,
        replicas,
        host: dnsName
          .exactOptional()
          .describe('Host name of its web pages. Default: none, not reachable from outside.'),
      })
      .prefault({})
      .describe('Argo CD, which applies everything else.'),
    'cert-manager': z
      .strictObject({ ...sized, replicas })
      .prefault({})
      .describe('cert-manager, which asks for certificates.'),
    traefik: z.strictObject(sized).prefault({}).describe('Traefik, the ingress controller.'),
  })
  .prefault({})
  .describe('Components of the platform, one of each in a cluster.');

const capacity = z
  .strictObject({
    reserve: z
      .int()
      .min(0)
      .max(50)
      .default(10)
      .describe('Percent of each node that requests must leave free.'),
  })
  .prefault({})
  .describe('How full nodes may be.');

/** The schema of a cluster's file, with defaults that depend on one field only; `complete` adds the others. */
export const clusterSchema = z.strictObject({
  name: dnsLabel.describe('Name of the cluster; the name of its folder.'),
  distribution: z.enum(['k3s', 'kubeadm']).describe('What the cluster was installed with.'),
  kubernetes: matching(
    'a Kubernetes version',
    /^1\.[0-9]{1,2}$/,
    '1.36',
    'Write major and minor version in quotes',
  )
    .default('1.36')
    .describe('Minor version of the cluster.'),
  profile: z
    .enum(['mono', 'small', 'standard'])
    .describe('Sizing preset: mono for one node, small for two or three, standard for more.'),
  domain: dnsName.describe('Domain of the cluster.'),
  nodes: z.array(node).min(1).describe('Types of nodes; what runs has to fit on them.'),
  network,
  environments: z.array(environment).min(1).describe("Namespaces of people's work."),
  monitoring,
  ingress,
  certificates,
  gitops,
  storage,
  backup: backup.exactOptional(),
  alerts,
  images,
  components,
  capacity,
});

/** Settings as the file says them, before `complete`. */
export type ParsedSettings = z.output<typeof clusterSchema>;

type Node = ParsedSettings['nodes'][number];
type Environment = ParsedSettings['environments'][number];

export type NodeSettings = Node & { readonly schedulable: boolean };
export type NetworkSettings = ParsedSettings['network'] & {
  readonly pods: string;
  readonly services: string;
};
export type EnvironmentSettings = Omit<Environment, 'quota'> & {
  readonly namespace: string;
  readonly quota: Required<Environment['quota']>;
};

/** Everything a cluster wants, with all defaults filled in. */
export type ClusterSettings = Omit<ParsedSettings, 'nodes' | 'network' | 'environments'> & {
  readonly nodes: readonly NodeSettings[];
  readonly network: NetworkSettings;
  readonly environments: readonly EnvironmentSettings[];
};
