import { resolve } from 'node:path';
import { findBinaries, type Binaries } from '../e2e/binaries';
import { findPrograms, type Programs } from '../servers/programs';

const NODE_TOOLS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'kubelet',
  'kube-proxy',
  'coredns',
  'promtool',
  'postgres_exporter',
  'mysqld_exporter',
  'pushgateway',
] as const;

/** Everything that a run starts or puts into an image. */
export interface NodePrograms extends Programs {
  readonly kubernetes: Binaries<(typeof NODE_TOOLS)[number]>;
}

/** From the caches of `npm run e2e` and `npm run test:servers`, or built into them. */
export async function findNodePrograms(say: (line: string) => void): Promise<NodePrograms> {
  const kubernetes = await findBinaries(resolve('test/e2e/tools'), say, NODE_TOOLS);
  return { kubernetes, ...(await findPrograms(say)) };
}
