import { image } from '../../../imports/images';
import { DRILLS_NAMESPACE } from '../../core/namespaces';
import {
  setEnvironment,
  storeEnvironment,
  BACKUP_LABEL,
  PROTECTS_LABEL,
  type Drillable,
} from '../../core/backup';
import {
  backupVolumes,
  fetchContainers,
  ownContainer,
  ownScripts,
  toolContainer,
  toolScripts,
} from '../../core/backup/steps';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import { drill } from './definition';

/**
 * The restore drill of one datastore: fetches the newest sets, opens them with the age identity, restores each into a scratch server of
 * the same image within the pod, and compares it with what the datastore held when it was dumped. Whatever it makes ends with the pod.
 */
export class Drill extends Component {
  constructor(cluster: Cluster, drillable: Drillable) {
    const { component, environment, plan } = drillable;
    super(cluster, {
      definition: drill,
      name: `${component.name}-${plan.kind}-drill`,
      namespace: DRILLS_NAMESPACE,
      environment,
      description: `Restore drill of ${component.id}, ${plan.kind}`,
      source: 'charts/backup/drill/drill.ts',
    });
    this.requires(drillable);
    this.requires(drillable.target);
    this.run(drillable);
  }

  private run({ component, target, plan }: Drillable): void {
    const scripts = this.configMap(this.id, {
      ...toolScripts('fetch', 'open', 'decrypt', 'report'),
      ...ownScripts(plan.load),
    });
    const volumes = backupVolumes(scripts, plan.scratch);
    const environment = setEnvironment(target, component, plan);
    const bucket = storeEnvironment(target, target.access);
    const programs = { rclone: image('rclone'), sops: image('sops') };
    const run = this.cronJob({
      name: this.id,
      labels: { [BACKUP_LABEL]: 'drill', [PROTECTS_LABEL]: component.id },
      schedule: target.drillSchedule,
      deadlineSeconds: plan.deadlineSeconds,
      user: plan.user,
      initContainers: [
        ...fetchContainers(programs, volumes, target.identity, environment, bucket),
        ...plan.load.map((step) => ownContainer(step, volumes, environment)),
      ],
      containers: [toolContainer('report', programs.rclone, volumes, { ...environment, ...bucket })],
    });
    this.reach(run, target.peer, [target.port]);
    this.connect(run, target.metrics);
  }
}
