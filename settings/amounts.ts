import type { z } from 'zod';
import { quote, scalar, type Refusal } from './scalar';

/** A Kubernetes quantity of bytes: `512Mi`, `50Gi`. */
export type Memory = `${number}${'Ki' | 'Mi' | 'Gi' | 'Ti'}`;
/** A Kubernetes quantity of CPU: `250m`, `2`. */
export type Cpu = `${number}m` | `${number}`;

const MEMORY = /^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti)$/;
const CPU = /^([0-9]+m|[0-9]+(\.[0-9]{1,3})?)$/;

/** The least amount that makes sense in a place, and what needs it: `the Java heap`. */
interface Floor<Amount> {
  readonly least: Amount;
  readonly for: string;
}

/** An amount of memory or disk, of at least so much. */
export function memory(floor?: Floor<Memory>) {
  // The examined text is of the narrower type. A transform would say so too, but zod leaves its defaults out of the JSON schema.
  const amount = scalar(
    'an amount of memory or disk',
    ['8Gi', '512Mi'],
    (value) => memoryRefusal(value) ?? tooLittle(value, floor, bytesOf),
    MEMORY,
  );
  return bounded(amount, floor) as unknown as z.ZodType<Memory, string>;
}

const bounded = (amount: ReturnType<typeof scalar>, floor: Floor<string> | undefined) =>
  floor ? amount.meta({ ...amount.meta(), $comment: `At least ${floor.least}, for ${floor.for}` }) : amount;

/** An amount of CPU, of at least so much. */
export function cores(floor?: Floor<Cpu>) {
  const amount = scalar(
    'an amount of CPU',
    ['250m', '2'],
    (value) => cpuRefusal(value) ?? tooLittle(value, floor, millicoresOf),
    CPU,
  );
  return bounded(amount, floor) as unknown as z.ZodType<Cpu, string>;
}

export const cpu = cores();

function memoryRefusal(value: string): Refusal | undefined {
  const problem = `${quote(value)} is not an amount of memory or disk`;
  if (MEMORY.test(value)) {
    const bytes = bytesOf(value);
    if (bytes === 0) return { problem: `${quote(value)} is nothing`, remedy: 'Use more than zero, e.g. 1Gi' };
    if (bytes > Number.MAX_SAFE_INTEGER)
      return { problem: `${quote(value)} is more than any disk holds`, remedy: 'Use at most 8191Ti' };
    return Number.isInteger(bytes)
      ? undefined
      : {
          problem: `${quote(value)} is no whole number of bytes`,
          remedy: 'Use a smaller unit, e.g. 1536Mi for 1.5Gi',
        };
  }
  const near = /^([0-9]+(?:\.[0-9]+)?)\s*([kmgt])(i?b?)$/i.exec(value);
  if (near) return { problem, remedy: `Did you mean ${quote(`${near[1]}${near[2]?.toUpperCase()}i`)}?` };
  return { problem, remedy: 'Write a number and Ki, Mi, Gi or Ti, e.g. 512Mi or 8Gi' };
}

function tooLittle(
  value: string,
  floor: Floor<string> | undefined,
  amountOf: (value: string) => number,
): Refusal | undefined {
  if (!floor || amountOf(value) >= amountOf(floor.least)) return undefined;
  return { problem: `${quote(value)} is too little for ${floor.for}`, remedy: `Use at least ${floor.least}` };
}

/** Bytes of a text that MEMORY fits. */
const bytesOf = (value: string): number =>
  Number.parseFloat(value) * 2 ** (10 * (['Ki', 'Mi', 'Gi', 'Ti'].indexOf(value.slice(-2)) + 1));

/** Thousandths of a core of a text that CPU fits. */
const millicoresOf = (value: string): number => Number.parseFloat(value) * (value.endsWith('m') ? 1 : 1000);

function cpuRefusal(value: string): Refusal | undefined {
  if (CPU.test(value)) {
    return Number.parseFloat(value) > 0
      ? undefined
      : { problem: `${quote(value)} is no CPU`, remedy: 'Use more than zero, e.g. 250m' };
  }
  return {
    problem: `${quote(value)} is not an amount of CPU`,
    remedy: 'Write cores or thousandths of a core, e.g. "2" or 250m',
  };
}
