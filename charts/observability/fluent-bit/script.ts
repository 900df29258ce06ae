import { CRASHES, LEVEL_FIELDS, LEVEL_PLACES, LEVEL_WITHIN, LEVEL_WORDS } from './levels';
import { hintOfRule, MASK, MASKS } from './masks';
import { exactly, luaPattern, type Piece } from './text-pattern';

/** Function of the script that Fluent Bit calls for each record. */
export const FUNCTION = 'record';

/** Field that the kubernetes filter puts the fields of a line in JSON under. */
export const JSON_FIELD = 'json';

/** What one record has at the end, beside the line itself: labels of its stream, and what goes with it without being one. */
export const RECORD = {
  line: 'log',
  labels: ['namespace', 'app', 'level', 'tenant'],
  metadata: ['pod', 'container'],
} as const;

/** What tags begin with: the folder of the kubelet's links, with dots for slashes. */
export const TAG_PREFIX = 'kube.var.log.containers.';

/** Pod, namespace and container of a tag, which goes on with the name of the link: none of the three has an underscore. */
const FILE_OF_TAG = `^${luaPattern([exactly(TAG_PREFIX)])}([^_]+)_([^_]+)_([^_]+)%-%x+%.log$`;

/** Text between quotes; Lua 5.1 knows the escapes of JSON that come up in patterns. */
const quote = (text: string): string => JSON.stringify(text);

/** A part of what was found that is there afterwards, too. Without pieces it would be a place rather than a text: `()` in Lua. */
const kept = (pieces: readonly Piece[]): string => (pieces.length ? `(${luaPattern(pieces)})` : '');

const list = (entries: readonly string[]): string =>
  `{\n${entries.map((entry) => `  ${entry},\n`).join('')}}`;

const table = (entries: Readonly<Record<string, string>>): string =>
  list(Object.entries(entries).map(([key, value]) => `[${quote(key)}] = ${quote(value)}`));

const masks = list(
  MASKS.map((rule) => {
    const { before, secret, after = [], by = MASK, again } = rule;
    const find = `${kept(before)}${luaPattern(secret)}${kept(after)}`;
    const put = `${before.length ? '%1' : ''}${by}${after.length ? `%${before.length ? 2 : 1}` : ''}`;
    return `{ ${quote(hintOfRule(rule))}, ${quote(find)}, ${quote(put)}${again ? ', true' : ''} }`;
  }),
);

const places = list(
  LEVEL_PLACES.map(({ before, word, after, first }) =>
    quote(`${first ? '^' : ''}${luaPattern(before)}(${luaPattern(word)})${luaPattern(after)}`),
  ),
);

/**
 * What is done to each record (docs.fluentbit.io, "Lua"): its stream and level are found, and secrets are masked. Fluent Bit brings LuaJIT,
 * which is Lua 5.1.
 *
 * @param tenants namespace → value of the label `tenant`
 * @param otherwise tenant of all other namespaces
 */
export const script = (
  tenants: Readonly<Record<string, string>>,
  otherwise: string,
): string => `-- text that is there at least, pattern, what takes its place, whether it is done again
local MASKS = ${masks}

local LEVELS = ${table(LEVEL_WORDS)}

local LEVEL_FIELDS = ${list(LEVEL_FIELDS.map(quote))}

local LEVEL_PLACES = ${places}

local CRASHES = ${list(CRASHES.map((pieces) => quote(luaPattern(pieces))))}

local TENANTS = ${table(tenants)}

local function mask(line)
  local small = string.lower(line)
  for _, rule in ipairs(MASKS) do
    if string.find(small, rule[1], 1, true) then
      local count
      repeat
        line, count = string.gsub(line, rule[2], rule[3])
      until count == 0 or not rule[4]
    end
  end
  return line
end

local function level_in_json(fields)
  for _, name in ipairs(LEVEL_FIELDS) do
    local value = fields[name]
    if type(value) == "string" or type(value) == "number" then
      local level = LEVELS[string.lower(tostring(value))]
      if level then return level end
    end
  end
end

-- all words at such a place; gmatch of Lua 5.1 does not know patterns that are bound to the beginning
local function words(text, pattern)
  if string.sub(pattern, 1, 1) ~= "^" then return string.gmatch(text, pattern) end
  local word = string.match(text, pattern)
  return function()
    local found = word
    word = nil
    return found
  end
end

local function level_in_text(line)
  local head = string.sub(line, 1, ${LEVEL_WITHIN})
  for _, place in ipairs(LEVEL_PLACES) do
    for word in words(head, place) do
      local level = LEVELS[string.lower(word)]
      if level then return level end
    end
  end
  for _, crash in ipairs(CRASHES) do
    if string.find(head, crash) == 1 then return "error" end
  end
end

function ${FUNCTION}(tag, timestamp, record)
  -- of the file's name rather than of the API server, which may be away, or know a pod no more that has ended
  local pod, namespace, container = string.match(tag, ${quote(FILE_OF_TAG)})
  local labels = (record.kubernetes or {}).labels or {}
  local line = record.log
  if type(line) ~= "string" then line = "" end
  local fields = record.${JSON_FIELD}
  namespace = namespace or "unknown"
  -- 2: the record is another one, its time is the same
  return 2, timestamp, {
    ${RECORD.line} = mask(line),
    namespace = namespace,
    app = labels["app.kubernetes.io/name"] or labels["app"] or labels["k8s-app"] or container or "unknown",
    level = (type(fields) == "table" and level_in_json(fields)) or level_in_text(line) or "unknown",
    tenant = TENANTS[namespace] or ${quote(otherwise)},
    pod = pod,
    container = container,
  }
end
`;
