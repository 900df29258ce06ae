/** A mistake the user can mend: where it is, what is wrong, what to do. */
export class StrataError extends Error {
  constructor(
    readonly where: string,
    readonly problem: string,
    readonly remedy: string,
  ) {
    super(`${where}: ${problem}. ${remedy}`);
    this.name = 'StrataError';
  }
}
