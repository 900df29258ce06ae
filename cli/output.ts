import { posix } from 'node:path';
import { styleText } from 'node:util';
import { durationText } from '../checks/alerts/durations';
import { manifestYaml, toYaml, type Json } from '../charts/core/yaml';
import type { CheckOutcome } from './check';
import type { DrillOutcome } from './drill';
import { explainLines } from './explain-output';
import type { ExplainOutcome } from './explain-setting';
import type { InitOutcome } from './init';
import { initLines } from './init-output';
import type { ListOutcome } from './list';
import type { AlertsOutcome } from './list-alerts';
import type { ExceptionsOutcome } from './list-exceptions';
import type { PromoteOutcome } from './promote';
import { promoteLines } from './promote-output';
import type { RestoreOutcome } from './restore';
import type { SecretsOutcome } from './secrets';
import type { Failure } from './session';
import type { SynthOutcome, SynthResult } from './synth';
import type { VerifyOutcome } from './verify-cluster';
import { visible } from './visible';

export type Format = 'text' | 'json';

/** Where a program writes: a stream of the process, or what stands in for one. */
interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** What the output needs of the process. */
export interface Surface {
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * How results reach people and programs: results on stdout, what is wrong on stderr, colour only on a terminal. Each method prints
 * one outcome and says whether all is fine.
 */
export class Output {
  constructor(
    private readonly format: Format,
    private readonly surface: Surface = process,
  ) {}

  synth({ results, failures, orphans, isDryRun }: SynthOutcome): boolean {
    return this.print({ results, failures, orphans }, failures, () => [
      ...results.flatMap((result) => this.synthLines(result, isDryRun)),
      ...orphans.map(
        (name) => `dist/${name} is of no cluster in clusters/: remove it when Argo CD reads it no more`,
      ),
    ]);
  }

  check({ passed, failures }: CheckOutcome): boolean {
    return this.print({ passed, failures }, failures, () =>
      passed.flatMap(({ cluster, objects, seconds, accepted }) => [
        `${this.ok(cluster)}  ${count(objects, 'object')}  no finding  ${time(seconds)}`,
        ...accepted.map((row) => `  accepted: ${row}`),
      ]),
    );
  }

  list({ rows, failures }: ListOutcome): boolean {
    const header = rows.length
      ? [['CLUSTER', 'COMPONENT', 'LAYER', 'NAMESPACE', 'WAVE', 'OBJECTS', 'VERSION', 'CPU', 'MEMORY']]
      : [];
    return this.print({ components: rows, failures }, failures, () =>
      columns([
        ...header,
        ...rows.map((row) => [
          row.cluster,
          row.component,
          row.layer,
          row.namespace,
          String(row.wave),
          String(row.objects),
          row.version ?? '-',
          row.cpu,
          row.memory,
        ]),
      ]),
    );
  }

  exceptions({ rows, failures }: ExceptionsOutcome): boolean {
    return this.print({ exceptions: rows, failures }, failures, () =>
      columns([
        ['COMPONENT', 'SUBJECT', 'EXCEPTION', 'REASON'],
        ...rows.map(({ component, subject, exception, reason }) => [component, subject, exception, reason]),
      ]),
    );
  }

  alerts({ rows, notes, failures }: AlertsOutcome): boolean {
    return this.print({ alerts: rows, notes, failures }, failures, () => [
      ...columns([
        ...(rows.length ? [['CLUSTER', 'COMPONENT', 'ALERT', 'SEVERITY', 'WORST', 'RUNBOOK']] : []),
        ...rows.map(({ cluster, component, alert, severity, worst, late, runbook }) => [
          ...[cluster, component, alert, severity],
          `${durationText(worst.total)}${late === undefined ? '' : ' *'}`,
          runbook,
        ]),
      ]),
      ...rows.flatMap(({ alert, late }) => (late === undefined ? [] : [`* ${alert}: ${late}`])),
      ...notes,
    ]);
  }

  secrets({ declared, manifests, failures }: SecretsOutcome): boolean {
    if (manifests)
      return this.print(manifests, failures, () => [
        manifests.map((secret) => toYaml(secret as unknown as Json)).join('---\n'),
      ]);
    // nothing on stdout that a pipe could take for Secrets
    if (failures.length) return this.print({ failures }, failures, () => []);
    return this.print({ secrets: declared }, failures, () =>
      columns([
        ['NAMESPACE', 'SECRET', 'KEYS', 'FOR'],
        ...declared.map(({ namespace, name, keys, component }) => [
          namespace,
          name,
          Object.entries(keys)
            .map(([key, { kind }]) => `${key} (${kind})`)
            .join(', '),
          component,
        ]),
      ]),
    );
  }

  drill({ drills, failures }: DrillOutcome): boolean {
    return this.print({ drills, failures }, failures, () =>
      drills.map(({ job, succeeded }) => {
        if (succeeded === undefined) return `would start ${job}`;
        return `${succeeded ? this.ok('ok  ') : this.failed('FAIL')}  ${job}`;
      }),
    );
  }

  restore({ manifests, notes, failures }: RestoreOutcome): boolean {
    if (failures.length) return this.print({ failures }, failures, () => []);
    return this.print(manifests, failures, () => [
      notes.map((note) => `# ${note}\n`).join('') + manifests.map(manifestYaml).join('---\n'),
    ]);
  }

