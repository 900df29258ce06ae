import type { ILifecycleHandler } from 'kubernetes-models/v1/LifecycleHandler';
import type { IProbe } from 'kubernetes-models/v1/Probe';
import { defined } from '../objects';
import type { ContainerSpec, Hook, Probe } from '../pod';

export function probe(spec: Probe, container: ContainerSpec): IProbe {
  return defined({
    httpGet: spec.http && httpGet(spec.http),
    tcpSocket: spec.tcp === undefined ? undefined : { port: spec.tcp },
    grpc: spec.grpc && { ...spec.grpc, port: portNumber(container, spec.grpc.port) },
    exec: spec.exec && { command: [...spec.exec] },
    initialDelaySeconds: spec.initialDelaySeconds,
    periodSeconds: spec.periodSeconds ?? 10,
    timeoutSeconds: spec.timeoutSeconds ?? 3,
    failureThreshold: spec.failureThreshold ?? 3,
    successThreshold: spec.successThreshold,
  });
}

const httpGet = ({ headers, ...get }: NonNullable<Probe['http']>) => ({
  ...get,
  ...(headers && { httpHeaders: Object.entries(headers).map(([name, value]) => ({ name, value })) }),
});

/** A gRPC probe takes a number where the others take a name. */
function portNumber({ name, ports }: ContainerSpec, port: string): number {
  const number = ports?.[port];
  if (number === undefined)
    throw new Error(`Container ${name} has no port "${port}" for its gRPC probe: name it in ports`);
  return number;
}

export const hook = (spec: Hook): ILifecycleHandler =>
  'sleepSeconds' in spec ? { sleep: { seconds: spec.sleepSeconds } } : { exec: { command: [...spec] } };
