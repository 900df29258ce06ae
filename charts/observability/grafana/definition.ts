import { z } from 'zod';
import { block, sizedFrom } from '../../../settings/blocks';
import { matching, text } from '../../../settings/scalar';
import { dnsName, httpsUrl } from '../../../settings/scalars';
import { own } from '../../../settings/own';
import { component, type SettingsOf } from '../../core/definition';

/** No character with a meaning in a JMESPath text, where these names end up. */
const GROUP_NAME = /^[A-Za-z0-9/][A-Za-z0-9 ._/:@-]*$/;

const group = matching('a group', GROUP_NAME, 'platform', 'Use letters, digits, spaces and . _ / : @ -');

const oidc = z.strictObject({
  name: text('a name', 'Company login')
    .default('Single sign-on')
    .describe('Who people sign in with, on the button of the login page.'),
  clientId: text('a client id', 'grafana').describe(
    'Name that the provider knows Grafana by; it sends people back to https://<host>/login/generic_oauth. Its secret goes into a Secret.',
  ),
  signInUrl: httpsUrl.describe('Page of the provider where people sign in (authorization_endpoint).'),
  exchangeUrl: httpsUrl.describe('Where Grafana gets tokens (token_endpoint).'),
  userinfoUrl: httpsUrl.describe('Where Grafana asks who it is (userinfo_endpoint).'),
  scopes: z
    .array(matching('a scope', /^[A-Za-z0-9._:/-]+$/, 'openid', 'Use letters, digits and . _ : / -'))
    .min(1)
    .default(['openid', 'profile', 'email'])
    .describe('What Grafana asks the provider to tell; many tell groups only for a scope of their own.'),
  groupsClaim: matching('a claim', /^[A-Za-z_][A-Za-z0-9_]*$/, 'groups', 'Use letters, digits and _')
    .default('groups')
    .describe('Claim with the groups that somebody is in.'),
  viewers: group
    .exactOptional()
    .describe('Group that may look at dashboards. Default: everybody whom the provider knows.'),
  editors: group
    .exactOptional()
    .describe('Group that may also explore metrics and silence alerts. Default: none.'),
  admins: group.exactOptional().describe('Group that may also see how Grafana is set up. Default: none.'),
});

export const grafana = component({
  name: 'grafana',
  layer: 'observability',
  scope: 'cluster',
  // without it nobody sees, and nothing stops: it makes no room for itself at the cost of a datastore
  priority: 'app',
  description: 'Dashboards of everything that is there, all from git',
  settings: block({
    ...sizedFrom({ least: '384Mi', for: 'Grafana and the processes of its data sources' }),
    host: own(
      'address',
      dnsName
        .exactOptional()
        .describe('Host name of its web pages. Default: none, not reachable from outside.'),
    ),
    oidc: own(
      'people',
      oidc
        .exactOptional()
        .describe('Sign-in with an OpenID Connect provider. Default: the account `admin` alone.'),
    ),
  }).describe('Grafana. It needs prometheus.'),
  mistakes: ({ host, oidc: provider }) =>
    provider && host === undefined
      ? [
          {
            path: ['oidc'],
            problem: 'the provider sends people back to the host of Grafana, and it has none',
            remedy: 'Name host beside it, or leave oidc out',
          },
        ]
      : [],
});

export type GrafanaSettings = SettingsOf<typeof grafana>;
export type OidcSettings = z.output<typeof oidc>;
