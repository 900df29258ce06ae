import type { Ask } from './init-questions';
import type { Surface } from './output';
import type { Workspace } from './session';

/** What the command needs of the process that it runs in. */
export interface Surroundings extends Surface {
  readonly workspace: Workspace;
  /** That of package.json. */
  readonly version: string;
  /** All of the standard input. */
  readonly readInput: () => string;
  /** Undefined where nobody sits before it: the standard input is no terminal. */
  readonly ask?: Ask;
  /** Runs `strata` with these arguments now, and again each time that a source changes, until somebody ends it. */
  readonly watch: (args: readonly string[]) => Promise<void>;
}
