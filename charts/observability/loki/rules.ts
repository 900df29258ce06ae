import { toYaml } from '../../core/yaml';
import { LINE_PATTERNS, type LinePattern } from './patterns';

/**
 * LogQL, which takes a regular expression between backquotes as it is. Lines of the namespace of Loki itself are not judged: Loki logs the
 * query of each rule, and with it the text that the rule looks for; Grafana logs the searches of people. By the label `app` any pod could
 * hide itself.
 */
export function queryOf({ regex, anyCase, moreThan, minutes }: LinePattern, namespace: string): string {
  const lines = `{namespace=~".+",namespace!="${namespace}"} |~ \`${anyCase ? '(?i)' : ''}${regex}\``;
  return `sum by (cluster, namespace, app) (count_over_time(${lines} [${minutes}m])) > ${moreThan}`;
}

/**
 * Rules of Loki's ruler, in the form of Prometheus' rule files.
 *
 * @param namespace Loki's own
 * @param runbook address of the component's runbook
 */
export const lokiRules = (namespace: string, runbook: string): string =>
  toYaml({
    groups: [
      {
        name: 'lines',
        interval: '1m',
        rules: LINE_PATTERNS.map((pattern) => ({
          alert: pattern.alert,
          expr: queryOf(pattern, namespace),
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
