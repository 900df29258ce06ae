import type { BackupPlan } from '../backup';
import type { ComponentIdentity } from '../contracts';
import { camelCase } from '../labels';
import type { Alert } from '../monitoring';

/** A drill runs every month at the longest; five days are for whoever mends one that failed. */
export const DRILL_MAX_AGE_SECONDS = 36 * 24 * 3600;

/**
 * Alerts on the age of the last success of each step: a run that hangs, fails or is never made looks the same. The metrics are pushed by
 * the steps themselves (store.sh, check.sh, report.sh).
 */
export function backupAlerts(
  component: ComponentIdentity & { readonly name: string },
  plan: BackupPlan,
): readonly Alert[] {
  const series = `{component="${component.id}",kind="${plan.kind}"}`;
  const prefix = camelCase(component.name) + (plan.kind === 'logical' ? '' : camelCase(plan.kind));
  const older = (metric: string, seconds: number): string => {
    const success = `strata_${metric}_last_success_timestamp_seconds${series}`;
    return `time() - ${success} > ${seconds} or absent(${success})`;
  };
  const what = `${component.id} (${plan.kind})`;
  return [
    {
      alert: `${prefix}BackupOverdue`,
      expr: older('backup', plan.maxAgeSeconds),
      for: '4m',
      severity: 'critical',
      summary: `The last good backup of ${what} is too old`,
      description: 'What was written since then exists once, on the volume of the server.',
    },
    {
      alert: `${prefix}BackupCheckOverdue`,
      expr: older('backup_check', plan.maxAgeSeconds + 24 * 3600),
      for: '1h',
      severity: 'warning',
      summary: `No backup of ${what} was read back and found whole`,
      description: 'The newest set may be damaged, incomplete or gone.',
    },
    {
      alert: `${prefix}DrillOverdue`,
      expr: older('backup_drill', DRILL_MAX_AGE_SECONDS),
      for: '1h',
      severity: 'warning',
      summary: `No backup of ${what} was restored and compared for more than a month`,
      description: 'A backup that nobody has restored is a hope.',
    },
  ];
}
