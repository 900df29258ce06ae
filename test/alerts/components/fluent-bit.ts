import { counted, held } from '../shapes';
import { Target, type AlertTest, type AlertTests, type Instance } from '../table';

const NODE = { node: 'worker-1' };
const OUTPUT = { ...NODE, name: 'loki.0' };

/** v5.1.1 of Fluent Bit: src/flb_output.c. The monitor adds the label `node`. */
export function fluentBit({ namespace }: Instance): AlertTests {
  const agent = new Target({
    ...{ namespace, service: 'fluent-bit', pod: 'fluent-bit-aaaaa', container: 'fluent-bit' },
    ...{ endpoint: 'http', instance: '10.42.1.9:2020' },
  });
  return {
    targets: [agent],
    alerts: {
      FluentBitDown: held(
        { severity: 'warning', wait: 10, well: 1, bad: 0 },
        {
          'it does not answer': {
            series: agent.series('up', NODE),
            labels: { ...agent.labels, ...NODE },
            summary: 'Nobody reads the logs of worker-1',
          },
        },
      ),
      FluentBitLoses: counted('warning', 15, agent.series('fluentbit_output_dropped_records_total', OUTPUT), {
        labels: { ...agent.labels, ...OUTPUT },
        summary: 'Lines of worker-1 are lost',
      }),
      FluentBitBufferFillsUp: held(
        { severity: 'warning', wait: 5, well: 51, bad: 49 },
        {
          'more than half is taken': {
            series: agent.series('fluentbit_output_chunk_available_capacity_percent', OUTPUT),
            labels: { ...agent.labels, ...OUTPUT },
            summary: 'The buffer of logs on worker-1 has 49 % left',
          },
        },
      ),
      FluentBitStuck: stuck(agent),
    },
  };
}

function stuck(agent: Target): AlertTest {
  const retries = agent.series('fluentbit_output_retries_total', OUTPUT);
  const sent = agent.series('fluentbit_output_proc_records_total', OUTPUT);
  return {
    severity: 'warning',
    fires: {
      'Loki is away from minute 10 to 49': {
        // nothing was sent in a quarter of an hour in minute 23
        series: { [retries]: '5x9 6+1x39 45x20', [sent]: '1000+100x9 1900x39 2000+100x20' },
        minutes: [33, 49],
        labels: { ...agent.labels, ...OUTPUT },
        summary: 'Loki takes no lines of worker-1',
      },
    },
    silent: {
      'some tries fail': { [retries]: '5+1x60', [sent]: '1000+100x60' },
      'there is nothing to send': { [retries]: '5x60', [sent]: '1000x60' },
      'a restart of Loki': { [retries]: '5x9 6+1x4 10x40', [sent]: '1000+100x9 1900x4 2000+100x40' },
    },
  };
}
