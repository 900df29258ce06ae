import { component } from '../../core/definition';

export const environment = component({
  name: 'environment',
  layer: 'cluster',
  scope: 'environment',
  description: 'Namespace of an environment with Pod Security, quota, limits and default deny',
  settings: null,
  takesOver: true,
});
