import { z } from 'zod';
import { cores, memory } from './amounts';
import { text } from './scalar';
import {
  address,
  cidr,
  cidr4,
  date,
  dnsLabel,
  dnsName,
  gitUrl,
  kubernetesVersion,
  labels,
  registry,
  revision,
} from './scalars';

// What a cluster's YAML file may say of the cluster itself, with defaults. It names no component: their blocks and the sections of layers
// come from charts/catalogue.ts. Rules between fields are in rules.ts.

const podSecurity = z.enum(['restricted', 'baseline', 'privileged']).default('restricted');

/** What a container gets that names nothing itself: pods of third parties, such as cert-manager's solvers. */
export const UNNAMED = { cpu: '25m', memory: '64Mi', memoryLimit: '128Mi' } as const;
const ONE_CONTAINER = 'one container that names no request';

/** mkfs.xfs makes no file system below it since xfsprogs 5.19 (mkfs/xfs_mkfs.c, validate_supported). */
export const VOLUME = { least: '300Mi', for: 'a file system, which xfs does not make smaller' } as const;

const quota = z
  .strictObject({
    cpu: cores({ least: UNNAMED.cpu, for: ONE_CONTAINER }).exactOptional().describe('Sum of CPU requests.'),
    memory: memory({ least: UNNAMED.memory, for: ONE_CONTAINER })
      .exactOptional()
      .describe('Sum of memory requests.'),
    storage: memory(VOLUME).exactOptional().describe('Sum of the sizes of claims.'),
  })
  .prefault({})
  .describe('What all pods and claims of the namespace may request together. Default: from the profile.');

const port = z
  .int()
  .min(1)
  .max(65535)
  .meta({ title: 'a port', examples: [6443] });

/** "Considerations for large clusters" (kubernetes.io): what upstream tests. */
const MOST_NODES = 5000;
/** NR_CPUS of Linux on x86 (arch/x86/Kconfig, NR_CPUS_RANGE_END). */
const MOST_CORES = 8192;

const node = z
  .strictObject({
    name: dnsLabel.describe('Name of this type of node, for messages and reports.'),
    role: z.enum(['control-plane', 'worker']).describe('Whether the API server and etcd run on these nodes.'),
    count: z.int().min(1).max(MOST_NODES).default(1).describe('How many nodes of this type there are.'),
    cpu: z.int().min(1).max(MOST_CORES).describe('Cores of one node.'),
    memory: memory({ least: '512Mi', for: 'a kubelet and its pods' }).describe('Memory of one node.'),
    // 50Mi for each container: containerLogMaxSize times containerLogMaxFiles, as KubeletConfiguration has them by default
    disk: memory({ least: '1Gi', for: 'the logs of twenty containers, and images' }).describe(
      'Disk of one node, for volumes, images and logs together.',
    ),
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
      .exactOptional()
      .describe(
        'Further addresses from which the host network of a node reaches pods of another, such as those of tunnels: docs/network.md. Needed for several nodes, [] where there are none.',
      ),
    apiServerPort: port.default(6443).describe('Port of the API server on the control-plane nodes.'),
    dns: z
      .strictObject({
        namespace: dnsLabel.default('kube-system').describe('Namespace of the cluster DNS.'),
        labels: labels
          .default({ 'k8s-app': 'kube-dns' })
          .describe('Labels of its pods; CoreDNS carries the default ones on k3s and kubeadm.'),
        addresses: z
          .array(address)
          .default([])
          .describe(
            'Addresses that answer besides these pods: those of NodeLocal DNSCache, which runs in the host network, where no label reaches it.',
          ),
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

const gitops = z
  .strictObject({
    repository: gitUrl.describe(
      'Repository that Argo CD reads. Credentials go into a secret, never in here.',
    ),
    revision: revision.default('main').describe('Branch, tag or commit.'),
  })
  .describe('Where this repository is published.');

const images = z
  .strictObject({
    registries: z
      .array(registry)
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

/** How serious an environment is: the label `environment` of its namespace. */
export const STAGES = ['dev', 'staging', 'prod'] as const;

const environment = {
  name: dnsLabel.describe('Name of the environment, a suffix of its Applications and folders.'),
  namespace: dnsLabel.exactOptional().describe('Its namespace. Default: the name.'),
  stage: z.enum(STAGES).describe('How serious it is; becomes the label `environment`.'),
  podSecurity: podSecurity.describe('Pod Security Standard that the namespace enforces.'),
  quota,
  noBackup: text('a reason', 'Everything in it is made anew by its tests')
    .exactOptional()
    .describe('Why its data is not backed up, although it has volumes. Not for stage prod.'),
};

const name = dnsLabel.describe('Name of the cluster; the name of its folder.');
const distribution = z.enum(['k3s', 'kubeadm']).describe('What the cluster was installed with.');
const kubernetes = kubernetesVersion.default('1.36').describe('Minor version of the cluster.');
const profile = z
  .enum(['mono', 'small', 'standard'])
  .describe('Sizing preset: mono for one node, small for two or three, standard for more.');
const domain = dnsName.describe('Domain of the cluster.');
const nodes = z.array(node).min(1).describe('Types of nodes; what runs has to fit on them.');

interface Parts<
  Blocks extends z.ZodType,
  EnvironmentBlocks extends z.ZodType,
  Sections extends z.ZodRawShape,
> {
  /** Blocks of components of which a cluster has one. */
  readonly components: Blocks;
  /** Blocks of components of which each environment has one of its own. */
  readonly environmentComponents: EnvironmentBlocks;
  /** Sections of layers. */
  readonly sections: Sections;
}

/** The schema of a cluster's file, with defaults that depend on one field only; `complete` adds the others. */
export const schemaWith = <B extends z.ZodType, E extends z.ZodType, S extends z.ZodRawShape>({
  components,
  environmentComponents,
  sections,
}: Parts<B, E, S>) =>
  z.strictObject({
    ...{ name, distribution, kubernetes, profile, domain, nodes, network },
    environments: z
      .array(
        z
          .strictObject({ ...environment, components: environmentComponents })
          .describe("One namespace of people's work."),
      )
      .min(1)
      .describe("Namespaces of people's work."),
    ...{ monitoring, gitops, ...sections, images, components, capacity },
  });

/** The cluster's own settings as the file says them, before `complete`. */
export type ParsedSettings = z.output<
  ReturnType<typeof schemaWith<z.ZodType<object>, z.ZodType<object>, Bare>>
>;

/** No sections of layers. */
type Bare = Readonly<Record<never, z.ZodType>>;

type Node = ParsedSettings['nodes'][number];
type Environment = Omit<ParsedSettings['environments'][number], 'components'>;

export type NodeSettings = Node & { readonly schedulable: boolean };
export type NetworkSettings = ParsedSettings['network'] & {
  readonly pods: string;
  readonly services: string;
};
export type EnvironmentSettings = Omit<Environment, 'quota'> & {
  readonly namespace: string;
  readonly quota: Required<Environment['quota']>;
};

/** What a cluster is, with all defaults filled in: all that core and checks know of the settings. */
export type ClusterSettings = Omit<ParsedSettings, 'nodes' | 'network' | 'environments' | 'components'> & {
  readonly nodes: readonly NodeSettings[];
  readonly network: NetworkSettings;
  readonly environments: readonly EnvironmentSettings[];
};
