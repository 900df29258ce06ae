import type { Finding, Rule } from '../../checks/core/rule';
import type { KubeObject } from '../../charts/core/objects';
import type { RenderedObject } from '../../charts/core/render';
import { monoInput } from './mutation';
import { NO_DECLARATIONS } from '../declarations';

/** Hand-made objects as they would lie in the folder of one component. */
export const rendered = (objects: readonly KubeObject[], component = 'sample'): RenderedObject[] =>
  objects.map((object) => ({
    object,
    component,
    file: `${component}/${object.kind.toLowerCase()}-${object.metadata.name}.yaml`,
  }));

type Input = ReturnType<typeof monoInput>;

/** The findings of one rule about hand-made objects alone: no declarations, the settings of mono, and what `change` adds. */
export function findingsOfRule(
  rule: Rule,
  objects: readonly KubeObject[],
  change: (input: { -readonly [K in keyof Input]: Input[K] }) => void = () => undefined,
): Finding[] {
  const input = {
    ...monoInput(),
    objects: rendered(objects),
    declarations: NO_DECLARATIONS,
  };
  input.settings.images.endOfLife = [];
  change(input);
  return [...rule.check(input)];
}

/** The fields that findings name. */
export const fields = (findings: readonly Finding[]): string[] => findings.map(({ field }) => field);

/** A hardened pod of one container. */
export const hardenedPod = () => ({
  automountServiceAccountToken: false,
  terminationGracePeriodSeconds: 30,
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } as Record<
    string,
    unknown
  >,
  containers: [
    {
      name: 'main',
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    } as Record<string, unknown>,
  ],
});

/** A Deployment of that pod in namespace `sample`. */
export const deploymentOf = (
  spec: object,
  labels: Record<string, string> = { app: 'sample' },
): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'sample', namespace: 'sample' },
  spec: { replicas: 1, template: { metadata: { labels }, spec } },
});

export const namespaceAt = (level: string, name = 'sample'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': level } },
});
