import { stoppedWorkload } from '../maintenance';
import { Target, type AlertTest, type AlertTests, type Instance } from '../table';
import { volumeFillingUp, volumeFullSoon } from '../volume';

/** The plugin rabbitmq_prometheus of 4.3.6, with a series per queue. */
export function rabbitmq(instance: Instance): AlertTests {
  const { namespace } = instance;
  const server = new Target({
    ...{
      namespace,
      service: 'rabbitmq',
      pod: 'rabbitmq-0',
      container: 'rabbitmq',
      instance: '10.42.0.13:15692',
    },
  });
  const { labels } = server;
  const up = server.series('up');
  const queue = (metric: string, name: string): string =>
    server.series(`rabbitmq_queue_${metric}`, { vhost: 'events', queue: name });
  const volume = { namespace, claim: 'data-rabbitmq-0' };
  const alarm = (metric: string, summary: string): AlertTest => {
    const series = server.series(`rabbitmq_alarms_${metric}_watermark`);
    return {
      severity: 'critical',
      fires: {
        'it is there for ten minutes': {
          series: { [series]: '0x9 1x9 0x9' },
          minutes: [14, 19],
          labels,
          summary,
        },
      },
      silent: { 'there is none': { [series]: '0x20' }, 'one of three minutes': { [series]: '0x9 1x3 0x9' } },
    };
  };
  const of = (name: string) => ({ namespace, queue: name });
  return {
    targets: [server],
    alerts: {
      RabbitmqInMaintenance: stoppedWorkload(instance, 'statefulset', 'rabbitmq'),
      RabbitmqDown: {
        severity: 'critical',
        fires: {
          'it does not answer for ten minutes': {
            series: { [up]: '1x9 0x9 1x9' },
            ...{ minutes: [13, 19], labels, summary: `RabbitMQ of ${namespace} does not answer` },
          },
          'the pod is away for ten minutes': {
            series: { [up]: '1x9 stale _x9 1x9' },
            minutes: [13, 19],
            labels: { namespace, job: 'rabbitmq' },
            summary: `RabbitMQ of ${namespace} does not answer`,
          },
        },
        silent: { 'it answers': { [up]: '1x20' }, 'a restart of two minutes': { [up]: '1x9 0x2 1x9' } },
      },
      RabbitmqMemoryAlarm: alarm('memory_used', `RabbitMQ of ${namespace} uses more memory than it should`),
      RabbitmqDiskAlarm: alarm('free_disk_space', `RabbitMQ of ${namespace} has too little disk left`),
      RabbitmqDeadLetters: {
        severity: 'warning',
        fires: {
          'two lie there for half an hour': {
            series: {
              [queue('messages', 'search.dead')]: '0x9 2x29 0x9',
              [queue('messages', 'search')]: '5x50',
            },
            ...{ minutes: [25, 39], labels: of('search.dead') },
            summary: `2 dead letters lie in search.dead of ${namespace}`,
          },
        },
        silent: {
          'one that is taken out after ten minutes': { [queue('messages', 'search.dead')]: '0x9 1x9 0x20' },
          'messages wait in a living queue': {
            [queue('messages', 'search')]: '5x50',
            [queue('messages', 'deadline')]: '5x50',
          },
        },
      },
      RabbitmqNobodyConsumes: {
        severity: 'warning',
        fires: {
          'one message and no consumer, for twenty minutes': {
            series: {
              [queue('messages', 'search')]: '1x40',
              [queue('consumers', 'search')]: '1x9 0x19 1x10',
            },
            ...{ minutes: [20, 29], labels: of('search') },
            summary: `Nobody takes the messages of search in ${namespace}`,
          },
        },
        silent: {
          'no message and no consumer': {
            [queue('messages', 'search')]: '0x40',
            [queue('consumers', 'search')]: '0x40',
          },
          'messages and a consumer': {
            [queue('messages', 'search')]: '9x40',
            [queue('consumers', 'search')]: '1x40',
          },
          'a roll-out of nine minutes': {
            [queue('messages', 'search')]: '9x40',
            [queue('consumers', 'search')]: '1x9 0x8 1x20',
          },
          'dead letters': {
            [queue('messages', 'search.dead')]: '9x40',
            [queue('consumers', 'search.dead')]: '0x40',
          },
        },
      },
      RabbitmqQueueGrows: {
        severity: 'warning',
        fires: {
          'more than a thousand for half an hour': {
            series: { [queue('messages_ready', 'search')]: '10x9 1001x29 10x20' },
            // the least of a quarter of an hour, which must hold for five minutes
            ...{ minutes: [29, 39], labels: of('search') },
            summary: `More than a thousand messages wait in search of ${namespace}`,
          },
        },
        silent: {
          'a thousand': { [queue('messages_ready', 'search')]: '1000x40' },
          'a burst of fifteen minutes': { [queue('messages_ready', 'search')]: '10x9 5000x14 10x20' },
          'dead letters': { [queue('messages_ready', 'search.dead')]: '5000x40' },
        },
      },
      RabbitmqVolumeFillingUp: volumeFillingUp({
        ...volume,
        summary: `The volume of RabbitMQ in ${namespace} is 81% full`,
      }),
      RabbitmqVolumeFullSoon: volumeFullSoon({
        ...volume,
        summary: `The volume of RabbitMQ in ${namespace} is full within four days`,
      }),
    },
  };
}
