import { StrataError } from '../../core/errors';
import { GROUP_WAIT } from '../../core/monitoring';
import { provided, type Generator } from '../../core/secrets';
import { toYaml, type Json } from '../../core/yaml';

/** The `alerts` section of the settings. */
export interface Recipients {
  readonly receivers: readonly Receiver[];
  readonly mail?: {
    readonly host: string;
    readonly port: number;
    readonly from: string;
    readonly user?: string;
  };
}

type Receiver =
  | { readonly name: string; readonly type: 'email'; readonly to: string }
  | { readonly name: string; readonly type: 'slack'; readonly channel: string }
  | { readonly name: string; readonly type: 'pagerduty' }
  | { readonly name: string; readonly type: 'webhook'; readonly url: string };

export interface Configuration {
  /** alertmanager.yaml */
  readonly text: string;
  /** Keys of its Secret. */
  readonly keys: Readonly<Record<string, Generator>>;
  /** Ports of the internet that receivers listen on. */
  readonly ports: readonly number[];
}

/** Where the Secret is mounted. */
export const SECRETS_FOLDER = '/etc/alertmanager/secrets';

const KEYS = { mail: 'email-password', slack: 'slack-token', watchdog: 'watchdog-url' } as const;
const routingKey = (name: string): string => `${name}-routing-key`;
const file = (key: string): string => `${SECRETS_FOLDER}/${key}`;

/**
 * Alertmanager's configuration, docs/configuration.md of v0.34: no secret in it, only the names of files.
 *
 * @throws StrataError where mail has no server
 */
export function configurationOf(recipients: Recipients, deadMansSwitch: boolean): Configuration {
  const { receivers, mail } = recipients;
  const has = (type: Receiver['type']): boolean => receivers.some((receiver) => receiver.type === type);
  if (has('email') && !mail)
    throw new StrataError(
      'alerts.mail',
      'a receiver of type email has no server that takes its mail',
      'Add mail: { host, from } to alerts',
    );
  return {
    text: toYaml({
      global: { ...(has('email') && mail && mailFields(mail)) },
      route: route(deadMansSwitch),
      inhibit_rules: INHIBITIONS,
      receivers: [
        { name: 'nobody' },
        receiver('critical', receivers),
        receiver(
          'warning',
          receivers.filter(({ type }) => type !== 'pagerduty'),
        ),
        ...(deadMansSwitch ? [WATCHDOG] : []),
      ],
    }),
    keys: {
      ...(has('email') && { [KEYS.mail]: provided('Password of the account of the mail server') }),
      ...(has('slack') && {
        [KEYS.slack]: provided(
          'OAuth token of a Slack app with the scope chat:write, which is a member of the channels',
        ),
      }),
      ...Object.fromEntries(
        receivers
          .filter(({ type }) => type === 'pagerduty')
          .map(({ name }) => [
            routingKey(name),
            provided(`Integration key (Events API v2) of PagerDuty for ${name}`),
          ]),
      ),
      ...(deadMansSwitch && {
        [KEYS.watchdog]: provided("Address that the dead man's switch calls every minute"),
      }),
    },
    ports: [
      ...new Set([
        ...(has('email') && mail ? [mail.port] : []),
        ...(has('slack') || has('pagerduty') || deadMansSwitch ? [443] : []),
        ...receivers.flatMap((one) => (one.type === 'webhook' ? [portOf(one.url)] : [])),
      ]),
    ],
  };
}

const portOf = (url: string): number => Number(/^https:\/\/[^/]*:([0-9]+)/.exec(url)?.[1] ?? 443);

const mailFields = ({ host, port, from, user }: NonNullable<Recipients['mail']>) => ({
  smtp_smarthost: `${host}:${port}`,
  smtp_from: from,
  smtp_auth_username: user ?? from,
  smtp_auth_password_file: file(KEYS.mail),
  smtp_require_tls: true,
});

/** Everything that belongs together in one message; an alert that nobody answers is told again. */
const route = (deadMansSwitch: boolean): Json => ({
  receiver: 'warning',
  group_by: ['cluster', 'namespace', 'alertname'],
  group_wait: GROUP_WAIT.warning,
  group_interval: '5m',
  repeat_interval: '12h',
  routes: [
    {
      receiver: deadMansSwitch ? 'watchdog' : 'nobody',
      matchers: ['alertname="Watchdog"'],
      group_wait: '0s',
      group_interval: '1m',
      repeat_interval: '1m',
    },
    {
      receiver: 'critical',
      matchers: ['severity="critical"'],
      group_wait: GROUP_WAIT.critical,
      repeat_interval: '1h',
    },
  ],
});

/** What a worse alert says already is not told as well. An empty label would match every alert that lacks it: it has to be there. */
const INHIBITIONS: Json = [
  {
    source_matchers: ['severity="critical"', 'job=~".+"', 'namespace=~".+"'],
    target_matchers: ['severity="warning"', 'job=~".+"', 'namespace=~".+"'],
    equal: ['cluster', 'namespace', 'job'],
  },
  {
    source_matchers: ['alertname=~"NodeDown|KubeNodeNotReady"', 'node=~".+"'],
    target_matchers: ['alertname!~"NodeDown|KubeNodeNotReady"', 'node=~".+"'],
    equal: ['cluster', 'node'],
  },
];

const WATCHDOG: Json = {
  name: 'watchdog',
  webhook_configs: [{ url_file: file(KEYS.watchdog), send_resolved: false }],
};

/** One line per alert, and the way to its section of the runbook. */
const TEXT =
  '{{ range .Alerts }}{{ if eq .Status "resolved" }}Resolved: {{ end }}{{ .Annotations.summary }}\n{{ .Annotations.runbook_url }}\n{{ end }}';
const TITLE = '{{ .CommonLabels.cluster }}: {{ .GroupLabels.alertname }} is {{ .Status }}';

function receiver(name: string, receivers: readonly Receiver[]): Json {
  const integrations: Record<string, Json[]> = {};
  for (const one of receivers) (integrations[`${one.type}_configs`] ??= []).push(integration(one));
  return { name, ...integrations };
}

function integration(one: Receiver): Json {
  const resolved = { send_resolved: true };
  switch (one.type) {
    case 'email':
      return { to: one.to, ...resolved, headers: { Subject: TITLE }, text: TEXT };
    case 'slack':
      return {
        channel: one.channel,
        app_token_file: file(KEYS.slack),
        app_url: 'https://slack.com/api/chat.postMessage',
        ...resolved,
        title: TITLE,
        text: TEXT,
      };
    case 'pagerduty':
      return { routing_key_file: file(routingKey(one.name)), ...resolved, description: TITLE };
    case 'webhook':
      return { url: one.url, ...resolved };
  }
}
