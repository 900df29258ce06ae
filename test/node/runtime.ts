import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep, type Processes } from '../e2e/processes';
import { ProgrammeError } from '../e2e/report';
import { attempt, execute } from './exec';
import { PAUSE } from './images';

/** Short: the path of a socket has at most 107 characters. */
const STATE = '/run/containerd';
export const SOCKET = `${STATE}/containerd.sock`;
const READY_MILLISECONDS = 30_000;

interface Options {
  readonly processes: Processes;
  readonly folder: string;
  /** Folder of CNI plugins. */
  readonly plugins: string;
  /** Addresses of pods. */
  readonly pods: string;
}

/** Starts containerd with a network for pods, all of its state in the run's folder. Throws where it does not come up. */
export async function startRuntime(options: Options): Promise<void> {
  const { processes, folder } = options;
  const networks = join(folder, 'networks');
  mkdirSync(networks);
  writeFileSync(join(networks, '10-pods.conflist'), JSON.stringify(network(options)));
  const file = join(folder, 'containerd.toml');
  writeFileSync(file, configuration(options, networks));
  processes.start('containerd', 'containerd', ['--config', file]);
  const deadline = performance.now() + READY_MILLISECONDS;
  while (!existsSync(SOCKET) || attempt('ctr', ['--address', SOCKET, 'version']).code !== 0) {
    processes.check();
    if (performance.now() > deadline) throw new ProgrammeError('containerd does not answer');
    await sleep(100);
  }
}

/** Takes images into the node from an archive in OCI's layout. */
export const importImages = (archive: string): string =>
  execute('ctr', ['--address', SOCKET, '--namespace', 'k8s.io', 'images', 'import', archive]);

/** A device pair per pod, and routes: what goes to a Service comes by the node both ways, so that addresses are translated back. */
const network = ({ folder, pods }: Options): object => ({
  cniVersion: '0.4.0',
  name: 'pods',
  plugins: [
    {
      type: 'ptp',
      ipMasq: false,
      mtu: 1450,
      ipam: {
        type: 'host-local',
        dataDir: join(folder, 'addresses'),
        ranges: [[{ subnet: pods }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
  ],
});

const configuration = ({ folder, plugins }: Options, networks: string): string => `
version = 2
root = "${join(folder, 'containerd')}"
state = "${STATE}"
oom_score = 0
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
]
[grpc]
  address = "${SOCKET}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${join(folder, 'opt')}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE}"
  # without CAP_SYS_RESOURCE runc ends where it is asked to lower the score of a process
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${plugins}"
    conf_dir = "${networks}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`;
