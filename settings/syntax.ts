import {
  isCollection,
  isMap,
  isScalar,
  visit,
  type Alias,
  type Document,
  type ErrorCode,
  type Scalar,
} from 'yaml';
import { repeatedKeys, type SettingsDocument } from './document';
import { schemaAt, type JsonSchema } from './json-schema';
import { type PlacedMistake, type Path } from './problem';

/** How many nodes aliases may stand for: settings need none, and a few nested ones expand to gigabytes. */
const MAX_ALIASED_NODES = 100;

/** What YAML 1.1 readers, kubectl's among them, take for a boolean, and YAML 1.2 readers for text. */
const AMBIGUOUS = /^(yes|no|on|off)$/i;

/** What is wrong where the parser says only what it saw. Others keep the parser's words. */
const SYNTAX: Partial<Record<ErrorCode, { readonly problem: string; readonly remedy: string }>> = {
  BAD_INDENT: {
    problem: 'the indentation fits no line above',
    remedy: 'Indent the keys of one block by the same number of spaces',
  },
  BAD_SCALAR_START: {
    problem: 'text must not begin with this character',
    remedy: 'Put the text in quotes',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    problem: 'a key stands where a value was expected',
    remedy: 'Indent the key below as its neighbours are, or put text that holds ": " in quotes',
  },
  MISSING_CHAR: {
    problem: 'a key without a colon',
    remedy: 'Write each key with ": " behind it',
  },
  MULTILINE_IMPLICIT_KEY: {
    problem: 'a key without a colon',
    remedy: 'Write each key with ": " behind it on one line',
  },
  NON_STRING_KEY: { problem: 'a key that is no text', remedy: 'Write a word as the key' },
  MULTIPLE_DOCS: {
    problem: 'a second document begins',
    remedy: 'Remove the line ---, or move what follows into the folder of another cluster',
  },
  TAG_RESOLVE_FAILED: { problem: 'a tag (!name) that nothing here reads', remedy: 'Remove the tag' },
};

interface Syntax {
  readonly mistakes: readonly PlacedMistake[];
  /** The plain data, or undefined where the text cannot be read as such. */
  readonly data?: unknown;
}

/** Everything that is wrong with a text as YAML, whatever it says. */
export function readData(document: SettingsDocument, schema: () => JsonSchema): Syntax {
  const illegible = illegibleLines(document);
  if (illegible.length > 0) return { mistakes: illegible };
  if (
    document.tree.contents === null ||
    (isScalar(document.tree.contents) && document.tree.contents.value === null)
  ) {
    const remedy = 'Copy clusters/sample.yaml and change it';
    return { mistakes: [...parserMistakes(document), at(0, [], 'the file is empty', remedy)].slice(0, 1) };
  }
  const parser = [...directives(document), ...parserMistakes(document)].slice(0, 1);
  const duplicates = duplicateKeys(document);
  if (parser.length > 0) return { mistakes: [...duplicates, ...parser] };
  const { data, mistake } = expand(document);
  if (mistake) return { mistakes: [...duplicates, mistake] };
  return { mistakes: [...duplicates, ...ambiguousBooleans(document, data, schema)], data };
}

function at(offset: number, path: Path, problem: string, remedy: string): PlacedMistake {
  return { offset, path, problem, remedy };
}

/** Lines that a person cannot see through: tabs look like spaces, and lost characters like nothing. */
function illegibleLines({ text }: SettingsDocument): readonly PlacedMistake[] {
  const mistakes: PlacedMistake[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const tab = line.indexOf('\t');
    const lost = line.search(/[\0\uFFFD]/);
    const lone = line.search(/\r(?!$)/);
    if (tab >= 0) mistakes.push(at(offset + tab, [], 'a tab', 'Use spaces instead, two for each level'));
    if (lone >= 0)
      mistakes.push(
        at(offset + lone, [], 'a line that ends in CR alone', 'Save the file with LF at line ends'),
      );
    if (lost >= 0) mistakes.push(at(offset + lost, [], 'not a text in UTF-8', 'Save the file in UTF-8'));
    offset += line.length + 1;
  }
  return mistakes;
}

/** A file that asks for YAML 1.1 would have its dates and numbers read otherwise. */
function directives({ tree, text }: SettingsDocument): readonly PlacedMistake[] {
  if (tree.directives.yaml.explicit !== true) return [];
  const remedy = 'Remove the line: settings are YAML 1.2';
  return [at(Math.max(text.search(/^%YAML/m), 0), [], 'a %YAML directive', remedy)];
}

