import { z } from 'zod';
import { PUBLISHED_PROXIES } from '../../imports/proxies';
import { contains, parseCidr } from '../../settings/cidr';
import type { Mistake } from '../../settings/problem';
import { cidr, cidrOr, dnsLabel } from '../../settings/scalars';
import { own } from '../../settings/own';
import { section } from '../core/definition';

const schema = z
  .strictObject({
    engine: z.enum(['traefik']).default('traefik').describe('Ingress controller.'),
    class: dnsLabel.default('traefik').describe('Name of its IngressClass.'),
    trustedProxies: own(
      'address',
      z
        .array(cidrOr(Object.keys(PUBLISHED_PROXIES)))
        .default([])
        .describe(
          'Proxies or CDN directly before the cluster: their header X-Forwarded-For says who the visitor is. cloudflare stands for the ' +
            'ranges that Cloudflare publishes.',
        ),
    ),
    onlyThroughProxies: own(
      'address',
      z
        .boolean()
        .default(true)
        .describe(
          'Where there are trustedProxies, whether visitors who come past them are refused. With false they are let in and share one limit ' +
            'together, since nothing tells them apart.',
        ),
    ),
    allowedSources: own(
      'address',
      z.array(cidr).default([]).describe('Addresses of visitors who may call in. Empty: everybody.'),
    ),
    rateLimit: z
      .strictObject({
        average: z.int().min(1).default(50).describe('Requests per second.'),
        burst: z.int().min(1).default(100).describe('Requests at once above the average.'),
      })
      .prefault({})
      .describe('Limit of each visitor, by address.'),
  })
  .prefault({})
  .describe('How HTTP gets in: on ports 80 and 443 of the nodes.');

export type IngressSettings = z.output<typeof schema>;

/** How HTTP gets in, whichever controller brings it. */
export const ingress = section({
  name: 'ingress',
  layer: 'network',
  schema,
  mistakes: (settings) => [...trustsEverybody(settings), ...proxiesAmongVisitors(settings)],
});

/** The ranges of all trusted proxies, each once. */
export const proxyRanges = ({
  trustedProxies,
}: Pick<IngressSettings, 'trustedProxies'>): readonly string[] => [
  ...new Set(trustedProxies.flatMap((one) => PUBLISHED_PROXIES[one]?.cidrs ?? [one])),
];

/** Whoever is trusted says who he is: an address range of everybody makes limits and lists of sources worthless. */
const trustsEverybody = ({ trustedProxies }: IngressSettings): readonly Mistake[] =>
  trustedProxies.flatMap((one, index) =>
    parseCidr(one)?.prefix === 0
      ? [
          {
            path: ['trustedProxies', index],
            problem: `"${one}" trusts everybody: each visitor could write any address into X-Forwarded-For`,
            remedy: 'Name the addresses of the proxies alone',
          },
        ]
      : [],
  );

/** A proxy in the list of visitors: once as the only way to let just the proxy in, and now a list that no visitor is on. */
function proxiesAmongVisitors(settings: IngressSettings): readonly Mistake[] {
  const trusted = proxyRanges(settings);
  return settings.allowedSources.flatMap((source, index): readonly Mistake[] => {
    const path = ['allowedSources', index];
    if (lieIn(trusted, source))
      return [
        {
          path,
          problem: `"${source}" belongs to trustedProxies, and allowedSources are addresses of visitors, whom it would keep out`,
          remedy: 'Remove it: onlyThroughProxies refuses everybody who comes past the proxies',
        },
      ];
    return Object.entries(PUBLISHED_PROXIES)
      .filter(([, { cidrs }]) => lieIn(cidrs, source))
      .map(([name, { owner }]) => ({
        path,
        problem: `"${source}" is ${owner}'s: without trust in it all visitors together have the limit of one, and applications log the proxy`,
        remedy: `Write trustedProxies: [${name}] instead, which lets in only what comes through it; allowedSources are addresses of visitors`,
      }));
  });
}

function lieIn(ranges: readonly string[], text: string): boolean {
  const inner = parseCidr(text);
  return ranges.some((range) => {
    const outer = parseCidr(range);
    return inner !== undefined && outer !== undefined && contains(outer, inner);
  });
}
