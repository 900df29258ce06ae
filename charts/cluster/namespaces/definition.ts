import { component } from '../../core/definition';

export const namespaces = component({
  name: 'namespaces',
  layer: 'cluster',
  scope: 'cluster',
  description: 'Namespaces with Pod Security, quota, limits and default deny',
  settings: null,
});
