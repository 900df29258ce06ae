import { z } from 'zod';
import { hasHostBits, isAddress, networkOf, parseCidr } from './cidr';
import { monthsOf, parseCron } from './cron';
import { either } from './problem';
import { matching, quote, scalar, type Refusal } from './scalar';

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** apimachinery v0.36.3, pkg/util/validation: IsValidLabelValue; a name in a key is the same, and not empty. */
const LABEL_VALUE = /^(?=.{0,63}$)([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$/;

const MOMENT = /^([0-9]{4}-[0-9]{2}-[0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$/;

export const dnsLabel = scalar('a DNS label', ['prod'], labelRefusal, DNS_LABEL);
export const dnsName = scalar('a domain name', ['example.com'], nameRefusal);
export const mail = scalar('a mail address', ['ops@example.com'], mailRefusal);
export const cidr = scalar('a CIDR', ['203.0.113.0/24'], (value) => cidrRefusal(value));
export const cidr4 = scalar(
  'an IPv4 CIDR',
  ['10.42.0.0/16'],
  (value) => cidrRefusal(value) ?? versionRefusal(value),
);
export const address = scalar('an address', ['203.0.113.10'], addressRefusal);
/** A range of addresses, or the name of some that are known by it. */
export const cidrOr = (names: readonly string[]) =>
  scalar(`a CIDR or ${either(names)}`, [...names, '203.0.113.0/24'], (value) => {
    if (names.includes(value)) return undefined;
    const refusal = cidrRefusal(value);
    const isName = /^[a-z-]+$/i.test(value);
    return isName
      ? {
          problem: `${quote(value)} is not a CIDR, and no such proxy is known`,
          remedy: `Use ${either(names)}, or a CIDR`,
        }
      : refusal;
  });
export const httpsUrl = scalar('an https URL', ['https://s3.example.com'], urlRefusal);
export const gitUrl = scalar('a git URL', ['https://github.com/example/strata.git'], gitRefusal);
export const registry = scalar('a registry', ['ghcr.io'], registryRefusal, /^[a-z0-9.-]+(:[0-9]+)?$/);
export const date = scalar('a date', ['2027-03-31'], dateRefusal, /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/);
export const moment = scalar('a moment in UTC', ['2026-11-20T23:59:34Z'], momentRefusal, MOMENT);
export const schedule = scalar('a schedule', ['30 5 2 * *'], scheduleRefusal);
export const revision = scalar('a git revision', ['main'], revisionRefusal);
export const provisioner = scalar('a provisioner', ['driver.longhorn.io'], provisionerRefusal);
const labelValue = scalar('the value of a label', ['kube-dns'], labelValueRefusal, LABEL_VALUE);

/** A name that every SQL server takes without quotes; names of Secrets are made of it, with hyphens for underscores. */
export const databaseName = matching(
  'a database name',
  /^[a-z]([a-z0-9_]{0,30}[a-z0-9])?$/,
  'xwiki',
  'Use at most 32 lower-case letters, digits and inner underscores, beginning with a letter',
);

/** Labels that select something: at least one, or everything is selected. */
export const labels = z.record(z.string(), labelValue).superRefine((all, context) => {
  const add = (path: string[], { problem, remedy }: Refusal): void =>
    context.addIssue({ code: 'custom', path, message: problem, params: { remedy } });
  if (Object.keys(all).length === 0)
    add([], { problem: 'no label, which selects every pod', remedy: 'Name a label, or remove the key' });
  for (const key of Object.keys(all)) {
    const refusal = labelKeyRefusal(key);
    if (refusal) add([key], refusal);
  }
});

/** Releases of Kubernetes that Strata renders for: native sidecars are stable since 1.33, and 1.37 is the newest that it knows. */
const KUBERNETES = { least: 33, most: 37 };
export const kubernetesVersion = scalar(
  'a Kubernetes version',
  ['1.36'],
  kubernetesRefusal,
  /^1\.[0-9]{1,2}$/,
);
function labelRefusal(value: string): Refusal | undefined {
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

/** Labels of at most 253 letters together, as names of hosts are made of (RFC 1123, 2.1). */
const isHost = (value: string): boolean =>
  value.length <= 253 && value.split('.').every((label) => DNS_LABEL.test(label));

function nameRefusal(value: string): Refusal | undefined {
  if (isHost(value) && value.includes('.')) {
    if (!/\.[0-9]+$/.test(value)) return undefined;
    // An address such as 10.0.0.1 also has the form of labels, but no certificate authority signs for it; other top-level domains than
    // addresses have are not all digits either.
    return {
      problem: `${quote(value)} is ${isAddress(value) ? 'an address, not a domain name' : 'no domain name: the last part is a number'}`,
      remedy: 'Name a domain, e.g. example.com',
    };
  }
  const bare = value
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/[/:].*$/, '')
    .replace(/\.$/, '');
  const isMended = bare !== value && nameRefusal(bare) === undefined;
  return {
    problem: `${quote(value)} is not a domain name`,
    remedy: isMended
      ? `Did you mean ${quote(bare)}?`
      : 'Use lower-case labels of letters, digits and hyphens joined by dots, e.g. example.com',
  };
}

function mailRefusal(value: string): Refusal | undefined {
  const [local = '', domain = '', ...rest] = value.split('@');
  const isLegal =
    rest.length === 0 &&
    /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$/.test(local) &&
    nameRefusal(domain.toLowerCase()) === undefined;
  if (isLegal && !/^\.|\.$|\.\./.test(local)) return undefined;
  return {
    problem: `${quote(value)} is not a mail address`,
    remedy: 'Write one address, e.g. ops@example.com',
  };
}

function cidrRefusal(value: string): Refusal | undefined {
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

function addressRefusal(value: string): Refusal | undefined {
  if (isAddress(value)) return undefined;
  const [bare = ''] = value.split('/');
  return {
    problem: `${quote(value)} is not an address`,
    remedy: isAddress(bare)
      ? `Leave the prefix length out: ${quote(bare)}`
      : 'Write one IPv4 or IPv6 address, e.g. 203.0.113.10',
  };
}

function versionRefusal(value: string): Refusal | undefined {
  if (!value.includes(':')) return undefined;
  return { problem: `${quote(value)} is an IPv6 range`, remedy: 'Use an IPv4 range, e.g. 10.42.0.0/16' };
}

function urlRefusal(value: string): Refusal | undefined {
  const [, host, port] = /^https:\/\/([^/?#:\s]+)(:[0-9]+)?([/?#]\S*)?$/.exec(value) ?? [];
  if (host !== undefined && !isPort(port)) return noPort(value);
  if (host !== undefined && nameRefusal(host) === undefined) return undefined;
  const remedy = value.startsWith('http://')
    ? `Use TLS: ${quote(value.replace('http://', 'https://'))}`
    : 'Write it with scheme and host name, e.g. https://s3.example.com';
  return { problem: `${quote(value)} is not an https URL`, remedy };
}

/** A URL over https or ssh, or git@host:path, the short form of ssh. A user before an https host would be half of a credential. */
const GIT_URL =
  /^(?:https:\/\/|ssh:\/\/(?:[a-z0-9_-]+@)?)([a-z0-9.-]+)(:[0-9]+)?\/([^\s?#*[\]{}]+)$|^[a-z0-9_-]+@([a-z0-9.-]+):([^/\s?#*[\]{}][^\s?#*[\]{}]*)$/i;

function gitRefusal(value: string): Refusal | undefined {
  const [, urlHost, port, urlPath, shortHost, shortPath] = GIT_URL.exec(value) ?? [];
  const host = (urlHost ?? shortHost)?.toLowerCase();
  const steps = (urlPath ?? shortPath)?.replace(/\/$/, '').split('/') ?? [];
  if (host !== undefined && isHost(host) && steps.every((step) => !/^\.{0,2}$/.test(step)))
    return isPort(port) ? undefined : noPort(value);
  return {
    problem: `${quote(value)} is not a git URL over https or ssh`,
    remedy:
      'Write https://<host>/<path>.git or git@<host>:<path>.git, without a user name or password in an https URL',
  };
}

const noPort = (value: string): Refusal => ({
  problem: `${quote(value)} names a port that is none`,
  remedy: 'Use a port from 1 to 65535, or leave it out',
});

/** A host name and perhaps a port. */
function registryRefusal(value: string): Refusal | undefined {
  const [, host, port] = /^([a-z0-9.-]+)(:[0-9]+)?$/.exec(value) ?? [];
  if (host === undefined || !isHost(host))
    return {
      problem: `${quote(value)} is not a registry`,
      remedy: 'Write a host name without scheme or path, e.g. ghcr.io',
    };
  return isPort(port) ? undefined : noPort(value);
}

function dateRefusal(value: string): Refusal | undefined {
  const [, year, month, day] = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(value)?.map(Number) ?? [];
  const remedy = 'Write year, month and day, e.g. 2027-03-31';
  if (year === undefined || month === undefined || day === undefined)
    return { problem: `${quote(value)} is not a date`, remedy };
  const isFebruary29 = month === 2 && day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  if ((day >= 1 && day <= last) || isFebruary29) return undefined;
  return { problem: `${quote(value)} is no day of the calendar`, remedy };
}

function momentRefusal(value: string): Refusal | undefined {
  const [, day] = MOMENT.exec(value) ?? [];
  if (day !== undefined) return dateRefusal(day);
  return {
    problem: `${quote(value)} is not a moment in UTC`,
    remedy: 'Write date and time in UTC with a Z at the end, e.g. 2026-11-20T23:59:34Z',
  };
}

/** What is wrong with the schedule of a job that has to run in every month. */
function scheduleRefusal(value: string): Refusal | undefined {
  const remedy = 'Write minute, hour, day of the month, month and day of the week, e.g. 30 5 2 * *';
  const cron = value.startsWith('@') ? 'it has not five fields' : parseCron(value);
  if (typeof cron === 'string') return { problem: `${quote(value)} is not a schedule: ${cron}`, remedy };
  const missed = 12 - monthsOf(cron, true).length;
  return missed === 0
    ? undefined
    : {
        problem: `${quote(value)} leaves ${missed === 1 ? '1 month' : `${missed} months`} of a year out`,
        remedy: 'Let it run in every month, e.g. 30 5 2 * *',
      };
}

/** git-check-ref-format(1), for a name that also has to be no option of a command. */
function revisionRefusal(value: string): Refusal | undefined {
  const isLegal =
    /^[\x21-\x7e\xa1-\uffff]+$/.test(value) &&
    !/[~^:?*[\\]/.test(value) &&
    !/^[-/@]|\.\.|@\{|\/\/|[./]$/.test(value) &&
    value.split('/').every((part) => !/^\.|\.lock$/.test(part));
  if (isLegal) return undefined;
  return {
    problem: `${quote(value)} is not a git revision`,
    remedy: 'Name a branch, tag or commit, e.g. main',
  };
}

function kubernetesRefusal(value: string): Refusal | undefined {
  const minor = Number(/^1\.([0-9]{1,2})$/.exec(value)?.[1]);
  const { least, most } = KUBERNETES;
  if (minor >= least && minor <= most) return undefined;
  if (Number.isNaN(minor))
    return {
      problem: `${quote(value)} is not a Kubernetes version`,
      remedy: 'Write major and minor version in quotes, e.g. 1.36',
    };
  return { problem: `Kubernetes ${value} is not rendered for`, remedy: `Use 1.${least} to 1.${most}` };
}

/** apimachinery v0.36.3, pkg/util/validation: IsQualifiedName. */
function isQualifiedName(value: string): boolean {
  const [name = '', prefix, ...more] = value.split('/').reverse();
  return (
    name !== '' && LABEL_VALUE.test(name) && more.length === 0 && (prefix === undefined || isHost(prefix))
  );
}

function labelKeyRefusal(key: string): Refusal | undefined {
  if (isQualifiedName(key)) return undefined;
  return {
    problem: `${quote(key)} is not the key of a label`,
    remedy:
      'Use at most 63 letters, digits and inner - _ . with a domain and a slash before them at most, e.g. k8s-app',
  };
}

/** pkg/apis/storage/validation of Kubernetes 1.36.3: validateProvisioner. */
function provisionerRefusal(value: string): Refusal | undefined {
  if (isQualifiedName(value.toLowerCase())) return undefined;
  return {
    problem: `${quote(value)} is not a provisioner`,
    remedy: 'Write the name of the CSI driver, e.g. driver.longhorn.io',
  };
}

function labelValueRefusal(value: string): Refusal | undefined {
  if (LABEL_VALUE.test(value)) return undefined;
  return {
    problem: `${quote(value)} is not the value of a label`,
    remedy: 'Use at most 63 letters, digits and inner - _ .',
  };
}

/** Whether `:99999` behind a host is a port; nothing is one too. */
const isPort = (text = ':443'): boolean => /^:[1-9][0-9]{0,4}$/.test(text) && Number(text.slice(1)) <= 65535;
