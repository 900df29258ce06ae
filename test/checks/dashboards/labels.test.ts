import { labelUse } from '../../../checks/dashboards/labels';

const labelsOf = (expression: string): string[] => [...labelUse(expression).labels].sort();
const TARGET = ['container', 'endpoint', 'instance', 'job', 'namespace', 'pod', 'service'];

describe('labels that an expression gives', () => {
  test.each([
    ['mysql_up', TARGET],
    ['rate(mysql_global_status_commands_total[5m])', [...TARGET, 'command']],
    ['sum(mysql_up)', []],
    ['sum by (namespace) (mysql_up)', ['namespace']],
    ['sum without (pod, instance) (mysql_up)', TARGET.filter((one) => !['pod', 'instance'].includes(one))],
    ['topk(5, sum by (pod) (mysql_up))', ['pod']],
    ['topk by (pod) (5, mysql_up)', TARGET],
    ['sum by (pod) (up) / on (pod) group_left (mode) sum by (pod, mode) (pg_locks_count)', ['mode', 'pod']],
    ['label_replace(sum(up), "host", "$1", "instance", "(.*):.*")', ['host']],
    ['vector(0)', []],
    ['time() - max by (node) (node_boot_time_seconds)', ['node']],
    ['max_over_time(sum by (pod) (up)[1h:5m])', ['pod']],
  ])('%s', (expression, labels) => {
    expect(labelUse(expression).problems).toEqual([]);
    expect(labelsOf(expression)).toEqual([...labels].sort());
  });

  test('one that series and target have is the target’s, unless the monitor keeps the series’ own', () => {
    expect(labelsOf('traefik_service_requests_total')).toContain('exported_service');
    expect(labelsOf('kube_pod_status_phase')).not.toContain('exported_namespace');
  });
});

describe('what is not there', () => {
  test.each([
    ['nothing_total', /no exporter .* gives nothing_total/],
    ['{job="x"}', /series without a name/],
    ['mysql_up{mode="x"}', /mysql_up has no label mode/],
    ['sum by (mode) (mysql_up)', /by \(mode\) groups has no label mode/],
    ['sum by (pod) (sum by (namespace) (mysql_up))', /by \(pod\)/],
    ['sum by (pod) (up) / on (namespace) up', /on \(namespace\)/],
    ['up / on (namespace) sum by (pod) (up)', /on \(namespace\)/],
  ])('%s', (expression, problem) => {
    expect(labelUse(expression).problems).toEqual([expect.stringMatching(problem)]);
  });
});
