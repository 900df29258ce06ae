import { basename } from 'node:path';
import type { NodePrograms } from './programs';

/** What the outside prepared for the inside. */
export interface Plan {
  readonly cluster: string;
  /** All state of the run, and its logs. */
  readonly folder: string;
  /** Folder of CNI plugins. */
  readonly plugins: string;
  readonly programs: NodePrograms;
  readonly keep: boolean;
  /** Only scenarios whose name has this text. */
  readonly only: string;
}

/** Folder in the run's that stays after a failure. */
export const LOGS = 'logs';

/** Name of the cgroup that all pods of the run are in. */
export const cgroupOf = (folder: string): string => basename(folder);
