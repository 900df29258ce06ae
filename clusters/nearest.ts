/** The candidate that `word` most likely meant, or undefined where none is near: one edit in three letters, whatever the case. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const scored = candidates.map((candidate) => ({
    candidate,
    edits: distance(word.toLowerCase(), candidate.toLowerCase()),
  }));
  const allowed = Math.max(1, Math.floor(word.length / 3));
  const near = scored.filter(({ edits, candidate }) => edits <= allowed && edits < candidate.length);
  return near.sort((one, other) => one.edits - other.edits)[0]?.candidate;
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
