import { asArray, asText, at, fieldsOf, isObject, namespaceOf } from '../checks/core/workloads';
import { lineOf, type ObjectChange, type Scene } from './changes';
import { shown } from './fields';
import { listed, type Line, type Said } from './line';
import { flowsOf, type Flow } from './reach-flows';

/** Class 5: who may connect to whom, and what the world sees. */
export const reach = (scene: Scene): Line[] => [
  ...policyLines(scene),
  ...scene.changes.flatMap((change) =>
    [...hostSaid(change), ...serviceSaid(change), ...routeSaid(change), ...selectorSaid(change)].map((said) =>
      lineOf(scene, 'reach', change, said),
    ),
  ),
];

/** Connections opened and closed, each told once though the policies of both sides say it. */
function policyLines(scene: Scene): Line[] {
  const told = new Map<string, Line>();
  for (const change of scene.changes) {
    if (change.object.kind !== 'NetworkPolicy') continue;
    const [old, wanted] = [flowsOf(change.before), flowsOf(change.after)];
    const lines = [
      ...openLines(scene, change, old, wanted, true),
      ...openLines(scene, change, wanted, old, false),
    ];
    for (const { key, line } of lines) if (!told.has(key)) told.set(key, line);
    for (const said of isolationSaid(scene, change))
      told.set(`isolation ${change.file} ${said.field ?? ''}`, lineOf(scene, 'reach', change, said));
  }
  return [...told.values()];
}

/** Flows of `wanted` that `old` has not, grouped by the other side. */
function openLines(
  scene: Scene,
  change: ObjectChange,
  old: readonly Flow[],
  wanted: readonly Flow[],
  opens: boolean,
): { key: string; line: Line }[] {
  const before = new Set(old.map(({ key }) => key));
  const groups = new Map<string, Flow[]>();
  for (const flow of wanted) {
    if (before.has(flow.key)) continue;
    const group = `${flow.from} → ${flow.to}`;
    groups.set(group, [...(groups.get(group) ?? []), flow]);
  }
  return [...groups].flatMap(([group, flows]) => {
    const [first] = flows;
    if (!first) return [];
    const ports = listed(flows.map(({ port }) => port));
    const fresh = change.action === 'added' || change.action === 'removed';
    return [
      {
        key: `${String(opens)} ${group} ${ports}`,
        line: lineOf(scene, 'reach', change, {
          field: first.field,
          [opens ? 'new' : 'old']: `${group} ${ports}`,
          consequence: `${first.from} may ${opens ? 'now' : 'no longer'} reach ${first.to} on ${ports}`,
          rank: rankOf(first, opens, fresh),
          remedy:
            !opens && !fresh ? 'Make sure that it needs it no more: connections are cut at once' : undefined,
        }),
      },
    ];
  });
}

function rankOf({ wide }: Flow, opens: boolean, fresh: boolean): number {
  if (!opens) return fresh ? 7 : 4;
  if (wide === 'everybody') return 0;
  if (wide === 'internet') return fresh ? 3 : 1;
  if (wide === 'addresses') return fresh ? 5 : 2;
  return fresh ? 6 : 4;
}

/** Pods that a policy no longer closes at all, or closes now. */
function isolationSaid(scene: Scene, { action, before, after, object }: ObjectChange): Said[] {
  const directions = (policy: unknown): string[] =>
    asArray(at(policy, 'spec.policyTypes')).filter((type) => typeof type === 'string');
  const isAll = (policy: unknown): boolean => fieldsOf(at(policy, 'spec.podSelector')).length === 0;
  const lost =
    action === 'removed'
      ? directions(before)
      : before && after
        ? directions(before).filter((type) => !directions(after).includes(type))
        : [];
  const open = lost.filter((direction) => !isDenied(scene, namespaceOf(object), direction));
  if (!open.length) return [];
  const who = isAll(before) ? `all pods of ${namespaceOf(object)}` : 'the pods that it selects';
  return [
    {
      field: action === 'removed' ? '' : 'spec.policyTypes',
      old: listed(open),
      consequence: `it no longer closes ${listed(open.map((type) => type.toLowerCase()))} of ${who}: what no other policy closes is open`,
      remedy: 'Keep the policy',
      rank: isAll(before) ? 0 : 3,
    },
  ];
}

/** Whether a policy still closes a direction for all pods of a namespace. */
function isDenied({ after }: Scene, namespace: string, direction: string): boolean {
  return after
    .ofKinds(['NetworkPolicy'], { namespace })
    .some(
      ({ object }) =>
        namespaceOf(object) === namespace &&
        fieldsOf(at(object, 'spec.podSelector')).length === 0 &&
        asArray(at(object, 'spec.policyTypes')).includes(direction),
    );
}

/** Which pods a Service or a policy means. */
function selectorSaid({ object, action, fields }: ObjectChange): Said[] {
  if (action !== 'changed' || (object.kind !== 'Service' && object.kind !== 'NetworkPolicy')) return [];
  return fields
    .filter(({ path }) =>
      object.kind === 'Service' ? path.startsWith('spec.selector') : path.startsWith('spec.podSelector'),
    )
    .map(({ path, old, new: wanted }) => ({
      field: path,
      old: shown(old),
      new: shown(wanted),
      consequence:
        object.kind === 'Service'
          ? 'the Service answers with other pods, or none'
          : 'the policy holds for other pods',
      rank: 2,
    }));
}

