import type { OidcSettings } from './definition';

/**
 * Grafana's settings as variables, `GF_<SECTION>_<KEY>`: conf/defaults.ini of v13. Whatever Grafana would write down itself is lost with
 * the pod: its database lies in an empty folder.
 */
export const environmentOf = (host: string | undefined, oidc: OidcSettings | undefined) => ({
  ...LOGIN,
  ...QUIET,
  ...FROM_GIT,
  // compression takes memory in the plugins' processes too, and small instances were killed for it (grafana/grafana#123017)
  GF_SERVER_ENABLE_GZIP: 'false',
  GF_LOG_MODE: 'console',
  GF_LOG_CONSOLE_FORMAT: 'json',
  ...(host !== undefined && pages(host)),
  ...(oidc && oauth(oidc)),
});

/** Nobody gets in without a name, and nobody makes one for himself. */
const LOGIN = {
  GF_SECURITY_ADMIN_USER: 'admin',
  GF_AUTH_ANONYMOUS_ENABLED: 'false',
  GF_USERS_ALLOW_SIGN_UP: 'false',
  GF_USERS_ALLOW_ORG_CREATE: 'false',
  GF_SNAPSHOTS_ENABLED: 'false',
  GF_SNAPSHOTS_EXTERNAL_ENABLED: 'false',
  GF_PUBLIC_DASHBOARDS_ENABLED: 'false',
  // pictures of people come from another server, which would learn who looks
  GF_SECURITY_DISABLE_GRAVATAR: 'true',
} as const;

/** Nothing is fetched and nobody is told: what runs is in the image. */
const QUIET = {
  GF_ANALYTICS_REPORTING_ENABLED: 'false',
  GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
  GF_ANALYTICS_FEEDBACK_LINKS_ENABLED: 'false',
  GF_NEWS_NEWS_FEED_ENABLED: 'false',
  GF_PLUGINS_PLUGIN_ADMIN_ENABLED: 'false',
  // the installer replaces plugins of the image, Loki's among them: on a read-only root it takes them away and fails (grafana/grafana#132528)
  GF_PLUGINS_PREINSTALL_DISABLED: 'true',
} as const;

/** Rules are Prometheus' own, and Alertmanager tells people: Grafana shows both and judges nothing. */
const FROM_GIT = {
  GF_UNIFIED_ALERTING_EXECUTE_ALERTS: 'false',
} as const;

const pages = (host: string) => ({
  GF_SERVER_DOMAIN: host,
  GF_SERVER_ROOT_URL: `https://${host}/`,
  GF_SECURITY_COOKIE_SECURE: 'true',
});

/** docs/sources/setup-grafana/configure-access/configure-authentication/generic-oauth of v13. The secret comes from a Secret. */
const oauth = (oidc: OidcSettings) => ({
  GF_AUTH_GENERIC_OAUTH_ENABLED: 'true',
  GF_AUTH_GENERIC_OAUTH_NAME: oidc.name,
  GF_AUTH_GENERIC_OAUTH_CLIENT_ID: oidc.clientId,
  GF_AUTH_GENERIC_OAUTH_SCOPES: oidc.scopes.join(' '),
  GF_AUTH_GENERIC_OAUTH_AUTH_URL: oidc.signInUrl,
  GF_AUTH_GENERIC_OAUTH_TOKEN_URL: oidc.exchangeUrl,
  GF_AUTH_GENERIC_OAUTH_API_URL: oidc.userinfoUrl,
  GF_AUTH_GENERIC_OAUTH_USE_PKCE: 'true',
  GF_AUTH_GENERIC_OAUTH_ROLE_ATTRIBUTE_PATH: rolePath(oidc),
  // who has no role is refused, instead of becoming a viewer
  GF_AUTH_GENERIC_OAUTH_ROLE_ATTRIBUTE_STRICT: 'true',
});

/** A JMESPath expression that gives the role of somebody, the highest first; nothing for people without one. */
export function rolePath({ groupsClaim, admins, editors, viewers }: OidcSettings): string {
  const member = (group: string, role: string): string =>
    `contains(${groupsClaim} || \`[]\`, '${group}') && '${role}'`;
  return [
    ...(admins === undefined ? [] : [member(admins, 'Admin')]),
    ...(editors === undefined ? [] : [member(editors, 'Editor')]),
    viewers === undefined ? "'Viewer'" : member(viewers, 'Viewer'),
  ].join(' || ');
}

/** Ports of the provider that Grafana itself calls; its login page is for browsers. */
export const providerPorts = ({ exchangeUrl, userinfoUrl }: OidcSettings): readonly number[] => [
  ...new Set([exchangeUrl, userinfoUrl].map(portOf)),
];

const portOf = (url: string): number => Number(/^https:\/\/[^/]*:([0-9]+)/.exec(url)?.[1] ?? 443);
