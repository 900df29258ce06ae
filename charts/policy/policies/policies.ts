import { image } from '../../../imports/images';
import { ValidatingPolicy } from '../../../imports/models';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import type { Contract } from '../../core/contracts';
import { JUDGED_NAMESPACES } from '../judged-namespaces';
import { policies, type PoliciesSettings } from './definition';
import { policiesFor, type Policy } from './rules';

export interface PoliciesProps extends PoliciesSettings {
  /** Who makes them work. */
  readonly engine: Contract;
}

/**
 * The policies of the platform. Kyverno makes a ValidatingAdmissionPolicy of each, which the API server judges by itself, also while no pod of
 * Kyverno answers, and reports what was there before. It does so for a policy that selects namespaces and stays with the kinds it names
 * (pkg/controllers/admissionpolicygenerator/generate-vap.go and pkg/cel/autogen of v1.18.2), and takes CEL of Kubernetes' own libraries over
 * as it is.
 */
export class Policies extends Component {
  static readonly definition = policies;

  constructor(
    cluster: Cluster,
    private readonly props: PoliciesProps,
  ) {
    const { namespace } = props.engine.component;
    super(cluster, { definition: policies, namespace, version: image('kyverno').tag });
    this.requires(props.engine);
    for (const policy of policiesFor(cluster.settings.images.registries)) this.policy(policy);
  }

  private policy({ name, title, kinds, namespaces, conditions, variables, rules }: Policy): void {
    this.add(ValidatingPolicy, {
      metadata: { name, annotations: { 'policies.kyverno.io/title': title } },
      spec: {
        matchConstraints: {
          namespaceSelector: namespaces ?? JUDGED_NAMESPACES,
          resourceRules: kinds.map(({ group, resources }) => ({
            apiGroups: [group],
            apiVersions: ['v1'],
            operations: ['CREATE' as const, 'UPDATE' as const],
            resources: [...resources],
          })),
        },
        ...(conditions && { matchConditions: conditions.map((one) => ({ ...one })) }),
        ...(variables && { variables: variables.map((one) => ({ ...one })) }),
        validations: rules.map((one) => ({ ...one })),
        // what is refused needs no warning; what is admitted is told to whoever asked, and noted in the audit log
        validationActions: this.props.action === 'Deny' ? ['Deny'] : ['Warn', 'Audit'],
        autogen: { validatingAdmissionPolicy: { enabled: true } },
      },
    });
  }
}
