import { image, type Image } from '../../../../imports/images';
import type { StorageClass } from '../../../core/contracts';
import type { ManagedPodsSpec } from '../../../core/managed-pods';
import type { ContainerSpec, Probe } from '../../../core/pod';
import { gibi, type Cpu, type Memory } from '../../../core/quantities';
import { scratch } from '../../../core/volumes';
import { templateVolume, type ClaimTemplate } from '../../../core/workload';
import { SIDECAR_RESOURCES } from './archive';
import { POOLER_USER } from './pooler';

// What CloudNativePG v1.30.1 makes of a Cluster (pkg/specs/pods.go, containers.go, volumes.go) and of a Pooler
// (pkg/specs/pgbouncer/deployments.go), and plugin-barman-cloud v0.15.0 adds (internal/cnpgi/operator/lifecycle.go).

/** `postgres` of the image, and the operator's default. */
const USER = { uid: 26, gid: 26 };

interface InstancesInput {
  readonly cluster: string;
  readonly image: Image;
  readonly instances: number;
  readonly storage: StorageClass;
  readonly size: Memory;
  readonly resources: { readonly cpu: Cpu; readonly memory: Memory };
  readonly archives: boolean;
  readonly priorityClass: string;
}

/** The program of the operator, sockets and temporary files. */
const CONTROLLER = { '/controller': scratch('scratch-data', gibi(1)) };

/** The operator's program is copied into each pod before anything else starts. */
const bootstrap = (resources: ContainerSpec['resources']): ContainerSpec => ({
  name: 'bootstrap-controller',
  image: image('cloudnative-pg'),
  command: ['/manager', 'bootstrap', '/controller/manager'],
  resources,
  mounts: CONTROLLER,
});

const status = (path: string): Probe => ({
  http: { path, port: 'status', scheme: 'HTTPS' },
  timeoutSeconds: 5,
});

export function instancePods(input: InstancesInput): ManagedPodsSpec {
  const { cluster, resources } = input;
  const claim: ClaimTemplate = { name: 'pgdata', size: input.size, storage: input.storage };
  const mounts = {
    '/var/lib/postgresql/data': templateVolume(claim),
    ...CONTROLLER,
  };
  const sidecar = {
    name: 'plugin-barman-cloud',
    image: image('barman-cloud-sidecar'),
    args: ['instance'],
    startup: {
      exec: ['/manager', 'healthcheck', 'unix'],
      periodSeconds: 1,
      timeoutSeconds: 5,
      failureThreshold: 30,
    },
    resources: SIDECAR_RESOURCES,
    mounts,
    sidecar: true,
  };
  return {
    resource: { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', name: cluster },
    name: cluster,
    labels: { 'cnpg.io/cluster': cluster, 'cnpg.io/podRole': 'instance' },
    replicas: input.instances,
    claims: [claim],
    priorityClass: input.priorityClass,
    user: USER,
    antiAffinity: 'required',
    spread: [],
    graceSeconds: 300,
    initContainers: [bootstrap(resources), ...(input.archives ? [sidecar] : [])],
    containers: [
      {
        name: 'postgres',
        image: input.image,
        command: ['/controller/manager', 'instance', 'run'],
        ports: { postgresql: 5432, metrics: 9187, status: 8000 },
        resources,
        startup: status('/startupz'),
        readiness: status('/readyz'),
        liveness: status('/healthz'),
        mounts,
      },
    ],
  };
}

interface PoolerPodsInput {
  readonly name: string;
  readonly image: Image;
  readonly instances: number;
  readonly cpu: Cpu;
  readonly memory: Memory;
  readonly priorityClass: string;
}

export function poolerPods({
  name,
  image: program,
  instances,
  cpu,
  memory,
  priorityClass,
}: PoolerPodsInput): ManagedPodsSpec {
  const resources = { cpu, memory };
  const ready: Probe = { tcp: 'pgbouncer', timeoutSeconds: 5 };
  return {
    resource: { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Pooler', name },
    name,
    labels: { 'cnpg.io/poolerName': name },
    replicas: instances,
    priorityClass,
    user: POOLER_USER,
    initContainers: [bootstrap(resources)],
    containers: [
      {
        name: 'pgbouncer',
        image: program,
        command: ['/controller/manager', 'pgbouncer', 'run'],
        ports: { pgbouncer: 5432, metrics: 9127 },
        resources,
        readiness: ready,
        liveness: { ...ready, periodSeconds: 20 },
        mounts: CONTROLLER,
      },
    ],
  };
}
