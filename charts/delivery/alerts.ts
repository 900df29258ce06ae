import { z } from 'zod';
import { duplicates, named } from '../../settings/rule';
import { matching } from '../../settings/scalar';
import { dnsLabel, httpsUrl, mail } from '../../settings/scalars';
import { section } from '../core/definition';

const receiverName = dnsLabel.describe('Name of the receiver.');
const receiver = z
  .discriminatedUnion('type', [
    z.strictObject({ name: receiverName, type: z.literal('email'), to: mail.describe('Mailbox.') }),
    z.strictObject({
      name: receiverName,
      type: z.literal('slack'),
      channel: matching('a channel', /^[#@][^\s#@]+$/, '#alerts', 'Begin it with # and quote it').describe(
        'Channel.',
      ),
    }),
    z.strictObject({ name: receiverName, type: z.literal('pagerduty') }),
    z.strictObject({
      name: receiverName,
      type: z.literal('webhook'),
      url: httpsUrl.describe('Address that takes alerts as JSON.'),
    }),
  ])
  .describe('One receiver. Its keys go into a secret, never in here.');

/** Who is told of what goes wrong. */
export const alerts = section({
  name: 'alerts',
  schema: z
    .strictObject({ receivers: z.array(receiver).default([]).describe('Who is told.') })
    .prefault({})
    .describe('Who is told of alerts.'),
  mistakes: ({ receivers }) => duplicates(named(receivers, 'receivers')),
});

export type AlertSettings = z.output<typeof alerts.schema>;
