import { toYaml } from '../../core/yaml';
import { LINE_PATTERNS, type LinePattern } from './patterns';

/**
 * Whose lines are not judged: Loki logs the query of each rule, and with it the text that the rule looks for; a search by hand is in the log
 * of Grafana as well.
 */
const NOT_JUDGED = 'loki|grafana';

/** LogQL between backquotes takes a regular expression as it is. */
export function queryOf({ regex, anyCase, moreThan, minutes }: LinePattern): string {
  const lines = `{namespace=~".+",app!~"${NOT_JUDGED}"} |~ \`${anyCase ? '(?i)' : ''}${regex}\``;
  return `sum by (cluster, namespace, app) (count_over_time(${lines} [${minutes}m])) > ${moreThan}`;
}

/**
 * Rules of Loki's ruler, in the form of Prometheus' rule files.
 *
 * @param runbook address of the component's runbook
 */
export const lokiRules = (runbook: string): string =>
  toYaml({
    groups: [
      {
        name: 'lines',
        interval: '1m',
        rules: LINE_PATTERNS.map((pattern) => ({
          alert: pattern.alert,
          expr: queryOf(pattern),
          labels: { severity: pattern.severity },
          annotations: {
            summary: pattern.summary,
            description: pattern.description,
            runbook_url: `${runbook}#${pattern.alert.toLowerCase()}`,
          },
        })),
      },
    ],
  });
