import type { KubeObject } from '../charts/core/objects';
import { BACKUP_LABEL } from '../charts/core/backup';
import type { LiveObject } from './live-cluster';
import type { Compared } from './live-drift';

/** One concern of a cluster: what holds, and what does not. */
export interface LiveState {
  /** `11 Applications Synced and Healthy` */
  readonly said: string;
  /** `Application mysql-prod: OutOfSync: … remedy` */
  readonly problems: readonly string[];
}

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

/** Reasons that a line names. */
const SHOWN = 3;
/** Time that a renewal may take after it is due: an authority that is down for an evening mends itself. */
const RENEWAL = 6 * HOUR;
/** Age of a daily run, with some hours for the run itself: where a CronJob does not say. */
const DAILY = DAY + 6 * HOUR;
/** A check reads the backup of the same day. */
const CHECK_MARGIN = 24 * HOUR;
/** Drills run every month at the longest; five days are for whoever mends one that failed. */
const DRILL_AGE = 36 * DAY;

/** Whether Argo CD calls every rendered Application Synced and Healthy, else which not and why. Those that are missing are drift. */
export function applications(compared: readonly Compared[]): LiveState {
  const live = compared.flatMap(({ live }) => (live?.kind === 'Application' ? [live] : []));
  const problems = live.flatMap(({ metadata, status }) =>
    stateOf(status ?? {}).map((problem) => `Application ${metadata.name}: ${problem}`),
  );
  return {
    said: `${live.length - problems.length} of ${live.length} Applications Synced and Healthy`,
    problems,
  };
}

/** What is read of argoproj.io/v1alpha1 ApplicationStatus. */
interface ApplicationStatus {
  readonly sync?: { readonly status?: string };
  readonly health?: Health;
  readonly conditions?: readonly Condition[];
  readonly operationState?: { readonly phase: string; readonly message?: string };
  readonly resources?: readonly ResourceStatus[];
}

interface Health {
  readonly status?: string;
  readonly message?: string;
}

interface ResourceStatus {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly status?: string;
  readonly health?: Health;
}

interface Condition {
  readonly type: string;
  readonly status?: string;
  readonly message?: string;
}

/** At most one line, whatever is wrong. */
function stateOf(status: ApplicationStatus): string[] {
  const sync = status.sync?.status ?? '';
  const health = status.health?.status ?? '';
  if (!sync && !health)
    return ['Argo CD has not looked at it yet. See whether argocd-application-controller runs'];
  if (sync === 'Synced' && health === 'Healthy') return [];
  const reasons = reasonsOf(status);
  const shown = reasons.slice(0, SHOWN).join('; ') || 'it does not say why';
  const more = reasons.length > SHOWN ? `; and ${reasons.length - SHOWN} more` : '';
  return [
    `${sync || 'not compared'}, ${health || 'of no health'}: ${shown}${more}. See charts/delivery/argocd/runbook.md`,
  ];
}

function reasonsOf({ conditions = [], operationState, resources = [] }: ApplicationStatus): string[] {
  return [
    ...conditions.map(({ type, message = '' }) => `${type}: ${message}`),
    ...(operationState && operationState.phase !== 'Succeeded'
      ? [`sync ${operationState.phase}: ${operationState.message ?? ''}`]
      : []),
    ...resources.flatMap((resource) => {
      const { status, health = {} } = resource;
      const name = resourceName(resource);
      const sick = health.status !== undefined && health.status !== 'Healthy';
      return [
        ...(status === 'OutOfSync' ? [`${name} is OutOfSync`] : []),
        ...(sick ? [`${name} is ${health.status} ${health.message ?? ''}`.trim()] : []),
      ];
    }),
  ];
}

const resourceName = ({ kind, namespace, name }: ResourceStatus): string =>
  `${kind} ${namespace ? `${namespace}/` : ''}${name}`;

/** What is read of cert-manager.io/v1 CertificateStatus. */
interface CertificateStatus {
  readonly conditions?: readonly Condition[];
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly renewalTime?: string;
}

/**
 * Whether every Certificate of the cluster is Ready, valid and renewed in time.
 *
 * @param live undefined where the kind is not served
 */
export function certificates(live: readonly LiveObject[] | undefined, now: Date): LiveState {
  if (!live) return { said: 'the cluster knows no Certificates', problems: [] };
  const all = live.map((certificate) => ({ certificate, status: certificateStatus(certificate) }));
  const problems = all.flatMap(({ certificate, status }) =>
    certificateProblems(status, now).map((problem) => `${nameOf(certificate)}: ${problem}`),
  );
  const [first] = all
    .flatMap(({ certificate, status: { notBefore, notAfter } }) =>
      notBefore && notAfter
        ? [{ name: idOf(certificate), since: since(notBefore, now), left: -since(notAfter, now) }]
        : [],
    )
    .sort((one, other) => one.left - other.left);
  const next =
    first && `; the first to end is ${first.name}, ${span(first.since)} old, in ${span(first.left)}`;
  return { said: `${live.length} Certificate${live.length === 1 ? '' : 's'}${next ?? ''}`, problems };
}

