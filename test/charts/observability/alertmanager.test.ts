import { parse } from 'yaml';
import { configurationOf, type Recipients } from '../../../charts/observability/alertmanager/configuration';
import { render } from './render';

const MAIL = { host: 'smtp.example.com', port: 465, from: 'alerts@example.com' };
const EVERYBODY: Recipients = {
  receivers: [
    { name: 'ops', type: 'email', to: 'ops@example.com' },
    { name: 'chat', type: 'slack', channel: '#alerts' },
    { name: 'pager', type: 'pagerduty' },
    { name: 'bridge', type: 'webhook', url: 'https://alerts.example.com:8443/strata' },
  ],
  mail: MAIL,
};

const receiverOf = (text: string, name: string) =>
  parse(text).receivers.find((receiver: any) => receiver.name === name);

describe('the configuration of Alertmanager', () => {
  const { text, keys, ports } = configurationOf(EVERYBODY, true);

  test('[OBS-07] critical alerts go to everybody, warnings to all but the pager', () => {
    const kinds = (name: string) => Object.keys(receiverOf(text, name)).filter((key) => key !== 'name');
    expect(kinds('critical').sort()).toEqual([
      'email_configs',
      'pagerduty_configs',
      'slack_configs',
      'webhook_configs',
    ]);
    expect(kinds('warning').sort()).toEqual(['email_configs', 'slack_configs', 'webhook_configs']);
  });

  test('[OBS-10] a critical alert waits no longer than the minute that scraping and telling may take', () => {
    const { routes } = parse(text).route;
    const critical = routes.find(({ receiver }: any) => receiver === 'critical');
    expect(critical.group_wait).toBe('10s');
    expect(critical.repeat_interval).toBe('1h');
  });

  test('holds no secret: each key is a file, and each file a key that is declared', () => {
    const files = [...text.matchAll(/\/etc\/alertmanager\/secrets\/([\w-]+)/g)].map(([, key]) => key);
    expect(new Set(files)).toEqual(new Set(Object.keys(keys)));
    expect(Object.keys(keys).sort()).toEqual([
      'email-password',
      'pager-routing-key',
      'slack-token',
      'watchdog-url',
    ]);
    for (const generator of Object.values(keys)) expect(generator.kind).toBe('provided');
  });

  test('names the ports on which its receivers listen', () => {
    expect([...ports].sort()).toEqual([443, 465, 8443]);
  });

  test('without a dead man’s switch nobody is told of the watchdog', () => {
    const quiet = configurationOf({ receivers: [] }, false);
    const [watchdog] = parse(quiet.text).route.routes;
    expect(watchdog).toMatchObject({ receiver: 'nobody', matchers: ['alertname="Watchdog"'] });
    expect(receiverOf(quiet.text, 'nobody')).toEqual({ name: 'nobody' });
    expect(quiet.keys).toEqual({});
    expect(quiet.ports).toEqual([]);
  });

  test('a receiver of type email without a server is refused, and the settings are named', () => {
    expect(() => render(({ alerts }) => delete alerts.mail)).toThrow(
      /alerts\.mail: a receiver of type email has no server that takes its mail/,
    );
  });
});

describe('Alertmanager', () => {
  test('[OBS-01] two pods know each other, and one alone does not listen for others', () => {
    const args = (replicas: number): string[] =>
      render(({ components }) => Object.assign(components.alertmanager, { replicas })).find(
        'StatefulSet',
        'alertmanager',
      ).spec.template.spec.containers[0].args;
    expect(args(2).filter((arg) => arg.startsWith('--cluster.peer='))).toEqual([
      '--cluster.peer=alertmanager-0.alertmanager-peers.viridial-monitoring.svc:9094',
      '--cluster.peer=alertmanager-1.alertmanager-peers.viridial-monitoring.svc:9094',
    ]);
    expect(args(1)).toContain('--cluster.listen-address=');
  });

  test('a change of who is told restarts the pods', () => {
    const checksum = (to: string) =>
      render(({ alerts }) => {
        alerts.receivers[0].to = to;
      }).find('StatefulSet', 'alertmanager').spec.template.metadata.annotations['checksum/config'];
    expect(checksum('night@viridial.com')).not.toBe(checksum('ops@viridial.com'));
  });

  test('with all settings the set has no finding', () => {
    const { findings } = render(({ alerts, components }) => {
      alerts.receivers = EVERYBODY.receivers;
      Object.assign(components.alertmanager, {
        replicas: 1,
        deadMansSwitch: true,
        size: '2Gi',
        memory: '128Mi',
      });
    });
    expect(findings()).toEqual([]);
  });
});
