import { RATE, type Dashboard, type Panel } from '../../core/dashboards';

const reviews = (part: 'sum' | 'count', by: string, more = ''): string =>
  `sum by (${by}) (rate(kyverno_admission_review_duration_seconds_${part}{job="kyverno-svc"${more}}${RATE}))`;

const REVIEWS: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Changes that are judged',
    description: 'By what is done. Each waits for Kyverno before it is stored.',
    unit: 'per second',
    stacked: true,
    queries: [
      {
        expr: reviews('count', 'resource_request_operation'),
        legend: '{{resource_request_operation}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Time of a judgement',
    description: 'On average. The API server gives up after ten seconds.',
    unit: 'seconds',
    thresholds: { warning: 0.5, critical: 1 },
    queries: [
      {
        expr: `${reviews('sum', 'resource_request_operation')} / ${reviews('count', 'resource_request_operation')}`,
        legend: '{{resource_request_operation}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Changes that are refused',
    description: 'By kind. What git says was judged before: these are changes by hand, or by a controller.',
    unit: 'per second',
    queries: [
      {
        expr: reviews('count', 'resource_kind', ',request_allowed="false"'),
        legend: '{{resource_kind}}',
      },
    ],
  },
  {
    kind: 'graph',
    title: 'Kinds that are judged most',
    description: 'The five kinds with most changes. A controller in a loop stands out.',
    unit: 'per second',
    queries: [{ expr: `topk(5, ${reviews('count', 'resource_kind')})`, legend: '{{resource_kind}}' }],
  },
];

/** Series: imports/metrics.yaml, kyverno. */
export const KYVERNO: Dashboard = {
  uid: 'kyverno',
  title: 'Kyverno',
  description: 'What do policies refuse, and do they make changes slow?',
  rows: [{ title: 'Judgements', panels: REVIEWS }],
};
