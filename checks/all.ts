import { alerts } from './alerts/alerts';
import { backup } from './backup/backup';
import { capacity } from './capacity/capacity';
import { dashboards } from './dashboards/dashboards';
import { gitops } from './gitops/gitops';
import { identity } from './identity/identity';
import { image } from './images/image';
import { network } from './network/network';
import { podSecurity } from './pods/pod-security';
import { rbac } from './rbac/rbac';
import { reference } from './reference/reference';
import { resources } from './pods/resources';
import { schema } from './schema/schema';
import { secret } from './secrets/secret';
import { selector } from './reference/selector';
import type { CheckInput, Finding, Rule } from './core/rule';

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
  dashboards,
  backup,
  capacity,
];

/** All findings of all rules, by file. What a schema refuses and another rule explains is told once, by that other rule. */
export function checkAll(input: CheckInput): Finding[] {
  const findings = RULES.flatMap((rule) => rule.check(input));
  const explained = new Set(findings.filter(({ rule }) => rule !== schema.name).map(placeOf));
  return findings
    .filter((finding) => finding.rule !== schema.name || !explained.has(placeOf(finding)))
    .sort((a, b) => compare(a.file, b.file) || compare(a.field, b.field) || compare(a.rule, b.rule));
}

const placeOf = ({ file, object, field }: Finding): string => `${file} ${object} ${field}`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
