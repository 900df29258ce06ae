import { exceptionsWanted, type Exception } from './exception-kinds';
import type { PodSpec } from './pod';

/** Something of a component that is less than the hardened default, and why it cannot do without. */
export interface ExceptionRow {
  /** Workload, for RBAC the name of the role, for `no-backup` the claim or StatefulSet, for `late-alert` the alert. */
  readonly subject: string;
  readonly exception: Exception;
  readonly reason: string;
}

/** A row, and where it stands. */
export interface ComponentException extends ExceptionRow {
  /** Name of the component. */
  readonly component: string;
  /** The definition that holds the row: `charts/network/traefik/definition.ts`. */
  readonly source: string;
}

/** Throws where a workload asks for less than the hardened default and the component's definition has no row for it. */
export function refuseUnexcepted(
  component: string,
  rows: readonly ExceptionRow[],
  workload: PodSpec & { readonly name: string },
): void {
  for (const exception of exceptionsWanted(workload)) {
    if (!rows.some((row) => row.subject === workload.name && row.exception === exception))
      throw new Error(
        `Workload ${workload.name} of ${component} wants ${exception}: give it a row with a reason in the exceptions of its definition`,
      );
  }
}
