import { COMPONENTS } from './components';
import { targetProblems, type AlertRule, type RuleSet } from './rules';
import type { AlertTest, AlertTests } from './table';

type Tables = Readonly<Record<string, (instance: RuleSet) => AlertTests>>;

/** An alert, its test, and whose it is. */
export interface Covered {
  readonly set: RuleSet;
  readonly rule: AlertRule;
  readonly test: AlertTest;
}

/** Pairs alerts with their tests; a problem per alert without test, test without alert, and target that nobody scrapes. */
export function cover(
  sets: readonly RuleSet[],
  tables: Tables = COMPONENTS,
): { readonly covered: readonly Covered[]; readonly problems: readonly string[] } {
  const covered: Covered[] = [];
  const problems = new Set<string>();
  const rendered = new Set(sets.flatMap((set) => set.alerts.map(({ alert }) => `${set.component} ${alert}`)));
  for (const set of sets) {
    const tests = tables[set.component]?.(set);
    for (const rule of set.alerts) {
      const test = tests?.alerts[rule.alert];
      if (test) covered.push({ set, rule, test });
      else
        problems.add(
          `${set.component}: no test for ${rule.alert}. Add it to test/alerts/components/${set.component}.ts`,
        );
    }
    for (const alert of Object.keys(tests?.alerts ?? {}))
      if (!rendered.has(`${set.component} ${alert}`))
        problems.add(`${set.component}: there is a test for ${alert}, but no cluster has the alert`);
    for (const target of tests?.targets ?? [])
      for (const problem of targetProblems(target, set.objects))
        problems.add(`${set.cluster}/${set.id}: ${problem}`);
  }
  for (const component of Object.keys(tables))
    if (!sets.some((set) => set.component === component))
      problems.add(`${component}: there are tests, but no cluster has alerts of it`);
  return { covered, problems: [...problems] };
}
