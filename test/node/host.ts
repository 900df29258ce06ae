import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ProgrammeError } from '../e2e/report';

/** Programs of this machine that a node is made of, and the Debian package of each. */
const PROGRAMS = {
  containerd: 'containerd',
  ctr: 'containerd',
  'containerd-shim-runc-v2': 'containerd',
  runc: 'runc',
  nft: 'nftables',
  conntrack: 'conntrack',
  ip: 'iproute2',
  mount: 'mount',
  unshare: 'util-linux',
  openssl: 'openssl',
  tar: 'tar',
  debootstrap: 'debootstrap',
} as const;

/** Where packages put CNI plugins: Debian, and what upstream's archive is unpacked to. */
const PLUGIN_FOLDERS = ['/usr/lib/cni', '/opt/cni/bin'];
/** Those that pods' networks are made with. */
const PLUGINS = ['ptp', 'host-local', 'loopback'];

/** Folders that hold administrators' programs, which a PATH may lack. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The folder of CNI plugins. Throws a ProgrammeError naming everything that is missing, and the way to it. */
export function requireHost(): string {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new ProgrammeError(
      'A node needs root on Linux, for namespaces, mounts and containers. Run it as root, or with sudo; it changes nothing outside of its own namespaces and folders',
    );
  const path = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  process.env['PATH'] = [...new Set(path)].join(delimiter);
  const missing = Object.entries(PROGRAMS)
    .filter(([name]) => !path.some((folder) => existsSync(join(folder, name))))
    .map(([, packageName]): string => packageName);
  const plugins = PLUGIN_FOLDERS.find((folder) => PLUGINS.every((name) => existsSync(join(folder, name))));
  if (!plugins) missing.push('containernetworking-plugins');
  if (missing.length)
    throw new ProgrammeError(
      `Not on this machine: ${[...new Set(missing)].join(', ')}. Install them: apt-get install --no-install-recommends ${[...new Set(missing)].join(' ')}`,
    );
  return plugins ?? '';
}
