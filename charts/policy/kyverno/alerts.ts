import type { Alert } from '../../core/monitoring';

/** Prometheus names targets after their Service. */
const JOBS = [
  'kyverno-svc',
  'kyverno-background-controller',
  'kyverno-cleanup-controller',
  'kyverno-reports-controller',
] as const;

/** No pod of a job answers, or it has none. Both keep the label `job`, which `absent` of a comparison would lose. */
const DOWN = [
  `max by (job, namespace) (up{job=~"${JOBS.join('|')}",namespace="kyverno"}) == 0`,
  ...JOBS.map((job) => `absent(up{job="${job}",namespace="kyverno"})`),
].join(' or ');

/** Mean seconds of a review. The API server waits for ten (the default timeout of a webhook) and people for each. */
const SLOW_SECONDS = 1;

const review = (part: 'sum' | 'count'): string =>
  `sum by (namespace) (rate(kyverno_admission_review_duration_seconds_${part}{job="kyverno-svc",namespace="kyverno"}[10m]))`;

/** Metrics of kyverno v1.18.2: pkg/metrics/admission.go. */
export const ALERTS: readonly Alert[] = [
  {
    alert: 'KyvernoDown',
    expr: DOWN,
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.job }} does not answer',
    description:
      'Without kyverno-svc no policy of Kyverno judges a change; without the others scans, reports or cleanups stand still.',
  },
  {
    alert: 'KyvernoAdmissionSlow',
    expr: `${review('sum')} / ${review('count')} > ${SLOW_SECONDS}`,
    for: '15m',
    severity: 'warning',
    summary: 'Kyverno takes {{ $value | humanizeDuration }} to judge a change',
    description:
      'Every change that a policy judges waits that long. Beyond ten seconds the API server goes by failurePolicy.',
  },
];

/** Where a Kyverno that is away refuses changes instead of admitting them, somebody has to come at once. */
export const REFUSING: Alert = {
  alert: 'KyvernoRefusesChanges',
  expr: 'max by (job, namespace) (up{job="kyverno-svc",namespace="kyverno"}) == 0 or absent(up{job="kyverno-svc",namespace="kyverno"})',
  for: '3m',
  severity: 'critical',
  summary: 'Kyverno does not answer, and the API server refuses what its policies judge',
  description:
    'failurePolicy is Fail: new pods and roll-outs of environments stop until a pod of Kyverno is back.',
};
