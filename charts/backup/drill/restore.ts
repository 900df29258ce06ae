import { image } from '../../../imports/images';
import {
  BACKUP_LABEL,
  backupName,
  bucketKeysName,
  PROTECTS_LABEL,
  setEnvironment,
  storeEnvironment,
  type Drillable,
} from '../../core/backup';
import {
  backupVolumes,
  fetchContainers,
  ownContainer,
  ownScripts,
  toolScripts,
} from '../../core/backup/steps';
import type { Cluster } from '../../core/cluster';
import { drill } from './definition';
import { Component } from '../../core/component';
import { selectorLabels } from '../../core/labels';
import { defined } from '../../core/objects';

export interface RestoreOptions {
  /** Name of a set in the bucket. @default the newest complete one */
  readonly set?: string;
  /** Whether what is in the datastore may be replaced. */
  readonly overwrite: boolean;
}

/** Hours are what a large dump takes to load and index. */
const DEADLINE_SECONDS = 12 * 3600;

/**
 * The Job that brings a set back into the live datastore. It is no part of dist/: `strata restore` prints it, and a person reads and
 * applies it. Its pods look like those of the backup to NetworkPolicies, since they need the same connections.
 */
export class Restore extends Component {
  constructor(cluster: Cluster, drillable: Drillable, options: RestoreOptions) {
    const { component, environment, plan, target } = drillable;
    super(cluster, {
      definition: drill,
      name: `${component.name}-${plan.kind}-restore`,
      environment,
      description: `Restore of ${component.id}, ${plan.kind}`,
      source: 'charts/backup/drill/restore.ts',
    });
    const scripts = this.configMap(this.name, {
      ...toolScripts('fetch', 'open', 'decrypt'),
      ...ownScripts(plan.restore),
    });
    const volumes = backupVolumes([{ config: scripts }], plan.scratch);
    const environmentOfSet = defined({ ...setEnvironment(target, component, plan), SET: options.set });
    const access = { ...target.access, name: bucketKeysName(component), namespace: component.namespace };
    const chosen = defined({
      ...environmentOfSet,
      OVERWRITE: options.overwrite ? component.id : undefined,
    });
    const steps = plan.restore.map((step) => ownContainer(step, volumes, chosen));
    this.job({
      name: this.name,
      labels: { [BACKUP_LABEL]: 'restore', [PROTECTS_LABEL]: component.id },
      podLabels: selectorLabels(component.name, backupName(component, plan)),
      deadlineSeconds: DEADLINE_SECONDS,
      // people wait for it, unlike for a backup
      priorityClass: this.priorityClass('data'),
      user: plan.user,
      // not beside the pods that share its volume: they have to be stopped, and none would be found
      initContainers: [
        ...fetchContainers(
          { rclone: image('rclone'), sops: image('sops') },
          volumes,
          target.identity,
          environmentOfSet,
          storeEnvironment(target, access),
        ),
        ...steps.slice(0, -1),
      ],
      containers: steps.slice(-1),
    });
  }
}
