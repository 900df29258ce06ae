import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from './world';

/**
 * A key and a certificate for a name (`IP:127.0.0.1`, `DNS:*.example`), of an authority of their own, as cert-manager's Secret holds them: a
 * folder of root's whose files the group may read.
 */
export function certificate(world: World, name: string, group: number): string {
  const folder = world.makeFolder('tls');
  const openssl = (...args: readonly string[]): void => {
    const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = ['-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=internal'];
  openssl('req', '-x509', ...key, ...authority);
  openssl('req', ...key, '-keyout', 'tls.key', '-out', 'tls.csr', '-subj', '/CN=server');
  writeFileSync(join(folder, 'names'), `subjectAltName=${name}`);
  const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names', '-days', '2'];
  openssl('x509', '-req', '-in', 'tls.csr', '-out', 'tls.crt', ...by);
  spawnSync('chmod', ['0640', join(folder, 'tls.key')]);
  spawnSync('chown', ['-R', `0:${group}`, folder]);
  return folder;
}
