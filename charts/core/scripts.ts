/**
 * A shell script as it lies in a cluster: without the whole-line comments and the blank lines that its source has for whoever edits it,
 * since people review it once for each namespace. The first line, and documents within the script (`<<END`), stay as they are.
 *
 * A text in quotes over several lines must have neither blank lines nor lines that begin with `#`: `\n` writes the first, and a document
 * both.
 */
export function deployedScript(source: string): string {
  let end: string | undefined;
  const kept = source.split('\n').filter((line, index) => {
    if (end !== undefined) {
      if (line.trim() === end) end = undefined;
      return true;
    }
    if (index > 0 && /^\s*(#|$)/.test(line)) return false;
    end = /(?<!<)<<-?\s*(["']?)(\w+)\1/.exec(line)?.[2];
    return true;
  });
  return `${kept.join('\n')}\n`;
}

/** Files of a ConfigMap, its shell scripts as they lie in a cluster. */
export const deployedFiles = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, name.endsWith('.sh') ? deployedScript(text) : text]),
  );
