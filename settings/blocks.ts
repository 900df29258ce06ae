import { z } from 'zod';
import { cpu, memory, type Memory } from './amounts';

// What the blocks of components in a cluster's settings have in common.

/** The block of a component: its own fields, and the switch that all have. */
export const block = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({
    enabled: z.boolean().default(true).describe('false leaves it out, and keeps the block for later.'),
    ...shape,
  });

/** Of a component that can be stopped by git, since Argo CD starts again what was scaled by hand. */
const stopped = (what: string) => ({
  maintenance: z
    .boolean()
    .default(false)
    .describe(
      `true stops it, ${what}: no pods, no backups, and of its alerts only those that say so. Its data stays.`,
    ),
});

/** Of a server: what restores it needs it to run. */
export const maintenance = stopped('for work on its volume; a restore stops what uses it instead');
/** Of what uses a server. */
export const maintenanceOfUser = stopped('for a restore or work on its volume');

/** Traefik 3.7.9, the smallest of them, holds 12 MiB before its first route; the runtime is told nine tenths of the limit. */
const GO_PROGRAM = { least: '32Mi', for: 'a program in Go' } as const;

/** Resources of a component whose defaults follow from the profile, and the least that its main pod starts with. */
export const sizedFrom = (floor: { readonly least: Memory; readonly for: string }) => ({
  cpu: cpu.exactOptional().describe('CPU request of its main pod. Default: from the profile.'),
  memory: memory(floor)
    .exactOptional()
    .describe('Memory request and limit of its main pod. Default: from the profile.'),
});

export const sized = sizedFrom(GO_PROGRAM);

/** Pods of a controller that can share its work or stand by. */
export const replicas = z
  .int()
  .min(1)
  .max(9)
  .exactOptional()
  .describe('Pods of its stateless parts. Default: from the profile.');
