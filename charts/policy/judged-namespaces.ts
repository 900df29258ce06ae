import { STAGES } from '../../settings/base';

/**
 * Namespaces of environments, by the label that Strata gives them. Only they are judged: whatever brings a cluster back (network, storage,
 * DNS, Argo CD, Kyverno itself) is admitted also while Kyverno is away or a policy is wrong.
 */
export const JUDGED_NAMESPACES = {
  matchExpressions: [{ key: 'environment', operator: 'In', values: [...STAGES] }],
};