  explain({ setting, failures }: ExplainOutcome): boolean {
    const all = { ...(setting && { setting }), failures };
    return this.print(all, failures, () => (setting ? explainLines(setting) : []));
  }

  init(outcome: InitOutcome): boolean {
    return this.print(outcome, outcome.failures, () => initLines(outcome));
  }

  promote(outcome: PromoteOutcome): boolean {
    return this.print(outcome, outcome.failures, () => promoteLines(outcome));
  }

  verify({ cluster, groups, drift, failures }: VerifyOutcome): boolean {
    const lines = () =>
      groups.map(({ name, said, problems }) => {
        const mark = problems.length ? this.failed('FAIL') : this.ok('ok  ');
        return `${mark}  ${name.padEnd(12)}  ${said}`;
      });
    return this.print({ cluster, groups, drift, failures }, failures, lines, 'problem');
  }

  /** JSON holds everything, failures too; text puts failures on stderr. */
  private print(
    all: unknown,
    failures: readonly Failure[],
    lines: () => readonly string[],
    noun = 'mistake',
  ): boolean {
    const { stdout, stderr } = this.surface;
    if (this.format === 'json') {
      stdout.write(`${JSON.stringify(all, null, 2)}\n`);
    } else {
      for (const line of lines()) stdout.write(`${line}\n`);
      for (const line of failures.flatMap((failure) => this.failureLines(failure, noun)))
        stderr.write(`${line}\n`);
    }
    return failures.length === 0;
  }

  private synthLines(result: SynthResult, isDryRun: boolean): string[] {
    const { cluster, objects, components, written, unchanged, removed, foreign, seconds } = result;
    const parts = [
      this.ok(cluster),
      count(objects, 'object'),
      count(components, 'component'),
      `${written.length} ${isDryRun ? 'to write' : 'written'}`,
      `${unchanged} unchanged`,
      ...(removed.length ? [`${removed.length} ${isDryRun ? 'to remove' : 'removed'}`] : []),
      time(seconds),
    ];
    const changes = [
      ...written.map((file) => `  would write  ${posix.join('dist', cluster, file)}`),
      ...removed.map((file) => `  would remove ${posix.join('dist', cluster, file)}`),
    ];
    const notOurs = foreign.map(
      (file) => `  dist/${cluster}/${file} was not rendered by Strata: move it or remove it`,
    );
    return [parts.join('  '), ...(isDryRun ? changes : []), ...notOurs];
  }

  private failureLines(failure: Failure, noun: string): string[] {
    const { cluster, messages, isWrongUse, problems } = failure;
    const told = folded(failure).map(visible);
    if (cluster === undefined && isWrongUse && !problems) return told;
    const total = count(messages.length, noun);
    return [
      ...told,
      this.paint(
        'stderr',
        'red',
        cluster === undefined ? `${total} in clusters/` : `${visible(cluster)}  ${total}`,
      ),
    ];
  }

  private readonly ok = (text: string): string => this.paint('stdout', 'green', text);
  private readonly failed = (text: string): string => this.paint('stdout', 'red', text);

  /** Colour on a terminal, unless NO_COLOR says something (no-color.org). */
  private paint(stream: 'stdout' | 'stderr', colour: 'green' | 'red', text: string): string {
    const isWanted = this.surface[stream].isTTY === true && !this.surface.env['NO_COLOR'];
    // by itself it would look at process.stdout, whatever the stream
    return isWanted ? styleText(colour, text, { validateStream: false }) : text;
  }
}

/** As many of one kind are told in full; from one more on, the first stands for all. */
const TOLD = 5;
/** As many are told that differ only in what they name; of more, the first few. */
const ALIKE = 20;

interface Told {
  readonly lines: readonly string[];
  /** Messages of one kind say the same; empty for one of its own. */
  readonly kind: string;
}

/** The messages, with those that say the same of many places told once. */
function folded({ messages, problems = [], findings }: Failure): string[] {
  const kinds = [
    ...problems.map(({ problem, remedy }) => `${problem} ${remedy}`),
    ...findings.map(({ rule, problem, remedy }) => `${rule} ${problem} ${remedy}`),
  ];
  const first = messages.length - kinds.length;
  const all = messages.map((message, index) => ({ lines: [message], kind: kinds[index - first] ?? '' }));
  const once = fold(all, TOLD, 1).map((one) => ({ ...one, kind: withoutNames(one.kind) }));
  return fold(once, ALIKE, TOLD).flatMap(({ lines }) => lines);
}

/** What is in quotes, and numbers, name one thing of many. */
const withoutNames = (kind: string): string =>
  kind.replace(/"(?:[^"\\]|\\.)*"/g, '"').replace(/[0-9]+/g, '0');

/** Of each kind with more than `most` messages the first `kept`, and how many more there are. */
function fold(all: readonly Told[], most: number, kept: number): Told[] {
  const numbers = new Map<string, number>();
  for (const { kind } of all) numbers.set(kind, (numbers.get(kind) ?? 0) + 1);
  const seen = new Map<string, number>();
  return all.flatMap((one) => {
    const { kind, lines } = one;
    const number = numbers.get(kind) ?? 1;
    if (number <= most || kind === '') return [one];
    const place = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, place);
    if (place > kept) return [];
    const more = `  … and ${number - kept} more like it (--output json names them all)`;
    return [{ kind, lines: place < kept ? lines : [...lines, more] }];
  });
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
const time = (seconds: number): string => `${seconds.toFixed(2)} s`;

/** Left-aligned columns, two spaces apart. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
