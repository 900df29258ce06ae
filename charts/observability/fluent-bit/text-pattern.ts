/** How often something is there: exactly, at most once, or as often as can be. */
type Times = number | '?' | '*' | '+';

/**
 * A piece of a text. Only what patterns of Lua and regular expressions of JavaScript read alike: no alternatives, no groups, and one set of
 * characters behind the other. Both are greedy and go back where the rest does not fit.
 */
export type Piece =
  | { readonly text: string; readonly anyCase: boolean }
  | { readonly ranges: string; readonly others: string; readonly not: boolean; readonly times: Times };

/** Exactly these characters. */
export const exactly = (text: string): Piece => ({ text, anyCase: false });
/** These letters, large or small. */
export const word = (text: string): Piece => ({ text, anyCase: true });
/** One of the characters: ranges as in `A-Z0-9`, and others one by one. */
export const oneOf = (ranges: string, others = '', times: Times = 1): Piece => ({
  ...{ ranges, others, times },
  not: false,
});
/** A character that is none of these. */
export const noneOf = (others: string, times: Times = 1): Piece => ({
  ...{ ranges: '', others, times },
  not: true,
});

/** How a language writes what stands for something else otherwise. */
interface Syntax {
  readonly escape: (character: string) => string;
  readonly repeat: (set: string, times: number) => string;
}

/** Lua 5.1 manual, 5.4.1: `%` before any character that is no letter or digit stands for that character. It has no `{n}`. */
const LUA: Syntax = {
  escape: (character) => (/[A-Za-z0-9_\s]/.test(character) ? character : `%${character}`),
  repeat: (set, times) => set.repeat(times),
};
const JAVASCRIPT: Syntax = {
  escape: (character) => (/[\\^$.*+?()[\]{}|/-]/.test(character) ? `\\${character}` : character),
  repeat: (set, times) => (times === 1 ? set : `${set}{${times}}`),
};

/** The pieces as a pattern for `string.gsub`. */
export const luaPattern = (pieces: readonly Piece[]): string => written(pieces, LUA);
/** The same as a regular expression. */
export const regexSource = (pieces: readonly Piece[]): string => written(pieces, JAVASCRIPT);

const written = (pieces: readonly Piece[], syntax: Syntax): string =>
  pieces.map((piece) => ('text' in piece ? literal(piece, syntax) : set(piece, syntax))).join('');

function literal({ text, anyCase }: Extract<Piece, { text: string }>, { escape }: Syntax): string {
  return [...text]
    .map((character) =>
      anyCase && /[a-z]/i.test(character)
        ? `[${character.toUpperCase()}${character.toLowerCase()}]`
        : escape(character),
    )
    .join('');
}

function set({ ranges, others, not, times }: Extract<Piece, { ranges: string }>, syntax: Syntax): string {
  const one = `[${not ? '^' : ''}${ranges}${[...others].map(syntax.escape).join('')}]`;
  return typeof times === 'number' ? syntax.repeat(one, times) : `${one}${times}`;
}

/** The longest text that is there wherever the pieces fit, in small letters. */
export function hintOf(pieces: readonly Piece[]): string {
  const texts = pieces.flatMap((piece) => ('text' in piece ? [piece.text.toLowerCase()] : []));
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
}
