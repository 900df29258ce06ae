import type { KubeObject } from '../../charts/core/objects';

/**
 * What Kyverno makes of a ValidatingPolicy (pkg/admissionpolicy/builder.go of v1.18.2): the same constraints, conditions, variables and
 * validations, bound to the whole cluster. A policy of the API server named `vpol-<name>`, and its binding.
 */
export function admissionPolicy(policy: KubeObject): readonly KubeObject[] {
  const { validationActions, matchConstraints, matchConditions, variables, validations } = (
    policy as KubeObject & { spec: Record<string, unknown> }
  ).spec;
  const name = `vpol-${policy.metadata.name}`;
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const spec = { matchConstraints, matchConditions, variables, validations };
  return [
    { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: `${name}-binding` },
      spec: { policyName: name, validationActions },
    },
  ] as KubeObject[];
}
