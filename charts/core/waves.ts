import { StrataError } from './errors';

/** What the order of roll-out is made from. */
export interface Dependent {
  readonly id: string;
  readonly dependencies: ReadonlySet<string>;
}

/**
 * The wave of each component: 0 without dependencies, else one more than the last of them. Throws a StrataError naming the cycle, or
 * the dependency that is not there.
 */
export function waves(components: readonly Dependent[]): ReadonlyMap<string, number> {
  const byId = new Map(components.map((component) => [component.id, component]));
  const result = new Map<string, number>();
  const path: string[] = [];

  const visit = (id: string): number => {
    const known = result.get(id);
    if (known !== undefined) return known;
    const component = byId.get(id);
    if (!component) {
      throw new StrataError(
        path.at(-1) ?? id,
        `needs "${id}", which is not part of the cluster`,
        `Switch ${id} on`,
      );
    }
    if (path.includes(id)) {
      const cycle = [...path.slice(path.indexOf(id)), id].join(' → ');
      throw new StrataError(id, `needs itself: ${cycle}`, 'Break the circle in charts/platform.ts');
    }
    path.push(id);
    const wave = Math.max(-1, ...[...component.dependencies].map(visit)) + 1;
    path.pop();
    result.set(id, wave);
    return wave;
  };

  for (const { id } of components) visit(id);
  return result;
}
