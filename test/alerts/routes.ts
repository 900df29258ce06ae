import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KubeObject } from '../../charts/core/objects';

/** Labels of an alert → receivers that are told of it. The watchdog's depends on the settings. */
const ROUTES: readonly (readonly [labels: readonly string[], receiver: string])[] = [
  [['alertname=MysqlDown', 'severity=critical', 'namespace=prod'], 'critical'],
  [['alertname=NodeDown', 'severity=critical', 'node=worker-1'], 'critical'],
  [['alertname=KubePodPending', 'severity=warning', 'namespace=prod'], 'warning'],
  [['alertname=NobodySaidHowBad'], 'warning'],
];
const WATCHDOG = ['alertname=Watchdog', 'severity=warning'];

const run = promisify(execFile);

/** What amtool finds wrong with the configuration of a cluster's Alertmanager, and which alerts go astray. */
export async function routeProblems(amtool: string, cluster: string, text: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'strata-routes-'));
  try {
    const file = join(folder, 'alertmanager.yaml');
    writeFileSync(file, text);
    const watchdog = text.includes('name: watchdog') ? 'watchdog' : 'nobody';
    const tests = [...ROUTES, [WATCHDOG, watchdog] as const].map(([labels, receiver]) => [
      ...['config', 'routes', 'test', `--config.file=${file}`, `--verify.receivers=${receiver}`],
      ...labels,
    ]);
    const problems = await Promise.all(
      [['check-config', file], ...tests].map(async (args) => {
        try {
          await run(amtool, args);
          return [];
        } catch (error) {
          const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
          return [
            `${cluster}/alertmanager: amtool ${args.slice(0, 3).join(' ')}: ${`${stdout}${stderr}`.trim()}`,
          ];
        }
      }),
    );
    return problems.flat();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The configuration among the objects of a cluster; undefined where it has no Alertmanager. */
export function alertmanagerText(objects: readonly KubeObject[]): string | undefined {
  const config = objects.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'alertmanager',
  );
  return (config as { data?: Record<string, string> } | undefined)?.data?.['alertmanager.yaml'];
}
