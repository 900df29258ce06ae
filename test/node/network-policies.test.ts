import type { LiveObject } from '../e2e/api';
import { matches, rulesOf, type Party } from './network-policies';

const party = (name: string, address: string, namespace = 'prod'): Party => ({
  namespace,
  labels: { app: name },
  address,
  ports: { sql: 5432 },
});
const parties = [
  party('server', '10.0.0.1'),
  party('client', '10.0.0.2'),
  party('other', '10.0.0.3', 'drills'),
];
const spaces = ['prod', 'drills'].map((name) => ({ name, labels: { 'kubernetes.io/metadata.name': name } }));
const policy = (spec: object): LiveObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'p', namespace: 'prod', uid: '', resourceVersion: '' },
  spec,
});
const rules = (...specs: object[]): string => rulesOf({ parties, spaces, policies: specs.map(policy) });

test('a pod that no policy selects is in no chain, and one that is selected drops what no rule allows', () => {
  expect(rules()).not.toContain('vmap');
  const denied = rules({ podSelector: { matchLabels: { app: 'server' } }, policyTypes: ['Ingress'] });
  expect(denied).toContain('ip daddr vmap { 10.0.0.1 : jump ingress_0 }');
  expect(denied).toContain('chain ingress_0 {\n    counter drop\n  }');
  expect(denied).not.toContain('egress');
});

test('a peer is a pod of the same namespace unless a namespace is selected, and a named port is the number at the destination', () => {
  const from = (peer: object): string =>
    rules({
      podSelector: { matchLabels: { app: 'server' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [peer], ports: [{ port: 'sql' }] }],
    });
  expect(from({ podSelector: {} })).toContain('ip saddr 10.0.0.2 tcp dport 5432 return');
  expect(from({ podSelector: {} })).not.toContain('10.0.0.3');
  const drills = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'drills' } } };
  expect(from(drills)).toContain('ip saddr 10.0.0.3 tcp dport 5432 return');
  expect(from(drills)).not.toContain('ip saddr 10.0.0.2');
  expect(from({ podSelector: { matchLabels: { app: 'nobody' } } })).not.toContain('return');
});

test('addresses that a block leaves out are not let through, and several policies add up', () => {
  const egress = (...to: object[]) => ({ podSelector: {}, policyTypes: ['Egress'], egress: [{ to }] });
  const blocked = rules(egress({ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }));
  expect(blocked).toContain('ip daddr != { 10.0.0.0/8 }  return');
  const both = rules(egress({ podSelector: { matchLabels: { app: 'server' } } }), {
    podSelector: {},
    policyTypes: ['Egress'],
  });
  expect(both.match(/chain egress_1/g)).toHaveLength(1);
  expect(both).toContain('ip daddr 10.0.0.1  return');
});

test('expressions of a selector: In, NotIn, Exists, DoesNotExist', () => {
  const one = (operator: string, values?: string[]) =>
    matches({ matchExpressions: [{ key: 'app', operator, ...(values && { values }) }] }, { app: 'server' });
  expect([one('In', ['server']), one('In', ['x']), one('NotIn', ['x']), one('NotIn', ['server'])]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect([one('Exists'), one('DoesNotExist')]).toEqual([true, false]);
});
