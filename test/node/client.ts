import { image } from '../../imports/images';
import type { Cluster } from '../../charts/core/cluster';
import { Component } from '../../charts/core/component';
import { component } from '../../charts/core/definition';
import type { DatabaseAccess } from '../../charts/core/database';
import { mebi } from '../../charts/core/quantities';
import { keyOf } from '../../charts/core/secrets';
import type { Volume } from '../../charts/core/volumes';
import type { EnvironmentSettings } from '../../charts/settings';

const AUTHORITY_FOLDER = '/etc/database-authority';

const CLIENT = component({
  name: 'client',
  layer: 'apps',
  scope: 'environment',
  description: 'A client of the run',
  settings: null,
});

/**
 * An application, as far as its database can tell: it takes the access in its props as every component does, so that its network policies,
 * its Secret and its trust are rendered as an application's are. Scenarios run psql in it.
 */
export class Client extends Component {
  constructor(cluster: Cluster, environment: EnvironmentSettings, name: string, access: DatabaseAccess) {
    super(cluster, { definition: CLIENT, name, environment, version: '1' });
    const { endpoint, database, username, secret, authority } = access;
    const trust: Volume = {
      name: 'authority',
      source: {
        secret: {
          secretName: authority.secret,
          items: [{ key: authority.key, path: 'ca.crt' }],
          defaultMode: 0o440,
        },
      },
      readOnly: true,
    };
    const client = this.deployment({
      name,
      replicas: 1,
      // it holds nothing that needs an end of its own
      graceSeconds: 1,
      user: { uid: 1000, gid: 1000 },
      containers: [
        {
          name: 'client',
          image: image('postgresql', '17'),
          command: ['sleep', 'infinity'],
          env: {
            PGHOST: endpoint.host,
            PGPORT: String(endpoint.port),
            PGDATABASE: database,
            PGUSER: username,
            PGPASSWORD: keyOf(secret, 'password'),
            PGSSLMODE: 'verify-full',
            PGSSLROOTCERT: `${AUTHORITY_FOLDER}/ca.crt`,
            PGCONNECT_TIMEOUT: '5',
          },
          resources: { cpu: '10m', memory: mebi(64) },
          mounts: { [AUTHORITY_FOLDER]: trust },
        },
      ],
    });
    this.connect(client, endpoint);
  }
}
