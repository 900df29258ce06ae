import {
  CRASHES,
  LEVEL_FIELDS,
  LEVEL_PLACES,
  LEVEL_WITHIN,
  LEVEL_WORDS,
} from '../../../../charts/observability/fluent-bit/levels';
import { hintOfRule, MASK, MASKS, type MaskRule } from '../../../../charts/observability/fluent-bit/masks';
import { LINE_RULES, START } from '../../../../charts/observability/fluent-bit/stack-traces';
import { regexSource } from '../../../../charts/observability/fluent-bit/text-pattern';

// What script.ts and Fluent Bit do with the tables, by regular expressions that come from the same tables.

export function maskedBy(rules: readonly MaskRule[], line: string): string {
  const small = line.toLowerCase();
  return rules
    .filter((rule) => small.includes(hintOfRule(rule)))
    .reduce((text, { before, secret, after = [], by = MASK, again }) => {
      const find = new RegExp(`(${regexSource(before)})${regexSource(secret)}(${regexSource(after)})`, 'g');
      for (;;) {
        const next = text.replace(find, (_, head: string, tail: string) => `${head}${by}${tail}`);
        if (!again || next === text) return next;
        text = next;
      }
    }, line);
}

export const masked = (line: string): string => maskedBy(MASKS, line);

/** `fields` is what a line in JSON says. */
export function levelOf(line: string, fields: unknown = json(line)): string {
  if (typeof fields === 'object' && fields !== null)
    for (const name of LEVEL_FIELDS) {
      const level = LEVEL_WORDS[String((fields as Record<string, unknown>)[name]).toLowerCase()];
      if (level) return level;
    }
  const head = line.slice(0, LEVEL_WITHIN);
  for (const { before, word, after, first } of LEVEL_PLACES) {
    const place = `${first ? '^' : ''}${regexSource(before)}(${regexSource(word)})${regexSource(after)}`;
    for (const [, found = ''] of head.matchAll(new RegExp(place, 'g'))) {
      const level = LEVEL_WORDS[found.toLowerCase()];
      if (level) return level;
    }
  }
  return CRASHES.some((pieces) => new RegExp(`^${regexSource(pieces)}`).test(head)) ? 'error' : 'unknown';
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The records that lines of one stream become: flb_ml_rule_process of Fluent Bit's src/multiline/flb_ml_rule.c. */
export function recordsOf(lines: readonly string[]): string[] {
  const records: string[] = [];
  let state: string | undefined;
  for (const line of lines) {
    const goesOn = LINE_RULES.find(({ from, regex }) => from.includes(state ?? '') && regex.test(line));
    const last = records.length - 1;
    if (goesOn) {
      records[last] = `${records[last] ?? ''}\n${line}`;
      state = goesOn.to;
      continue;
    }
    records.push(line);
    state = LINE_RULES.find(({ from, regex }) => from.includes(START) && regex.test(line))?.to;
  }
  return records;
}
