import type { PlacedContainer } from '../core/workloads';
import type { Exception } from '../../charts/core/exception-kinds';
import type { PodSecurityLevel } from '../../charts/core/namespaces';

/** One control of the Pod Security Standards that a pod breaks. */
export interface Violation {
  /** The least strict level that forbids it. */
  readonly level: Exclude<PodSecurityLevel, 'privileged'>;
  readonly field: string;
  readonly problem: string;
  readonly remedy: string;
  /** The exception that allows it in a namespace whose level does. Where there is none, it is never allowed. */
  readonly exception?: Exception;
}

/** A pod as the controls see it. */
export interface PodView {
  readonly spec: Readonly<Record<string, unknown>>;
  readonly path: string;
  readonly containers: readonly PlacedContainer[];
  readonly annotations: unknown;
}

export type Control = (pod: PodView, kubernetes: number) => readonly Violation[];

export const REMOVE = 'Remove the field';

export const isPrivileged = ({ container }: PlacedContainer): boolean =>
  container.securityContext?.['privileged'] === true;

/** The security contexts of pod and containers. */
export function contexts({ spec, path, containers }: PodView) {
  return [
    { context: spec['securityContext'], path: `${path}.securityContext` },
    ...containers.map(({ container, path: inner }) => ({
      context: container.securityContext,
      path: `${inner}.securityContext`,
    })),
  ];
}
