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
  return Math.abs(word.length - candidate.length) > allowed ? Infinity : distance(word, candidate, allowed);
}

/** Levenshtein's distance: letters to insert, delete or replace. Infinity as soon as it is sure to be larger than `allowed`. */
function distance(from: string, to: string, allowed: number): number {
  const letters = [...to];
  let row = [0, ...letters.map((_, index) => index + 1)];
  for (const letter of from) {
    let diagonal = row[0] ?? 0;
    let left = diagonal + 1;
    let least = left;
    const next = [left];
    for (let column = 0; column < letters.length; column++) {
      const above = row[column + 1] ?? 0;
      left = letter === letters[column] ? diagonal : 1 + Math.min(above, diagonal, left);
      next.push(left);
      if (left < least) least = left;
      diagonal = above;
    }
    // a row holds nothing less than the least of the row before
    if (least > allowed) return Infinity;
    row = next;
  }
  return row.at(-1) ?? 0;
}
