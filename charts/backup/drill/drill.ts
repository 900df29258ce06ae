import type { Path } from '../../../settings/problem';
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
  sharedScripts,
  sharedSteps,
  toolContainer,
} from '../../core/backup/steps';
import type { Cluster } from '../../core/cluster';
import { Component } from '../../core/component';
import { drill } from './definition';

const drillName = ({ component, plan }: Drillable): string => `${component.name}-${plan.kind}-drill`;

/** Id of the drill as a component, and name of its CronJob. */
export const drillId = (drillable: Drillable): string =>
  `${drillName(drillable)}-${drillable.environment.name}`;

/**
 * The restore drill of one datastore: fetches the newest sets, opens them with the age identity, restores each into a scratch server of
 * the same image within the pod, and compares it with what the datastore held when it was dumped. Whatever it makes ends with the pod.
 */
export class Drill extends Component {
  private readonly datastore: Path;

  constructor(cluster: Cluster, drillable: Drillable, schedule: string) {
    const { component, environment, plan } = drillable;
    super(cluster, {
      definition: drill,
      name: drillName(drillable),
      namespace: DRILLS_NAMESPACE,
      environment,
      description: `Restore drill of ${component.id}, ${plan.kind}`,
      source: 'charts/backup/drill/drill.ts',
    });
    this.datastore = cluster.pathOf(component.name, environment);
    this.requires(drillable);
    this.requires(drillable.target);
    this.run(drillable, schedule);
  }

  /** It has none of its own: what it renders follows from those of its datastore. */
  override get setting(): Path {
    return this.datastore;
  }

  private run({ component, target, plan }: Drillable, schedule: string): void {
    // drills of the same kind of datastore read the same, whatever environment it is of
    const own = sharedScripts(target, this.namespace, this.name, plan.load);
    const volumes = backupVolumes([...sharedSteps(target, this.namespace, 'drill'), ...own], plan.scratch);
    const environment = setEnvironment(target, component, plan);
    const bucket = storeEnvironment(target, target.access);
    const programs = { rclone: image('rclone'), sops: image('sops') };
    const run = this.cronJob({
      name: this.id,
      labels: { [BACKUP_LABEL]: 'drill', [PROTECTS_LABEL]: component.id },
      schedule,
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
