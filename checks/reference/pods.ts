import type { KnownObjects } from './known-objects';
import { missing } from './known-objects';
import type { Finding } from '../core/rule';
import {
  asArray,
  asText,
  at,
  containersOf,
  isObject,
  show,
  type PlacedContainer,
  type PodTemplate,
} from '../core/workloads';

/** What pods name: configuration, secrets, accounts, claims, priorities, their own volumes and ports. */
export const referencesOfPods = (known: KnownObjects): Finding[] =>
  known.pods.flatMap((pod) => [
    ...ofPod(pod, known),
    ...asArray(pod.spec.volumes).flatMap((volume, index) =>
      ofVolume(pod, volume, `${pod.path}.volumes[${index}]`, known),
    ),
    ...containersOf(pod).flatMap((placed) => ofContainer(pod, placed, known)),
  ]);

function ofPod({ rendered, spec, path, namespace }: PodTemplate, known: KnownObjects): Finding[] {
  const { serviceAccountName: account, priorityClassName: priority } = spec;
  return [
    // every namespace has the account `default`
    ...(account === 'default'
      ? []
      : known.need(rendered, `${path}.serviceAccountName`, 'ServiceAccount', namespace, account)),
    // system-cluster-critical and system-node-critical come with Kubernetes, which keeps the prefix for itself
    ...(show(priority).startsWith('system-')
      ? []
      : known.need(rendered, `${path}.priorityClassName`, 'PriorityClass', '', priority)),
    ...asArray(spec['imagePullSecrets']).flatMap((secret, index) =>
      known.need(
        rendered,
        `${path}.imagePullSecrets[${index}].name`,
        'Secret',
        namespace,
        at(secret, 'name'),
      ),
    ),
  ];
}

type Source = 'Secret' | 'ConfigMap';

/** The control plane keeps its certificate in this ConfigMap of every namespace. */
const ROOT_CA = 'kube-root-ca.crt';

/** A Secret or ConfigMap that is named, and keys of it: findings about the name, or else about each key. */
function ofSource(
  pod: PodTemplate,
  kind: Source,
  reference: unknown,
  place: { readonly path: string; readonly name?: string },
  keys: readonly { readonly key: unknown; readonly path: string }[],
  known: KnownObjects,
): Finding[] {
  const field = place.name ?? 'name';
  const name = at(reference, field);
  if (!isObject(reference) || reference['optional'] === true) return [];
  if (kind === 'ConfigMap' && name === ROOT_CA) return [];
  const absent = known.need(pod.rendered, `${place.path}.${field}`, kind, pod.namespace, name);
  if (absent.length || typeof name !== 'string') return absent;
  const there = known.keys(kind, pod.namespace, name);
  return keys.flatMap(({ key, path }) =>
    typeof key !== 'string' || there.includes(key)
      ? []
      : [missing(pod.rendered, path, `key ${key} in the ${kind}`, `${pod.namespace}/${name}`, key, there)],
  );
}

const itemKeys = (source: unknown, path: string) =>
  asArray(at(source, 'items')).map((item, index) => ({
    key: at(item, 'key'),
    path: `${path}.items[${index}].key`,
  }));

function ofVolume(pod: PodTemplate, volume: unknown, path: string, known: KnownObjects): Finding[] {
  const [config, secret] = [at(volume, 'configMap'), at(volume, 'secret')];
  return [
    ...ofSource(
      pod,
      'ConfigMap',
      config,
      { path: `${path}.configMap` },
      itemKeys(config, `${path}.configMap`),
      known,
    ),
    ...ofSource(
      pod,
      'Secret',
      secret,
      { path: `${path}.secret`, name: 'secretName' },
      itemKeys(secret, `${path}.secret`),
      known,
    ),
    ...asArray(at(volume, 'projected.sources')).flatMap((source, index) => {
      const place = `${path}.projected.sources[${index}]`;
      const [mapped, hidden] = [at(source, 'configMap'), at(source, 'secret')];
      return [
        ...ofSource(
          pod,
          'ConfigMap',
          mapped,
          { path: `${place}.configMap` },
          itemKeys(mapped, `${place}.configMap`),
          known,
        ),
        ...ofSource(
          pod,
          'Secret',
          hidden,
          { path: `${place}.secret` },
          itemKeys(hidden, `${place}.secret`),
          known,
        ),
      ];
    }),
    ...known.need(
      pod.rendered,
      `${path}.persistentVolumeClaim.claimName`,
      'PersistentVolumeClaim',
      pod.namespace,
      at(volume, 'persistentVolumeClaim.claimName'),
    ),
  ];
}

