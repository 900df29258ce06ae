import { series, type AlertTest, type Firing, type Timeline } from './table';

interface BackupKind {
  /** What names of its alerts begin with: `Mysql`, `PostgresqlBase`. */
  readonly prefix: string;
  /** `mysql-prod` */
  readonly id: string;
  readonly kind: string;
  /** Hours after which the newest set is too old. */
  readonly hours: number;
}

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Alerts on the last success of backup, check and drill, as steps push it: charts/core/backup/common.sh. */
export function backupAges({ prefix, id, kind, hours }: BackupKind): Readonly<Record<string, AlertTest>> {
  const what = `${id} (${kind})`;
  return {
    [`${prefix}BackupOverdue`]: age({
      ...{ id, kind, step: 'backup', metric: 'backup', severity: 'critical', wait: 4, oldest: hours * HOUR },
      summary: `The last good backup of ${what} is too old`,
    }),
    // it reads what was made the day before
    [`${prefix}BackupCheckOverdue`]: age({
      ...{ id, kind, step: 'check', metric: 'backup_check', severity: 'warning', wait: 60 },
      oldest: hours * HOUR + DAY,
      summary: `No backup of ${what} was read back and found whole`,
    }),
    // monthly, and five days to mend one that failed
    [`${prefix}DrillOverdue`]: age({
      ...{ id, kind, step: 'drill', metric: 'backup_drill', severity: 'warning', wait: 60, oldest: 36 * DAY },
      summary: `No backup of ${what} was restored and compared for more than a month`,
    }),
  };
}

interface AgeTest
  extends Pick<BackupKind, 'id' | 'kind'>, Pick<AlertTest, 'severity'>, Pick<Firing, 'summary'> {
  readonly step: string;
  readonly metric: string;
  /** Minutes that it has to hold. */
  readonly wait: number;
  /** Seconds since the last success that are still good. */
  readonly oldest: number;
}

function age({ id, kind, step, metric, wait, oldest, severity, summary }: AgeTest): AlertTest {
  const pushed = { component: id, kind };
  // with the labels of the Pushgateway's target, but the job that was pushed
  const labels = {
    ...{ ...pushed, job: 'backup', step },
    ...{
      container: 'pushgateway',
      endpoint: 'http',
      namespace: 'observability',
      pod: 'pushgateway-0',
      service: 'pushgateway',
    },
  };
  const success = series(`strata_${metric}_last_success_timestamp_seconds`, labels);
  const other = series(`strata_${metric}_last_success_timestamp_seconds`, {
    ...labels,
    component: 'another',
  });
  // time begins at 0: what was before that is negative
  const last = (secondsAgo: number, minutes: number): string => `${-secondsAgo}x${minutes}`;
  const fires = (series: Timeline, minutes: Firing['minutes'], of: Firing['labels']) => ({
    ...{ series, minutes, labels: of, summary },
  });
  return {
    severity,
    fires: {
      'the last one is too old from minute 11 on, until the next one succeeds': fires(
        { [success]: `${last(oldest - 600, 15 + wait)} ${(16 + wait) * 60}x9` },
        [11 + wait, 15 + wait],
        labels,
      ),
      'none ever succeeded, until the first one does': fires(
        { [success]: `_x${wait + 10} 0x9`, [other]: `0x${wait + 19}` },
        [wait, wait + 9],
        pushed,
      ),
    },
    silent: {
      'the last one is as old as it may be': { [success]: last(oldest - 60 * (wait + 10), wait + 10) },
      'runs succeed': { [success]: `0x59 3600x59` },
    },
  };
}
