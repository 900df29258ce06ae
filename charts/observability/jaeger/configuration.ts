import type { Memory } from '../../core/quantities';
import { toYaml } from '../../core/yaml';
import { memoryLimits, metricsOnPort, listen } from '../collector';
import { hoursOf } from '../retention';
import type { JaegerSettings } from './definition';

export const CONFIG_FOLDER = '/etc/jaeger';
export const CONFIG_FILE = 'jaeger.yaml';
export const DATA_FOLDER = '/badger';
export const TLS_FOLDER = '/run/secrets/tls';
export const STATUS_PATH = '/status';

/** What listens for others. Jaeger's own API over gRPC (16685) is left on the loopback. */
export const PORTS = { otlp: 4317, query: 16686, health: 13133, metrics: 8888 } as const;

const STORE = 'badger';

interface Input extends Pick<JaegerSettings, 'retention'> {
  readonly memory: Memory;
}

/**
 * Jaeger is a distribution of the OpenTelemetry Collector. Keys: cmd/jaeger/config-badger.yaml, internal/storage/v1/badger/config.go and
 * cmd/jaeger/internal/{extension/jaegerquery,exporters/storageexporter} of the last commit before 2.21.
 */
export const jaegerConfiguration = ({ retention, memory }: Input): string =>
  toYaml({
    extensions: {
      jaeger_storage: {
        backends: {
          [STORE]: {
            badger: {
              ephemeral: false,
              directories: { keys: `${DATA_FOLDER}/keys`, values: `${DATA_FOLDER}/values` },
              ttl: { spans: `${hoursOf(retention)}h` },
            },
          },
        },
      },
      jaeger_query: {
        storage: { traces: STORE },
        http: { endpoint: listen(PORTS.query) },
        grpc: { endpoint: '127.0.0.1:16685' },
      },
      healthcheckv2: {
        use_v2: true,
        http: { endpoint: listen(PORTS.health), status: { enabled: true, path: STATUS_PATH } },
      },
    },
    receivers: {
      otlp: {
        protocols: {
          grpc: {
            endpoint: listen(PORTS.otlp),
            tls: {
              cert_file: `${TLS_FOLDER}/tls.crt`,
              key_file: `${TLS_FOLDER}/tls.key`,
              // cert-manager renews it; without this it would be read at the start only
              reload_interval: '1h',
            },
            // one span alone may be larger than a batch should be
            max_recv_msg_size_mib: 16,
          },
        },
      },
    },
    processors: { memory_limiter: memoryLimits(memory).limiter },
    // without a queue: what cannot be written is refused, and the collector sends it again
    exporters: { jaeger_storage_exporter: { trace_storage: STORE } },
    service: {
      extensions: ['jaeger_storage', 'jaeger_query', 'healthcheckv2'],
      pipelines: {
        traces: {
          receivers: ['otlp'],
          processors: ['memory_limiter'],
          exporters: ['jaeger_storage_exporter'],
        },
      },
      telemetry: metricsOnPort(PORTS.metrics),
    },
  });
