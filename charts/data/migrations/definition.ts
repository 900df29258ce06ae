import { component } from '../../core/definition';

export const migrations = component({
  name: 'migrations',
  layer: 'data',
  scope: 'environment',
  description: 'Flyway migrations of the PostgreSQL databases',
  settings: null,
});
