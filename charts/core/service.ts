import { Service } from '../../imports/models';
import type { ComponentIdentity } from './contracts';
import type { Labels } from './labels';
import { tcp, udp, type Endpoint, type PodGroup } from './network';
import { defined } from './objects';
import { portProtocol } from './pod/container';

/** Where the ports of a Service lead, and how it is reached. */
export interface ServiceRef {
  readonly name: string;
  readonly selector: Labels;
  /** Throws where the Service has no such port. */
  endpoint(port: string): Endpoint;
}

/** How a Service differs from one address inside the cluster. Ports of nodes are no option: traffic comes in by the ingress. */
export interface ServiceOptions {
  /** @default the workload's */
  readonly name?: string;
  /** No address of its own: its name resolves to the pods. @default false */
  readonly headless?: boolean;
  /** Whether pods count that are not ready, for members that must find each other first. @default false */
  readonly publishNotReadyAddresses?: boolean;
  /** Sends all connections of a client to the same pod, as long as it is there. @default false */
  readonly sticky?: boolean;
  /** Port name → what is spoken on it, for proxies that ask: `https`, `kubernetes.io/h2c`. @default none */
  readonly appProtocols?: Readonly<Record<string, string>>;
}

/** A Service and the pods behind it. */
export interface ServedPods {
  readonly component: ComponentIdentity;
  readonly pods: PodGroup;
  readonly service: string;
}

/** Where one port of a Service leads. @param listening port of the pods */
export const endpointAt = (
  { component, pods, service }: ServedPods,
  portName: string,
  port: number,
  listening: number,
): Endpoint => ({
  component,
  pods,
  service,
  host: `${service}.${component.namespace}.svc`,
  port,
  portName,
  containerPort: portProtocol(portName) === 'UDP' ? udp(listening) : tcp(listening),
});

/** Finds the endpoint of a port by its name; throws where there is none. */
export const endpointIn =
  ({ component, service }: ServedPods, endpoints: readonly Endpoint[]) =>
  (port: string): Endpoint => {
    const found = endpoints.find(({ portName }) => portName === port);
    if (!found) throw new Error(`Service ${component.namespace}/${service} has no port "${port}"`);
    return found;
  };

/** The Service of these endpoints. Its ports lead to the pods' ports of the same names. */
export const service = (
  name: string,
  selector: Labels,
  endpoints: readonly Endpoint[],
  options: ServiceOptions,
) => ({
  model: Service,
  data: {
    metadata: { name, labels: { ...selector } },
    spec: defined({
      type: 'ClusterIP' as const,
      clusterIP: options.headless ? 'None' : undefined,
      publishNotReadyAddresses: options.publishNotReadyAddresses,
      sessionAffinity: options.sticky ? ('ClientIP' as const) : undefined,
      selector: { ...selector },
      ports: endpoints.map(({ portName, port, containerPort }) =>
        defined({
          name: portName,
          port,
          targetPort: portName,
          protocol: containerPort.protocol,
          appProtocol: options.appProtocols?.[portName],
        }),
      ),
    }),
  },
});
