import type { ClusterSettings } from './base';
import type { Mistake, Path } from './problem';

// What rules between fields are made of.

type Section = keyof ClusterSettings;
export type Rule = (settings: Partial<ClusterSettings>) => readonly Mistake[];

export function rule<K extends Section>(
  needs: readonly K[],
  check: (settings: { readonly [S in K]-?: NonNullable<ClusterSettings[S]> }) => readonly Mistake[],
): Rule {
  return (settings) =>
    needs.every((section) => settings[section] !== undefined)
      ? // every section that the rule needs is there, as the line above asks
        check(settings as { readonly [S in K]-?: NonNullable<ClusterSettings[S]> })
      : [];
}

/** A thing that has a name, and where that stands. */
interface Named {
  readonly name: string;
  readonly path: Path;
}

export function named(items: readonly { readonly name: string }[], ...path: Path): readonly Named[] {
  return items.map(({ name }, index) => ({ name, path: [...path, index, 'name'] }));
}

export function duplicates(things: readonly Named[], remedy = 'Choose another name'): readonly Mistake[] {
  const first = new Map<string, Path>();
  return things.flatMap(({ name, path }) => {
    const earlier = first.get(name);
    first.set(name, earlier ?? path);
    return earlier ? [{ path, problem: `"${name}" is already taken`, by: earlier, remedy }] : [];
  });
}
