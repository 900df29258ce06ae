/**
 * The candidate that `word` most likely meant: one that begins it or that it begins, or one within one edit in three letters, whatever
 * the case. Undefined where none is near.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const allowed = Math.max(1, Math.floor(word.length / 3));
  const scored = candidates.map((candidate) => ({
    candidate,
    edits: edits(lower, candidate.toLowerCase(), allowed),
  }));
  const near = scored.filter((one) => one.edits <= allowed && one.edits < one.candidate.length);
  return near.sort((one, other) => one.edits - other.edits)[0]?.candidate;
}

function edits(word: string, candidate: string, allowed: number): number {
  const isShort = Math.min(word.length, candidate.length) < 3;
  const isPart = word.startsWith(candidate) || candidate.startsWith(word);
  if (isPart && !isShort) return 1;
  // each letter that one has more is an edit: most candidates need no closer look
  return Math.abs(word.length - candidate.length) > allowed ? Infinity : distance(word, candidate);
}

/** Levenshtein's distance: letters to insert, delete or replace. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const [above = 0, diagonal = 0, left = 0] = [row[column + 1], row[column], next[column]];
      next.push(letter === other ? diagonal : 1 + Math.min(above, diagonal, left));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
