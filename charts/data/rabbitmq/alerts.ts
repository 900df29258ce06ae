import type { Alert } from '../../core/monitoring';

/**
 * Alerts on one server. Names of metrics: rabbitmq_prometheus 4.3.6 with a series per queue
 * (collectors/prometheus_rabbitmq_core_metrics_collector.erl, prometheus_rabbitmq_alarm_metrics_collector.erl), and the kubelet's volume
 * statistics.
 */
export function rabbitmqAlerts(namespace: string): readonly Alert[] {
  const server = `{namespace="${namespace}",job="rabbitmq"}`;
  const queues = (matcher: string) => `{namespace="${namespace}",job="rabbitmq",queue${matcher}}`;
  const volume = `{namespace="${namespace}",persistentvolumeclaim="data-rabbitmq-0"}`;
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
    {
      alert: 'RabbitmqVolumeFillingUp',
      expr: `kubelet_volume_stats_used_bytes${volume} / kubelet_volume_stats_capacity_bytes${volume} > 0.8`,
      for: '4m',
      severity: 'critical',
      summary: 'The volume of RabbitMQ in {{ $labels.namespace }} is {{ $value | humanizePercentage }} full',
      description: 'Before it is full publishers have to wait.',
    },
    {
      alert: 'RabbitmqVolumeFullSoon',
      expr: `predict_linear(kubelet_volume_stats_available_bytes${volume}[6h], 4 * 24 * 3600) < 0`,
      for: '1h',
      severity: 'warning',
      summary: 'The volume of RabbitMQ in {{ $labels.namespace }} is full within four days',
      description: 'At the pace of the last six hours; before that publishers have to wait.',
    },
  ];
}
