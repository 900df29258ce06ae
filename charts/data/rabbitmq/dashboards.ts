import { namespaceOf, type Dashboard, type Panel } from '../../core/dashboards';

const SERVER = 'namespace=~"$namespace",job="rabbitmq"';
const QUEUE = `${SERVER},queue=~"$queue"`;
const LINE = '{{namespace}} {{queue}}';
const of = (name: string, where = QUEUE): string =>
  `sum by (namespace, queue) (rabbitmq_queue_${name}{${where}})`;

const NOW: readonly Panel[] = [
  {
    kind: 'figure',
    title: 'Alarms',
    description: 'Too much memory, or too little disk: it takes no more messages then.',
    unit: 'count',
    thresholds: { critical: 1 },
    queries: [
      {
        expr: `sum by (namespace) (rabbitmq_alarms_memory_used_watermark{${SERVER}} + rabbitmq_alarms_free_disk_space_watermark{${SERVER}})`,
        legend: '{{namespace}}',
      },
    ],
  },
  {
    kind: 'figure',
    title: 'Messages that wait',
    description: 'In all queues but those of dead letters.',
    unit: 'count',
    queries: [
      {
        expr: `sum by (namespace) (rabbitmq_queue_messages_ready{${SERVER},queue!~".+[.]dead"})`,
        legend: '{{namespace}}',
      },
    ],
  },
  {
    kind: 'figure',
    title: 'Dead letters',
    description: 'Messages that a service refused or did not take in time. Somebody has to look at each.',
    unit: 'count',
    thresholds: { warning: 1 },
    queries: [
      {
        expr: `sum by (namespace) (rabbitmq_queue_messages{${SERVER},queue=~".+[.]dead"})`,
        legend: '{{namespace}}',
      },
    ],
  },
  {
    kind: 'table',
    title: 'Queues',
    description:
      'What waits in each, and who takes it. A queue with messages and without consumers: its service is away.',
    unit: 'count',
    labels: { namespace: 'Namespace', queue: 'Queue' },
    columns: [
      { expr: of('messages'), legend: 'Messages' },
      { expr: of('messages_ready'), legend: 'Wait' },
      { expr: of('consumers'), legend: 'Consumers' },
    ],
    detail: {
      dashboard: 'rabbitmq',
      title: 'This queue alone',
      variables: { namespace: 'namespace', queue: 'queue' },
    },
  },
];

const OVER_TIME: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Messages that wait',
    description: 'A queue that grows for long is one whose service is too slow.',
    unit: 'count',
    queries: [{ expr: of('messages_ready'), legend: LINE }],
  },
  {
    kind: 'graph',
    title: 'Consumers',
    description: 'Connections that take messages from each queue.',
    unit: 'count',
    queries: [{ expr: of('consumers'), legend: LINE }],
  },
];

/** Series: imports/metrics.yaml, rabbitmq. */
export const RABBITMQ: Dashboard = {
  uid: 'rabbitmq',
  title: 'RabbitMQ',
  description: 'Which queue grows, and who does not take from it?',
  variables: [
    namespaceOf('rabbitmq_queue_messages'),
    {
      name: 'queue',
      label: 'Queue',
      series: 'rabbitmq_queue_messages{namespace=~"$namespace"}',
      values: 'queue',
    },
  ],
  rows: [
    { title: 'Now', panels: NOW },
    { title: 'Over time', panels: OVER_TIME },
  ],
};
