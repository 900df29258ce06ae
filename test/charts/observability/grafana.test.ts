import { parse } from 'yaml';
import { BACKUP_MAX_AGE_SECONDS } from '../../../charts/backup/backups/dashboards';
import { rolePath } from '../../../charts/observability/grafana/configuration';
import type { OidcSettings } from '../../../charts/observability/grafana/definition';
import { problems, render } from './render';

const OIDC: OidcSettings = {
  name: 'Company login',
  clientId: 'grafana',
  signInUrl: 'https://login.example.com/authorize',
  exchangeUrl: 'https://login.example.com:8443/token',
  userinfoUrl: 'https://login.example.com/userinfo',
  scopes: ['openid', 'profile', 'email', 'groups'],
  groupsClaim: 'groups',
};

const withGrafana = (block: object = {}, change: (settings: any) => void = () => undefined) =>
  render((settings) => {
    settings.components.grafana = block;
    Object.assign(settings.nodes[1], { cpu: 8, memory: '16Gi' });
    change(settings);
  });

const ALL = { cpu: '100m', memory: '384Mi', host: 'grafana.staging.viridial.com', oidc: OIDC };

const least = withGrafana();
const all = withGrafana(ALL);
const podOf = ({ find }: typeof least) => find('Deployment', 'grafana').spec.template.spec;
const envOf = (rendered: typeof least): Record<string, any> =>
  Object.fromEntries(
    podOf(rendered).containers[0].env.map(({ name, value, valueFrom }: any) => [
      name,
      value ?? valueFrom.secretKeyRef,
    ]),
  );

describe('Grafana', () => {
  test('[OBS-01] with the least and with all settings the set has no finding', () => {
    expect(least.findings()).toEqual([]);
    expect(all.findings()).toEqual([]);
  });

  test('[OBS-05] nobody gets in without an account, and nobody makes one', () => {
    for (const rendered of [least, all])
      expect(envOf(rendered)).toMatchObject({
        GF_AUTH_ANONYMOUS_ENABLED: 'false',
        GF_USERS_ALLOW_SIGN_UP: 'false',
        GF_PUBLIC_DASHBOARDS_ENABLED: 'false',
        GF_SNAPSHOTS_ENABLED: 'false',
      });
  });

  test('[OBS-05] every secret value comes from the Secret, and each of its keys is declared', () => {
    const { declarations } = all;
    const { keys } = declarations.secrets.find(({ name }) => name === 'grafana')!;
    const read = Object.values(envOf(all)).filter((value) => typeof value === 'object');
    expect(read.map(({ name }) => name)).toEqual(Array(5).fill('grafana'));
    expect(read.map(({ key }) => key).sort()).toEqual(Object.keys(keys).sort());
    expect(keys['admin-password']).toEqual({ kind: 'random', length: 32 });
    expect(keys['oidc-client-secret']).toMatchObject({ kind: 'provided' });
  });

  test('[OBS-05] pages are published over TLS only where the settings name a host', () => {
    expect(least.find('Ingress', 'grafana')).toBeUndefined();
    expect(all.find('Ingress', 'grafana').spec.tls).toEqual([
      { hosts: [ALL.host], secretName: 'grafana-tls' },
    ]);
    expect(envOf(all)).toMatchObject({
      GF_SERVER_ROOT_URL: `https://${ALL.host}/`,
      GF_SECURITY_COOKIE_SECURE: 'true',
    });
  });

  test('[OBS-05] its numbers are read with a password, since its pages may be public', () => {
    const [endpoint] = all.find('ServiceMonitor', 'grafana').spec.endpoints;
    const env = envOf(all);
    expect(endpoint.basicAuth).toEqual({
      username: env['GF_METRICS_BASIC_AUTH_USERNAME'],
      password: env['GF_METRICS_BASIC_AUTH_PASSWORD'],
    });
  });

  test('fetches nothing and tells nobody, and writes to folders that go with the pod', () => {
    expect(envOf(least)).toMatchObject({
      GF_ANALYTICS_REPORTING_ENABLED: 'false',
      GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
      GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
      GF_PLUGINS_PREINSTALL_DISABLED: 'true',
      GF_PLUGINS_PLUGIN_ADMIN_ENABLED: 'false',
    });
    const { containers, volumes } = podOf(least);
    expect(containers[0].securityContext.readOnlyRootFilesystem).toBe(true);
    const writable = containers[0].volumeMounts.filter(({ readOnly }: any) => !readOnly);
    expect(writable.map(({ mountPath }: any) => mountPath).sort()).toEqual(['/tmp', '/var/lib/grafana']);
    for (const { name } of writable)
      expect(volumes.find((volume: any) => volume.name === name)).toHaveProperty('emptyDir');
  });

  test('asks the Prometheus and the Alertmanager that are there', () => {
    const sourcesOf = ({ find }: typeof least) =>
      parse(find('ConfigMap', 'grafana').data['datasources.yaml']).datasources.map(
        ({ uid, type, url, editable }: any) => ({ uid, type, url, editable }),
      );
    const prometheus = {
      ...{ uid: 'prometheus', type: 'prometheus', editable: false },
      url: 'http://prometheus.viridial-monitoring.svc:9090',
    };
    const alertmanager = {
      ...{ uid: 'alertmanager', type: 'alertmanager', editable: false },
      url: 'http://alertmanager.viridial-monitoring.svc:9093',
    };
    const loki = {
      ...prometheus,
      uid: 'loki',
      type: 'loki',
      url: 'http://loki.viridial-monitoring.svc:3100',
    };
    expect(sourcesOf(least)).toEqual([prometheus, alertmanager, loki]);
    const alone = withGrafana({}, ({ components }) => {
      for (const name of ['alertmanager', 'loki', 'fluent-bit']) delete components[name];
    });
    expect(sourcesOf(alone)).toEqual([prometheus]);
    expect(alone.findings()).toEqual([]);
  });

  test('reaches the provider of sign-in at its ports, and without one nothing outside', () => {
    const egress = ({ find }: typeof least): number[] =>
      find('NetworkPolicy', 'grafana')
        .spec.egress.filter(({ to }: any) => to.some(({ ipBlock }: any) => ipBlock))
        .flatMap(({ ports }: any) => ports.map(({ port }: any) => port));
    expect(egress(all).sort()).toEqual([443, 8443]);
    expect(egress(least)).toEqual([]);
  });
});

