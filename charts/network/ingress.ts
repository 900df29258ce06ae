import { z } from 'zod';
import { cidr, dnsLabel } from '../../settings/scalars';
import { section } from '../core/definition';

/** How HTTP gets in, whichever controller brings it. */
export const ingress = section({
  name: 'ingress',
  layer: 'network',
  schema: z
    .strictObject({
      engine: z.enum(['traefik']).default('traefik').describe('Ingress controller.'),
      class: dnsLabel.default('traefik').describe('Name of its IngressClass.'),
      allowedSources: z.array(cidr).default([]).describe('Addresses that may call in. Empty: everybody.'),
      rateLimit: z
        .strictObject({
          average: z.int().min(1).default(50).describe('Requests per second.'),
          burst: z.int().min(1).default(100).describe('Requests at once above the average.'),
        })
        .prefault({})
        .describe('Limit of each client address.'),
    })
    .prefault({})
    .describe('How HTTP gets in: on ports 80 and 443 of the nodes.'),
});

export type IngressSettings = z.output<typeof ingress.schema>;
