import type { Alert } from '../../core/monitoring';
import { volumeAlerts } from '../../core/volume-alerts';

/**
 * Alerts on one server. Names of metrics: rabbitmq_prometheus 4.3.6 with a series per queue
 * (collectors/prometheus_rabbitmq_core_metrics_collector.erl, prometheus_rabbitmq_alarm_metrics_collector.erl), and the kubelet's volume
 * statistics.
 */
export function rabbitmqAlerts(namespace: string): readonly Alert[] {
  const server = `{namespace="${namespace}",job="rabbitmq"}`;
  const queues = (matcher: string) => `{namespace="${namespace}",job="rabbitmq",queue${matcher}}`;
  return [
    {
      alert: 'RabbitmqDown',
      expr: `up${server} == 0 or absent(up${server})`,
      for: '3m',
      severity: 'critical',
      summary: 'RabbitMQ of {{ $labels.namespace }} does not answer',
      description: 'Services cannot publish, and get no messages.',
    },
    {
      alert: 'RabbitmqMemoryAlarm',
      expr: `rabbitmq_alarms_memory_used_watermark${server} > 0`,
      for: '4m',
      severity: 'critical',
      summary: 'RabbitMQ of {{ $labels.namespace }} uses more memory than it should',
      description: 'Publishers wait until it is less.',
    },
    {
      alert: 'RabbitmqDiskAlarm',
      expr: `rabbitmq_alarms_free_disk_space_watermark${server} > 0`,
      for: '4m',
      severity: 'critical',
      summary: 'RabbitMQ of {{ $labels.namespace }} has too little disk left',
      description: 'Publishers wait until there is more.',
    },
    {
      alert: 'RabbitmqDeadLetters',
      expr: `sum by (namespace, queue) (rabbitmq_queue_messages${queues('=~".+[.]dead"')}) > 0`,
      for: '15m',
      severity: 'warning',
      summary: '{{ $value }} dead letters lie in {{ $labels.queue }} of {{ $labels.namespace }}',
      description: 'A service failed on them again and again, or did not take them in time.',
    },
    {
      alert: 'RabbitmqNobodyConsumes',
      expr:
        `sum by (namespace, queue) (rabbitmq_queue_messages${queues('!~".+[.]dead"')}) > 0 and ` +
        `sum by (namespace, queue) (rabbitmq_queue_consumers${server}) == 0`,
      for: '10m',
      severity: 'warning',
      summary: 'Nobody takes the messages of {{ $labels.queue }} in {{ $labels.namespace }}',
      description: 'The service is not connected; its messages become dead letters when their time is over.',
    },
    {
      alert: 'RabbitmqQueueGrows',
      expr: `min_over_time(sum by (namespace, queue) (rabbitmq_queue_messages_ready${queues('!~".+[.]dead"')})[15m:1m]) > 1000`,
      for: '5m',
      severity: 'warning',
      summary: 'More than a thousand messages wait in {{ $labels.queue }} of {{ $labels.namespace }}',
      description: 'The service takes them slower than they come.',
    },
    ...volumeAlerts({
      name: 'Rabbitmq',
      claims: `{namespace="${namespace}",persistentvolumeclaim="data-rabbitmq-0"}`,
      subject: 'The volume of RabbitMQ in {{ $labels.namespace }}',
      full: 'before it is full publishers have to wait',
    }),
  ];
}
