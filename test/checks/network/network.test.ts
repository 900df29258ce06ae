import type { FlowDeclaration, PeerDeclaration } from '../../../charts/core/render';
import { network } from '../../../checks/network/network';
import { loadClusters } from '../../../cli/load';
import { renderCluster } from '../../../cli/pipeline';
import { deploymentOf, fields, findingsOfRule } from '../plain';
import { brief, findingsAfter, monoInput, pick } from '../mutation';
import { NO_DECLARATIONS } from '../../declarations';

const POLICY = 'network: NetworkPolicy prod/xwiki';
const xwiki = (input: ReturnType<typeof monoInput>) => pick(input, 'NetworkPolicy', 'prod/xwiki').spec;
const remove = (input: ReturnType<typeof monoInput>, kind: string, path: string) => {
  const object = pick(input, kind, path);
  input.objects.splice(
    input.objects.findIndex((one) => one.object === object),
    1,
  );
};
/** Index of the rule that leads to pods with that name label. */
const ruleTo = (spec: any, name: string): number =>
  spec.egress.findIndex(
    (rule: any) => rule.to[0].podSelector?.matchLabels['app.kubernetes.io/name'] === name,
  );

test('[SEC-02] the unbroken set allows what is declared and nothing else', () => {
  expect(network.check(monoInput())).toEqual([]);
});

describe('[SEC-02] every namespace denies by default', () => {
  test('a namespace without its default deny is found', () => {
    const findings = findingsAfter((input) => remove(input, 'NetworkPolicy', 'integration/default-deny'));
    expect(brief(findings)).toEqual(['network: Namespace integration metadata.name']);
    expect(findings[0]?.problem).toContain('no policy denies ingress and egress');
  });

  test('a default deny of one direction only is found', () => {
    const findings = findingsAfter((input) => {
      pick(input, 'NetworkPolicy', 'integration/default-deny').spec.policyTypes = ['Ingress'];
    });
    expect(findings.map(({ problem }) => problem)).toEqual([
      expect.stringContaining('no policy denies egress'),
    ]);
  });

  test('a default deny that means only some pods is found', () => {
    const findings = findingsAfter((input) => {
      pick(input, 'NetworkPolicy', 'integration/default-deny').spec.podSelector = {
        matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }],
      };
    }).filter(({ rule }) => rule === 'network');
    expect(brief(findings)).toEqual(['network: Namespace integration metadata.name']);
  });

  test('a default deny that allows something is found', () => {
    const findings = findingsAfter((input) => {
      pick(input, 'NetworkPolicy', 'integration/default-deny').spec.egress = [{}];
    });
    expect(brief(findings)).toEqual(['network: NetworkPolicy integration/default-deny spec.egress[0].to']);
  });
});

test('[SEC-02] where the cluster names addresses that resolve names, pods reach them on port 53, and nothing else does', () => {
  const [mono] = loadClusters('clusters', ['mono']).clusters;
  const { network: addresses } = mono!.settings;
  const dns = { ...addresses.dns, addresses: ['169.254.20.10', 'fd00::10'] };
  const settings = { ...mono!.settings, network: { ...addresses, dns } };
  const rendered = renderCluster(settings);
  const policies = rendered.objects
    .map(({ object }) => JSON.parse(JSON.stringify(object)) as any)
    .filter(({ kind }) => kind === 'NetworkPolicy');
  const rulesOf = (one: any): any[] => one.spec.egress ?? [];
  const isPods = ({ to }: any): boolean => to.some((peer: any) => peer.podSelector?.matchLabels['k8s-app']);
  const toAddresses = ({ to }: any): boolean => JSON.stringify(to).includes('169.254.20.10');
  const askers = policies.filter((one) => rulesOf(one).some(isPods));
  expect(askers.length).toBeGreaterThan(5);
  expect(policies.filter((one) => rulesOf(one).some(toAddresses))).toEqual(askers);
  expect(rulesOf(askers[0]).find(toAddresses)).toEqual({
    to: [{ ipBlock: { cidr: '169.254.20.10/32' } }, { ipBlock: { cidr: 'fd00::10/128' } }],
    ports: [
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ],
  });
  expect(network.check({ ...monoInput(), ...rendered, settings })).toEqual([]);
});

const CALLERS_OF_MYSQL = ['prod/mysql-backup-logical', 'prod/xwiki', 'prod/xwiki-backup-logical'];

