import { DRILL_MAX_AGE_SECONDS } from '../../core/backup/alerts';
import type { Dashboard, Panel } from '../../core/dashboards';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** What the plan of every datastore promises; a test holds it against their alerts. */
export const BACKUP_MAX_AGE_SECONDS = 30 * HOUR;
const COMPONENT = 'component=~"$component"';

const last = (series: string): string => `max by (component, kind) (strata_${series}{${COMPONENT}})`;
const age = (step: string): string => `time() - ${last(`${step}_last_success_timestamp_seconds`)}`;

/** A check reads what was made the day before. */
const CHECK_MAX_AGE_SECONDS = BACKUP_MAX_AGE_SECONDS + DAY;

const AGES: Panel = {
  kind: 'table',
  title: 'Last success of each step',
  description:
    'Red is beyond its target, for which there is an alert. A step that fails, hangs or is never made looks the same: its age grows.',
  unit: 'seconds',
  labels: { component: 'Of', kind: 'Kind' },
  columns: [
    {
      expr: age('backup'),
      legend: 'Backup made before',
      thresholds: { warning: 25 * HOUR, critical: BACKUP_MAX_AGE_SECONDS },
    },
    {
      expr: age('backup_check'),
      legend: 'Read back before',
      thresholds: { warning: BACKUP_MAX_AGE_SECONDS, critical: CHECK_MAX_AGE_SECONDS },
    },
    {
      expr: age('backup_drill'),
      legend: 'Restored before',
      thresholds: { warning: 32 * DAY, critical: DRILL_MAX_AGE_SECONDS },
    },
    { expr: last('backup_size_bytes'), legend: 'Size', unit: 'bytes' },
    { expr: last('backup_duration_seconds'), legend: 'Took' },
  ],
};

const OVER_TIME: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Age of the last backup',
    description:
      'What would be lost with the volume. It falls with each backup: the height of the teeth is what is promised.',
    unit: 'seconds',
    thresholds: { critical: BACKUP_MAX_AGE_SECONDS },
    queries: [{ expr: age('backup'), legend: '{{component}} {{kind}}' }],
  },
  {
    kind: 'graph',
    title: 'Size of a backup',
    description: 'One that is suddenly much smaller is worth a look, even if it was read back.',
    unit: 'bytes',
    queries: [{ expr: last('backup_size_bytes'), legend: '{{component}} {{kind}}' }],
  },
  {
    kind: 'graph',
    title: 'Time of a backup',
    description: 'When it comes near the distance of two, make them less often or the data smaller.',
    unit: 'seconds',
    queries: [{ expr: last('backup_duration_seconds'), legend: '{{component}} {{kind}}' }],
  },
];

const DRILLS: readonly Panel[] = [
  {
    kind: 'graph',
    title: 'Data lost in the last drill (RPO)',
    description: 'Age of the backup that was restored: what a loss of the volume costs, as it was measured.',
    unit: 'seconds',
    queries: [{ expr: last('backup_drill_rpo_seconds'), legend: '{{component}} {{kind}}' }],
  },
  {
    kind: 'graph',
    title: 'Time to be back in the last drill (RTO)',
    description: 'From the first byte of the backup to data that was compared.',
    unit: 'seconds',
    queries: [{ expr: last('backup_drill_rto_seconds'), legend: '{{component}} {{kind}}' }],
  },
];

/** Series: imports/metrics.yaml, backups. */
export const BACKUPS: Dashboard = {
  uid: 'backups',
  title: 'Backups and drills',
  description: 'Could everything be restored, how much of it, and how fast?',
  shows: '30d',
  variables: [
    {
      name: 'component',
      label: 'Of',
      series: 'strata_backup_last_success_timestamp_seconds',
      values: 'component',
    },
  ],
  rows: [
    { title: 'Against targets', panels: [AGES] },
    { title: 'Backups', panels: OVER_TIME },
    { title: 'Drills', panels: DRILLS },
  ],
};
