import { provided, type Generator } from '../../core/secrets';
import { toYaml } from '../../core/yaml';
import type { AlertSettings } from '../alerts';

type Receiver = AlertSettings['receivers'][number];
type Webhook = Extract<Receiver, { type: 'webhook' }>;

/** What is told to the receivers of the settings, and what it takes to tell it. */
export interface Notifications {
  /** argocd-notifications-cm. */
  readonly config: Readonly<Record<string, string>>;
  /** Keys of argocd-notifications-secret. */
  readonly keys: Readonly<Record<string, Generator>>;
  /** Ports of the internet that services listen on. */
  readonly ports: readonly number[];
}

/**
 * SMTP inside TLS from the first byte, which RFC 8314 prefers to an upgrade that can be suppressed. It cannot come from the Secret: values
 * from there stay strings, and a port has to be a number (pkg/api/config.go of notifications-engine).
 */
const SUBMISSIONS = 465;

/** A receiver may not take the name of another kind of service. */
const serviceOf = (webhook: Webhook): string => `webhook-${webhook.name}`;

interface Event {
  /** expr-lang, over the Application. */
  readonly when: string;
  readonly subject: string;
  /** Go template of what happened. */
  readonly text: string;
  /** Whether it asks somebody to act; the others go to chats and programs, and fill no mailbox. */
  readonly urgent: boolean;
}

const NAME = '{{.app.metadata.name}}';

const EVENTS: Readonly<Record<string, Event>> = {
  'sync-failed': {
    when: "app.status.operationState != nil and app.status.operationState.phase in ['Error', 'Failed']",
    subject: `Sync of ${NAME} failed`,
    text: '{{.app.status.operationState.message}}',
    urgent: true,
  },
  'health-degraded': {
    when: "app.status.health.status == 'Degraded'",
    subject: `${NAME} is degraded`,
    text: 'At least one of its objects reports a failure.',
    urgent: true,
  },
  deployed: {
    when: "app.status.operationState != nil and app.status.operationState.phase == 'Succeeded' and app.status.health.status == 'Healthy'",
    subject: `${NAME} is deployed`,
    text: 'Revision {{.app.status.sync.revision}} is synced and healthy.',
    urgent: false,
  },
};

/**
 * Undefined where nobody takes messages. PagerDuty is left out: who is woken up is decided by alerts, and ArgocdSyncFailed is one of them.
 */
export function notificationsFor(
  { receivers }: AlertSettings,
  host: string | undefined,
): Notifications | undefined {
  const mails = receivers.filter((receiver) => receiver.type === 'email');
  const chats = receivers.filter((receiver) => receiver.type === 'slack');
  const hooks = receivers.filter((receiver) => receiver.type === 'webhook');
  // Slack knows channels without their #
  const quiet = [
    ...chats.map(({ channel }) => `slack:${channel.replace(/^#/, '')}`),
    ...hooks.map(serviceOf),
  ];
  const urgent = [...mails.map(({ to }) => `email:${to}`), ...quiet];
  if (urgent.length === 0) return undefined;
  const subscriptions = Object.entries(EVENTS)
    .map(([name, event]) => ({ recipients: event.urgent ? urgent : quiet, triggers: [`on-${name}`] }))
    .filter(({ recipients }) => recipients.length > 0);
  return {
    config: {
      ...services(mails.length > 0, chats.length > 0, hooks),
      ...messages(hooks, host),
      subscriptions: toYaml(subscriptions),
    },
    keys: { ...(mails.length > 0 && MAIL_KEYS), ...(chats.length > 0 && CHAT_KEYS) },
    ports: [
      ...new Set([
        ...(mails.length > 0 ? [SUBMISSIONS] : []),
        ...(chats.length > 0 ? [443] : []),
        ...hooks.map(({ url }) => Number(/^https:\/\/[^/]*:([0-9]+)/.exec(url)?.[1] ?? 443)),
      ]),
    ],
  };
}

const MAIL_KEYS: Readonly<Record<string, Generator>> = {
  'email-host': provided(`Mail server that takes messages over TLS on port ${SUBMISSIONS}`),
  'email-username': provided('Account of the mail server'),
  'email-password': provided('Password of that account'),
  'email-from': provided('Sender of the messages'),
};
const CHAT_KEYS: Readonly<Record<string, Generator>> = {
  'slack-token': provided(
    'OAuth token of a Slack app with the scope chat:write, which is a member of the channels',
  ),
};

/** `$key` stands for a key of argocd-notifications-secret. */
const services = (mail: boolean, chat: boolean, hooks: readonly Webhook[]): Record<string, string> => ({
  ...(mail && {
    'service.email': toYaml({
      host: '$email-host',
      port: SUBMISSIONS,
      username: '$email-username',
      password: '$email-password',
      from: '$email-from',
    }),
  }),
  ...(chat && { 'service.slack': toYaml({ token: '$slack-token' }) }),
  ...Object.fromEntries(
    hooks.map((hook) => [
      `service.webhook.${serviceOf(hook)}`,
      toYaml({ url: hook.url, headers: [{ name: 'Content-Type', value: 'application/json' }] }),
    ]),
  ),
});

function messages(hooks: readonly Webhook[], host: string | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(EVENTS).flatMap(([name, event]) => [
      [
        `trigger.on-${name}`,
        // once per revision that was synced: the health of an Application may go to and fro
        toYaml([
          {
            when: event.when,
            oncePer: 'app.status.operationState?.syncResult?.revision',
            send: [`app-${name}`],
          },
        ]),
      ],
      [`template.app-${name}`, toYaml(template(name, event, hooks, host))],
    ]),
  );
}

function template(
  name: string,
  { subject, text }: Event,
  hooks: readonly Webhook[],
  host: string | undefined,
) {
  const link = host === undefined ? '' : `https://${host}/applications/${NAME}\n`;
  const body =
    `{"event": "${name}", "application": {{.app.metadata.name | toJson}}, ` +
    '"revision": {{.app.status.sync.revision | toJson}}, "message": {{.app.status.operationState.message | toJson}}}';
  return {
    message: `${subject}\n${text}\n${link}`,
    email: { subject },
    ...(hooks.length > 0 && {
      webhook: Object.fromEntries(hooks.map((hook) => [serviceOf(hook), { method: 'POST', body }])),
    }),
  };
}
