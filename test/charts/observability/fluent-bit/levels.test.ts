import { LEVELS, LEVEL_WORDS } from '../../../../charts/observability/fluent-bit/levels';
import { levelOf } from './lines';
import { LEVEL_LINES } from './level-table';

describe('the level of a line', () => {
  test.each(LEVEL_LINES)('[OBS-12] is %s: %s', (level, line) => {
    expect(levelOf(line)).toBe(level);
  });

  test('[OBS-11] is one of seven, whatever a program calls it', () => {
    expect(LEVELS).toHaveLength(7);
    for (const level of Object.values(LEVEL_WORDS)) expect(LEVELS).toContain(level);
    expect(new Set(LEVEL_LINES.map(([level]) => level))).toEqual(new Set(LEVELS));
  });

  test('is found where a line of JSON says it, not where it speaks of another one', () => {
    expect(levelOf('{"msg":"ERROR level=fatal","level":"debug"}')).toBe('debug');
    expect(levelOf('{"msg":"ok","level":{"a":1}}')).toBe('unknown');
  });
});
