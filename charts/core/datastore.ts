import type { EnvironmentSettings } from '../../settings/base';
import { image } from '../../imports/images';
import {
  BACKUP_LABEL,
  bucketKeysName,
  PROTECTS_LABEL,
  setEnvironment,
  storeEnvironment,
  type BackupPlan,
  type BackupTarget,
  type ScriptStore,
} from './backup';
import { backupAlerts } from './backup/alerts';
import { backupVolumes, ownContainer, sharedScripts, sharedSteps, toolContainer } from './backup/steps';
import { Component } from './component';
import type { Alert } from './monitoring';
import type { SecretRef } from './secrets';
import type { CronJobSpec, Workload } from './workload';

/** A set is read whole: at 10 MB/s, 70 GB. */
const CHECK_DEADLINE_SECONDS = 2 * 3600;

/** A component that holds data: with a target it backs itself up, checks each set, and can be drilled. */
export abstract class Datastore extends Component {
  private bucketAccess: SecretRef | undefined;

  /**
   * CronJobs that make sets of this kind and read the newest one back. Where there is no target, nothing: the check `backup` says so.
   * Returns the alerts on the age of the last success of each.
   */
  protected backUp(
    target: BackupTarget | undefined,
    plan: BackupPlan,
    environment: EnvironmentSettings,
  ): readonly Alert[] {
    if (!target) return [];
    this.requires(target);
    const access = this.bucketKeys(target);
    this.backupRun(target, plan, access);
    this.checkRun(target, plan, access);
    this.cluster.drills.push({ component: this, environment, target, plan });
    return backupAlerts(this, plan);
  }

  /** A copy of the bucket's keys: a pod reads Secrets of its own namespace only. */
  protected bucketKeys({ access }: BackupTarget): SecretRef {
    const copy = (of: string) => ({
      kind: 'copy' as const,
      of: { secret: access.name, namespace: access.namespace, key: of },
    });
    return (this.bucketAccess ??= this.secret(bucketKeysName(this), {
      'access-key-id': copy('access-key-id'),
      'secret-access-key': copy('secret-access-key'),
    }));
  }

  private backupRun(target: BackupTarget, plan: BackupPlan, access: SecretRef): void {
    const scripts = this.scripts(target);
    const own = sharedScripts(scripts, `${this.name}-${plan.kind}-dump`, plan.dump);
    const volumes = backupVolumes([...sharedSteps(scripts, 'backup'), ...own], plan.scratch);
    const environment = setEnvironment(target, this, plan);
    const run = this.scheduled('backup', plan, {
      schedule: plan.schedule,
      deadlineSeconds: plan.deadlineSeconds,
      user: plan.user,
      ...(plan.beside && { beside: plan.beside }),
      initContainers: [
        ...plan.dump.map((step) => ownContainer(step, volumes, environment)),
        toolContainer('key', image('sops'), volumes, { ...environment, RECIPIENT: target.recipient }),
      ],
      containers: [
        toolContainer('store', image('rclone'), volumes, {
          ...environment,
          ...storeEnvironment(target, access),
          RETENTION_DAYS: String(target.retentionDays),
        }),
      ],
    });
    for (const server of plan.servers) this.connect(run, server);
    this.reachBucket(run, target);
  }

  private checkRun(target: BackupTarget, plan: BackupPlan, access: SecretRef): void {
    const volumes = backupVolumes(sharedSteps(this.scripts(target), 'backup'), '64Mi');
    const run = this.scheduled('check', plan, {
      schedule: checkSchedule(plan.schedule),
      deadlineSeconds: CHECK_DEADLINE_SECONDS,
      user: plan.user,
      containers: [
        toolContainer('check', image('rclone'), volumes, {
          ...setEnvironment(target, this, plan),
          ...storeEnvironment(target, access),
        }),
      ],
    });
    this.reachBucket(run, target);
  }

  private scripts(target: BackupTarget): ScriptStore {
    const scripts = target.scriptsIn(this.namespace);
    this.requires(scripts);
    return scripts;
  }

  private scheduled(
    step: 'backup' | 'check',
    plan: BackupPlan,
    run: Omit<CronJobSpec, 'name' | 'labels'>,
  ): Workload {
    return this.cronJob({
      ...run,
      name: `${this.name}-${step}-${plan.kind}`,
      labels: { [BACKUP_LABEL]: step, [PROTECTS_LABEL]: this.id },
    });
  }

  protected reachBucket(run: Workload, target: BackupTarget): void {
    this.reach(run, target.peer, [target.port]);
    this.connect(run, target.metrics);
  }
}

/** Three hours after the backup, of which most are done in minutes. */
function checkSchedule(schedule: string): string {
  const [minute = '', hour = '', ...days] = schedule.split(' ');
  const later = Number(hour) + 3;
  if (!(later < 24))
    throw new Error(`Backup schedule "${schedule}" leaves no time for its check on the same day`);
  return [minute, later, ...days].join(' ');
}
