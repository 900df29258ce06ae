/** Characters that a terminal obeys instead of showing: control characters but the line break, and marks that turn or hide text. */
const HIDDEN = /[^\P{Cc}\n]|[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** A message with such characters written out, as JSON has them: names and values in it may come from anywhere. */
export const visible = (message: string): string =>
  message.replace(HIDDEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
