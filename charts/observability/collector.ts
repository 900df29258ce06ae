import { bytesOf, type Memory } from '../core/quantities';

// What collectors of OpenTelemetry have in common; Jaeger is one, too.

const MEBI = 2 ** 20;
/** Share of the container's memory that what is in flight may take, at the most. The program itself takes some 50 MiB beside it. */
const HARD_SHARE = 0.8;
/** Share of the hard limit that may come between two looks at it; from hard limit less this, what comes is refused. Upstream's advice. */
const SPIKE_SHARE = 0.2;

/** What bounds a collector's memory (processor/memorylimiterprocessor/README.md of v0.162.0). */
export function memoryLimits(memory: Memory) {
  const hard = Math.floor((bytesOf(memory) * HARD_SHARE) / MEBI);
  const spike = Math.ceil(hard * SPIKE_SHARE);
  return {
    limiter: { check_interval: '1s', limit_mib: hard, spike_limit_mib: spike },
    /** Mebibytes from which what comes is refused. */
    soft: hard - spike,
    /** GOMEMLIMIT: garbage goes before anything is refused for it. */
    garbage: `${hard - spike}MiB`,
  };
}

/** Bytes of the largest batch of spans. gRPC takes 4 MiB by default; the rest is room for what the protocol adds. */
export const MAX_BATCH = 3 * MEBI;

/** On all addresses: network policies say who gets in. */
export const listen = (port: number): string => `0.0.0.0:${port}`;

/**
 * Metrics of the collector itself, under the names that Prometheus asks for: counters end in `_total`, units are part of the name. What is
 * left out of a reader has other defaults (service/telemetry/otelconftelemetry/internal/migration/v0.3.0.go of v0.162.0).
 */
export const metricsOnPort = (port: number) => ({
  logs: { encoding: 'json' },
  metrics: {
    readers: [
      {
        pull: {
          exporter: {
            prometheus: {
              host: '0.0.0.0',
              port,
              without_scope_info: true,
              without_type_suffix: false,
              without_units: false,
            },
          },
        },
      },
    ],
  },
});
