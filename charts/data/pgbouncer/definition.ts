import { component } from '../../core/definition';

export const pgbouncer = component({
  name: 'pgbouncer',
  layer: 'data',
  scope: 'environment',
  description: 'PgBouncer before PostgreSQL: many clients, few connections',
  settings: null,
});
