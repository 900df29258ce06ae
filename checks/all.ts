import { alerts } from './alerts';
import { capacity } from './capacity';
import { gitops } from './gitops';
import { identity } from './identity';
import { image } from './image';
import { network } from './network';
import { podSecurity } from './pod-security';
import { rbac } from './rbac';
import { reference } from './reference';
import { resources } from './resources';
import { schema } from './schema';
import { secret } from './secret';
import { selector } from './selector';
import type { CheckInput, Finding, Rule } from './rule';

/** Every rule family, in the order in which findings are shown. */
export const RULES: readonly Rule[] = [
  identity,
  schema,
  reference,
  selector,
  image,
  podSecurity,
  resources,
  network,
  secret,
  rbac,
  gitops,
  alerts,
  capacity,
];

/** All findings of all rules, by file. */
export function checkAll(input: CheckInput): Finding[] {
  const findings = RULES.flatMap((rule) => rule.check(input));
  return findings.sort(
    (a, b) => compare(a.file, b.file) || compare(a.field, b.field) || compare(a.rule, b.rule),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
