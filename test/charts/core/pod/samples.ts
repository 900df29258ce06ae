import type { KubeObject } from '../../../../charts/core/objects';
import type { ContainerSpec, PodSpec } from '../../../../charts/core/pod';
import { podTemplate } from '../../../../charts/core/pod/template';
import { image } from '../../../../imports/images';

export const container: ContainerSpec = {
  name: 'server',
  image: image('traefik'),
  ports: { http: 8080, grpc: 9090 },
  resources: { cpu: '100m', memory: '64Mi' },
};

export const pod: PodSpec = { user: { uid: 1000, gid: 1000 }, containers: [container] };

export const SELECTOR = { 'app.kubernetes.io/name': 'demo', 'app.kubernetes.io/component': 'server' };

/** Template of the pod above with some fields more. */
export const templateOf = (more: Partial<PodSpec>): any =>
  podTemplate({ ...pod, ...more }, { ...SELECTOR, more: 'labels' }, SELECTOR);

/** Its spec, with some fields of its one container more. */
export const specOf = (more: Partial<ContainerSpec>, ofPod: Partial<PodSpec> = {}): any =>
  templateOf({ ...ofPod, containers: [{ ...container, ...more }] }).spec;

export const containerOf = (more: Partial<ContainerSpec>, ofPod: Partial<PodSpec> = {}): any =>
  specOf(more, ofPod).containers[0];

/** What the builder made, as it would lie in a file. */
export const objectOf = (made: {
  model: { apiVersion: string; kind: string };
  data: { metadata: object };
}): KubeObject =>
  JSON.parse(
    JSON.stringify({
      ...{ apiVersion: made.model.apiVersion, kind: made.model.kind },
      ...made.data,
      metadata: { ...made.data.metadata, namespace: 'prod' },
    }),
  ) as KubeObject;
