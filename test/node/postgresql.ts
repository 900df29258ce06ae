import type { Outcome } from '../e2e/report';
import { confined } from './confinement';
import { Findings } from './findings';
import type { Scene } from './scene';
import type { Stage } from './stage';

/** Environment and database that the scenarios are about. */
export const PLACE = { environment: 'prod', namespace: 'prod', database: 'app' } as const;
const { environment, namespace, database } = PLACE;

export const SERVERS = [`postgresql-${environment}`, `pgbouncer-${environment}`];
export const CLIENTS = [`client-${database}-${environment}`, `owner-${database}-${environment}`];

/** Seconds until a container that was killed serves again: the kubelet waits ten before it starts one anew. */
export const RESTART_SECONDS = 180;

/** One server with its pooler: up under its own limits, used by a client, as the roles and policies allow and no further. */
export async function postgresqlScenario({ stage, settings, report, name }: Scene): Promise<void> {
  const up = await report.group(`${name} up`, () => stage.bring(settings, [...SERVERS, ...CLIENTS]));
  if (!up) return;
  await report.group(`${name} confined`, () => confined(stage, [namespace, settings.monitoring.namespace]));
  await report.group(`${name} used`, () => used(stage));
  await report.group(`${name} private`, () => isPrivate(stage));
  await report.group(`${name} killed`, () => killed(stage));
}

type Who = 'client' | 'owner';

/** Runs SQL as an application or as the owner, and gives its rows, or the complaint. */
export const sql = (
  stage: Stage,
  who: Who,
  statement: string,
  env: readonly string[] = [],
): Promise<string> => psql(stage, `deploy/${who}-${database}`, ['env', ...env, 'psql'], statement);

/** Runs SQL in a server, as whoever may log in there over the socket. */
export const superuser = (
  stage: Stage,
  pod: string,
  statement: string,
  inside = 'postgres',
): Promise<string> =>
  psql(stage, `pod/${pod}`, ['psql', '-U', 'postgres', '-d', inside], statement, ['-c', 'postgresql']);

async function psql(
  stage: Stage,
  target: string,
  command: readonly string[],
  statement: string,
  container: readonly string[] = [],
): Promise<string> {
  const { code, output, errors } = await stage.kubectl([
    ...['exec', '-n', namespace, target, ...container, '--', ...command],
    ...['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', statement],
  ]);
  return code === 0 ? output.trim() : `refused: ${errors.trim().replaceAll('\n', ' ')}`;
}

async function used(stage: Stage): Promise<Outcome> {
  const found = new Findings();
  const client = (statement: string, ...env: string[]): Promise<string> =>
    sql(stage, 'client', statement, env);
  found.is(
    'the owner makes a table',
    await sql(stage, 'owner', 'CREATE TABLE orders (id int PRIMARY KEY, what text)'),
    '',
  );
  found.is('the application writes', await client("INSERT INTO orders VALUES (1, 'tea') RETURNING id"), '1');
  found.is('it reads what it wrote', await client('SELECT what FROM orders'), 'tea');
  found.is(
    'it is one connection of the pooler',
    await client(
      'SELECT application_name, ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE pid = pg_backend_pid()',
    ),
    /^psql\|t$/,
  );
  found.is(
    'it may not make a table',
    await client('CREATE TABLE mine (id int)'),
    /refused: .*permission denied/,
  );
  found.is('it may not read another database', await client('SELECT 1', 'PGDATABASE=postgres'), /refused: /);
  found.is('it may not be the superuser', await client('SELECT 1', 'PGUSER=postgres'), /refused: /);
  found.is('it may not come without TLS', await client('SELECT 1', 'PGSSLMODE=disable'), /refused: /);
  found.is('a wrong password is refused', await client('SELECT 1', 'PGPASSWORD=wrong'), /refused: /);
  found.is(
    'a wrong authority is found out',
    await client('SELECT 1', 'PGSSLROOTCERT=/etc/passwd'),
    /refused: /,
  );
  return found.outcome('a client writes and reads through PgBouncer over TLS, and may do nothing else');
}

/** The policies of the manifests hold: an application reaches the pooler, and the server behind it not. Without them it would. */
async function isPrivate(stage: Stage): Promise<Outcome> {
  const found = new Findings();
  const direct = [`PGHOST=postgresql.${namespace}.svc`, 'PGPORT=5432', 'PGCONNECT_TIMEOUT=4'];
  const ask = (): Promise<string> => sql(stage, 'client', 'SELECT 1', direct);
  found.is('the application does not reach the server itself', await ask(), /timeout expired/);
  // the proof that the engine and not an accident keeps it out
  const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/`;
  const policies = [`client-${database}`, 'postgresql', 'default-deny'];
  const kept = await Promise.all(policies.map((policy) => stage.api.request('GET', path + policy)));
  for (const policy of policies) await stage.api.request('DELETE', path + policy);
  const reached = await stage
    .until('the server, without policies', 15, async () => {
      const answer = await ask();
      return /refused: .*timeout expired/.test(answer) ? undefined : answer;
    })
    .catch(String);
  found.is(
    'without policies it reaches it, and fails to verify its certificate or logs in',
    reached,
    /^1$|certificate/,
  );
  for (const { body } of kept) {
    const { apiVersion, kind, metadata, spec } = body;
    const object = {
      apiVersion,
      kind,
      metadata: { name: metadata.name, namespace, labels: metadata.labels },
      spec,
    };
    await stage.api.apply(object, JSON.stringify(object));
  }
  await stage.until('the policies again', 15, async () => /timeout expired/.test(await ask()) || undefined);
  return found.outcome('only declared connections get through');
}

/** The server's process dies: what was committed is there afterwards. */
async function killed(stage: Stage): Promise<Outcome> {
  const found = new Findings();
  found.is(
    'a row is committed',
    await sql(stage, 'client', "INSERT INTO orders VALUES (2, 'milk') RETURNING id"),
    '2',
  );
  await stage.kubectl(['delete', 'pod', '-n', namespace, 'postgresql-0', '--grace-period=0', '--force']);
  const rows = await stage
    .until('the server again', RESTART_SECONDS, async () => {
      const answer = await sql(stage, 'client', 'SELECT count(*) FROM orders');
      return answer.startsWith('refused') ? undefined : answer;
    })
    .catch(String);
  found.is('all rows are there after the pod was killed', rows, '2');
  return found.outcome('the pod was killed and came back with all rows');
}
