/** Keys and indices from the root of a file down to a value. */
export type Path = readonly (string | number)[];

/** One mistake in a file, ready to be shown. Line and column count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `nodes.0.memory`; empty where the whole file is meant. */
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Something that is wrong in settings: at which key, what, and what to do. */
export interface Mistake {
  readonly path: Path;
  readonly problem: string;
  /** Where what it collides with is. The problem ends with it: `"x" is already taken by nodes.0.name`. */
  readonly by?: Path;
  readonly remedy: string;
  /** Name of a component that is off, and that would mend it if it were on. */
  readonly lacks?: string;
}

/** A mistake whose place is known as an offset into the text. */
export interface PlacedMistake extends Mistake {
  readonly offset: number;
}

/** `clusters/mono/cluster.yaml:14:7 ingress.engine: "nginx" is not one of traefik. Use traefik.` */
export function formatProblem({ file, line, column, path, problem, remedy }: Problem): string {
  const end = /[.?!]$/.test(remedy) ? '' : '.';
  return `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${problem}. ${remedy}${end}`;
}

/** `nodes.0.memory`, with quotes around keys that would be read otherwise. */
export function formatPath(path: Path): string {
  return path.map((step) => (/^[\w-]+$/.test(String(step)) ? step : JSON.stringify(step))).join('.');
}

/** By file, then by place in it. */
export function inOrder(one: Problem, other: Problem): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return one.line - other.line || one.column - other.column;
}

/** `a`, `a or b`, `a, b or c` */
export function either(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}