/** Services: ports, and ways in from outside of the cluster. */
function serviceSaid({ object, action, before, after, fields }: ObjectChange): Said[] {
  if (object.kind !== 'Service') return [];
  const type = (service: unknown): string =>
    service ? (asText(at(service, 'spec.type')) ?? 'ClusterIP') : 'nothing';
  const said: Said[] = [];
  if (type(before) !== type(after) && ['NodePort', 'LoadBalancer'].includes(type(after)))
    said.push({
      field: 'spec.type',
      old: type(before),
      new: type(after),
      consequence: `${object.metadata.name} is reached from outside of the cluster (${type(after)})`,
      remedy: 'Let the ingress controller be the only way in',
      rank: 1,
    });
  const external = fields.find(({ path }) =>
    /spec\.(externalIPs|externalName|loadBalancerSourceRanges)/.test(path),
  );
  if (external)
    said.push({
      field: external.path,
      old: shown(external.old),
      new: shown(external.new),
      consequence: 'other addresses are used from outside, or may use it',
      rank: 2,
    });
  if (action === 'removed') said.push({ consequence: 'who asks for this name finds nobody', rank: 3 });
  for (const { path, old, new: wanted } of fields.filter((field) => field.path.startsWith('spec.ports')))
    said.push({
      field: path,
      old: shown(old),
      new: shown(wanted),
      consequence:
        wanted === undefined
          ? 'a port of the Service goes: who uses it is refused'
          : old === undefined
            ? 'the Service gets a port'
            : 'a port of the Service changes: who uses the old one is refused',
      rank: wanted !== undefined && old === undefined ? 7 : 3,
    });
  return said;
}

/** Host names that the world may ask for, with their TLS. */
function hostSaid(change: ObjectChange): Said[] {
  const { before, after, object } = change;
  if (!/^(Ingress|IngressRoute|IngressRouteTCP|HTTPRoute|TLSRoute|GRPCRoute|Gateway)$/.test(object.kind))
    return [];
  const [old, wanted] = [hostsOf(before), hostsOf(after)];
  const [oldTls, tls] = [tlsOf(before), tlsOf(after)];
  return [
    ...wanted
      .filter((host) => !old.includes(host))
      .map((host) => ({
        field: 'spec.rules',
        new: host,
        consequence: `the world may ask for ${host}${tls ? '' : ', without TLS'}`,
        rank: tls ? 3 : 1,
      })),
    ...old
      .filter((host) => !wanted.includes(host))
      .map((host) => ({
        field: 'spec.rules',
        old: host,
        consequence: `${host} answers no more`,
        rank: 3,
      })),
    ...(before && after && oldTls && !tls
      ? [
          {
            field: 'spec.tls',
            consequence: 'it is served without TLS: everybody on the way reads along',
            remedy: 'Put the tls block back',
            rank: 1,
          },
        ]
      : []),
    ...(before && after && !oldTls && tls
      ? [{ field: 'spec.tls', consequence: 'it is served with TLS', rank: 7 }]
      : []),
  ];
}

function hostsOf(object: unknown): string[] {
  const direct = [
    ...asArray(at(object, 'spec.rules')).map((rule) => at(rule, 'host')),
    ...asArray(at(object, 'spec.hostnames')),
    ...asArray(at(object, 'spec.listeners')).map((listener) => at(listener, 'hostname')),
  ].filter((host) => typeof host === 'string');
  const matched = asArray(at(object, 'spec.routes')).flatMap((route) =>
    [...(asText(at(route, 'match')) ?? '').matchAll(/Host(?:SNI)?\(`([^`]+)`\)/g)].map(
      ([, host = '']) => host,
    ),
  );
  return [...new Set([...direct, ...matched])];
}

const tlsOf = (object: unknown): boolean =>
  asArray(at(object, 'spec.tls')).length > 0 ||
  isObject(at(object, 'spec.tls')) ||
  asArray(at(object, 'spec.listeners')).some((listener) => isObject(at(listener, 'tls')));

/** Fields that decide where a request goes: of the route, and annotations of controllers. */
const ROUTED =
  /^metadata\.annotations\["[^"]*(?:ingress|traefik|nginx|haproxy|kong|cert-manager)|ingressClassName|backend|paths|middlewares|entryPoints/;

/** Fields of routes and middlewares that decide how a request is treated. */
function routeSaid({ object, action, fields }: ObjectChange): Said[] {
  if (action === 'removed' && /^Middleware/.test(object.kind))
    return [
      { consequence: 'requests are no longer treated by it: a route that names it is not served', rank: 2 },
    ];
  if (action !== 'changed') return [];
  if (/^(Middleware|MiddlewareTCP|TLSOption|ServersTransport)$/.test(object.kind))
    return fields
      .filter(({ path }) => path.startsWith('spec'))
      .map(({ path, old, new: wanted }) => ({
        field: path,
        old: shown(old),
        new: shown(wanted),
        consequence:
          object.kind === 'TLSOption'
            ? 'other versions or ciphers of TLS are accepted'
            : path.includes('ateLimit')
              ? 'more or fewer requests of one client are let through'
              : 'requests are treated differently',
        rank: 3,
      }));
  if (!/^(Ingress|IngressRoute|HTTPRoute)$/.test(object.kind)) return [];
  return fields
    .filter(({ path }) => ROUTED.test(path))
    .map(({ path, old, new: wanted }) => ({
      field: path,
      old: shown(old),
      new: shown(wanted),
      consequence: /middlewares/.test(path)
        ? wanted === undefined
          ? 'its middlewares go: no rate limit and no security headers from them'
          : 'other middlewares treat its requests'
        : /entrypoints/i.test(path)
          ? 'it is served at other entry points of the controller'
          : /cert-manager/.test(path)
            ? 'another issuer signs its certificate'
            : 'its requests go another way',
      rank: /middlewares/.test(path) && wanted === undefined ? 2 : 4,
    }));
}
