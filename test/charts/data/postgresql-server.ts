import type { DatabaseAccess, PostgresqlDatabase, PostgresqlPooling } from '../../../charts/core/database';
import { tcp, type Endpoint } from '../../../charts/core/network';
import type { SecretRef } from '../../../charts/core/secrets';

/** What a PostgreSQL server of the namespace prod offers, without the server. */
export function postgresqlServer(
  names: readonly string[],
  connectionsPerDatabase = 30,
): PostgresqlPooling & { readonly databases: ReadonlyMap<string, PostgresqlDatabase> } {
  const component = { id: 'postgresql-prod', namespace: 'prod' };
  const endpoint: Endpoint = {
    component,
    pods: {
      kind: 'pods',
      name: 'postgresql',
      namespace: 'prod',
      labels: { app: 'postgresql' },
      hostNetwork: false,
      owner: null,
    },
    service: 'postgresql',
    host: 'postgresql.prod.svc',
    port: 5432,
    portName: 'postgresql',
    containerPort: tcp(5432),
  };
  const authority = { secret: 'postgresql-tls', namespace: 'prod', key: 'ca.crt' };
  const secret = (name: string): SecretRef => ({
    name,
    namespace: 'prod',
    keys: { password: { kind: 'random', length: 32 } },
    declaredBy: component,
  });
  const access = (database: string, username: string): DatabaseAccess => ({
    component,
    endpoint,
    database,
    username,
    secret: secret(`postgresql-${username.replaceAll('_', '-')}`),
    authority,
  });
  return {
    component,
    endpoint,
    username: 'pgbouncer',
    secret: secret('postgresql-pgbouncer'),
    authority,
    connectionsPerDatabase,
    databases: new Map(
      names.map((name) => [name, { app: access(name, name), owner: access(name, `${name}_owner`) }]),
    ),
  };
}
