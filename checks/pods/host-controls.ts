import { asArray, at, isObject, show, type PlacedContainer } from '../core/workloads';
import { hostPathException } from '../../charts/core/exception-kinds';
import { contexts, isPrivileged, REMOVE, type Control } from './violation';

const RESTRICTED_VOLUMES = [
  ...['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim'],
  ...['projected', 'secret'],
];

const HOST_NAMESPACES = [
  ['hostNetwork', 'host-network'],
  ['hostPID', 'host-pid'],
  ['hostIPC', 'host-ipc'],
] as const;

const hostNamespaces: Control = ({ spec, path }) =>
  HOST_NAMESPACES.filter(([field]) => spec[field] === true).map(([field, exception]) => ({
    level: 'baseline',
    field: `${path}.${field}`,
    problem: `the pod shares the node's ${field.slice(4)} namespace`,
    remedy: REMOVE,
    exception,
  }));

const privileged: Control = ({ containers }) =>
  containers.filter(isPrivileged).map(({ path }) => ({
    level: 'baseline',
    field: `${path}.securityContext.privileged`,
    problem: 'a privileged container is root on the node',
    remedy: REMOVE,
    exception: 'privileged',
  }));

const hostProcess: Control = (pod) =>
  contexts(pod)
    .filter(({ context }) => at(context, 'windowsOptions.hostProcess') === true)
    .map(({ path }) => ({
      level: 'baseline',
      field: `${path}.windowsOptions.hostProcess`,
      problem: 'a HostProcess container is administrator of the node',
      remedy: REMOVE,
    }));

const volumes: Control = ({ spec, path, containers }) =>
  asArray(spec['volumes']).flatMap((volume, index) => {
    if (!isObject(volume) || RESTRICTED_VOLUMES.some((type) => isObject(volume[type]))) return [];
    const type = Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
    return [
      {
        level: isObject(volume['hostPath']) ? 'baseline' : 'restricted',
        field: `${path}.volumes[${index}]`,
        problem: `volume "${show(volume['name'])}" has the type ${type}`,
        remedy: 'Mount a claim, a ConfigMap, a Secret or an emptyDir instead',
        ...hostPath(volume, containers),
      } as const,
    ];
  });

/** The exception of a path of the node: reading it is one thing, writing to it another. */
function hostPath(volume: Readonly<Record<string, unknown>>, containers: readonly PlacedContainer[]) {
  const path = at(volume, 'hostPath.path');
  if (typeof path !== 'string') return undefined;
  const isWritten = containers.some(({ container }) =>
    asArray(container.volumeMounts).some(
      (mount) => at(mount, 'name') === volume['name'] && at(mount, 'readOnly') !== true,
    ),
  );
  return { exception: hostPathException(path, isWritten) };
}

const hostPorts: Control = ({ containers }) =>
  containers.flatMap(({ container, path }) =>
    asArray(container.ports).flatMap((port, index) => {
      const hostPort = at(port, 'hostPort');
      if (hostPort === undefined || hostPort === null || hostPort === 0) return [];
      return [
        {
          level: 'baseline',
          field: `${path}.ports[${index}].hostPort`,
          problem: 'a port of the node is taken',
          remedy: `${REMOVE} and publish a Service`,
          exception: 'host-network',
        } as const,
      ];
    }),
  );

const handlerHosts: Control = ({ containers }) =>
  containers.flatMap(({ container, path }) =>
    ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle.postStart', 'lifecycle.preStop'].flatMap(
      (handler) =>
        ['httpGet', 'tcpSocket'].flatMap((action) => {
          const field = `${handler}.${action}.host`;
          if (!at(container, field)) return [];
          return [
            {
              level: 'baseline',
              field: `${path}.${field}`,
              problem: 'the kubelet would call another host than the pod',
              remedy: REMOVE,
            } as const,
          ];
        }),
    ),
  );

/** Controls about what a pod shares with its node. */
export const HOST_CONTROLS: readonly Control[] = [
  ...[hostNamespaces, privileged, hostProcess, volumes, hostPorts, handlerHosts],
];
