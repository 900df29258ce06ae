import { hintOfRule, MASKS } from '../../../../charts/observability/fluent-bit/masks';
import { luaPattern, regexSource } from '../../../../charts/observability/fluent-bit/text-pattern';
import { masked, maskedBy } from './lines';
import { INNOCENT, SECRETS } from './mask-table';

describe('masks of secrets in lines', () => {
  test.each(SECRETS)('[OBS-12] %s', (_, line, expected) => {
    expect(masked(line)).toBe(expected);
  });

  test.each(INNOCENT.map((line) => [line]))('[OBS-12] nothing is masked in: %s', (line) => {
    expect(masked(line)).toBe(line);
  });

  test('a line that is masked once stays as it is', () => {
    const once = SECRETS.map(([, , line]) => line);
    expect(once.map(masked)).toEqual(once);
  });

  test('a line in JSON stays JSON', () => {
    const lines = SECRETS.filter(([, line]) => isJson(line));
    expect(lines.length).toBeGreaterThan(25);
    expect(lines.filter(([, , left]) => !isJson(left))).toEqual([]);
  });

  test('each rule is needed: without it, a line of the table would show its secret', () => {
    const idle = MASKS.filter((rule) => {
      const others = MASKS.filter((other) => other !== rule);
      return SECRETS.every(([, line, expected]) => maskedBy(others, line) === expected);
    });
    expect(idle.map(({ name }) => name)).toEqual([]);
  });

  test('each rule says a text that its lines have', () => {
    expect(MASKS.filter((rule) => hintOfRule(rule) === '')).toEqual([]);
  });
});

describe('patterns', () => {
  const pieces = MASKS.flatMap(({ before, secret, after = [] }) => [...before, ...secret, ...after]);

  test('Lua and JavaScript are told the same, each in its own way', () => {
    const [rule] = MASKS.filter(({ name }) => name === 'a JSON web token');
    expect(luaPattern(rule!.secret)).toBe(
      'eyJ' +
        '[A-Za-z0-9_%-]'.repeat(8) +
        '[A-Za-z0-9_%-]*%.' +
        '[A-Za-z0-9_%-]'.repeat(8) +
        '[A-Za-z0-9_%-]*%.[A-Za-z0-9_%.%-]*',
    );
    expect(regexSource(rule!.secret)).toBe(
      'eyJ[A-Za-z0-9_\\-]{8}[A-Za-z0-9_\\-]*\\.[A-Za-z0-9_\\-]{8}[A-Za-z0-9_\\-]*\\.[A-Za-z0-9_\\.\\-]*',
    );
  });

  test('no piece has more than Lua 5.1 can say', () => {
    expect(pieces.length).toBeGreaterThan(400);
    for (const piece of pieces)
      expect(luaPattern([piece])).toMatch(/^(?:%?[^[\]]|(?:\[(?:%.|[^\]%])+\])+)*[?*+]?$/s);
  });
});

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
