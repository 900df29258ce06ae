import { asArray, asText, at, fieldsOf, isObject, matches, namespaceOf } from '../checks/core/workloads';
import type { ObjectChange, Scene } from './changes';
import { waveOf } from './fails-gitops';
import { podName, podOf } from './pods';

/** Who may connect to the pods of a workload, as the network policy beside it says: `pgbouncer`, `xwiki in recette`. */
export function dependentsOf(scene: Scene, { object, component, after }: ObjectChange): string[] {
  const pod = podOf(object);
  if (!pod) return [];
  const set = after ? scene.after : scene.before;
  const home = namespaceOf(object);
  const rules = set
    .ofKinds(['NetworkPolicy'], { component })
    .filter((policy) => namespaceOf(policy.object) === home && selects(policy.object, pod.labels))
    .flatMap((policy) => asArray(at(policy.object, 'spec.ingress')));
  const names = rules.flatMap((rule) => {
    const peers = asArray(at(rule, 'from'));
    return peers.map((peer) => peerName(peer, home));
  });
  const own = podName(pod.labels);
  return [...new Set(names)]
    .filter((name) => name !== undefined && name !== own)
    .map(String)
    .sort();
}

function selects(policy: unknown, labels: Readonly<Record<string, string>>): boolean {
  const wanted = at(policy, 'spec.podSelector.matchLabels');
  return isObject(wanted) && fieldsOf(wanted).length > 0 && matches(labels, wanted);
}

/** What people call the other side of a rule; undefined for addresses. */
function peerName(peer: unknown, home: string): string | undefined {
  const labels = at(peer, 'podSelector.matchLabels');
  if (!isObject(labels)) return undefined;
  const names = at(peer, 'namespaceSelector.matchLabels');
  const namespace = isObject(names) ? asText(names['kubernetes.io/metadata.name']) : home;
  return namespace === undefined || namespace === home
    ? podName(labels)
    : `${podName(labels)} in ${namespace}`;
}

/** How many Applications are of later waves: a sync of all of them goes on when this one is healthy again. */
export function waitersOf(scene: Scene, component: string): number {
  const applications = scene.after.ofKinds(['Application']);
  const own = applications.find(({ object }) => object.metadata.name === component);
  if (!own) return 0;
  const wave = waveOf(own.object);
  return applications.filter(({ object }) => waveOf(object) > wave).length;
}