function ofContainer(pod: PodTemplate, placed: PlacedContainer, known: KnownObjects): Finding[] {
  const { container, path } = placed;
  return [
    ...asArray(container.env).flatMap((entry, index) => {
      const place = `${path}.env[${index}].valueFrom`;
      return ofKey(pod, at(entry, 'valueFrom'), place, known);
    }),
    ...asArray(container.envFrom).flatMap((entry, index) => [
      ...ofSource(
        pod,
        'Secret',
        at(entry, 'secretRef'),
        { path: `${path}.envFrom[${index}].secretRef` },
        [],
        known,
      ),
      ...ofSource(
        pod,
        'ConfigMap',
        at(entry, 'configMapRef'),
        { path: `${path}.envFrom[${index}].configMapRef` },
        [],
        known,
      ),
    ]),
    ...mounts(pod, placed, known),
    ...probes(pod, placed),
  ];
}

function ofKey(pod: PodTemplate, from: unknown, path: string, known: KnownObjects): Finding[] {
  return (['secretKeyRef', 'configMapKeyRef'] as const).flatMap((field) => {
    const reference = at(from, field);
    const place = `${path}.${field}`;
    const key = { key: at(reference, 'key'), path: `${place}.key` };
    return ofSource(
      pod,
      field === 'secretKeyRef' ? 'Secret' : 'ConfigMap',
      reference,
      { path: place },
      [key],
      known,
    );
  });
}

/** Mounts name a volume of the pod, and where they mount one file of a ConfigMap or Secret, a key of it. */
function mounts(pod: PodTemplate, { container, path }: PlacedContainer, known: KnownObjects): Finding[] {
  const volumes = new Map<string, unknown>([
    ...pod.claims.map(({ claim }): [string, unknown] => [show(at(claim, 'metadata.name')), undefined]),
    ...asArray(pod.spec.volumes).map((volume): [string, unknown] => [show(at(volume, 'name')), volume]),
  ]);
  return asArray(container.volumeMounts).flatMap((mount, index) => {
    const name = asText(at(mount, 'name'));
    if (name === undefined) return [];
    const place = `${path}.volumeMounts[${index}]`;
    if (!volumes.has(name))
      return [missing(pod.rendered, `${place}.name`, 'volume', name, name, [...volumes.keys()])];
    return subPath(pod, at(mount, 'subPath'), volumes.get(name), `${place}.subPath`, known);
  });
}

/** Kubernetes makes an empty folder where the file is missing. */
function subPath(
  pod: PodTemplate,
  file: unknown,
  volume: unknown,
  field: string,
  known: KnownObjects,
): Finding[] {
  if (typeof file !== 'string') return [];
  const [kind, source, name]: [Source, unknown, unknown] = isObject(at(volume, 'configMap'))
    ? ['ConfigMap', at(volume, 'configMap'), at(volume, 'configMap.name')]
    : ['Secret', at(volume, 'secret'), at(volume, 'secret.secretName')];
  const items = asArray(at(source, 'items')).map((item) => show(at(item, 'path')));
  const files = items.length ? items : known.keys(kind, pod.namespace, name);
  if (!isObject(source) || source['optional'] === true || files.length === 0 || files.includes(file))
    return [];
  return [
    missing(
      pod.rendered,
      field,
      `file ${file} in the ${kind}`,
      `${pod.namespace}/${show(name)}`,
      file,
      files,
    ),
  ];
}

const HANDLERS = [
  'startupProbe.httpGet',
  'startupProbe.tcpSocket',
  'readinessProbe.httpGet',
  'readinessProbe.tcpSocket',
  'livenessProbe.httpGet',
  'livenessProbe.tcpSocket',
  'lifecycle.preStop.httpGet',
  'lifecycle.postStart.httpGet',
];

/** A named port of a probe is one of the container's own. */
function probes(pod: PodTemplate, { container, path }: PlacedContainer): Finding[] {
  return HANDLERS.flatMap((handler) => {
    const port = at(container, `${handler}.port`);
    if (typeof port !== 'string') return [];
    const names = asArray(container.ports).flatMap((entry) => asText(at(entry, 'name')) ?? []);
    return names.includes(port)
      ? []
      : [missing(pod.rendered, `${path}.${handler}.port`, 'port', `${port} in the container`, port, names)];
  });
}
