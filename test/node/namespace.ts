import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../e2e/processes';
import { execute } from './exec';

/** The node's device and address: of the documentation's network (RFC 5737, TEST-NET-1), which no settings name. */
export const NODE_ADDRESS = '192.0.2.1';
const NODE_DEVICE = 'node0';

/** What the kubelet wants of the kernel, and would set for the whole machine (pkg/kubelet/cm, setupKernelTunables): it reads these files instead. */
const TUNABLES = {
  'vm/overcommit_memory': 1,
  'vm/panic_on_oom': 0,
  'kernel/panic': 10,
  'kernel/panic_on_oops': 1,
  'kernel/keys/root_maxkeys': 1_000_000,
  'kernel/keys/root_maxbytes': 25_000_000,
} as const;

const DYING_MILLISECONDS = 5_000;

const CGROUPS = '/sys/fs/cgroup';

/**
 * Makes the inside of fresh network and mount namespaces into a machine for one node: a device with an address, forwarding, and folders of
 * its own where kubelet and containerd write. Nothing of it is seen outside, and all of it goes with the namespaces.
 */
export function furnish(folder: string): void {
  execute('mount', ['--make-rshared', '/']);
  execute('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
  const [upper, work] = ['upper', 'work'].map((name) => join(folder, 'var', name));
  for (const path of [upper, work]) mkdirSync(path ?? '', { recursive: true });
  execute('mount', [
    '-t',
    'overlay',
    'overlay',
    '-o',
    `lowerdir=/var,upperdir=${upper},workdir=${work}`,
    '/var',
  ]);
  tunables(join(folder, 'tunables'));
  for (const line of [
    'link set lo up',
    // any device that can carry an address: not every kernel has the dummy one
    `link add ${NODE_DEVICE} type bridge`,
    `addr add ${NODE_ADDRESS}/24 dev ${NODE_DEVICE}`,
    `link set ${NODE_DEVICE} up`,
    // kube-proxy and the kubelet look for a way out; there is none
    `route add default dev ${NODE_DEVICE}`,
  ])
    execute('ip', line.split(' '));
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
}

function tunables(folder: string): void {
  mkdirSync(folder);
  for (const [path, value] of Object.entries(TUNABLES)) {
    const file = join(folder, path.replaceAll('/', '.'));
    writeFileSync(file, `${value}\n`);
    execute('mount', ['--bind', file, join('/proc/sys', path)]);
  }
}

/** The hierarchies that pods are in: one of version 2, or one per controller of version 1. */
const hierarchies = (): string[] =>
  existsSync(join(CGROUPS, 'cgroup.controllers'))
    ? [CGROUPS]
    : readdirSync(CGROUPS, { withFileTypes: true })
        // `cpu,cpuacct` may have links for either name
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => join(CGROUPS, name));

/** Makes the cgroup that all pods of the run are in. Cgroups have no namespace that would take them away. */
export function makeCgroup(name: string): void {
  for (const hierarchy of hierarchies()) {
    const folder = join(hierarchy, name);
    mkdirSync(folder, { recursive: true });
    // a cpuset begins empty, and nothing runs in it
    for (const file of ['cpuset.cpus', 'cpuset.mems'])
      if (hierarchy.endsWith('/cpuset'))
        writeFileSync(join(folder, file), readFileSync(join(hierarchy, file)));
  }
}

/** Removes it with everything below. The kernel takes a while to take killed processes out of it. */
export async function removeCgroup(name: string): Promise<void> {
  const deadline = performance.now() + DYING_MILLISECONDS;
  for (;;) {
    try {
      for (const hierarchy of hierarchies()) {
        const folder = join(hierarchy, name);
        if (existsSync(folder)) removeDeepestFirst(folder);
      }
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

function removeDeepestFirst(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeDeepestFirst(join(folder, entry.name));
  rmdirSync(folder);
}
