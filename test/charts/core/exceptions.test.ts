import { refuseUnexcepted } from '../../../charts/core/exceptions';
import { traefik } from '../../../charts/network/traefik/definition';
import type { PodSpec } from '../../../charts/core/pod';
import { image } from '../../../imports/images';

const container = {
  name: 'server',
  image: image('traefik'),
  resources: { cpu: '100m', memory: '64Mi' },
} as const;
const workload: PodSpec & { name: string } = {
  name: 'traefik',
  user: { uid: 1000, gid: 1000 },
  containers: [container],
};

const rows = traefik.exceptions ?? [];

describe('the exceptions of a definition', () => {
  test.each<[string, Partial<PodSpec>]>([
    ['host-network', { hostNetwork: true }],
    ['run-as-root', { user: { uid: 0, gid: 0 } }],
    ['capability:NET_BIND_SERVICE', { containers: [{ ...container, capabilities: ['NET_BIND_SERVICE'] }] }],
  ])('gives %s to the workload that has a row, and to no other', (exception, wish) => {
    expect(() => refuseUnexcepted('traefik', rows, { ...workload, ...wish })).not.toThrow();
    expect(() => refuseUnexcepted('xwiki', [], { ...workload, ...wish })).toThrow(
      `traefik of xwiki wants ${exception}`,
    );
    expect(() => refuseUnexcepted('traefik', rows, { ...workload, ...wish, name: 'other' })).toThrow(
      exception,
    );
  });

  test('sees root and capabilities of single containers too', () => {
    const root = { ...container, uid: 0 };
    expect(() => refuseUnexcepted('xwiki', [], { ...workload, containers: [container, root] })).toThrow(
      'run-as-root',
    );
    const raw = { ...container, capabilities: ['NET_RAW'] };
    expect(() => refuseUnexcepted('traefik', rows, { ...workload, initContainers: [raw] })).toThrow(
      'capability:NET_RAW',
    );
  });
});
