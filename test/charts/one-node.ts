import { parseSettings } from '../../charts/settings';

const ONE_NODE = `
name: test
distribution: k3s
profile: mono
domain: example.com
nodes: [{ name: server, role: control-plane, cpu: 8, memory: 16Gi, disk: 160Gi }]
network: { nodes: 10.0.0.0/24 }
environments: [{ name: prod, stage: prod }]
certificates: { contact: ops@example.com }
gitops: { repository: 'https://github.com/example/strata.git' }
storage: { classes: [{ name: longhorn }], general: longhorn, database: longhorn }
`;

/** What is wrong with a cluster of one node on k3s that has this block of components, and what `change` does to its text. */
export const problemsOnOneNode = (
  components: string,
  change: (text: string) => string = (text) => text,
): string[] =>
  parseSettings(change(`${ONE_NODE}components: ${components}\n`), 'cluster.yaml').problems.map(
    ({ path, problem }) => `${path}: ${problem}`,
  );
