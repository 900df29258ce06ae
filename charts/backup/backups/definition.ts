import { DRILLS_NAMESPACE } from '../../core/namespaces';
import { component } from '../../core/definition';

export const backups = component({
  name: 'backups',
  layer: 'backup',
  scope: 'cluster',
  description: 'Results of backups, checks and drills, and the keys they need',
  settings: null,
  // restore drills: a scratch server each, no claims, and no route to a datastore
  namespaces: [
    {
      name: DRILLS_NAMESPACE,
      environment: 'platform',
      podSecurity: 'restricted',
      quota: { cpu: '2', memory: '4Gi', storage: '0' },
    },
  ],
  exceptions: [
    {
      subject: 'pushgateway',
      exception: 'no-backup',
      reason: 'It holds the results of the last runs: the next ones write them anew.',
    },
  ],
});
