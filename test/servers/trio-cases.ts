import type { Result } from './container';
import { Trio } from './trio';
import { until, type World } from './world';

const trios = new WeakMap<World, Trio>();

/** The three servers of a suite; its cases follow each other, like the life of a cluster. */
export function trioOf(world: World): Trio {
  const known = trios.get(world) ?? new Trio(world, { synchronous: true });
  trios.set(world, known);
  return known;
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)}, and not ${String(expected)}`);
}

export function says(
  { code, output }: Result,
  expected: { readonly code: number; readonly text: RegExp },
): void {
  if (code !== expected.code || !expected.text.test(output))
    throw new Error(
      `it ended with ${code}, not ${expected.code}, or does not say ${expected.text}:\n${output}`,
    );
}

export const rows = (trio: Trio, number: number): Promise<string> =>
  trio.sql(number, `SELECT count(*) || ' ' || pg_is_in_recovery() FROM t`);

/** Waits until a standby has replayed so many rows. */
export async function replayed(trio: Trio, number: number, count: number): Promise<void> {
  await trio.ready(number);
  await until(
    `server ${number} has ${count} rows`,
    async () => (await rows(trio, number)) === `${count} true`,
  );
}
