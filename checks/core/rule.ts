import type { ClusterSettings } from '../../settings/base';
import type { Path } from '../../settings/problem';
import type { Declarations, RenderedKustomization, RenderedObject } from '../../charts/core/render';

/** Something that is wrong in the rendered set of one cluster. */
export interface Finding {
  /** Name of the rule: `image`. */
  readonly rule: string;
  /** `StatefulSet prod/mysql`, or what else it is about. */
  readonly object: string;
  /** File below dist/<cluster>/. */
  readonly file: string;
  /** `spec.template.spec.containers[0].image` */
  readonly field: string;
  readonly problem: string;
  readonly remedy: string;
  /** The setting that mends it, where the rule knows it. @default what the object's component is set with */
  readonly setting?: Path;
}

/** What a finding says of one field, before it is known whose. */
export type FieldFinding = Pick<Finding, 'field' | 'problem' | 'remedy'>;

/** What a rule may look at: plain objects, what the constructs declared, the settings. */
export interface CheckInput {
  readonly objects: readonly RenderedObject[];
  readonly kustomizations: readonly RenderedKustomization[];
  readonly declarations: Declarations;
  readonly settings: ClusterSettings;
  /** Day of the check, YYYY-MM-DD. */
  readonly today: string;
  /** Runbook → anchors of its headings, lower case: `charts/data/mysql/runbook.md` → {`mysqldown`, …}. */
  readonly runbooks: ReadonlyMap<string, ReadonlySet<string>>;
}

/** One family of rules. It never throws on odd objects: files may have been edited by hand. */
export interface Rule {
  readonly name: string;
  readonly check: (input: CheckInput) => readonly Finding[];
}