describe('dashboards of Grafana', () => {
  const boards = (rendered: typeof least) =>
    rendered.objects
      .filter(({ metadata }) => metadata.labels?.grafana_dashboard)
      .map(({ metadata }) => metadata.name.replace('grafana-', ''))
      .sort();

  test('[OBS-06] are those of the components that are there, each once', () => {
    expect(boards(least)).toEqual([
      ...['argocd', 'backups', 'capacity', 'certificates', 'control-plane', 'ingress', 'kyverno', 'longhorn'],
      ...['namespaces', 'nodes', 'postgresql-cluster', 'prometheus', 'public-hosts', 'rabbitmq', 'redis'],
      'workloads',
    ]);
    const twice = withGrafana({}, ({ environments }) => {
      environments.push({ ...structuredClone(environments[0]), name: 'second', namespace: 'second' });
    });
    expect(boards(twice)).toEqual(boards(least));
    const fewer = withGrafana({}, ({ components }) => delete components['node-exporter']);
    expect(boards(fewer)).not.toContain('nodes');
    expect(fewer.findings()).toEqual([]);
  });

  test('[OBS-06] lie in a folder for each layer, which nobody can change', () => {
    const { providers } = parse(least.find('ConfigMap', 'grafana').data['dashboards.yaml']);
    const mounts = podOf(least).containers[0].volumeMounts.map(({ mountPath }: any) => mountPath);
    expect(providers.map(({ folder }: any) => folder)).toEqual([
      ...['Storage', 'Network', 'Certificates', 'Policy', 'Backup', 'Data', 'Observability', 'Delivery'],
    ]);
    for (const { options, disableDeletion, allowUiUpdates } of providers) {
      expect(mounts).toContain(options.path);
      expect({ disableDeletion, allowUiUpdates }).toEqual({ disableDeletion: true, allowUiUpdates: false });
    }
  });

  test('[OBS-06] no cluster without Grafana has any, and none is lost in another', () => {
    expect(boards(render(({ components }) => delete components.grafana))).toEqual([]);
    const volumes = podOf(least).volumes.flatMap(({ projected }: any) => projected?.sources ?? []);
    expect(volumes.map(({ configMap }: any) => configMap.name).sort()).toEqual(
      boards(least).map((uid) => `grafana-${uid}`),
    );
  });

  test('[OBS-06] judge backups by what the plan of each datastore promises', () => {
    const limits = least.objects
      .filter(({ kind }) => kind === 'PrometheusRule')
      .flatMap(({ spec }) => spec.groups.flatMap(({ rules }: any) => rules))
      .filter(({ alert }: any) => /BackupOverdue$/.test(alert) && !/BaseBackup/.test(alert))
      .map(({ expr }: any) => Number(/> (\d+)/.exec(expr)?.[1]));
    expect(new Set(limits)).toEqual(new Set([BACKUP_MAX_AGE_SECONDS]));
  });
});

describe('roles of people who sign in with a provider', () => {
  test('[OBS-05] the highest group counts, and who is in none is refused where viewers are named', () => {
    expect(rolePath({ ...OIDC, viewers: 'staff', editors: 'dev', admins: 'ops' })).toBe(
      "contains(groups || `[]`, 'ops') && 'Admin' || contains(groups || `[]`, 'dev') && 'Editor' || " +
        "contains(groups || `[]`, 'staff') && 'Viewer'",
    );
    expect(envOf(all)['GF_AUTH_GENERIC_OAUTH_ROLE_ATTRIBUTE_STRICT']).toBe('true');
  });

  test('without a group of viewers everybody whom the provider knows looks', () => {
    expect(rolePath(OIDC)).toBe("'Viewer'");
  });
});

describe('settings of Grafana that cannot be', () => {
  const MONITORING = 'prometheus: {}, prometheus-operator: {}';

  test('a provider without a host to send people back to', () => {
    const hostless = { oidc: OIDC };
    expect(problems(`{ ${MONITORING}, grafana: ${JSON.stringify(hostless)} }`)).toEqual([
      'components.grafana.oidc: the provider sends people back to the host of Grafana, and it has none',
    ]);
  });

  test('a group that would end the text that it stands in', () => {
    const quoted = { ...ALL, oidc: { ...OIDC, admins: "x') || 'Admin'" } };
    expect(problems(`{ ${MONITORING}, grafana: ${JSON.stringify(quoted)} }`)).toEqual([
      expect.stringContaining('components.grafana.oidc.admins'),
    ]);
  });

  test('no Prometheus to ask', () => {
    expect(() => withGrafana({}, ({ components }) => delete components.prometheus)).toThrow(
      /grafana needs prometheus, which is off/,
    );
  });
});
