import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseCidr } from '../../settings/cidr';

/** What kubectl says of three nodes, of which the third is new and has no tunnel yet. */
const NODES = {
  ranges: '10.42.0.0/24\n10.42.1.0/24\n10.42.7.0/24\n',
  json: {
    items: [
      { metadata: { annotations: { 'projectcalico.org/IPv4VXLANTunnelAddr': '10.244.9.64' } } },
      { metadata: { annotations: { 'projectcalico.org/IPv4IPIPTunnelAddr': '10.244.86.128' } } },
      { metadata: { annotations: { 'projectcalico.org/IPv4Address': '10.0.0.3/24' } } },
    ],
  },
};

describe('the commands of docs/network.md print what the settings take', () => {
  const page = readFileSync('docs/network.md', 'utf8');
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'strata-network-'));
    const answers = [
      '#!/bin/sh',
      'case "$*" in',
      `  *podCIDR*) printf '${NODES.ranges.replaceAll('\n', '\\n')}' ;;`,
      // indented, as kubectl writes it
      `  *'-o json') cat <<'JSON'\n${JSON.stringify(NODES.json, undefined, 4)}\nJSON\n  ;;`,
      '  *) exit 1 ;;',
      'esac',
    ];
    writeFileSync(join(folder, 'kubectl'), `${answers.join('\n')}\n`, { mode: 0o755 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Lines that the command below a heading prints. */
  function printed(heading: string): string[] {
    const [, command = ''] =
      new RegExp(`^## ${heading}$[^]*?^\`\`\`sh\n([^]*?)^\`\`\``, 'm').exec(page) ?? [];
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` };
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { env, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout.trim().split('\n');
  }

  test.each([
    ['Flannel \\(k3s\\)', ['10.42.0.0/32', '10.42.1.0/32', '10.42.7.0/32']],
    ['Calico', ['10.244.9.64/32', '10.244.86.128/32']],
  ])('%s', (heading, addresses) => {
    expect(printed(heading)).toEqual(addresses);
    expect(addresses.every((address) => parseCidr(address))).toBe(true);
  });
});
