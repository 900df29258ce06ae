import { styleText } from 'node:util';
import { manifestYaml, toYaml, type Json } from '../charts/core/yaml';
import type { CheckOutcome } from './check';
import type { DrillOutcome } from './drill';
import type { ListOutcome } from './list';
import type { RestoreOutcome } from './restore';
import type { SecretsOutcome } from './secrets';
import type { Failure } from './session';
import type { SynthOutcome, SynthResult } from './synth';
import type { VerifyOutcome } from './verify-cluster';

export type Format = 'text' | 'json';

/**
 * How results reach people and programs: results on stdout, what is wrong on stderr, colour only on a terminal. Each method prints
 * one outcome and says whether all is fine.
 */
export class Output {
  constructor(private readonly format: Format) {}

  synth({ results, failures, orphans }: SynthOutcome): boolean {
    return this.print({ results, failures, orphans }, failures, () => [
      ...results.map(synthLine),
      ...orphans.map(
        (name) => `dist/${name} is of no cluster in clusters/: remove it when Argo CD reads it no more`,
      ),
    ]);
  }

  check({ passed, failures }: CheckOutcome): boolean {
    return this.print({ passed, failures }, failures, () =>
      passed.map(
        ({ cluster, objects, seconds }) =>
          `${ok(cluster)}  ${count(objects, 'object')}  no finding  ${time(seconds)}`,
      ),
    );
  }

  list({ rows, failures }: ListOutcome): boolean {
    return this.print({ components: rows, failures }, failures, () =>
      columns([
        ['CLUSTER', 'COMPONENT', 'LAYER', 'NAMESPACE', 'WAVE', 'OBJECTS', 'VERSION', 'CPU', 'MEMORY'],
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
        return `${succeeded ? ok('ok  ') : paint('red', 'FAIL')}  ${job}`;
      }),
    );
  }

  restore({ manifests, notes, failures }: RestoreOutcome): boolean {
    if (failures.length) return this.print({ failures }, failures, () => []);
    return this.print(manifests, failures, () => [
      notes.map((note) => `# ${note}\n`).join('') + manifests.map(manifestYaml).join('---\n'),
    ]);
  }

  verify({ cluster, groups, drift, failures }: VerifyOutcome): boolean {
    const lines = () =>
      groups.map(({ name, said, problems }) => {
        const mark = problems.length ? paint('red', 'FAIL') : ok('ok  ');
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
    if (this.format === 'json') {
      process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
    } else {
      for (const line of lines()) process.stdout.write(`${line}\n`);
      for (const line of failures.flatMap((failure) => failureLines(failure, noun)))
        process.stderr.write(`${line}\n`);
    }
    return failures.length === 0;
  }
}

function synthLine({
  cluster,
  objects,
  components,
  written,
  unchanged,
  removed,
  foreign,
  seconds,
}: SynthResult): string {
  const parts = [
    ok(cluster),
    count(objects, 'object'),
    count(components, 'component'),
    `${written.length} written`,
    `${unchanged} unchanged`,
    ...(removed.length ? [`${removed.length} removed`] : []),
    time(seconds),
  ];
  const notOurs = foreign.map(
    (file) => `\n  dist/${cluster}/${file} was not rendered by Strata: move it or remove it`,
  );
  return parts.join('  ') + notOurs.join('');
}

function failureLines({ cluster, messages }: Failure, noun: string): string[] {
  const total = count(messages.length, noun);
  return [
    ...messages,
    paint('red', cluster === undefined ? `${total} in clusters/` : `${cluster}  ${total}`),
  ];
}

const ok = (text: string): string => paint('green', text);
const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
const time = (seconds: number): string => `${seconds.toFixed(2)} s`;

/** styleText would colour a file too: it looks at NO_COLOR only from Node 22 on. */
const paint = (colour: 'green' | 'red', text: string): string =>
  process.stdout.isTTY && process.env['NO_COLOR'] === undefined ? styleText(colour, text) : text;

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
