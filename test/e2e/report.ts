/** Something that is wrong with how the programme is used or with what it runs on, not with the manifests: told without a stack. */
export class ProgrammeError extends Error {}

/** What a group of assertions found: nothing, or one line per problem. */
export interface Outcome {
  /** What was proved, with figures: `193 objects in 5 waves, no error, no warning` */
  readonly proved: string;
  readonly problems: readonly string[];
}

interface Step {
  readonly title: string;
  readonly seconds: number;
}

/** Problems of one group that are printed; the rest is counted. */
const SHOWN = 25;
const SLOWEST = 5;

/** Prints a line per group of assertions, and counts them. */
export class Report {
  private passed = 0;
  private failed = 0;
  private readonly steps: Step[] = [];
  private readonly start = performance.now();
  private stopped = false;

  say(line: string): void {
    process.stdout.write(`${line}\n`);
  }

  /** The run is being ended: what fails from now on fails by that, and says nothing. Where there is a reason, that is one failure. */
  stop(reason?: string): void {
    this.stopped = true;
    if (reason === undefined) return;
    this.failed++;
    process.stderr.write(`${reason}\n`);
  }

  /** Runs one group. What it throws is its failure; a ProgrammeError goes on up, since nothing after it makes sense. */
  async group(title: string, run: () => Promise<Outcome>): Promise<boolean> {
    const start = performance.now();
    const { proved, problems } = await run().catch((error: unknown): Outcome => {
      if (error instanceof ProgrammeError) throw error;
      return {
        proved: '',
        problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
      };
    });
    if (this.stopped) return false;
    const seconds = (performance.now() - start) / 1000;
    this.steps.push({ title, seconds });
    if (problems.length) this.failed++;
    else this.passed++;
    const what = problems.length ? `${problems.length} problems` : proved;
    this.say(
      `${problems.length ? 'FAIL' : 'ok  '}  ${title.padEnd(24)} ${seconds.toFixed(1).padStart(5)} s  ${what}`,
    );
    for (const problem of problems.slice(0, SHOWN)) this.say(`      ${problem.replaceAll('\n', '\n      ')}`);
    if (problems.length > SHOWN) this.say(`      … and ${problems.length - SHOWN} more`);
    return problems.length === 0;
  }

  /** Says that there is nothing to assert: that counts neither as passed nor as failed. */
  none(title: string, reason: string): void {
    this.say(`--    ${title.padEnd(24)} ${' '.repeat(7)}  nothing to compare: ${reason}`);
  }

  /** Time of something that asserts nothing, for the summary. */
  async step<T>(title: string, run: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await run();
    this.steps.push({ title, seconds: (performance.now() - start) / 1000 });
    return result;
  }

  get ok(): boolean {
    return this.failed === 0;
  }

  /** @param peakBytes most memory that all processes held at once; undefined where the system does not say */
  summary(peakBytes: number | undefined): void {
    const slowest = [...this.steps].sort((one, other) => other.seconds - one.seconds).slice(0, SLOWEST);
    const seconds = (performance.now() - this.start) / 1000;
    const memory =
      peakBytes === undefined ? 'not measured here' : `${(peakBytes / 2 ** 20).toFixed(0)} MiB at the most`;
    this.say('');
    this.say(`slowest  ${slowest.map((step) => `${step.title} ${step.seconds.toFixed(1)} s`).join(', ')}`);
    this.say(`memory   ${memory}, all processes together`);
    this.say(`time     ${seconds.toFixed(1)} s`);
    this.say(`\n${this.passed} passed, ${this.failed} failed`);
  }
}
