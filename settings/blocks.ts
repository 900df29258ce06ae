import { z } from 'zod';
import { cpu, memory } from './scalars';

// What the blocks of components in a cluster's settings have in common.

/** The block of a component: its own fields, and the switch that all have. */
export const block = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({
    enabled: z.boolean().default(true).describe('false leaves it out, and keeps the block for later.'),
    ...shape,
  });

/** Resources of a component whose defaults follow from the profile. */
export const sized = {
  cpu: cpu.exactOptional().describe('CPU request of its main pod. Default: from the profile.'),
  memory: memory
    .exactOptional()
    .describe('Memory request and limit of its main pod. Default: from the profile.'),
};

/** Pods of a controller that can share its work or stand by. */
export const replicas = z
  .int()
  .min(1)
  .max(9)
  .exactOptional()
  .describe('Pods of its stateless parts. Default: from the profile.');
