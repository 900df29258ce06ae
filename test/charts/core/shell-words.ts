/** Words after which a shell expects a command. */
const BEFORE_COMMAND = new Set([
  'then',
  'do',
  'else',
  'elif',
  'if',
  'while',
  'until',
  '!',
  '{',
  'exec',
  'command',
  'coproc',
]);
/** What a shell is and does by itself (POSIX, bash and ash), and words of its grammar. */
const BUILT_IN = new Set(
  (
    'if then else elif fi for in while until do done case esac function select { } ! [[ ]] ' +
    '. : [ break cd command compgen continue coproc declare echo eval exec exit export false getopts kill let local mapfile printf pwd read ' +
    'readonly return set shift source test times trap true type ulimit umask unset wait'
  ).split(' '),
);

/**
 * Names of the programs that a shell script calls: the first word of each command, in command substitutions, process substitutions and
 * here-documents' substitutions too, without built-ins and the functions of the script. Not a parser: a program whose name comes from a
 * variable is not seen, which the rules of the house forbid anyway.
 */
export function programsOf(
  script: string,
  functions: ReadonlySet<string> = functionsOf(script),
): Set<string> {
  const found = new Set<string>();
  scan(script, 0, '', found);
  for (const name of found)
    // all in capitals: the name of a coprocess
    if (BUILT_IN.has(name) || functions.has(name) || !/^[a-z_][\w.-]*$/i.test(name) || /^[A-Z_]+$/.test(name))
      found.delete(name);
  return found;
}

/** Names of the functions that a script defines. */
export const functionsOf = (script: string): Set<string> =>
  new Set([...script.matchAll(/^\s*([a-z_]\w*)\s*\(\)\s*[{(]/gim)].map(([, name = '']) => name));

/** Reads commands from `at` to `end` (the character that closes them); returns the place behind it. */
function scan(text: string, at: number, end: string, found: Set<string>): number {
  let expecting = true;
  let word = '';
  /** Inside `case … esac`: a closing bracket ends a pattern. */
  let cases = 0;
  const heredocs: string[] = [];
  const flush = (): void => {
    if (word === 'case') cases++;
    if (word === 'esac') cases--;
    if (!word) return;
    if (expecting && !/^\w+(\[.*\])?\+?=/.test(word)) {
      found.add(word);
      expecting = BEFORE_COMMAND.has(word) || word === 'case' ? word !== 'case' : false;
    }
    word = '';
  };
  while (at < text.length) {
    const char = text[at] ?? '';
    const two = text.slice(at, at + 2);
    if (char === end && !(end === ')' && cases > 0)) {
      flush();
      return at + 1;
    }
    if (char === '\\') {
      word += text[at + 1] === '\n' ? '' : text.slice(at, at + 2);
      at += 2;
    } else if (char === "'") {
      const close = text.indexOf("'", at + 1);
      word += text.slice(at, close + 1);
      at = close + 1;
    } else if (two === "$'") {
      at += 2;
      while (text[at] !== "'") at += text[at] === '\\' ? 2 : 1;
      word += "''";
      at++;
    } else if (char === '"') {
      at = scanQuoted(text, at + 1, '"', found);
      word += '""';
    } else if (two === '$(' && text[at + 2] === '(') {
      at = text.indexOf('))', at) + 2;
      word += '0';
    } else if (two === '((') {
      at = text.indexOf('))', at) + 2;
      expecting = false;
    } else if (two === '$(' || two === '<(' || two === '>(') {
      at = scan(text, at + 2, ')', found);
      word += '$';
    } else if (two === '${') {
      at = scanQuoted(text, at + 2, '}', found);
      word += '$';
    } else if (text.startsWith('<<<', at)) {
      flush();
      at += 3;
    } else if (two === '<<') {
      flush();
      const [all = '', , delimiter = ''] = /^<<-?\s*(['"]?)(\w+)\1/.exec(text.slice(at)) ?? [];
      heredocs.push(delimiter);
      at += all.length || 2;
    } else if (char === '#' && !word) {
      const close = text.indexOf('\n', at);
      at = close < 0 ? text.length : close;
    } else if (char === '\n') {
      flush();
      at++;
      for (const delimiter of heredocs.splice(0)) {
        const close = new RegExp(`^\\s*${delimiter}$`, 'm').exec(text.slice(at));
        const body = text.slice(at, at + (close?.index ?? 0));
        scanQuoted(body, 0, '', found);
        at += (close?.index ?? 0) + (close?.[0].length ?? 0);
      }
      expecting = true;
    } else if (/[;|&(]/.test(char)) {
      // the & of a redirection is followed by a descriptor
      const redirection = char === '&' && /[<>]/.test(text[at - 1] ?? '');
      flush();
      if (!redirection) expecting = true;
      at++;
    } else if (char === ')') {
      // a pattern of a case is no command
      if (word && expecting) word = '';
      flush();
      expecting = true;
      at++;
    } else if (/\s/.test(char)) {
      flush();
      at++;
    } else if (/[<>]/.test(char)) {
      flush();
      at++;
    } else {
      word += char;
      at++;
    }
  }
  flush();
  return at;
}

/** Reads text in which only substitutions are commands. */
function scanQuoted(text: string, at: number, end: string, found: Set<string>): number {
  while (at < text.length) {
    if (text[at] === '\\') at += 2;
    else if (text[at] === end) return at + 1;
    else if (text.startsWith('$((', at)) at = text.indexOf('))', at) + 2;
    else if (text.startsWith('$(', at)) at = scan(text, at + 2, ')', found);
    else if (text.startsWith('${', at)) at = scanQuoted(text, at + 2, '}', found);
    else if (text[at] === '"' && end === '}') at = scanQuoted(text, at + 1, '"', found);
    else at++;
  }
  return at;
}
