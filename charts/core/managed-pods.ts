import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import type { ComponentIdentity } from './contracts';
import type { Labels } from './labels';
import type { PodSpec } from './pod';
import { podTemplate } from './pod/template';
import { claimTemplate, type ClaimTemplate } from './workload';

/** The object whose controller makes pods: `monitoring.coreos.com/v1`, `Prometheus`, its name. */
interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/**
 * Pods that a controller makes for an object of the component, as they will be: their number, users, images, requests, ports. The
 * author reads from the controller's source what it makes of the object; the rules then judge them like any other pods.
 */
export interface ManagedPodsSpec extends Omit<PodSpec, 'restartPolicy'> {
  /** Object of this component. */
  readonly resource: Owner;
  /** Name of the workload for messages, exceptions and the NetworkPolicy. */
  readonly name: string;
  /** @default the component's */
  readonly namespace?: string;
  /** Labels that the controller gives these pods and no others: what Services, budgets and policies select them by. */
  readonly labels: Labels;
  /** `per-node` where each node gets one. */
  readonly replicas: number | 'per-node';
  /** Claims that each pod gets; they are mounted by templateVolume. @default none */
  readonly claims?: readonly ClaimTemplate[];
}

/** Plain data about pods that a controller makes: what a rendered workload would say about them. */
export interface PodDeclaration {
  readonly name: string;
  readonly namespace: string;
  /** Id of the component that declares them. */
  readonly component: string;
  readonly owner: Owner;
  readonly replicas: number | 'per-node';
  readonly template: IPodTemplateSpec;
  readonly claims: readonly IPersistentVolumeClaim[];
}

export const podDeclaration = (component: ComponentIdentity, spec: ManagedPodsSpec): PodDeclaration => ({
  name: spec.name,
  namespace: spec.namespace ?? component.namespace,
  component: component.id,
  owner: { ...spec.resource },
  replicas: spec.replicas,
  template: podTemplate(spec, spec.labels, spec.labels),
  claims: (spec.claims ?? []).map((claim) => claimTemplate(claim, spec.labels)),
});
