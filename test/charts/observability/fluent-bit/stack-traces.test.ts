import { LINE_RULES, START } from '../../../../charts/observability/fluent-bit/stack-traces';
import { recordsOf } from './lines';
import { TRACES } from './trace-table';

describe('lines that belong together', () => {
  test.each(TRACES)('[OBS-12] %s', (_, records) => {
    expect(recordsOf(records.flatMap((record) => record.split('\n')))).toEqual(records);
  });

  test('all of them one after the other stay apart', () => {
    const records = TRACES.flatMap(([, all]) => all);
    expect(recordsOf(records.flatMap((record) => record.split('\n')))).toEqual(records);
  });

  test('each rule is needed: without it, a trace of the table would fall apart, or two lines would be one', () => {
    const rules = LINE_RULES as (typeof LINE_RULES)[number][];
    const idle = [...LINE_RULES].filter((rule) => {
      const at = rules.indexOf(rule);
      rules.splice(at, 1);
      const isIdle = TRACES.every(([, records]) => {
        const found = recordsOf(records.flatMap((record) => record.split('\n')));
        return JSON.stringify(found) === JSON.stringify(records);
      });
      rules.splice(at, 0, rule);
      return isIdle;
    });
    expect(idle.map(({ from, regex }) => `${from.join()} ${regex.source}`)).toEqual([]);
  });

  test('every state that a rule leads to has rules of its own, else Fluent Bit refuses the configuration', () => {
    const states = new Set(LINE_RULES.flatMap(({ from }) => from));
    for (const { to } of LINE_RULES) expect(states).toContain(to);
    expect(states).toContain(START);
  });

  test('rules that begin a record come first, which Fluent Bit expects', () => {
    const starts = LINE_RULES.map(({ from }) => from.includes(START));
    expect(starts.lastIndexOf(true)).toBeLessThan(starts.indexOf(false));
  });
});
