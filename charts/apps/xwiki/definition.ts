import { z } from 'zod';
import { block, maintenanceOfUser } from '../../../settings/blocks';
import { cpu, memory } from '../../../settings/amounts';
import { dnsName } from '../../../settings/scalars';
import { component, type SettingsOf } from '../../core/definition';

export const xwiki = component({
  name: 'xwiki',
  layer: 'apps',
  scope: 'environment',
  description: 'XWiki with its volume, published over TLS',
  settings: block({
    version: z.enum(['17.10', '17.3']).default('17.10').describe('Release series.'),
    host: dnsName.describe(
      'Host name of the wiki; it gets a certificate. It need not lie under the domain of the cluster.',
    ),
    size: memory({ least: '1Gi', for: 'extensions and the search index' })
      .default('10Gi')
      .describe('Volume for attachments and the search index, of the general class.'),
    memory: memory({ least: '1Gi', for: 'the wiki, whose Java heap is half of it' })
      .default('2Gi')
      .describe('Memory limit; the Java heap is sized from it.'),
    cpu: cpu.default('500m').describe('CPU request.'),
    ...maintenanceOfUser,
  }).describe(
    'One XWiki; it needs MySQL with a database named xwiki in the same environment. Leave the block out for none.',
  ),
});

export type XwikiSettings = SettingsOf<typeof xwiki>;
