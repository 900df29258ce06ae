import { component } from '../charts/core/definition';

export const root = component({
  name: 'root',
  layer: 'delivery',
  scope: 'cluster',
  description: 'Applications and AppProjects of all components',
  settings: null,
});
