/** The classes of a change's consequences, the most dangerous first. */
export const CLASSES = [
  'fails',
  'data',
  'interrupts',
  'access',
  'reach',
  'watching',
  'cost',
  'cause',
] as const;

export type ChangeClass = (typeof CLASSES)[number];

/** What people read above the lines of a class. */
export const TITLES: Readonly<Record<ChangeClass, string>> = {
  fails: 'Will fail',
  data: 'Data at risk',
  interrupts: 'Interrupts',
  access: 'Access',
  reach: 'Reach',
  watching: 'Watching',
  cost: 'Cost',
  cause: 'Cause',
};

/** One consequence of a change. */
export interface Line {
  readonly class: ChangeClass;
  readonly cluster: string;
  /** Folder in dist/<cluster>/; empty for what is of the whole cluster. */
  readonly component: string;
  /** `StatefulSet prod/postgresql`, or what else it is about. */
  readonly object: string;
  /** From the repository: `dist/mono/postgresql-prod/statefulset-postgresql.yaml`. */
  readonly file: string;
  /** `spec.template.spec.containers[postgresql].image`; empty for the object as a whole. */
  readonly field: string;
  readonly old?: string;
  readonly new?: string;
  readonly consequence: string;
  readonly remedy?: string;
  /** Order within the class: 0 the worst, 9 the least. */
  readonly rank: number;
}

/** What a rule says; where it is said of is added by {@link lineOf}. */
export interface Said {
  readonly field?: string | undefined;
  readonly old?: string | undefined;
  readonly new?: string | undefined;
  readonly consequence: string;
  readonly remedy?: string | undefined;
  /** @default 5 */
  readonly rank?: number;
}

/** Worst first: by class, rank, then cluster, component and object, so that two runs print the same. */
export function inOrder(one: Line, other: Line): number {
  return (
    CLASSES.indexOf(one.class) - CLASSES.indexOf(other.class) ||
    one.rank - other.rank ||
    compare(one.cluster, other.cluster) ||
    compare(one.component, other.component) ||
    compare(one.object, other.object) ||
    compare(one.field, other.field)
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `3 pods`, `1 pod`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** `a`, `a and b`, `a, b and c`; beyond `most`, `a, b and 3 more`. */
export function listed(items: readonly string[], most = 6): string {
  const shown =
    items.length > most ? [...items.slice(0, most - 1), `${items.length - most + 1} more`] : items;
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}
