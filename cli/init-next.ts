import type { RenderedCluster } from './pipeline';
import { DEFAULT_ADDRESSES, type InitFlags } from './init-settings';
import type { LoadedCluster } from './load';

/** What a person does between the new file and a cluster that follows it. */
export interface NextSteps {
  /** What has to be true of the nodes. */
  readonly nodes: readonly string[];
  /** Names that have to lead to the nodes. */
  readonly dns: readonly string[];
  /** Who is told when something is wrong; empty where somebody is. */
  readonly alerts: readonly string[];
  /** Values that nobody can make: `namespace/secret.key` and what it is. */
  readonly secrets: readonly { readonly key: string; readonly description: string }[];
  readonly publish: readonly string[];
  /** argocd/README.md with the name filled in. */
  readonly bootstrap: readonly string[];
}

export function nextSteps(cluster: LoadedCluster, rendered: RenderedCluster, flags: InitFlags): NextSteps {
  const { name } = cluster;
  const secrets = secretsOf(rendered);
  const set = secrets.map(({ key }) => ` \\\n  --set ${key}=@<file>`).join('');
  return {
    nodes: nodeNotes(cluster, flags),
    dns: hostsOf(rendered),
    alerts: alertNotes(cluster, rendered),
    secrets,
    publish: [
      `npx strata synth ${name}`,
      `git add clusters/${name} dist/${name} argocd/bootstrap/${name}`,
      `git commit -m 'Add the cluster ${name}' && git push`,
    ],
    bootstrap: [
      `kubectl apply --server-side -k dist/${name}/crds`,
      'kubectl wait --for=condition=established --timeout=5m crd --all',
      `kubectl apply --server-side -f 'dist/${name}/*/namespace-*.yaml'`,
      `npx strata secrets ${name} --generate${set} | kubectl create -f -`,
      `kubectl apply --server-side -k argocd/bootstrap/${name}`,
      'kubectl -n argocd rollout status statefulset/argocd-application-controller --timeout=5m',
      'kubectl -n argocd get applications -w',
      `npx strata verify ${name} --context <context>`,
    ],
  };
}

function nodeNotes({ settings, file }: LoadedCluster, { nodeAddresses }: InitFlags): string[] {
  const { distribution, nodes, storage } = settings;
  const makesVolumes = storage.classes.some(({ existing }) => !existing);
  const isUntainted =
    distribution === 'kubeadm' &&
    nodes.some(({ role, schedulable }) => role === 'control-plane' && schedulable);
  return [
    ...(nodeAddresses === undefined
      ? [`${file} says that the nodes are in ${DEFAULT_ADDRESSES}: compare \`kubectl get nodes -o wide\``]
      : []),
    ...(nodes.reduce((sum, { count }) => sum + count, 0) > 1
      ? [
          `network.hosts has to name the tunnels between the nodes, once the network is there: docs/network.md`,
        ]
      : []),
    ...(distribution === 'k3s' ? ['k3s is installed with --disable=traefik,servicelb'] : []),
    ...(isUntainted ? ['kubectl taint nodes --all node-role.kubernetes.io/control-plane-'] : []),
    ...(makesVolumes ? ['packages on every node: charts/storage/longhorn/runbook.md'] : []),
  ];
}

/** Rules without somebody who reads them wake nobody. */
function alertNotes({ settings, file }: LoadedCluster, { declarations, objects }: RenderedCluster): string[] {
  if (!objects.some(({ object }) => object.kind === 'PrometheusRule')) return [];
  const on = new Set(declarations.components.map(({ name }) => name));
  const missing = ['prometheus', 'alertmanager'].filter((name) => !on.has(name));
  if (!settings.alerts.receivers.length) missing.push('alerts.receivers');
  if (!missing.length) return [];
  return [
    `nobody is told of alerts yet: ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing in ${file}`,
  ];
}

/** Hosts of every Ingress, in order. */
function hostsOf({ objects }: RenderedCluster): string[] {
  const hosts = objects
    .filter(({ object }) => object.kind === 'Ingress')
    .flatMap(
      ({ object }) => (object as { spec?: { rules?: readonly { host?: string }[] } }).spec?.rules ?? [],
    )
    .flatMap(({ host }) => (host === undefined ? [] : [host]));
  return [...new Set(hosts)].sort();
}

const secretsOf = ({ declarations }: RenderedCluster): NextSteps['secrets'] =>
  declarations.secrets.flatMap(({ namespace, name, keys }) =>
    Object.entries(keys).flatMap(([key, generator]) =>
      generator.kind === 'provided'
        ? [{ key: `${namespace}/${name}.${key}`, description: generator.description }]
        : [],
    ),
  );
