/** One condition on a label, in the words that PromQL and Alertmanager share: `severity="critical"`. */
export interface Matcher {
  readonly label: string;
  /** `=`, `!=`, `=~` or `!~`. */
  readonly operator: string;
  readonly value: string;
}

/** Whether a label's value fulfils it. What is no matcher is taken to be fulfilled: whoever asks wants the worst case. */
export function fulfils({ operator, value }: Matcher, given: string): boolean {
  switch (operator) {
    case '=':
      return given === value;
    case '!=':
      return given !== value;
    case '=~':
      return isLike(given, value);
    case '!~':
      return !isLike(given, value) || !isPattern(value);
    default:
      return true;
  }
}

const isLike = (given: string, pattern: string): boolean =>
  !isPattern(pattern) || new RegExp(`^(?:${pattern})$`, 's').test(given);

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}
