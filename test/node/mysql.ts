import type { Outcome } from '../e2e/report';
import { confined } from './confinement';
import { cycle, drillOf, idOf, type Protected } from './cycle';
import { Findings } from './findings';
import type { Scene } from './scene';
import type { Stage } from './stage';

const MYSQL: Protected = { name: 'mysql', environment: 'recette', namespace: 'recette', kind: 'logical' };
const { namespace } = MYSQL;
/** The database of the wiki: nobody else's is declared. */
const DATABASE = 'xwiki';

/** MySQL with its exporter: up under its own limits, backed up, read back, and restored in a drill. */
export async function mysqlScenario(scene: Scene): Promise<void> {
  const { stage, settings, report, name } = scene;
  const up = await report.group(`${name} up`, () => stage.bring(settings, [idOf(MYSQL)]));
  if (!up) return;
  await report.group(`${name} confined`, () => confined(stage, [namespace]));
  await report.group(`${name} data`, () => fill(stage));
  const applied = await report.group(`${name} applied`, () => stage.apply(settings, [drillOf(MYSQL)]));
  if (applied) await report.group(`${name} logical`, () => cycle(scene, MYSQL, ['CREATE TABLE', 'orders']));
}

/** As the superuser in the pod: what an application may do is proved with the real servers of test/servers. */
async function fill(stage: Stage): Promise<Outcome> {
  const found = new Findings();
  const statements = `CREATE TABLE orders (id INT PRIMARY KEY, what TEXT); INSERT INTO orders VALUES (1, 'tea'); SELECT what FROM orders`;
  const encoded = await stage.kubectl([
    ...['get', 'secret', '-n', namespace, 'mysql-root', '-o', 'jsonpath={.data.password}'],
  ]);
  const password = Buffer.from(encoded.output, 'base64').toString();
  const { output, errors } = await stage.kubectl([
    ...['exec', '-n', namespace, 'mysql-0', '-c', 'mysql', '--', 'env', `MYSQL_PWD=${password}`],
    ...['mysql', '--user=root', '--skip-column-names', '--batch', DATABASE, '-e', statements],
  ]);
  found.is('rows are written', output.trim() || errors.trim(), 'tea');
  return found.outcome('a table with a row');
}
