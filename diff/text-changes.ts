import { diffLines } from 'diff';

/** A line of a text that changed: what it was, what it is. */
export interface TextChange {
  readonly old: string | undefined;
  readonly new: string | undefined;
}

/** Lines that may differ before a text counts as another one: nobody reads more in a comment, and finding them takes the square of it. */
const MOST_EDITS = 1000;

/** The changed lines of a text, a removed line paired with the added one that took its place. Blank lines and `#` comments do not count. */
export function textChanges(old: string, wanted: string): TextChange[] {
  const parts = diffLines(old, wanted, { maxEditLength: MOST_EDITS, ignoreNewlineAtEof: true });
  if (!parts) return [{ old: 'a long text', new: 'another long text' }];
  const changes: TextChange[] = [];
  let gone: string[] = [];
  const flush = (come: readonly string[]): void => {
    for (let index = 0; index < Math.max(gone.length, come.length); index++)
      changes.push({ old: gone[index], new: come[index] });
    gone = [];
  };
  for (const { added, removed, value } of parts) {
    const lines = value.split('\n').filter(matters);
    if (removed) gone = lines;
    else flush(added ? lines : []);
  }
  flush([]);
  return changes;
}

const matters = (line: string): boolean => line.trim() !== '' && !/^\s*(?:#|;|--(?:\s|$)|\/\/)/.test(line);

const SETTING = /^\s*([\w.-]+)\s*[=: ]\s*(.+?)\s*$/;

/** `shared_buffers: 256MB → 512MB` of a changed line of a configuration; the line itself where it is none. */
export function settingOf({ old, new: wanted }: TextChange): string {
  const [before, after] = [SETTING.exec(old ?? ''), SETTING.exec(wanted ?? '')];
  if (before && after && before[1] === after[1])
    return `${before[1] ?? ''}: ${cut(before[2] ?? '')} → ${cut(after[2] ?? '')}`;
  if (old === undefined) return `+ ${cut(wanted ?? '')}`;
  if (wanted === undefined) return `- ${cut(old)}`;
  return `${cut(old)} → ${cut(wanted)}`;
}

/** Characters of a line of configuration that are shown. */
const SHOWN = 60;

const cut = (text: string): string => {
  const trimmed = text.trim();
  return trimmed.length > SHOWN ? `${trimmed.slice(0, SHOWN)}…` : trimmed;
};
