import type { Cpu, Memory } from '../../settings/amounts';
import { StrataError } from './errors';

export type { Cpu, Memory } from '../../settings/amounts';

const BINARY: Readonly<Record<string, number>> = {
  '': 1,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};
const DECIMAL: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };
const BYTES = /^([0-9]+(?:\.[0-9]+)?)(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$/;
const CORES = /^([0-9]+(?:\.[0-9]+)?)(m)?$/;

/** Bytes of a memory or storage quantity. Throws a StrataError on anything else. */
export function bytesOf(quantity: string | number): number {
  const match = BYTES.exec(String(quantity));
  if (!match)
    throw new StrataError('quantity', `"${quantity}" is no amount of bytes`, 'Write it like 512Mi or 50Gi');
  const unit = match[2] ?? '';
  return Number(match[1]) * (BINARY[unit] ?? DECIMAL[unit] ?? 1);
}

/** Thousandths of a core of a CPU quantity. Throws a StrataError on anything else. */
export function millicoresOf(quantity: string | number): number {
  const match = CORES.exec(String(quantity));
  if (!match)
    throw new StrataError('quantity', `"${quantity}" is no amount of CPU`, 'Write it like 250m or 2');
  return Math.round(Number(match[1]) * (match[2] ? 1 : 1000));
}

/** The shortest exact binary quantity, rounded up to whole mebibytes: 1.5 Gi gives `1536Mi`. */
export function memory(bytes: number): Memory {
  const mebibytes = Math.ceil(bytes / 2 ** 20);
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
}

/** `1` for whole cores, else thousandths: `250m`. */
export function cpu(millicores: number): Cpu {
  const whole = Math.ceil(millicores);
  return whole % 1000 === 0 ? `${whole / 1000}` : `${whole}m`;
}

export const gibi = (count: number): Memory => memory(count * 2 ** 30);
export const mebi = (count: number): Memory => memory(count * 2 ** 20);

/** Share of a memory limit from which a Go program collects garbage eagerly instead of being killed. */
const GO_MEMORY_SHARE = 0.9;

/** What the Go runtime reads from GOMEMLIMIT for a container of this limit: bytes, with a unit of its own (package runtime). */
export const goMemoryLimit = (limit: Memory): string =>
  `${Math.floor((bytesOf(limit) * GO_MEMORY_SHARE) / 2 ** 20)}MiB`;
