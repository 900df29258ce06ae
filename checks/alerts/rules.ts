import type { RenderedObject } from '../../charts/core/render';
import type { ObjectSet } from '../core/object-set';
import { asArray, asText, at } from '../core/workloads';

/** One group of a PrometheusRule, with the path that leads to it. */
export interface GroupJson {
  readonly rendered: RenderedObject;
  readonly path: string;
  readonly json: unknown;
}

/** One rule of a group. */
export interface RuleJson extends GroupJson {
  readonly group: unknown;
  /** Undefined for a recorded series. */
  readonly alert: string | undefined;
}

export const groupsOf = (rendered: RenderedObject): GroupJson[] =>
  asArray(at(rendered.object, 'spec.groups')).map((json, index) => ({
    ...{ rendered, json, path: `spec.groups[${index}]` },
  }));

/** Every rule that Prometheus evaluates. */
export const rulesIn = (set: ObjectSet): RuleJson[] =>
  set.ofKind('PrometheusRule').flatMap((rendered) =>
    groupsOf(rendered).flatMap(({ json: group, path }) =>
      asArray(at(group, 'rules')).map((json, index) => ({
        ...{ rendered, group, json, path: `${path}.rules[${index}]` },
        alert: asText(at(json, 'alert')),
      })),
    ),
  );
