import { isScalar, visit } from 'yaml';
import { complete } from './complete';
import { SettingsDocument } from './document';
import { explain } from './explain';
import { namesSecret, plainSecrets } from './plain-secrets';
import { formatPath, inOrder, type Mistake, type Problem } from './problem';
import { contradictions, misnamed } from './rules';
import { clusterSchema, type ClusterSettings, type ParsedSettings } from './settings';
import { readData } from './syntax';

const TAKE_OUT =
  'Take it out and replace it wherever it is in use, since git forgets nothing. Values go into Secrets, which `strata secrets` lists';

interface ParseResult {
  /** Missing where there is any problem. */
  readonly settings?: ClusterSettings;
  readonly problems: Problem[];
}

/**
 * The settings that a YAML text says, or everything that is wrong with it. `file` is named in problems; `folder` is what the cluster
 * must be called. Never throws for a bad text.
 */
export function parseSettings(text: string, file: string, folder?: string): ParseResult {
  const document = new SettingsDocument(text);
  const { mistakes, data } = readData(document);
  const checked: Validated = data === undefined ? { mistakes: [] } : validate(document, data, folder);
  const secrets = secretMistakes(document);
  const shown = withoutRepeats([...secrets.mistakes.map((one) => [one]), mistakes, checked.mistakes]);
  const problems = shown.map((mistake) => redacted(toProblem(mistake, document, file), secrets.values));
  return problems.length === 0 && checked.settings
    ? { settings: checked.settings, problems }
    : { problems: problems.sort(inOrder) };
}

interface Validated {
  readonly mistakes: readonly Mistake[];
  readonly settings?: ClusterSettings;
}

function validate(document: SettingsDocument, data: unknown, folder: string | undefined): Validated {
  const result = clusterSchema.safeParse(data);
  const settings = complete(result.data ?? soundSections(data));
  const findings = [...(folder === undefined ? [] : misnamed(settings, folder)), ...contradictions(settings)];
  const mistakes = [
    ...explain(result.error?.issues ?? [], document, data),
    ...findings.map((finding) => ({ ...finding, offset: document.offsetOf(finding.path) })),
  ];
  // complete() gives all sections where it was given all, which a success of the schema says.
  return result.success ? { mistakes, settings: settings as ClusterSettings } : { mistakes };
}

/** The sections of a broken file that are right in themselves, so that rules between them are not hidden behind other mistakes. */
function soundSections(data: unknown): Partial<ParsedSettings> {
  if (typeof data !== 'object' || data === null) return {};
  const sections = Object.entries(clusterSchema.shape).flatMap(([name, schema]) => {
    const result = schema.safeParse((data as Record<string, unknown>)[name]);
    return result.success ? [[name, result.data] as const] : [];
  });
  return Object.fromEntries(sections);
}

/** Secrets by their look, in comments too, and by the name of their key. */
function secretMistakes(document: SettingsDocument): {
  mistakes: readonly Mistake[];
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
function withoutRepeats(stages: readonly (readonly Mistake[])[]): readonly Mistake[] {
  const seen = new Set<string>();
  return stages.flatMap((mistakes) => {
    const fresh = mistakes.filter((mistake) => !seen.has(placeOf(mistake)));
    for (const mistake of fresh) seen.add(placeOf(mistake));
    return fresh;
  });
}

function placeOf({ path, offset }: Mistake): string {
  return path.length === 0 ? `@${offset}` : formatPath(path);
}

function toProblem(mistake: Mistake, document: SettingsDocument, file: string): Problem {
  const { path, problem, remedy, offset } = mistake;
  return { file, ...document.position(offset), path: formatPath(path), problem, remedy };
}

/** A secret may also be a key, or stand behind an alias: no message repeats one, nor a part of it in what it suggests. */
function redacted(problem: Problem, secrets: readonly string[]): Problem {
  const hidden = secrets
    // shorter ones are ordinary words, such as true
    .filter((secret) => secret.length > 4)
    // as it is, and as messages quote it
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  const path = hidden.reduce((text, secret) => text.replaceAll(secret, '***'), problem.path);
  const isTold = hidden.some((secret) => `${problem.problem} ${problem.remedy}`.includes(secret));
  return isTold ? { ...problem, path, problem: 'a plain secret', remedy: TAKE_OUT } : { ...problem, path };
}
