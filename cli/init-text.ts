import { stringify } from 'yaml';
import { clusterJsonSchema } from '../charts/settings';
import { schemaAt } from '../settings/json-schema';

const HEAD = `# yaml-language-server: $schema=../settings.schema.json
# Every key and default: ../sample.yaml, and \`npx strata explain <key>\`.
`;

type Values = Readonly<Record<string, unknown>>;

/** Settings as the file of a new cluster: each key of the top with what the schema says of it, and the keys of its blocks too. */
export const settingsText = (settings: Values): string => {
  const blocks = Object.entries(settings).map(([key, value]) =>
    [...commentOf([key], ''), ...lines(key, value, '', [key])].join('\n'),
  );
  return `${HEAD}${blocks.map((block) => `\n${block}\n`).join('')}`;
};

function lines(key: string, value: unknown, pad: string, path: readonly string[]): string[] {
  if (isMap(value) && Object.keys(value).length && (path.length === 1 || !isShort(value)))
    return [`${pad}${key}:`, ...mapLines(value, `${pad}  `, path)];
  if (Array.isArray(value) && value.some(isMap))
    return [
      `${pad}${key}:`,
      ...value.flatMap((entry) => {
        if (!isMap(entry) || isShort(entry)) return [`${pad}  - ${flow(entry)}`];
        const [first = '', ...rest] = mapLines(entry, `${pad}    `, [...path, '[]']);
        return [`${pad}  - ${first.trimStart()}`, ...rest];
      }),
    ];
  return [`${pad}${key}: ${flow(value)}`];
}

function mapLines(map: Values, pad: string, path: readonly string[]): string[] {
  return Object.entries(map).flatMap(([key, value]) => [
    ...(COMMENTED.has(path.join('.')) ? commentOf([...path, key], pad) : []),
    ...lines(key, value, pad, [...path, key]),
  ]);
}

/** Blocks whose keys a newcomer has to think about. */
const COMMENTED = new Set(['network', 'certificates', 'storage', 'backup']);

function commentOf(path: readonly string[], pad: string): string[] {
  const description = schemaAt(clusterJsonSchema(), path, undefined)?.description;
  return description === undefined ? [] : [`${pad}# ${description}`];
}

const isMap = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One line is enough for it. */
const isShort = (map: Values): boolean =>
  !Object.values(map).some((value) => (Array.isArray(value) ? value.some(isMap) : isMap(value))) &&
  flow(map).length < 100;

/** A value on one line, as people write it here: `{ a: 1, b: [c] }`. */
export function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (isMap(value)) {
    const entries = Object.entries(value).map(([key, one]) => `${key}: ${flow(one)}`);
    return entries.length ? `{ ${entries.join(', ')} }` : '{}';
  }
  return typeof value === 'string' ? scalar(value) : String(value);
}

/** A text on one line, also between other values in braces. */
function scalar(text: string): string {
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) return JSON.stringify(text);
  if (/[,[\]{}]/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return stringify(text, { singleQuote: true, lineWidth: 0 }).trimEnd();
}
