import type { EnvironmentSettings } from '../../../settings/base';
import type { ScriptStore } from '../../core/backup';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import { ScriptShelf } from '../script-shelf';
import { backupScripts } from './definition';

/** The scripts of all backups of one environment, made for the first datastore that asks. */
export class BackupScripts extends Component {
  private readonly shelf = new ScriptShelf(this, (name, data) => this.configMap(name, data));

  constructor(cluster: Cluster, environment: EnvironmentSettings) {
    super(cluster, { definition: backupScripts, environment });
  }

  store(): ScriptStore {
    return this.shelf;
  }
}