describe('[SEC-02] every declared flow gets through', () => {
  test('a missing rule on the side of the caller is found', () => {
    const findings = findingsAfter((input) => {
      const spec = xwiki(input);
      spec.egress.splice(ruleTo(spec, 'mysql'), 1);
    });
    expect(brief(findings)).toEqual([`${POLICY} spec.egress`]);
    expect(findings[0]?.problem).toBe(
      'prod/xwiki may not connect to prod/mysql on TCP 3306, though the flow is declared',
    );
  });

  test('a missing rule on the side of the called is found', () => {
    const findings = findingsAfter((input) => {
      const { spec } = pick(input, 'NetworkPolicy', 'prod/mysql');
      spec.ingress = spec.ingress.filter((rule: any) => rule.ports[0].port !== 3306);
    });
    expect(findings.map(({ problem }) => problem).sort()).toEqual(
      CALLERS_OF_MYSQL.map(
        (caller) => `prod/mysql may not be called by ${caller} on TCP 3306, though the flow is declared`,
      ),
    );
    expect(new Set(brief(findings))).toEqual(new Set(['network: NetworkPolicy prod/mysql spec.ingress']));
  });

  test('one port of two that is missing is found', () => {
    const findings = findingsAfter((input) => {
      for (const rule of xwiki(input).egress)
        rule.ports = rule.ports.filter(({ protocol }: { protocol: string }) => protocol !== 'UDP');
    });
    expect(findings.map(({ problem }) => problem)).toEqual([
      'prod/xwiki may not connect to kube-system/cluster-dns on UDP 53, though the flow is declared',
    ]);
  });

  test('addresses that are not covered whole are found', () => {
    const findings = findingsAfter((input) => {
      for (const { to } of xwiki(input).egress)
        if (to[0].ipBlock?.cidr === '0.0.0.0/0') to[0].ipBlock.except.push('8.8.8.8/32');
    });
    expect(findings.map(({ problem }) => problem)).toEqual([
      'prod/xwiki may not connect to internet on TCP 443, though the flow is declared',
    ]);
  });

  test('traffic of the host network comes from the addresses of the nodes', () => {
    const findings = findingsAfter((input) => {
      xwiki(input).ingress[0].from[0].ipBlock.cidr = '10.0.0.0/25';
    });
    expect(findings.map(({ problem }) => problem)).toEqual([
      'prod/xwiki may not be called by ingress/traefik on TCP 8080, though the flow is declared',
    ]);
  });

  test('pods without a policy of their own can do nothing', () => {
    const findings = findingsAfter((input) => remove(input, 'NetworkPolicy', 'prod/mysql'));
    // one for each that calls it: those, and Prometheus
    expect(brief(findings)).toEqual(
      Array(CALLERS_OF_MYSQL.length + 1).fill(
        'network: StatefulSet prod/mysql spec.template.metadata.labels',
      ),
    );
  });
});

describe('[SEC-02] nothing is allowed that is not declared', () => {
  const rule = (peer: object, ports: object[] = [{ port: 3306, protocol: 'TCP' }]) => ({ to: [peer], ports });
  const mysql = {
    matchLabels: { 'app.kubernetes.io/name': 'mysql', 'app.kubernetes.io/component': 'mysql' },
  };
  const metadataName = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });

  test.each([
    ['another port', rule({ podSelector: mysql }, [{ port: 22, protocol: 'TCP' }]), 'to[0]'],
    ['another protocol', rule({ podSelector: mysql }, [{ port: 3306, protocol: 'UDP' }]), 'to[0]'],
    ['all ports', { to: [{ podSelector: mysql }] }, 'ports'],
    ['a range of ports', rule({ podSelector: mysql }, [{ port: 3306, endPort: 3310 }]), 'to[0]'],
    ['a port by name', rule({ podSelector: mysql }, [{ port: 'mysql' }]), 'ports[0]'],
    ['all pods of the namespace', rule({ podSelector: {} }), 'to[0]'],
    [
      'more pods than meant',
      rule({ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'mysql' } } }),
      'to[0]',
    ],
    ['the same pods of all namespaces', rule({ namespaceSelector: {}, podSelector: mysql }), 'to[0]'],
    [
      'the same pods of another namespace',
      rule({ namespaceSelector: metadataName('recette'), podSelector: mysql }),
      'to[0]',
    ],
    ['everybody', { ports: [{ port: 3306 }] }, 'to'],
    ['everything', {}, 'to'],
    ['the whole internet', rule({ ipBlock: { cidr: '0.0.0.0/0' } }, [{ port: 443 }]), 'to[0]'],
    ['an address inside', rule({ ipBlock: { cidr: '169.254.169.254/32' } }, [{ port: 443 }]), 'to[0]'],
  ])('%s', (_, extra, field) => {
    let index = 0;
    const findings = findingsAfter((input) => {
      const { egress } = xwiki(input);
      index = egress.push(extra) - 1;
    });
    expect(brief(findings)).toEqual([`${POLICY} spec.egress[${index}].${field}`]);
  });

  test.each([
    [
      'the same pods, named with their namespace',
      rule({ namespaceSelector: metadataName('prod'), podSelector: mysql }),
    ],
    [
      'one of the same pods',
      rule({ podSelector: { matchLabels: { ...mysql.matchLabels, more: 'labels' } } }),
    ],
    ['part of the declared addresses', rule({ ipBlock: { cidr: '8.8.8.0/24' } }, [{ port: 443 }])],
  ])('but not less: %s', (_, extra) => {
    const input = monoInput();
    xwiki(input).egress.push(extra);
    expect(network.check(input)).toEqual([]);
  });
});

