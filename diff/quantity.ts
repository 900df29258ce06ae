const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const QUANTITY =
  /^([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

/** The amount that a Kubernetes quantity stands for; undefined where it is none (apimachinery, pkg/api/resource/quantity.go). */
export function amountOf(quantity: unknown): number | undefined {
  if (typeof quantity === 'number') return quantity;
  if (typeof quantity !== 'string') return undefined;
  const match = QUANTITY.exec(quantity);
  if (!match) return undefined;
  return Number(match[1]) * (SUFFIXES[match[2] ?? ''] ?? 1);
}

/**
 * Whether the API server stores two quantities as the same text: the same amount in the same form. It keeps `1073741824` and `1Gi` apart, and
 * a StatefulSet or DaemonSet whose template changes from the one to the other replaces its pods.
 */
export const storedAlike = (one: unknown, other: unknown): boolean =>
  sameAmount(one, other) && formOf(one) === formOf(other);

/** Decimal, binary or with an exponent (CanonicalizeBytes in apimachinery 0.36.3, pkg/api/resource/quantity.go). */
function formOf(quantity: unknown): 'decimal' | 'binary' | 'exponent' {
  const text = String(quantity);
  if (/[eE][+-]?[0-9]/.test(text)) return 'exponent';
  return text.endsWith('i') && Math.abs(amountOf(quantity) ?? 0) >= 1024 ? 'binary' : 'decimal';
}

/** Whether two quantities are the same amount, in whatever form. */
export function sameAmount(one: unknown, other: unknown): boolean {
  const [a, b] = [amountOf(one), amountOf(other)];
  return a !== undefined && b !== undefined && Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}

/** `1.5 Gi`, for people; `0` for nothing. */
export function gibi(bytes: number): string {
  if (Math.abs(bytes) >= 2 ** 30 || bytes === 0) return `${rounded(bytes / 2 ** 30)} Gi`;
  return `${rounded(bytes / 2 ** 20)} Mi`;
}

/** `1.25`, of a number of cores. */
export const cores = (amount: number): string => rounded(amount);

const rounded = (amount: number): string => String(Math.round(amount * 100) / 100);