const certificateStatus = ({ status }: LiveObject): CertificateStatus => status ?? {};

function certificateProblems({ conditions = [], ...status }: CertificateStatus, now: Date): string[] {
  const problems: string[] = [];
  const ready = conditions.find(({ type }) => type === 'Ready');
  const ended = status.notAfter === undefined ? -1 : since(status.notAfter, now);
  const overdue = status.renewalTime === undefined ? 0 : since(status.renewalTime, now);
  if (ready?.status !== 'True')
    problems.push(`not Ready: ${ready?.message ?? 'cert-manager has not looked at it yet'}`);
  if (ended >= 0) problems.push(`ended ${span(ended)} ago`);
  else if (overdue > RENEWAL)
    problems.push(`its renewal is ${span(overdue)} overdue; it ends in ${span(-ended)}`);
  return problems.map((problem) => `${problem}. See charts/certificates/cert-manager/runbook.md`);
}

/**
 * Whether every rendered CronJob of a backup, check or drill had a success of late. Those that are missing are drift, and those of a
 * component that its settings stop rest.
 */
export function backups(compared: readonly Compared[], now: Date): LiveState {
  const all = compared.filter(
    ({ rendered: { object } }) => object.kind === 'CronJob' && stepOf(object) && !isSuspended(object),
  );
  if (!all.length)
    return {
      said: `no CronJob with the label ${BACKUP_LABEL} is rendered: nothing is backed up`,
      problems: [],
    };
  const found = all.flatMap(({ rendered: { object }, live }) =>
    live ? [{ live, limit: limitOf(object), age: ageOf(live, now) }] : [],
  );
  const problems = found.flatMap(({ live, limit, age }) =>
    backupProblems(live, limit, age, now).map((problem) => `${nameOf(live)}: ${problem}`),
  );
  const ages = found.flatMap(({ live, age }) => (age === undefined ? [] : [{ name: idOf(live), age }]));
  const [oldest] = ages.sort((one, other) => other.age - one.age);
  const last = oldest ? `; the oldest success is that of ${oldest.name}, ${span(oldest.age)} ago` : '';
  return {
    said: `${found.length} CronJob${found.length === 1 ? '' : 's'} of backups, checks and drills${last}`,
    problems,
  };
}

function backupProblems(live: LiveObject, limit: number, age: number | undefined, now: Date): string[] {
  const { metadata } = live;
  const remedy = `See kubectl -n ${metadata.namespace ?? ''} get jobs, and the runbook of the component`;
  if (isSuspended(live)) return ['it is suspended: nothing runs. Set spec.suspend to false'];
  if (age === undefined) {
    const waiting = since(metadata['creationTimestamp'] as string, now);
    return waiting > limit ? [`no run has succeeded since it was made ${span(waiting)} ago. ${remedy}`] : [];
  }
  return age > limit ? [`its last success is ${span(age)} old, ${span(limit)} are allowed. ${remedy}`] : [];
}

const isSuspended = (object: KubeObject): boolean =>
  (object as { readonly spec?: { readonly suspend?: boolean } }).spec?.suspend === true;

const stepOf = ({ metadata }: KubeObject): string | undefined => metadata.labels?.[BACKUP_LABEL];

/** Age of the last success, in milliseconds; undefined where there was none. */
function ageOf({ status }: LiveObject, now: Date): number | undefined {
  const { lastSuccessfulTime } = (status ?? {}) as { lastSuccessfulTime?: string };
  return lastSuccessfulTime === undefined ? undefined : since(lastSuccessfulTime, now);
}

interface CronJobSpec {
  readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: PodSpec } } };
}

interface PodSpec {
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
}

interface Container {
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/** The ages that the alerts of the component allow, in milliseconds. */
function limitOf(cronJob: KubeObject): number {
  if (stepOf(cronJob) === 'drill') return DRILL_AGE;
  const { initContainers = [], containers } = (cronJob['spec'] as CronJobSpec).jobTemplate.spec.template.spec;
  const env = [...initContainers, ...containers].flatMap((container) => container.env ?? []);
  const seconds = env.find(({ name }) => name === 'MAX_AGE_SECONDS')?.value;
  const age = seconds === undefined ? DAILY : Number(seconds) * SECOND;
  return stepOf(cronJob) === 'check' ? age + CHECK_MARGIN : age;
}

/** Milliseconds from a date to now. */
const since = (date: string, now: Date): number => now.getTime() - Date.parse(date);

const idOf = ({ metadata: { namespace, name } }: KubeObject): string => `${namespace ?? ''}/${name}`;
const nameOf = (object: KubeObject): string => `${object.kind} ${idOf(object)}`;

/** `5 days`, `50 hours`: two digits, so that an age just above its limit does not look like it. */
function span(milliseconds: number): string {
  const [size, unit] = milliseconds >= 4 * DAY ? [DAY, 'day'] : [HOUR, 'hour'];
  const number = Math.floor(milliseconds / size);
  return `${number} ${unit}${number === 1 ? '' : 's'}`;
}
