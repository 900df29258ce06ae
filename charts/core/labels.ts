/** Labels of one object or selector. */
export type Labels = Readonly<Record<string, string>>;

/** The recommended labels (kubernetes.io, "Recommended Labels"): what every object of a component carries. */
export function componentLabels(name: string, instance: string): Labels {
  return {
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/instance': instance,
    'app.kubernetes.io/part-of': 'strata',
  };
}

/**
 * What selects the pods of one workload. Selectors are immutable, so these never change with a version, a file or a layer: the name of
 * the component and of the workload, and nothing else.
 */
export function selectorLabels(component: string, workload: string): Labels {
  return { 'app.kubernetes.io/name': component, 'app.kubernetes.io/component': workload };
}

/** What names of a component's alerts begin with: `mysql` → `Mysql`, `kube-state-metrics` → `KubeStateMetrics`. */
export const camelCase = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
