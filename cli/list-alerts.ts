import { Detections, LONGEST_CRITICAL_SECONDS, type Detection } from '../checks/alerts/detection';
import { rulesIn } from '../checks/alerts/rules';
import { ObjectSet } from '../checks/core/object-set';
import { asText, at, componentNames, isObject, show } from '../checks/core/workloads';
import { checkInput, load, renderAndCheck, type Checked, type Failure, type Workspace } from './session';

/** One alert that Prometheus judges. */
interface AlertRow {
  readonly cluster: string;
  /** Id of the component: `mysql-prod`. */
  readonly component: string;
  readonly alert: string;
  readonly severity: string;
  /** From the fact to the message at the worst, and what it is made of: seconds. */
  readonly worst: Detection;
  /** Why a critical one may take longer than five minutes; undefined where it does not. */
  readonly late: string | undefined;
  /** File and section: `charts/data/mysql/runbook.md#mysqldown`. */
  readonly runbook: string;
}

export interface AlertsOutcome {
  readonly rows: readonly AlertRow[];
  /** What of the times is no cluster's own. */
  readonly notes: readonly string[];
  readonly failures: readonly Failure[];
}

/** The alerts of the named clusters, or of all, the slowest critical ones first. */
export function listAlerts(workspace: Workspace, names: readonly string[]): AlertsOutcome {
  const { clusters, failures } = load(workspace, names);
  const found = clusters.flatMap((cluster) => {
    const checked = renderAndCheck(workspace, cluster);
    if ('rendered' in checked) return [alertsOf(workspace, checked)];
    failures.push(checked);
    return [];
  });
  return { rows: found.flatMap(({ rows }) => rows), notes: found.flatMap(({ notes }) => notes), failures };
}

function alertsOf(
  workspace: Workspace,
  { cluster, rendered }: Checked,
): Pick<AlertsOutcome, 'rows' | 'notes'> {
  const input = checkInput(workspace, cluster, rendered);
  const nameOfComponent = componentNames(input.declarations.components);
  const detections = new Detections(ObjectSet.of(input));
  const rows = rulesIn(ObjectSet.of(input)).flatMap((rule): AlertRow[] => {
    const { rendered: source, alert, json } = rule;
    if (alert === undefined) return [];
    const severity = show(at(json, 'labels.severity'));
    const worst = detections.of(rule);
    const row = input.declarations.exceptions.find(
      ({ component, subject, exception }) =>
        exception === 'late-alert' && subject === alert && component === nameOfComponent(source.component),
    );
    const isLate = severity === 'critical' && worst.total > LONGEST_CRITICAL_SECONDS;
    return [
      {
        ...{ cluster: cluster.name, component: source.component, alert, severity, worst },
        late: isLate ? row?.reason : undefined,
        runbook: runbookOf(json),
      },
    ];
  });
  const missing = [
    ...(detections.isEvaluated ? [] : ['prometheus']),
    ...(detections.isTold ? [] : ['alertmanager']),
  ];
  return {
    rows: rows.sort((a, b) => compare(a.severity, b.severity) || b.worst.total - a.worst.total),
    notes: missing.length
      ? [`${cluster.name} has no ${missing.join(' and no ')}: its times are what they would be with Strata's`]
      : [],
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Without the address of the repository. */
const runbookOf = (json: unknown): string => {
  const annotations = at(json, 'annotations');
  const url = isObject(annotations) ? (asText(annotations['runbook_url']) ?? '') : '';
  return /charts\/.*$/.exec(url)?.[0] ?? url;
};
