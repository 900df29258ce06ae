import type { Endpoint } from '../../core/network';
import type { Memory } from '../../core/quantities';
import { toYaml, type Json } from '../../core/yaml';
import { listen, MAX_BATCH, memoryLimits, metricsOnPort } from '../collector';
import type { OpenTelemetryCollectorSettings } from './definition';

export const CONFIG_FOLDER = '/etc/opentelemetry-collector';
export const CONFIG_FILE = 'collector.yaml';
export const AUTHORITY_FOLDER = '/etc/jaeger-authority';

/** The last is not for others. */
export const PORTS = { grpc: 4317, http: 4318, metrics: 8888, health: 13133 } as const;

const KIBI = 2 ** 10;
const MEBI = 2 ** 20;

/**
 * Seconds beyond the slow threshold that a trace is waited for. SDKs send spans every 5 seconds (OTEL_BSP_SCHEDULE_DELAY, OpenTelemetry
 * specification), and a service may be a step behind.
 */
const WAIT_SECONDS = 10;
/** Bytes that a waiting trace takes in memory: some ten spans. More traces than there is room for are given up, the oldest first. */
const TRACE_BYTES = 16 * KIBI;
/** Shares of the memory in use for traces that wait, for one trace alone, and for what Jaeger does not take. */
const SHARES = { waiting: 1 / 2, one: 1 / 16, queue: 1 / 4 } as const;
/** Decisions that are remembered, as a multiple of the traces that wait, for spans that come late; upstream asks for ten at least. */
const REMEMBERED = 10;

interface Input extends Pick<OpenTelemetryCollectorSettings, 'sampling' | 'slowMilliseconds'> {
  readonly memory: Memory;
  /** Jaeger's port for spans. */
  readonly store: Pick<Endpoint, 'host' | 'port'>;
}

/**
 * Keys: the README.md of each component of opentelemetry-collector(-contrib) v0.162.0. The order of processors matters: what there is no
 * memory for is refused before anything is done with it. The exporter makes batches of what is left.
 */
export const collectorConfiguration = ({ memory, store, ...sampling }: Input): string => {
  const { limiter, soft } = memoryLimits(memory);
  return toYaml({
    extensions: { health_check: { endpoint: listen(PORTS.health) } },
    receivers: {
      otlp: {
        protocols: { grpc: { endpoint: listen(PORTS.grpc) }, http: { endpoint: listen(PORTS.http) } },
      },
    },
    processors: {
      memory_limiter: limiter,
      tail_sampling: tailSampling(sampling, soft * MEBI),
    },
    exporters: {
      otlp_grpc: {
        endpoint: `${store.host}:${store.port}`,
        tls: { ca_file: `${AUTHORITY_FOLDER}/ca.crt` },
        // five minutes of tries (the default), as long as there is room
        sending_queue: {
          sizer: 'bytes',
          queue_size: Math.floor(soft * MEBI * SHARES.queue),
          // by bytes, which the processor `batch` cannot: Jaeger takes so much at once, and a batch larger than the queue would be lost
          batch: { flush_timeout: '1s', min_size: MEBI / 4, max_size: MAX_BATCH },
        },
      },
    },
    service: {
      extensions: ['health_check'],
      pipelines: {
        traces: {
          receivers: ['otlp'],
          processors: ['memory_limiter', 'tail_sampling'],
          exporters: ['otlp_grpc'],
        },
      },
      telemetry: metricsOnPort(PORTS.metrics),
    },
  });
};

/** A trace is kept when one of the policies wants it: processor/tailsamplingprocessor/README.md. */
function tailSampling(
  { sampling, slowMilliseconds }: Pick<Input, 'sampling' | 'slowMilliseconds'>,
  memory: number,
): Json {
  const traces = Math.floor((memory * SHARES.waiting) / TRACE_BYTES);
  return {
    decision_wait: `${WAIT_SECONDS * 1000 + slowMilliseconds}ms`,
    num_traces: traces,
    maximum_trace_size_bytes: Math.floor(memory * SHARES.one),
    decision_cache: {
      sampled_cache_size: traces * REMEMBERED,
      non_sampled_cache_size: traces * REMEMBERED,
    },
    policies: [
      { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
      { name: 'slow', type: 'latency', latency: { threshold_ms: slowMilliseconds } },
      { name: 'some', type: 'probabilistic', probabilistic: { sampling_percentage: sampling } },
    ],
  };
}
