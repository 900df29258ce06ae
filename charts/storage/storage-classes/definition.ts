import { component } from '../../core/definition';

export const storageClasses = component({
  name: 'storage-classes',
  layer: 'storage',
  scope: 'cluster',
  description: 'Storage classes for files and databases',
  settings: null,
});
