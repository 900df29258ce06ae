import { readFileSync } from 'node:fs';
import { Cluster } from '../../../charts/core/cluster';
import { componentsOf } from '../../../charts/core/components';
import { bytesOf } from '../../../charts/core/quantities';
import { declarationsOf, objectsOf } from '../../../charts/core/render';
import { Traefik } from '../../../charts/network/traefik/traefik';
import { loadClusters } from '../../../cli/load';
import type { ClusterSettings } from '../../../charts/settings';

const [mono] = loadClusters('clusters', ['mono']).clusters;

type Ingress = ClusterSettings['ingress'];

function build(ingress: Partial<Ingress> = {}, component: Record<string, unknown> = {}) {
  const settings = structuredClone(mono!.settings) as any;
  Object.assign(settings.ingress, ingress);
  Object.assign(settings.components.traefik, component);
  const cluster = new Cluster(settings);
  const traefik = new Traefik(cluster, { ...settings.components.traefik, http: settings.ingress });
  const objects = objectsOf([traefik]).map(({ object }) => object) as any[];
  const find = (kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name);
  const pod = find('DaemonSet', 'traefik').spec.template.spec;
  const flags = new Map<string, string>(
    pod.containers[0].args.map((argument: string) => {
      const [, name = '', value = ''] = /^--([^=]+)=(.*)$/.exec(argument) ?? [];
      return [name, value];
    }),
  );
  const middleware = (name: string) => find('Middleware', name)?.spec;
  const chained = (): string[] => middleware('public').chain.middlewares.map(({ name }: any) => name);
  const flows = () => declarationsOf(cluster, componentsOf(cluster)).flows;
  return { traefik, objects, find, pod, container: pod.containers[0], flags, middleware, chained, flows };
}

const seconds = (value: string | undefined) => Number(/^(\d+)s$/.exec(value ?? '')?.[1]);

