import { z } from 'zod';
import { duplicates, named } from '../../settings/rule';
import { matching, text } from '../../settings/scalar';
import { dnsLabel, dnsName, httpsUrl, mail } from '../../settings/scalars';
import { own } from '../../settings/own';
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

const mailServer = z
  .strictObject({
    host: dnsName.describe('Host name of the server.'),
    port: z
      .int()
      .min(1)
      .max(65535)
      .default(465)
      .describe(
        'Its port. On 465 the connection is TLS from the first byte, on others it is upgraded to TLS.',
      ),
    from: mail.describe('Sender of the messages.'),
    user: text('an account', 'alerts@example.com')
      .exactOptional()
      .describe('Account of the server; its password goes into a secret. Default: the sender.'),
  })
  .describe('Who takes mail of alertmanager. Default: none; receivers of type email need one.');

/** Who is told of what goes wrong. */
export const alerts = section({
  name: 'alerts',
  layer: 'delivery',
  schema: z
    .strictObject({
      receivers: own('people', z.array(receiver).default([]).describe('Who is told.')),
      mail: own('people', mailServer.exactOptional()),
    })
    .prefault({})
    .describe('Who is told of alerts.'),
  mistakes: ({ receivers }) => duplicates(named(receivers, 'receivers')),
});

export type AlertSettings = z.output<typeof alerts.schema>;
