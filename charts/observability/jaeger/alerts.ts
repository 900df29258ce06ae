import type { Alert } from '../../core/monitoring';
import { volumeAlerts } from '../../core/volume-alerts';

/** Claim of the only pod. */
export const CLAIM = 'data';

/** Metrics of the collector v0.155 that Jaeger is made of: receiver/receiverhelper/documentation.md. */
export function jaegerAlerts(namespace: string): readonly Alert[] {
  const target = `namespace="${namespace}",job="jaeger"`;
  return [
    {
      alert: 'JaegerDown',
      expr: `absent(up{${target}} == 1)`,
      for: '10m',
      severity: 'warning',
      summary: 'Jaeger does not answer',
      description:
        'Nobody can look at traces. New ones are kept by the collector for five minutes, as long as its queue has room.',
    },
    {
      alert: 'JaegerRefusesSpans',
      expr: `increase(otelcol_receiver_refused_spans_total{${target}}[15m]) > 0`,
      for: '5m',
      severity: 'warning',
      summary: 'Jaeger refuses spans',
      description:
        'It cannot write them, or is short of memory. The collector sends them again for five minutes.',
    },
    ...volumeAlerts({
      name: 'Jaeger',
      claims: `{namespace="${namespace}",persistentvolumeclaim="${CLAIM}-jaeger-0"}`,
      subject: 'The volume of Jaeger',
      full: 'on a full volume Jaeger ends, and does not start again',
    }),
  ];
}
