import { backupScenario } from './backup';
import { faultsScenario } from './faults';
import { mysqlScenario } from './mysql';
import { postgresqlScenario } from './postgresql';
import type { Scene } from './scene';

interface Scenario {
  readonly name: string;
  /** Names of those that it stands on. */
  readonly needs?: readonly string[];
  readonly run: (scene: Scene) => Promise<void>;
}

/** In this order, on one node: later ones stand on what earlier ones left. */
const SCENARIOS: readonly Scenario[] = [
  {
    name: 'platform',
    run: async ({ stage, settings, report, name }) => {
      await report.group(`${name} pushgateway`, () =>
        stage.bring(settings, [
          'platform-namespaces',
          ...settings.environments.map(({ name: environment }) => `environment-${environment}`),
          'storage-classes',
          'backups',
        ]),
      );
    },
  },
  { name: 'postgresql', needs: ['platform'], run: postgresqlScenario },
  { name: 'backup', needs: ['platform', 'postgresql'], run: backupScenario },
  { name: 'mysql', needs: ['platform'], run: mysqlScenario },
  { name: 'faults', needs: ['platform'], run: faultsScenario },
];

/** Those whose name has this text, and what they stand on, in their order. */
export function chosen(text: string): Scenario[] {
  const wanted = SCENARIOS.filter(({ name }) => name.includes(text));
  const needed = new Set(wanted.flatMap(({ needs = [] }) => needs));
  return SCENARIOS.filter((scenario) => wanted.includes(scenario) || needed.has(scenario.name));
}
