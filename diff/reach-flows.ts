import { asArray, asText, at, fieldsOf, isObject, namespaceOf } from '../checks/core/workloads';
import type { ObjectChange } from './changes';
import { podName } from './pods';

/** One connection that a network policy lets through, in words. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  /** `443/TCP`, or `all ports`. */
  readonly port: string;
  /** The same for the same connection, whichever side's policy says it. */
  readonly key: string;
  readonly field: string;
  readonly wide: 'everybody' | 'internet' | 'addresses' | undefined;
}

const SIDES = [
  { direction: 'egress', peers: 'to' },
  { direction: 'ingress', peers: 'from' },
] as const;

/** All connections that a policy lets through. */
export function flowsOf(policy: ObjectChange['before']): Flow[] {
  if (!policy) return [];
  const home = namespaceOf(policy) || 'default';
  const own = podsText(at(policy, 'spec.podSelector'), home);
  return SIDES.flatMap(({ direction, peers }) =>
    asArray(at(policy, `spec.${direction}`)).flatMap((rule, index) => {
      const sides = asArray(at(rule, peers));
      const others = sides.length
        ? sides.map((peer) => peerText(peer, home))
        : [{ text: 'everybody', wide: 'everybody' as const }];
      return others.flatMap(({ text, wide }) =>
        portsOf(rule).map((port) => {
          const [from, to] = direction === 'egress' ? [own, text] : [text, own];
          return {
            from,
            to,
            port,
            wide,
            key: `${from} → ${to} ${port}`,
            field: `spec.${direction}[${index}]`,
          };
        }),
      );
    }),
  );
}

function portsOf(rule: unknown): string[] {
  const ports = asArray(at(rule, 'ports'));
  if (!ports.length) return ['all ports'];
  return ports.map((entry) => {
    const port = at(entry, 'port');
    const end = at(entry, 'endPort');
    const name = typeof port === 'number' || typeof port === 'string' ? String(port) : 'all ports of';
    return `${name}${typeof end === 'number' ? `-${end}` : ''}/${asText(at(entry, 'protocol')) ?? 'TCP'}`;
  });
}

function peerText(peer: unknown, home: string): { text: string; wide: Flow['wide'] } {
  const cidr = asText(at(peer, 'ipBlock.cidr'));
  if (cidr !== undefined) {
    const except = asArray(at(peer, 'ipBlock.except')).map(String);
    if (cidr === '0.0.0.0/0' || cidr === '::/0')
      return {
        text: except.length ? 'the internet' : `every address (${cidr})`,
        wide: except.length ? 'internet' : 'everybody',
      };
    return { text: `${cidr}${except.length ? ` without ${except.join(', ')}` : ''}`, wide: 'addresses' };
  }
  const namespaces = at(peer, 'namespaceSelector');
  const namespace = isObject(namespaces) ? namespaceText(namespaces) : home;
  return { text: podsText(at(peer, 'podSelector'), namespace), wide: undefined };
}

function namespaceText(selector: Record<string, unknown>): string {
  const labels = selector['matchLabels'];
  const name = isObject(labels) ? asText(labels['kubernetes.io/metadata.name']) : undefined;
  if (name !== undefined) return name;
  const parts = fieldsOf(labels).map(([key, value]) => `${key}=${asText(value) ?? ''}`);
  if (asArray(selector['matchExpressions']).length) parts.push(JSON.stringify(selector['matchExpressions']));
  return parts.length ? `namespaces with ${parts.join(',')}` : 'all namespaces';
}

/** `xwiki in prod`; `all pods of prod` where the selector names none. */
function podsText(selector: unknown, namespace: string): string {
  const labels = fieldsOf(at(selector, 'matchLabels'));
  const expressions = asArray(at(selector, 'matchExpressions'));
  if (!labels.length && !expressions.length) return `all pods of ${namespace}`;
  const name = labels.length ? podName(Object.fromEntries(labels)) : JSON.stringify(expressions);
  const more = labels.length && expressions.length ? ` ${JSON.stringify(expressions)}` : '';
  return `${name}${more} in ${namespace}`;
}
