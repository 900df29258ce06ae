import { z } from 'zod';
import { hasHostBits, isAddress, networkOf, parseCidr } from './cidr';

/** A Kubernetes quantity of bytes: `512Mi`, `50Gi`. */
export type Memory = `${number}${'Ki' | 'Mi' | 'Gi' | 'Ti'}`;
/** A Kubernetes quantity of CPU: `250m`, `2`. */
export type Cpu = `${number}m` | `${number}`;

/** What is wrong with a value, and what to write instead. */
interface Flaw {
  readonly problem: string;
  readonly remedy: string;
}

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const MEMORY = /^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti)$/;
const CPU = /^([0-9]+m|[0-9]+(\.[0-9]{1,3})?)$/;

/**
 * A string with a meaning. `what` names it in messages ("expected a CIDR"), the first example appears in them, and `examine` says
 * what is wrong with a value. The remedy travels in the issue's params, since zod issues have only one message.
 */
function scalar(
  what: string,
  examples: readonly string[],
  examine: (value: string) => Flaw | undefined,
  pattern?: RegExp,
) {
  return z
    .string()
    .superRefine((value, context) => {
      const flaw = examine(value);
      if (flaw) context.addIssue({ code: 'custom', message: flaw.problem, params: { remedy: flaw.remedy } });
    })
    .meta({ title: what, examples: [...examples], ...(pattern && { pattern: pattern.source }) });
}

/** A string that only has to match a pattern. */
export function matching(what: string, pattern: RegExp, example: string, rule: string) {
  return scalar(
    what,
    [example],
    (value) =>
      pattern.test(value)
        ? undefined
        : { problem: `${quote(value)} is not ${what}`, remedy: `${rule}, e.g. ${example}` },
    pattern,
  );
}

/** Any text but blanks. */
export function text(what: string, example: string) {
  return matching(what, /\S/, example, 'Write some text');
}

export const dnsLabel = scalar('a DNS label', ['prod'], labelFlaw, DNS_LABEL);
export const dnsName = scalar('a domain name', ['example.com'], nameFlaw);
export const mail = scalar('a mail address', ['ops@example.com'], mailFlaw);
export const cidr = scalar('a CIDR', ['203.0.113.0/24'], (value) => cidrFlaw(value));
export const cidr4 = scalar(
  'an IPv4 CIDR',
  ['10.42.0.0/16'],
  (value) => cidrFlaw(value) ?? versionFlaw(value),
);
export const httpsUrl = scalar('an https URL', ['https://s3.example.com'], urlFlaw);
export const gitUrl = scalar('a git URL', ['https://github.com/example/strata.git'], gitFlaw);
export const date = scalar('a date', ['2027-03-31'], dateFlaw, /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/);
// The examined text is of the narrower type. A transform would say so too, but zod leaves its defaults out of the JSON schema.
export const memory = scalar(
  'an amount of memory or disk',
  ['8Gi', '512Mi'],
  memoryFlaw,
  MEMORY,
) as unknown as z.ZodType<Memory, string>;
export const cpu = scalar('an amount of CPU', ['250m', '2'], cpuFlaw, CPU) as unknown as z.ZodType<
  Cpu,
  string
>;

function quote(value: unknown): string {
  return JSON.stringify(value);
}

function labelFlaw(value: string): Flaw | undefined {
  if (DNS_LABEL.test(value)) return undefined;
  const problem = `${quote(value)} is not a DNS label`;
  const slug = value
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
  const rule = 'Use at most 63 lower-case letters, digits and inner hyphens';
  return {
    problem,
    remedy: slug === '' || value.length > 63 ? rule : `${rule}: did you mean ${quote(slug)}?`,
  };
}

function nameFlaw(value: string): Flaw | undefined {
  const labels = value.split('.');
  if (value.length <= 253 && labels.length > 1 && labels.every((label) => DNS_LABEL.test(label))) {
    // An address such as 10.0.0.1 also has the form of labels, but no certificate authority signs for it.
    return isAddress(value)
      ? {
          problem: `${quote(value)} is an address, not a domain name`,
          remedy: 'Name a domain, e.g. example.com',
        }
      : undefined;
  }
  const bare = value
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/[/:].*$/, '')
    .replace(/\.$/, '');
  const isMended = bare !== value && nameFlaw(bare) === undefined;
  return {
    problem: `${quote(value)} is not a domain name`,
    remedy: isMended
      ? `Did you mean ${quote(bare)}?`
      : 'Use lower-case labels of letters, digits and hyphens joined by dots, e.g. example.com',
  };
}

