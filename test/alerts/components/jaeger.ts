import { grown, unanswered } from '../shapes';
import { Target, type AlertTests, type Instance } from '../table';
import { volumeFillingUp, volumeFullSoon } from '../volume';

/** The collector v0.155 that Jaeger is made of: receiver/receiverhelper/documentation.md. */
export function jaeger({ namespace }: Instance): AlertTests {
  const server = new Target({
    ...{ namespace, service: 'jaeger', pod: 'jaeger-0', container: 'jaeger' },
    instance: '10.42.0.33:8888',
  });
  const otlp = { receiver: 'otlp', transport: 'grpc' };
  const volume = { namespace, claim: 'data-jaeger-0' };
  return {
    targets: [server],
    alerts: {
      JaegerDown: unanswered(server, 10, { severity: 'warning', summary: 'Jaeger does not answer' }),
      JaegerRefusesSpans: grown(5, {
        [server.series('otelcol_receiver_refused_spans_total', otlp)]: {
          labels: { ...server.labels, ...otlp },
          summary: 'Jaeger refuses spans',
        },
      }),
      JaegerVolumeFillingUp: volumeFillingUp({ ...volume, summary: 'The volume of Jaeger is 81% full' }),
      JaegerVolumeFullSoon: volumeFullSoon({
        ...volume,
        summary: 'The volume of Jaeger is full within four days',
      }),
    },
  };
}
