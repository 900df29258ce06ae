import { CATALOGUE } from '../charts/catalogue';
import type { Definition } from '../charts/core/definition';
import type { ComponentException } from '../charts/core/exceptions';
import { sourceOf } from '../charts/core/render';
import { load, renderAndCheck, type Failure, type Workspace } from './session';

export interface ExceptionsOutcome {
  readonly rows: readonly ComponentException[];
  readonly failures: readonly Failure[];
}

/** What is less than the hardened default: of the components of the named clusters, or of every component there is. */
export function listExceptions(workspace: Workspace, names: readonly string[]): ExceptionsOutcome {
  if (!names.length) return { rows: CATALOGUE.flatMap(rowsOf), failures: [] };
  const { clusters, failures } = load(workspace, names);
  const rows = clusters.flatMap((cluster) => {
    const checked = renderAndCheck(workspace, cluster);
    if ('rendered' in checked) return checked.rendered.declarations.exceptions;
    failures.push(checked);
    return [];
  });
  const distinct = new Map(rows.map((row) => [`${row.component} ${row.subject} ${row.exception}`, row]));
  return { rows: [...distinct.values()], failures };
}

const rowsOf = (definition: Definition): ComponentException[] =>
  (definition.exceptions ?? []).map((row) => ({
    ...row,
    component: definition.name,
    source: sourceOf(definition),
  }));
