import { StrataError } from '../charts/core/errors';

/** A command that asks for what is not there, or for nothing that makes sense: exit code 2. */
export class UsageError extends StrataError {}