/** The first mistake that the parser met: those after it are mostly its consequences. */
function parserMistakes({ tree }: SettingsDocument): readonly PlacedMistake[] {
  const [first] = [...tree.errors, ...tree.warnings].sort((one, other) => one.pos[0] - other.pos[0]);
  if (first === undefined) return [];
  if (/^Missing closing|must be sufficiently indented/.test(first.message)) {
    const { offset, bracket } = unclosed(tree, first.pos[0]);
    return [at(offset, [], `the ${bracket} that opens here is not closed`, 'Close it on the same line')];
  }
  // it calls itself for each level
  if (first.message.startsWith('Maximum call stack'))
    return [
      at(first.pos[0], [], 'lists and maps in one another, too deep to be read', 'Take some of them out'),
    ];
  const known = SYNTAX[first.code];
  const remedy = known?.remedy ?? 'Compare the line and the one above with clusters/sample.yaml';
  return [at(first.pos[0], [], known?.problem ?? `not YAML: ${lowerFirst(first.message)}`, remedy)];
}

/** Where the innermost quote or bracket opens that reaches over `end`: the parser only says where it missed the closing one. */
function unclosed(tree: Document.Parsed, end: number): { readonly offset: number; readonly bracket: string } {
  let found = { offset: end, bracket: 'quote' };
  visit(tree, {
    Node(_, node) {
      const [start = end, , reach = end] = node.range ?? [];
      const isOpen = isCollection(node)
        ? node.flow === true
        : isScalar(node) && /^QUOTE/.test(node.type ?? '');
      if (!isOpen || start > end || reach < end) return;
      found = { offset: start, bracket: isMap(node) ? '{' : isCollection(node) ? '[' : 'quote' };
    },
  });
  return found;
}

function duplicateKeys(document: SettingsDocument): readonly PlacedMistake[] {
  return repeatedKeys(document.tree).map(({ offset, earlier }) => {
    const { line } = document.position(earlier);
    const path = document.pathAt(offset);
    return at(offset, path, `duplicate key, first on line ${line}`, 'Keep one of the two');
  });
}

function expand({ tree }: SettingsDocument): { readonly data?: unknown; readonly mistake?: PlacedMistake } {
  const { aliases, unresolved } = aliasesIn(tree);
  if (unresolved) {
    const remedy = 'Quote the text if it is meant to begin with *, or write the value out';
    return { mistake: atAlias(unresolved, 'an alias (*name) has no anchor (&name) before it', remedy) };
  }
  const mistake = atAlias(
    aliases.at(-1),
    `its aliases stand for more than ${MAX_ALIASED_NODES} values`,
    'Write the values out instead of using anchors (&) and aliases (*)',
  );
  // the parser looks through the whole text for each of them
  if (aliases.length > MAX_ALIASED_NODES) return { mistake };
  try {
    return { data: tree.toJS({ maxAliasCount: MAX_ALIASED_NODES }) as unknown };
  } catch (error) {
    // A document without errors can fail on its aliases only.
    if (!(error instanceof ReferenceError)) throw error;
    return { mistake };
  }
}

/** All aliases, and the first that has no anchor before it. */
function aliasesIn(tree: Document.Parsed): {
  readonly aliases: readonly Alias[];
  readonly unresolved: Alias | undefined;
} {
  const anchors = new Set<string>();
  const aliases: Alias[] = [];
  let unresolved: Alias | undefined;
  visit(tree, {
    Alias(_, alias) {
      aliases.push(alias);
      if (!anchors.has(alias.source)) unresolved ??= alias;
    },
    Value(_, { anchor }) {
      if (anchor !== undefined) anchors.add(anchor);
    },
  });
  return { aliases, unresolved };
}

const atAlias = (alias: Alias | undefined, problem: string, remedy: string): PlacedMistake =>
  at(alias?.range?.[0] ?? 0, [], problem, remedy);

function ambiguousBooleans(
  document: SettingsDocument,
  data: unknown,
  schema: () => JsonSchema,
): readonly PlacedMistake[] {
  const mistakes: PlacedMistake[] = [];
  visit(document.tree, {
    Scalar(step, scalar: Scalar) {
      const { source, type } = scalar;
      if (type !== 'PLAIN' || source === undefined || !AMBIGUOUS.test(source)) return;
      const offset = scalar.range?.[0] ?? 0;
      const path = document.pathAt(offset);
      const wantsBoolean = step !== 'key' && schemaAt(schema(), path, data)?.type === 'boolean';
      const isTrue = /^(yes|on)$/i.test(source);
      const remedy = wantsBoolean ? `Write ${isTrue}` : `Quote it if text is meant: '${source}'`;
      const problem = `${source} is a boolean to some readers of YAML and text to others`;
      mistakes.push(at(offset, path, problem, remedy));
    },
  });
  return mistakes;
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
