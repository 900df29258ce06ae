import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isTrue, type Api } from '../e2e/api';
import { sleep, type Processes } from '../e2e/processes';
import { ProgrammeError } from '../e2e/report';
import { NODE_ADDRESS } from './namespace';
import { LOGS } from './plan';
import type { NodePrograms } from './programs';
import { SOCKET } from './runtime';

interface Options {
  readonly api: Api;
  readonly kubeconfig: string;
  readonly programs: NodePrograms;
  readonly processes: Processes;
  readonly folder: string;
  /** Name of the node. */
  readonly name: string;
  readonly pods: string;
  /** Cgroup that all pods are in. */
  readonly cgroup: string;
  /** Authority of those who may ask the kubelet for logs and commands in containers. */
  readonly clients: string;
  /** Host name → address, beside the names of the cluster. */
  readonly hosts: Readonly<Record<string, string>>;
}

const READY_MILLISECONDS = 60_000;
const DOMAIN = 'cluster.local';

/** Starts names, Services and the kubelet, and waits until the node is Ready. Throws where it does not get there. */
export async function startNode(options: Options): Promise<void> {
  startNames(options);
  startServices(options);
  startKubelet(options);
  const deadline = performance.now() + READY_MILLISECONDS;
  for (;;) {
    options.processes.check();
    const [node] = await options.api.list('v1', 'Node');
    const tainted = ((node?.spec?.taints ?? []) as { key: string }[]).some(({ key }) =>
      key.startsWith('node.kubernetes.io/'),
    );
    if (node && isTrue(node.status, 'Ready') && !tainted) return;
    if (performance.now() > deadline)
      throw new ProgrammeError(
        `The node is not Ready after ${READY_MILLISECONDS / 1000} s: ${JSON.stringify(node?.status?.conditions ?? 'no node')}`,
      );
    await sleep(100);
  }
}

/** CoreDNS, beside the kubelet instead of in a pod: pods reach it at the node's address. */
function startNames({ programs, processes, folder, kubeconfig, hosts }: Options): void {
  const file = join(folder, 'Corefile');
  const lines = Object.entries(hosts).map(([host, address]) => `      ${address} ${host}`);
  writeFileSync(
    file,
    `.:53 {
  bind ${NODE_ADDRESS}
  errors
  hosts {
${lines.join('\n')}
      fallthrough
  }
  kubernetes ${DOMAIN} in-addr.arpa {
      kubeconfig ${kubeconfig}
      pods insecure
      ttl 5
  }
}
`,
  );
  processes.start('coredns', programs.kubernetes.coredns, ['-conf', file]);
}

function startServices({ programs, processes, kubeconfig, pods, name }: Options): void {
  processes.start('kube-proxy', programs.kubernetes['kube-proxy'], [
    `--kubeconfig=${kubeconfig}`,
    `--hostname-override=${name}`,
    '--proxy-mode=nftables',
    `--cluster-cidr=${pods}`,
    '--bind-address=127.0.0.1',
    '--healthz-bind-address=127.0.0.1:10256',
    // sizes and times of connection tracking are of the whole machine
    '--conntrack-max-per-core=0',
    '--conntrack-tcp-timeout-established=0s',
    '--conntrack-tcp-timeout-close-wait=0s',
  ]);
}

function startKubelet(options: Options): void {
  const { programs, processes, folder, kubeconfig, name } = options;
  const file = join(folder, 'kubelet.json');
  writeFileSync(file, JSON.stringify(kubeletConfiguration(options)));
  mkdirSync(join(folder, 'kubelet'), { recursive: true });
  processes.start('kubelet', programs.kubernetes.kubelet, [
    `--kubeconfig=${kubeconfig}`,
    `--config=${file}`,
    `--root-dir=${join(folder, 'kubelet')}`,
    `--cert-dir=${join(folder, 'kubelet', 'pki')}`,
    `--hostname-override=${name}`,
    `--node-ip=${NODE_ADDRESS}`,
    '--v=1',
  ]);
}

/** Fields of kubelet.config.k8s.io/v1beta1. */
const kubeletConfiguration = ({ folder, clients, cgroup }: Options): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address: NODE_ADDRESS,
  healthzPort: 0,
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: false },
    x509: { clientCAFile: clients },
  },
  authorization: { mode: 'AlwaysAllow' },
  containerRuntimeEndpoint: `unix://${SOCKET}`,
  cgroupDriver: 'cgroupfs',
  cgroupRoot: `/${cgroup}`,
  failCgroupV1: false,
  failSwapOn: false,
  clusterDNS: [NODE_ADDRESS],
  clusterDomain: DOMAIN,
  resolvConf: '',
  podLogsDir: join(folder, LOGS, 'pods'),
  volumePluginDir: join(folder, 'plugins'),
  // the disk of this machine is not the node's
  evictionHard: {
    'memory.available': '100Mi',
    'nodefs.available': '1%',
    'nodefs.inodesFree': '1%',
    'imagefs.available': '1%',
  },
  imageGCHighThresholdPercent: 100,
  syncFrequency: '10s',
});
