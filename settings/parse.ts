import { isScalar, visit } from 'yaml';
import type { z } from 'zod';
import type { ClusterSettings, ParsedSettings } from './base';
import { complete } from './complete';
import { SettingsDocument } from './document';
import { explain } from './explain';
import { namesSecret, plainSecrets } from './plain-secrets';
import type { JsonSchema } from './json-schema';
import { formatPath, inOrder, type Mistake, type PlacedMistake, type Problem } from './problem';
import { misnamed } from './rules';
import { readData } from './syntax';
import { TextFinder } from './text-finder';

const TAKE_OUT =
  'Take it out and replace it wherever it is in use, since git forgets nothing. Values go into Secrets, which `strata secrets` lists';

/** What settings may say: the schema of the file, and what sound sections of it contradict each other in. */
export interface Language<Settings extends ClusterSettings> {
  readonly schema: z.ZodObject;
  readonly jsonSchema: () => JsonSchema;
  readonly contradictions: (sections: Partial<Settings>) => readonly Mistake[];
}

export interface ParseResult<Settings extends ClusterSettings> {
  /** Missing where there is any problem. */
  readonly settings?: Settings;
  readonly problems: Problem[];
  /** Places mistakes that are found later, by what the settings become. */
  readonly locate: (mistakes: readonly Mistake[]) => Problem[];
}

/**
 * The settings that a YAML text says, or everything that is wrong with it. `file` is named in problems; `folder` is what the cluster
 * must be called. Never throws for a bad text.
 */
export function parseText<Settings extends ClusterSettings>(
  language: Language<Settings>,
  text: string,
  file: string,
  folder?: string,
): ParseResult<Settings> {
  const document = new SettingsDocument(text);
  const { mistakes, data } = readData(document, language.jsonSchema);
  const checked: Validated<Settings> =
    data === undefined ? { mistakes: [] } : validate(language, document, data, folder);
  const secrets = secretMistakes(document);
  const shown = withoutRepeats([...secrets.mistakes.map((one) => [one]), mistakes, checked.mistakes]);
  const finder = new TextFinder(secrets.values.filter(isTelling).flatMap(asMessagesHaveIt));
  const tell = (all: readonly PlacedMistake[]): Problem[] =>
    all.map((mistake) => redacted(toProblem(mistake, document, file), finder)).sort(inOrder);
  const locate = (later: readonly Mistake[]): Problem[] => tell(placed(later, document));
  const problems = tell(shown);
  return problems.length === 0 && checked.settings
    ? { settings: checked.settings, problems, locate }
    : { problems, locate };
}

const placed = (mistakes: readonly Mistake[], document: SettingsDocument): PlacedMistake[] =>
  mistakes.map((mistake) => ({ ...mistake, offset: document.offsetOf(mistake.path) }));

interface Validated<Settings> {
  readonly mistakes: readonly PlacedMistake[];
  readonly settings?: Settings;
}

function validate<Settings extends ClusterSettings>(
  { schema, jsonSchema, contradictions }: Language<Settings>,
  document: SettingsDocument,
  data: unknown,
  folder: string | undefined,
): Validated<Settings> {
  const result = schema.safeParse(data);
  const sections = (result.data ?? soundSections(schema, data)) as Partial<ParsedSettings>;
  // complete() keeps the sections that it does not know
  const settings = complete(sections) as Partial<Settings>;
  const between = [...(folder === undefined ? [] : misnamed(settings, folder)), ...contradictions(settings)];
  const mistakes = [
    ...(result.error ? explain(result.error.issues, document, data, jsonSchema()) : []),
    ...placed(between, document),
  ];
  // complete() gives all sections where it was given all, which a success of the schema says.
  return result.success ? { mistakes, settings: settings as Settings } : { mistakes };
}

/** The sections of a broken file that are right in themselves, so that rules between them are not hidden behind other mistakes. */
function soundSections(whole: z.ZodObject, data: unknown): object {
  if (typeof data !== 'object' || data === null) return {};
  const sections = Object.entries(whole.shape as Record<string, z.ZodType>).flatMap(([name, schema]) => {
    const result = schema.safeParse((data as Record<string, unknown>)[name]);
    return result.success ? [[name, result.data] as const] : [];
  });
  return Object.fromEntries(sections);
}

/** Secrets by their look, in comments too, and by the name of their key. */
function secretMistakes(document: SettingsDocument): {
  mistakes: readonly PlacedMistake[];
  values: readonly string[];
} {
  const found = plainSecrets(document.text).map(({ offset, value, kind }) => ({
    offset,
    value,
    path: document.pathAt(offset),
    problem: `this looks like ${kind}`,
  }));
  visit(document.tree, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !isScalar(value) || !namesSecret(String(key.value))) return;
      const offset = key.range?.[0] ?? 0;
      const problem = 'by its name this is a plain secret';
      found.push({ offset, value: String(value.value), path: document.pathAt(offset), problem });
    },
  });
  return {
    mistakes: found.map((one) => ({ ...one, remedy: TAKE_OUT })),
    values: found.map(({ value }) => value),
  };
}

/**
 * Drops what is said of a place after something else was: a plain secret is not also an unknown key, nor `yes` also the wrong type.
 * Within one stage several may meet in one place.
 */
function withoutRepeats(stages: readonly (readonly PlacedMistake[])[]): readonly PlacedMistake[] {
  const seen = new Set<string>();
  return stages.flatMap((mistakes) => {
    const fresh = mistakes.filter((mistake) => !seen.has(placeOf(mistake)));
    for (const mistake of fresh) seen.add(placeOf(mistake));
    return fresh;
  });
}

function placeOf({ path, offset }: PlacedMistake): string {
  return path.length === 0 ? `@${offset}` : formatPath(path);
}

function toProblem(mistake: PlacedMistake, document: SettingsDocument, file: string): Problem {
  const { path, problem, by, remedy, offset } = mistake;
  const whole = by ? `${problem} by ${formatPath(by)}` : problem;
  return { file, ...document.position(offset), path: formatPath(path), problem: whole, remedy };
}

/** Shorter ones are ordinary words, such as true. */
const isTelling = (secret: string): boolean => secret.length > 4;

/** As it is, and as messages quote it. */
const asMessagesHaveIt = (secret: string): string[] => [secret, JSON.stringify(secret).slice(1, -1)];

/** A secret may also be a key, or stand behind an alias: no message repeats one, nor a part of it in what it suggests. */
function redacted(problem: Problem, secrets: TextFinder): Problem {
  const path = secrets.replaceIn(problem.path, '***');
  const isTold = secrets.isIn(`${problem.problem} ${problem.remedy}`);
  return isTold
    ? { ...problem, path, problem: 'a plain secret', remedy: TAKE_OUT }
    : { ...problem, path, problem: clipped(problem.problem), remedy: clipped(problem.remedy) };
}

/** Letters of a value that messages show; more of it says no more, and a file may hold megabytes in one value. */
const SHOWN = 200;
const LONG = new RegExp(`"(?:[^"\\\\]|\\\\.){${SHOWN},}"`, 'g');

const clipped = (message: string): string =>
  message.replace(LONG, (value) => `${value.slice(0, SHOWN).replace(/\\$/, '')}…"`);
