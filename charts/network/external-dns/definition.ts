import { z } from 'zod';
import { block, sized } from '../../../settings/blocks';
import { matching } from '../../../settings/scalar';
import { address, dnsLabel, dnsName } from '../../../settings/scalars';
import { own } from '../../../settings/own';
import { component, type SettingsOf } from '../../core/definition';

const zoneId = matching(
  'the ID of a zone',
  /^[0-9a-f]{32}$/,
  '023e105f4ecef8ad9ca31a8372d0c353',
  'Copy the 32 digits from the overview of the zone',
);

export const externalDns = component({
  name: 'external-dns',
  layer: 'network',
  scope: 'cluster',
  description: 'Records at Cloudflare for every published host',
  settings: block({
    zones: own(
      'address',
      z
        .array(dnsName)
        .min(1)
        .describe('Zones at Cloudflare that it may write to. Hosts in other zones are left alone.'),
    ),
    zoneIds: own(
      'address',
      z
        .array(zoneId)
        .min(1)
        .exactOptional()
        .describe(
          'IDs of these zones, for an API token that is limited to them. Default: the token finds them by name.',
        ),
    ),
    addresses: own(
      'address',
      z
        .array(address)
        .min(1)
        .describe('Public addresses of the nodes, IPv4 or IPv6, that each host leads to.'),
    ),
    proxied: own(
      'address',
      z
        .boolean()
        .default(false)
        .describe(
          'Whether visitors come through the servers of Cloudflare; then ingress.trustedProxies names cloudflare.',
        ),
    ),
    policy: z
      .enum(['upsert-only', 'sync'])
      .default('upsert-only')
      .describe(
        'upsert-only: a record is written and changed, and stays when its host goes. sync: then it is deleted.',
      ),
    owner: own(
      'identity',
      dnsLabel
        .exactOptional()
        .describe(
          'What marks its own records, in a TXT record beside each: it touches no others. Default: the name of the cluster.',
        ),
    ),
    ...sized,
  }).describe('external-dns, which keeps the DNS records of published hosts at Cloudflare.'),
  mistakes: ({ zones, zoneIds }) =>
    zoneIds && zoneIds.length !== zones.length
      ? [
          {
            path: ['zoneIds'],
            problem: `there are ${zoneIds.length} IDs for ${zones.length} zones, and a zone without one would be left alone`,
            remedy: 'Name the ID of each zone, or leave zoneIds out',
          },
        ]
      : [],
  namespaces: [
    {
      name: 'external-dns',
      environment: 'platform',
      podSecurity: 'restricted',
      quota: { cpu: '500m', memory: '512Mi', storage: '0' },
    },
  ],
});

export type ExternalDnsSettings = SettingsOf<typeof externalDns>;
