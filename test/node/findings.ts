import type { Outcome } from '../e2e/report';

/** Collects what is not as it must be, for one group of assertions. */
export class Findings {
  private readonly problems: string[] = [];
  private count = 0;

  /** @param wanted the text, or a pattern that it matches */
  is(what: string, found: string, wanted: string | RegExp): void {
    this.count++;
    const good = typeof wanted === 'string' ? found === wanted : wanted.test(found);
    if (!good) this.problems.push(`${what}: ${found || 'nothing'}, not ${String(wanted)}`);
  }

  holds(what: string, good: boolean): void {
    this.count++;
    if (!good) this.problems.push(what);
  }

  add(problems: readonly string[]): void {
    this.problems.push(...problems);
  }

  outcome(proved: string): Outcome {
    return { proved: `${proved} (${this.count} assertions)`, problems: this.problems };
  }
}
