import type { Resources } from '../../core/pod';
import { mebi } from '../../core/quantities';

export const HTTPS = 9443;
const METRICS_PORT = 8000;

// Flags are those of charts/kyverno at v1.18.2 with its own values: templates/<controller>/deployment.yaml, templates/_helpers.tpl. Two
// differ: forceFailurePolicyIgnore follows from the settings, and registries of clouds have no credential helper. Its second token, for
// policies that call services, is left out too: no policy does.

/** All programs know these. */
export const LOGGING = ['--loggingFormat=text', '--v=2'];
/** Of the four controllers. */
export const COMMON = [
  '--disableMetrics=false',
  '--otelConfig=prometheus',
  `--metricsPort=${METRICS_PORT}`,
  '--resyncPeriod=15m',
  '--enableDeferredLoading=true',
  '--maxAPICallResponseLength=2000000',
  '--apiCallTimeout=30s',
  ...LOGGING,
];
/** Of those that judge: admission, background and reports. */
export const JUDGING = [
  '--enableConfigMapCaching=true',
  '--enableReporting=validate,mutate,mutateExisting,imageVerify,generate',
  '--omitEvents=PolicyApplied,PolicySkipped',
  // exceptions are rows of the components' definitions, never objects that a namespace brings
  '--enablePolicyException=false',
];
/** Of those that read images' signatures. */
export const REGISTRIES = ['--allowInsecureRegistry=false', '--registryCredentialHelpers=default'];

export const DEFAULTS = {
  /** Upstream's limit (values.yaml) as the request too. */
  admission: { cpu: '100m', memory: mebi(384) },
  init: { cpu: '10m', memory: mebi(64), memoryLimit: mebi(256) },
  /** Upstream's limit for the other three as well. */
  other: { cpu: '25m', memory: mebi(128) },
} as const satisfies Readonly<Record<string, Resources>>;

/** Ports and probes of a controller with a webhook, as charts/kyverno has them. */
export const WEBHOOK_SERVER = {
  ports: { https: HTTPS, metrics: METRICS_PORT },
  startup: {
    http: { path: '/health/liveness', port: 'https', scheme: 'HTTPS' },
    periodSeconds: 6,
    failureThreshold: 20,
  },
  liveness: {
    http: { path: '/health/liveness', port: 'https', scheme: 'HTTPS' },
    periodSeconds: 30,
    timeoutSeconds: 5,
    failureThreshold: 2,
  },
  readiness: {
    http: { path: '/health/readiness', port: 'https', scheme: 'HTTPS' },
    timeoutSeconds: 5,
    failureThreshold: 6,
  },
} as const;

/** The other two listen for Prometheus only: upstream gives them no probe. */
export const METRICS_SERVER = {
  ports: { metrics: METRICS_PORT },
  readiness: { tcp: 'metrics' },
  liveness: { tcp: 'metrics' },
} as const;
