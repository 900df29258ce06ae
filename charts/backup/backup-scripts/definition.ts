import { component } from '../../core/definition';

export const backupScripts = component({
  name: 'backup-scripts',
  layer: 'backup',
  scope: 'environment',
  description: 'Scripts that the backups of an environment run',
  settings: null,
});