function mailFlaw(value: string): Flaw | undefined {
  const [local = '', domain = '', ...rest] = value.split('@');
  const isLegal =
    rest.length === 0 &&
    /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$/.test(local) &&
    nameFlaw(domain.toLowerCase()) === undefined;
  if (isLegal && !/^\.|\.$|\.\./.test(local)) return undefined;
  return {
    problem: `${quote(value)} is not a mail address`,
    remedy: 'Write one address, e.g. ops@example.com',
  };
}

function cidrFlaw(value: string): Flaw | undefined {
  const parsed = parseCidr(value);
  if (parsed !== undefined) {
    if (!hasHostBits(parsed)) return undefined;
    return {
      problem: `${quote(value)} has host bits set after /${parsed.prefix}`,
      remedy: `Did you mean ${quote(networkOf(parsed))}?`,
    };
  }
  if (!isAddress(value)) {
    const remedy = 'Write an address and a prefix length, e.g. 10.42.0.0/16';
    return { problem: `${quote(value)} is not a CIDR`, remedy };
  }
  const full = value.includes(':') ? 128 : 32;
  const problem = `${quote(value)} is an address without a prefix length`;
  return { problem, remedy: `Add that of its network, or /${full} for this address alone` };
}

function versionFlaw(value: string): Flaw | undefined {
  if (!value.includes(':')) return undefined;
  return { problem: `${quote(value)} is an IPv6 range`, remedy: 'Use an IPv4 range, e.g. 10.42.0.0/16' };
}

function urlFlaw(value: string): Flaw | undefined {
  const host = /^https:\/\/([^/?#:\s]+)(:[0-9]{1,5})?([/?#]\S*)?$/.exec(value)?.[1];
  if (host !== undefined && nameFlaw(host) === undefined) return undefined;
  const remedy = value.startsWith('http://')
    ? `Use TLS: ${quote(value.replace('http://', 'https://'))}`
    : 'Write it with scheme and host name, e.g. https://s3.example.com';
  return { problem: `${quote(value)} is not an https URL`, remedy };
}

function gitFlaw(value: string): Flaw | undefined {
  // Also git@host:path, the short form of ssh. A user before an https host would be half of a credential.
  if (
    /^(https:\/\/[a-z0-9.-]+(:[0-9]+)?\/\S+|ssh:\/\/([a-z0-9_-]+@)?[a-z0-9.-]+(:[0-9]+)?\/\S+|[a-z0-9_-]+@[a-z0-9.-]+:[^/\s]\S*)$/i.test(
      value,
    )
  ) {
    return undefined;
  }
  return {
    problem: `${quote(value)} is not a git URL over https or ssh`,
    remedy:
      'Write https://<host>/<path>.git or git@<host>:<path>.git, without a user name or password in an https URL',
  };
}

function dateFlaw(value: string): Flaw | undefined {
  const [, year, month, day] = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(value)?.map(Number) ?? [];
  const remedy = 'Write year, month and day, e.g. 2027-03-31';
  if (year === undefined || month === undefined || day === undefined)
    return { problem: `${quote(value)} is not a date`, remedy };
  const isFebruary29 = month === 2 && day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  if ((day >= 1 && day <= last) || isFebruary29) return undefined;
  return { problem: `${quote(value)} is no day of the calendar`, remedy };
}

function memoryFlaw(value: string): Flaw | undefined {
  const problem = `${quote(value)} is not an amount of memory or disk`;
  if (MEMORY.test(value)) {
    return Number.parseFloat(value) > 0
      ? undefined
      : { problem: `${quote(value)} is nothing`, remedy: 'Use more than zero, e.g. 1Gi' };
  }
  const near = /^([0-9]+(?:\.[0-9]+)?)\s*([kmgt])(i?b?)$/i.exec(value);
  if (near) return { problem, remedy: `Did you mean ${quote(`${near[1]}${near[2]?.toUpperCase()}i`)}?` };
  return { problem, remedy: 'Write a number and Ki, Mi, Gi or Ti, e.g. 512Mi or 8Gi' };
}

function cpuFlaw(value: string): Flaw | undefined {
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