describe('selectors, as Kubernetes reads them', () => {
  const group = (name: string): PeerDeclaration => ({
    ...{
      kind: 'pods',
      name,
      namespace: 'sample',
      labels: { app: name },
      hostNetwork: false,
      owner: 'sample',
    },
  });
  const flow: FlowDeclaration = { from: group('a'), to: group('b'), ports: [{ port: 80, protocol: 'TCP' }] };
  const policy = (name: string, spec: object) => ({
    ...{
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, namespace: 'sample' },
      spec,
    },
  });
  const check = (to: object, callee: object = { podSelector: { matchLabels: { app: 'a' } } }) =>
    fields(
      findingsOfRule(
        network,
        [
          deploymentOf({}, { app: 'a' }),
          policy('a', {
            podSelector: { matchLabels: { app: 'a' } },
            policyTypes: ['Egress'],
            egress: [{ to: [to], ports: [{ port: 80 }] }],
          }),
          policy('b', {
            podSelector: { matchLabels: { app: 'b' } },
            ingress: [{ from: [callee], ports: [{ port: 80 }] }],
          }),
        ],
        (input) => {
          input.declarations = { ...NO_DECLARATIONS, flows: [flow] };
        },
      ),
    );
  const narrowed = (expression: object) => ({
    podSelector: { matchLabels: { app: 'b' }, matchExpressions: [expression] },
  });

  test('pods that only a flow names count with its labels', () => {
    expect(check({ podSelector: { matchLabels: { app: 'b' } } })).toEqual([]);
  });

  test.each([
    [{ key: 'app', operator: 'In', values: ['b', 'c'] }, true],
    [{ key: 'app', operator: 'In', values: ['c'] }, false],
    [{ key: 'app', operator: 'NotIn', values: ['c'] }, true],
    [{ key: 'app', operator: 'NotIn', values: ['b'] }, false],
    [{ key: 'tier', operator: 'NotIn', values: ['b'] }, true],
    [{ key: 'app', operator: 'Exists' }, true],
    [{ key: 'tier', operator: 'Exists' }, false],
    [{ key: 'tier', operator: 'DoesNotExist' }, true],
    [{ key: 'app', operator: 'DoesNotExist' }, false],
    [{ key: 'app', operator: 'Sometimes' }, false],
  ])('%j lets the flow through: %s', (expression, through) => {
    expect(check(narrowed(expression))).toEqual(through ? [] : ['spec.egress']);
  });

  test('a policy without policyTypes closes ingress, and egress only with egress rules', () => {
    expect(
      check({ podSelector: { matchLabels: { app: 'b' } } }, { podSelector: { matchLabels: { app: 'x' } } }),
    ).toEqual(['spec.ingress', 'spec.ingress[0].from[0]']);
  });
});

describe('[SEC-02] a range of ports', () => {
  const RANGE = 'network: NetworkPolicy longhorn-system/instance-manager';
  const changed = (endPort: number) =>
    findingsAfter((input) => {
      const { spec } = pick(input, 'NetworkPolicy', 'longhorn-system/instance-manager');
      spec.egress[0].ports[1].endPort = endPort;
    });

  test('that is shorter than the flow is found', () => {
    const [finding, ...others] = changed(19_999);
    expect(others).toEqual([]);
    expect(brief([finding!])).toEqual([`${RANGE} spec.egress`]);
    expect(finding?.problem).toContain('on TCP 10000 to 20000, though the flow is declared');
  });

  test('that is longer than the flow is found', () => {
    const findings = changed(20_001);
    expect(brief(findings)).toEqual([`${RANGE} spec.egress[0].to[0]`]);
    expect(findings[0]?.problem).toContain('TCP 10000 to 20001');
  });
});
