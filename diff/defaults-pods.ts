import { computed, fields, list, QUANTITIES, spec, type Shape } from './shape';

/*
 * Pods in the templates of workloads, of Kubernetes 1.36.3: pkg/apis/core/v1/defaults.go, and its zz_generated.defaults.go for what is filled
 * in where. What only SetDefaults_Pod fills in (requests from limits, enableServiceLinks) is left out: a template does not get it, so that
 * writing it out makes other pods.
 */
const HTTP: Shape = { defaults: { path: '/', scheme: 'HTTP' } };
const PROBE: Shape = {
  defaults: {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    initialDelaySeconds: 0,
  },
  fields: { httpGet: HTTP, grpc: { defaults: { service: '' } } },
};
const RESOURCES = fields({ limits: QUANTITIES, requests: QUANTITIES });
const FIELD = fields({ fieldRef: { defaults: { apiVersion: 'v1' } } });
const HANDLER = fields({ httpGet: HTTP });

const CONTAINER: Shape = {
  defaults: {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: computed(({ image }) => (isLatest(image) ? 'Always' : 'IfNotPresent')),
    stdin: false,
    tty: false,
  },
  fields: {
    ports: list({ defaults: { protocol: 'TCP' } }),
    env: list({
      defaults: { value: computed(({ valueFrom }) => (valueFrom === undefined ? '' : undefined)) },
      fields: { valueFrom: FIELD },
    }),
    volumeMounts: list({ defaults: { readOnly: false } }),
    resources: RESOURCES,
    startupProbe: PROBE,
    readinessProbe: PROBE,
    livenessProbe: PROBE,
    lifecycle: fields({ postStart: HANDLER, preStop: HANDLER }),
  },
};

/** As pkg/util/parsers reads a reference: without tag and digest it is the tag `latest`; a digest takes nothing from a tag. */
function isLatest(image: unknown): boolean {
  if (typeof image !== 'string') return false;
  const [name = '', digest] = image.slice(image.lastIndexOf('/') + 1).split('@');
  return name.includes(':') ? name.endsWith(':latest') : digest === undefined;
}

const FILES: Shape = { defaults: { defaultMode: 0o644 } };
const DOWNWARD = fields({ items: list(FIELD) });
export const CLAIM: Shape = { defaults: { volumeMode: 'Filesystem' }, fields: { resources: RESOURCES } };

const POD: Shape = {
  defaults: {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
    hostNetwork: false,
    hostPID: false,
    hostIPC: false,
  },
  fields: {
    containers: list(CONTAINER),
    initContainers: list(CONTAINER),
    volumes: list({
      defaults: {
        emptyDir: computed((volume) => (Object.keys(volume).every((key) => key === 'name') ? {} : undefined)),
      },
      fields: {
        configMap: FILES,
        secret: FILES,
        projected: {
          ...FILES,
          fields: {
            sources: list(
              fields({
                downwardAPI: DOWNWARD,
                serviceAccountToken: { defaults: { expirationSeconds: 3600 } },
              }),
            ),
          },
        },
        downwardAPI: { ...FILES, ...DOWNWARD },
        hostPath: { defaults: { type: '' } },
        emptyDir: fields({ sizeLimit: QUANTITIES }),
        ephemeral: fields({ volumeClaimTemplate: spec(CLAIM) }),
      },
    }),
    overhead: QUANTITIES,
  },
};
export const TEMPLATE = spec(POD);
