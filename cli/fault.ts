import { relative } from 'node:path';
import { StrataError } from '../charts/core/errors';
import type { Workspace } from './session';

/** Errors of the operating system that say enough by themselves: a file or folder is not what it should be. */
interface SystemError extends Error {
  readonly syscall: string;
  readonly path: string;
}

/**
 * The line that a command ends with where an error got through: a mistake as it is, a file that cannot be read by its path, and anything
 * else as a fault of Strata itself, with what somebody needs who is to mend it.
 */
export function faultLine(
  error: unknown,
  { workspace, version }: { readonly workspace: Workspace; readonly version: string },
): string {
  if (error instanceof StrataError) return error.message;
  if (isSystemError(error)) {
    const path = relative(workspace.root, error.path);
    return `${path.startsWith('..') ? error.path : path}: ${oneLine(error.message)}. Make it readable and run again`;
  }
  const { name = 'Error', message = String(error), stack = '' } = (error ?? {}) as Partial<Error>;
  const place = placeIn(stack, workspace.root);
  return `a fault of Strata ${version} itself: ${name}: ${oneLine(message)}${place}. Report this line with the command and its input`;
}

function isSystemError(error: unknown): error is SystemError {
  const { syscall, path } = (error ?? {}) as Partial<SystemError>;
  return typeof syscall === 'string' && typeof path === 'string';
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 500).trim();

/** ` at cli/synth.ts:42:7`: the innermost place of the stack that lies in the repository, packages aside. */
function placeIn(stack: string, root: string): string {
  const places = [...stack.matchAll(/\(?(?:file:\/\/)?(\/[^()\s]+:\d+:\d+)\)?$/gm)].map(
    ([, place = '']) => place,
  );
  const own = places.find((place) => place.startsWith(`${root}/`) && !place.includes('/node_modules/'));
  return own === undefined ? '' : ` at ${relative(root, own)}`;
}
