import type { ClusterSettings } from '../../charts/settings';
import type { Report } from '../e2e/report';
import type { Bucket } from './bucket';
import type { Stage } from './stage';

/** What a scenario works with. */
export interface Scene {
  readonly stage: Stage;
  readonly bucket: Bucket | undefined;
  /** Of the cluster, with the run's own age recipient. */
  readonly settings: ClusterSettings;
  readonly report: Report;
  /** Of the scenario. */
  readonly name: string;
}
