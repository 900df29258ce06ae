import { z } from 'zod';
import { dnsName, mail } from '../../settings/scalars';
import { own } from '../../settings/own';
import { section } from '../core/definition';

/** Who signs what the public sees. */
export const certificates = section({
  name: 'certificates',
  layer: 'certificates',
  schema: z
    .strictObject({
      contact: own('people', mail.describe("Mailbox of the Let's Encrypt account.")),
      issuer: own(
        'address',
        z
          .enum(['letsencrypt-staging', 'letsencrypt-prod'])
          .default('letsencrypt-staging')
          .describe(
            'Who signs. The staging issuer is trusted by no browser, but a new cluster cannot run into rate limits with it.',
          ),
      ),
      dns01: own(
        'address',
        z
          .strictObject({
            provider: z.enum(['cloudflare']).describe('Who serves the zones.'),
            zones: z.array(dnsName).min(1).describe('Zones that are proved by DNS; others still by HTTP.'),
          })
          .exactOptional()
          .describe('Proof by a DNS record, which wildcards need. Default: proof by HTTP only.'),
      ),
    })
    .describe("Certificates of Let's Encrypt."),
});

export type CertificateSettings = z.output<typeof certificates.schema>;
