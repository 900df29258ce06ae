import { component } from '../../core/definition';

export const drill = component({
  name: 'drill',
  layer: 'backup',
  scope: 'environment',
  description: 'Restore drill of a datastore',
  settings: null,
});
