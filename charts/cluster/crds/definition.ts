import { component } from '../../core/definition';

export const crds = component({
  name: 'crds',
  layer: 'cluster',
  scope: 'cluster',
  description: 'CustomResourceDefinitions at pinned upstream commits',
  settings: null,
});
