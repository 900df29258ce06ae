import { diffLines } from 'diff';
import { StrataError } from '../charts/core/errors';
import { manifestYaml } from '../charts/core/yaml';
import { isObject } from '../checks/core/workloads';
import type { ObjectChange } from './changes';
import { HIDDEN } from './json';

/**
 * One row of an object side by side: `[0, text]` the same on both sides, `[1, old, new]` changed, where null is no line, and `[2, number]` as
 * many lines left out.
 */
export type PageRow =
  readonly [0, string] | readonly [1, string | null, string | null] | readonly [2, number];

/** Lines before and after a change that are shown with it. */
const CONTEXT = 3;
/** Rows of one object that are shown. */
const MOST = 600;
/** Lines that may differ before both texts are shown one after the other. */
const MOST_EDITS = 2000;

/** Both sides of an object as rows. Values of Secrets are left out. */
export function rowsOf({ before, after }: ObjectChange): PageRow[] {
  const rows = shortened(sideBySide(textOf(before), textOf(after)));
  return rows.length > MOST ? [...rows.slice(0, MOST), [2, rows.length - MOST]] : rows;
}

function textOf(object: ObjectChange['before']): string {
  if (!object) return '';
  try {
    return manifestYaml(object.kind === 'Secret' ? { ...object, ...hidden(object) } : object);
  } catch (error) {
    // a file by hand may hold what the writer refuses
    if (!(error instanceof StrataError)) throw error;
    return JSON.stringify(object, null, 2);
  }
}

function hidden(secret: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = ['data', 'stringData'].filter((field) => isObject(secret[field]));
  return Object.fromEntries(
    fields.map((field) => [
      field,
      Object.fromEntries(Object.keys(secret[field] as object).map((key) => [key, HIDDEN])),
    ]),
  );
}

const linesOf = (text: string): string[] => text.replace(/\n$/, '').split('\n');

function sideBySide(old: string, wanted: string): PageRow[] {
  const parts = diffLines(old, wanted, { maxEditLength: MOST_EDITS }) ?? [
    { value: old, removed: true, added: false },
    { value: wanted, removed: false, added: true },
  ];
  const rows: PageRow[] = [];
  let gone: string[] = [];
  const flush = (come: readonly string[]): void => {
    for (let index = 0; index < Math.max(gone.length, come.length); index++)
      rows.push([1, gone[index] ?? null, come[index] ?? null]);
    gone = [];
  };
  for (const { value, removed, added } of parts) {
    if (value === '') continue;
    const lines = linesOf(value);
    if (removed) gone = lines;
    else if (added) flush(lines);
    else {
      flush([]);
      for (const line of lines) rows.push([0, line]);
    }
  }
  flush([]);
  return rows;
}

/** Rows far from any change as a number. */
function shortened(rows: readonly PageRow[]): PageRow[] {
  const near = new Array<boolean>(rows.length).fill(false);
  for (const [index, [kind]] of rows.entries())
    if (kind === 1) near.fill(true, Math.max(0, index - CONTEXT), index + CONTEXT + 1);
  const result: PageRow[] = [];
  let left = 0;
  for (const [index, row] of rows.entries()) {
    if (near[index] !== true) {
      left++;
      continue;
    }
    if (left) result.push([2, left]);
    left = 0;
    result.push(row);
  }
  if (left) result.push([2, left]);
  return result;
}