describe('Traefik', () => {
  test('[ING-01] stands in the host network on ports 80 and 443, and listens on just the ports it shows', () => {
    const { pod, container, flags } = build();
    expect(pod).toMatchObject({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' });
    const shown = new Map(container.ports.map((port: any) => [port.name, port.hostPort]));
    expect(shown.get('web')).toBe(80);
    expect(shown.get('websecure')).toBe(443);
    const listening = [...flags].filter(([name]) => /^entrypoints\.\w+\.address$/.test(name));
    expect(new Map(listening.map(([name, to]) => [name.split('.')[1], Number(to.split(':')[1])]))).toEqual(
      shown,
    );
  });

  test('[ING-01] is the default class of the cluster, and serves that class only', () => {
    const { objects, flags, traefik } = build({ class: 'edge' });
    const [ingressClass] = objects.filter(({ kind }) => kind === 'IngressClass');
    expect(ingressClass.metadata.annotations['ingressclass.kubernetes.io/is-default-class']).toBe('true');
    expect(ingressClass.metadata.name).toBe('edge');
    expect(flags.get('providers.kubernetesingress.ingressclass')).toBe('edge');
    expect(traefik.ingress.className).toBe('edge');
  });

  test('[SEC-01] is root in name only: one capability, no escalation, nothing to write to but /tmp', () => {
    const { pod, container } = build();
    expect(pod.securityContext).toMatchObject({ runAsUser: 0, runAsNonRoot: false });
    expect(pod.securityContext.seccompProfile).toEqual({ type: 'RuntimeDefault' });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
    });
    expect(container.volumeMounts.map(({ mountPath }: any) => mountPath)).toEqual(['/tmp']);
    expect(pod.volumes.every((volume: any) => volume.emptyDir)).toBe(true);
  });

  test('[ING-02] sends everybody from plain HTTP to TLS for good, and public hosts are routed over TLS only', () => {
    const { flags, traefik } = build();
    const target = flags.get('entrypoints.web.http.redirections.entrypoint.to');
    expect(flags.get(`entrypoints.${target}.http.tls`)).toBe('true');
    expect(flags.get('entrypoints.web.http.redirections.entrypoint.permanent')).toBe('true');
    expect(traefik.ingress.annotations).toMatchObject({
      'traefik.ingress.kubernetes.io/router.entrypoints': target,
      'traefik.ingress.kubernetes.io/router.tls': 'true',
    });
    // a router without an annotation must not end up on the port of the metrics
    const defaults = [...flags.keys()].filter((name) => name.endsWith('.asdefault'));
    expect(defaults).toEqual(['entrypoints.web.asdefault', 'entrypoints.websecure.asdefault']);
  });

  test('[ING-02] refuses TLS below 1.2 and every cipher without forward secrecy', () => {
    const { spec } = build().find('TLSOption', 'default');
    expect(spec.minVersion).toBe('VersionTLS12');
    expect(spec.sniStrict).toBe(true);
    expect(spec.cipherSuites.length).toBeGreaterThan(0);
    for (const cipher of spec.cipherSuites)
      expect(cipher).toMatch(/^TLS_ECDHE_\w+_(GCM_SHA\d+|POLY1305_SHA256)$/);
  });

  test('[CERT-01] lets challenges of an authority past the redirect: a host without a certificate has no TLS to answer with', () => {
    const { flags, find } = build();
    expect(find('TLSOption', 'default').spec.sniStrict && flags.get('entrypoints.web.allowacmebypass')).toBe(
      'true',
    );
  });

  test('[ING-02] tells browsers to stay with TLS for at least a year', () => {
    const { headers } = build().middleware('security-headers');
    expect(headers.stsSeconds).toBeGreaterThanOrEqual(365 * 24 * 3600);
    expect(headers.contentTypeNosniff).toBe(true);
  });

  test('[ING-03] limits each client by the numbers of the settings, through the chain that public Ingresses name', () => {
    const { traefik, middleware, chained } = build({ rateLimit: { average: 7, burst: 13 } });
    expect(traefik.ingress.annotations['traefik.ingress.kubernetes.io/router.middlewares']).toBe(
      'ingress-public@kubernetescrd',
    );
    expect(chained()).toEqual(['security-headers', 'rate-limit', 'compress']);
    for (const name of chained()) expect(middleware(name)).toBeDefined();
    expect(middleware('rate-limit').rateLimit).toMatchObject({ average: 7, burst: 13 });
  });

  test('lets in only the allowed sources, before their requests are counted', () => {
    const { middleware, chained } = build({ allowedSources: ['203.0.113.0/24'] });
    expect(middleware('allowed-sources').ipAllowList.sourceRange).toEqual(['203.0.113.0/24']);
    expect(chained().indexOf('allowed-sources')).toBeGreaterThanOrEqual(0);
    expect(chained().indexOf('allowed-sources')).toBeLessThan(chained().indexOf('rate-limit'));
    expect(build().middleware('allowed-sources')).toBeUndefined();
  });

  describe('behind proxies', () => {
    const visitor = (spec: any) => spec.ipAllowList.ipStrategy;
    const trusted = (flags: ReadonlyMap<string, string>) =>
      ['web', 'websecure'].map((one) => flags.get(`entrypoints.${one}.forwardedheaders.trustedips`));

    test('[ING-03] believes what proxies write into X-Forwarded-For, and counts the visitor that the last one saw', () => {
      const { flags, middleware } = build({ trustedProxies: ['192.0.2.0/28', '2001:db8::/64'] });
      expect(trusted(flags)).toEqual(['192.0.2.0/28,2001:db8::/64', '192.0.2.0/28,2001:db8::/64']);
      expect(middleware('rate-limit').rateLimit.sourceCriterion.ipStrategy).toEqual({
        depth: 1,
        ipv6Subnet: 64,
      });
      expect([...flags.keys()].filter((name) => name.endsWith('.insecure'))).toEqual([]);
    });

    test('takes the addresses that Cloudflare publishes, each once', () => {
      const [first] = trusted(build({ trustedProxies: ['cloudflare', '104.16.0.0/13'] }).flags);
      const ranges = first!.split(',');
      expect(ranges).toEqual([...new Set(ranges)]);
      // one range of each kind, as https://www.cloudflare.com/ips names them
      expect(ranges).toEqual(expect.arrayContaining(['173.245.48.0/20', '2606:4700::/32']));
      expect(ranges).toHaveLength(22);
    });

    test('lets nobody past them, unless the settings do: the connection counts, not what its headers say', () => {
      const { middleware, chained, flags } = build({ trustedProxies: ['192.0.2.7/32'] });
      expect(middleware('trusted-proxies').ipAllowList).toEqual({ sourceRange: ['192.0.2.7/32'] });
      expect(chained()).toEqual(['security-headers', 'trusted-proxies', 'rate-limit', 'compress']);
      // each request has a visitor in its header, so applications need not see the proxy behind it
      expect(flags.get('entrypoints.websecure.forwardedheaders.notappendxforwardedfor')).toBe('true');

      const open = build({ trustedProxies: ['192.0.2.7/32'], onlyThroughProxies: false });
      expect(open.chained()).toEqual(['security-headers', 'rate-limit', 'compress']);
      // without the header nothing but the appended address tells an application who calls
      expect(open.flags.has('entrypoints.websecure.forwardedheaders.notappendxforwardedfor')).toBe(false);
    });

    test('compares allowed sources with the visitor, without proxies with the connection', () => {
      const allowedSources = ['203.0.113.0/24'];
      const behind = build({ allowedSources, trustedProxies: ['192.0.2.7/32'] });
      expect(visitor(behind.middleware('allowed-sources'))).toEqual({ depth: 1 });
      expect(behind.chained().slice(1, 4)).toEqual(['trusted-proxies', 'allowed-sources', 'rate-limit']);
      expect(visitor(build({ allowedSources }).middleware('allowed-sources'))).toBeUndefined();
    });
  });

  test('[SEC-02] shows metrics and health on the address of the cluster network only, to Prometheus', () => {
    const { flags, container, find, flows } = build();
    expect(flags.get('entrypoints.metrics.address')).toBe('$(NODE_ADDRESS):10254');
    expect(container.env).toContainEqual({
      name: 'NODE_ADDRESS',
      valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } },
    });
    expect(flags.get('metrics.prometheus.entrypoint')).toBe('metrics');
    expect(flags.get('ping.entrypoint')).toBe('metrics');
    expect(find('Service', 'traefik').spec.ports).toEqual([expect.objectContaining({ port: 10254 })]);
    const scrapes = flows().filter(({ to }) => to.kind === 'pods' && to.name === 'traefik');
    expect(scrapes.map(({ from, ports }) => [from.name, ports])).toEqual([
      ['prometheus', [{ port: 10254, protocol: 'TCP' }]],
    ]);
  });

  test('[SEC-02] has no dashboard, believes no forwarding header, calls nobody at home', () => {
    const { flags } = build();
    const names = [...flags.keys()];
    expect(names.filter((name) => /^api|forwardedheaders|proxyprotocol|insecure/.test(name))).toEqual([]);
    expect(flags.get('global.checknewversion')).toBe('false');
    expect(flags.get('global.sendanonymoususage')).toBe('false');
  });

  test('keeps cookies and tokens out of the access log', () => {
    const { flags } = build();
    expect(flags.get('accesslog.format')).toBe('json');
    for (const part of ['headers', 'queryparameters'])
      expect(flags.get(`accesslog.fields.${part}.defaultmode`)).toBe('drop');
  });

  test('lets running requests end before the pod is killed', () => {
    const { flags, pod } = build();
    for (const entryPoint of ['web', 'websecure']) {
      const grace = seconds(flags.get(`entrypoints.${entryPoint}.transport.lifecycle.gracetimeout`));
      expect(grace).toBeGreaterThan(0);
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(grace);
    }
  });

  test('writes nothing in the cluster but the status of Ingresses', () => {
    const { rules } = build().find('ClusterRole', 'traefik');
    const writing = rules.filter(({ verbs }: any) =>
      verbs.some((verb: string) => !/^(get|list|watch)$/.test(verb)),
    );
    expect(writing.flatMap(({ resources }: any) => resources)).toEqual(['ingresses/status']);
  });

  test('takes size from the settings, and collects garbage before the limit', () => {
    const { container } = build({}, { memory: '1Gi', cpu: '750m' });
    expect(container.resources).toEqual({
      requests: { cpu: '750m', memory: '1Gi' },
      limits: { memory: '1Gi' },
    });
    const { value } = container.env.find(({ name }: any) => name === 'GOMEMLIMIT');
    const soft = bytesOf(value.replace('iB', 'i'));
    expect(soft).toBeLessThan(bytesOf('1Gi'));
    expect(soft).toBeGreaterThan(bytesOf('1Gi') / 2);
  });

  test('[OBS-08] wakes somebody up when more than 5 % of requests fail for five minutes', () => {
    const [{ rules }] = build().find('PrometheusRule', 'traefik').spec.groups;
    const rule = rules.find(({ alert }: any) => alert === 'TraefikHigh5xxRate');
    expect(rule).toMatchObject({ for: '2m', labels: { severity: 'critical' } });
    expect(rule.expr).toMatch(/code=~"5\.\."/);
    expect(rule.expr).toMatch(/> 0\.05$/);
  });

  test('explains each alert in the runbook', () => {
    const [{ rules }] = build().find('PrometheusRule', 'traefik').spec.groups;
    const headings = readFileSync('charts/network/traefik/runbook.md', 'utf8').match(/^## .*$/gm);
    for (const { alert } of rules) expect(headings).toContain(`## ${alert}`);
  });
});
