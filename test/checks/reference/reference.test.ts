import { reference } from '../../../checks/reference/reference';
import { brief, findingsAfter, monoInput, pick } from '../mutation';
import { fields, findingsOfRule } from '../plain';

type Input = ReturnType<typeof monoInput>;

test('every reference of the unbroken set leads somewhere', () => {
  expect(reference.check(monoInput())).toEqual([]);
});

const mysql = (input: Input): any => pick(input, 'StatefulSet', 'prod/mysql').spec;
const xwiki = (input: Input): any => pick(input, 'Deployment', 'prod/xwiki').spec.template.spec;
const data = (input: Input, name: string): any => (pick(input, 'ConfigMap', name) as any).data;
const at = 'spec.template.spec';

/** What is broken, how, the one finding, and its remedy. */
const cases: [string, (input: Input) => unknown, string, string][] = [
  [
    'a Secret of a variable',
    (input) => (xwiki(input).containers[0].env[3].valueFrom.secretKeyRef.name = 'mysql-xwikki'),
    `Deployment prod/xwiki ${at}.containers[0].env[3].valueFrom.secretKeyRef.name`,
    'Did you mean mysql-xwiki?',
  ],
  [
    'a key of a Secret',
    (input) => (mysql(input).template.spec.initContainers[0].env[0].valueFrom.secretKeyRef.key = 'pasword'),
    `StatefulSet prod/mysql ${at}.initContainers[0].env[0].valueFrom.secretKeyRef.key`,
    'Did you mean password?',
  ],
  [
    'a ConfigMap of a variable',
    (input) =>
      xwiki(input).containers[0].env.push({
        name: 'X',
        valueFrom: { configMapKeyRef: { name: 'wiki', key: 'x' } },
      }),
    `Deployment prod/xwiki ${at}.containers[0].env[8].valueFrom.configMapKeyRef.name`,
    'Did you mean xwiki?',
  ],
  [
    'a ConfigMap of all variables',
    (input) => (xwiki(input).containers[0].envFrom = [{ configMapRef: { name: 'wiki' } }]),
    `Deployment prod/xwiki ${at}.containers[0].envFrom[0].configMapRef.name`,
    'Did you mean xwiki?',
  ],
  [
    'a Secret of all variables',
    (input) => (xwiki(input).containers[0].envFrom = [{ secretRef: { name: 'mysql-wiki' } }]),
    `Deployment prod/xwiki ${at}.containers[0].envFrom[0].secretRef.name`,
    'Did you mean mysql-xwiki?',
  ],
  [
    'a ConfigMap of a volume',
    (input) =>
      (pick(input, 'Deployment', 'argocd/argocd-server').spec.template.spec.volumes[0].configMap.name =
        'known'),
    `Deployment argocd/argocd-server ${at}.volumes[0].configMap.name`,
    'Add it, or correct the name',
  ],
  [
    'a key of a Secret of a volume',
    (input) => (xwiki(input).volumes[1].secret.items[0].key = 'ca.cert'),
    `Deployment prod/xwiki ${at}.volumes[1].secret.items[0].key`,
    'Did you mean ca.crt?',
  ],
  [
    'a key of a projected Secret',
    (input) =>
      xwiki(input).volumes.push({
        name: 'all',
        projected: {
          sources: [
            { secret: { name: 'mysql-tls', items: [{ key: 'tls.key', path: 'a' }] } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'b' }] } },
            { configMap: { name: 'xwiki', items: [{ key: 'server.xlm', path: 'c' }] } },
          ],
        },
      }),
    `Deployment prod/xwiki ${at}.volumes[8].projected.sources[2].configMap.items[0].key`,
    'Did you mean server.xml?',
  ],
  [
    'one file of a ConfigMap',
    (input) => (xwiki(input).containers[0].volumeMounts[2].subPath = 'sever.xml'),
    `Deployment prod/xwiki ${at}.containers[0].volumeMounts[2].subPath`,
    'Did you mean server.xml?',
  ],
  [
    'a volume',
    (input) => (xwiki(input).containers[0].volumeMounts[0].name = 'wiki-data'),
    `Deployment prod/xwiki ${at}.containers[0].volumeMounts[0].name`,
    'Did you mean xwiki-data?',
  ],
  [
    'a claim template',
    (input) => (mysql(input).template.spec.containers[0].volumeMounts[0].name = 'dta'),
    `StatefulSet prod/mysql ${at}.containers[0].volumeMounts[0].name`,
    'Did you mean data?',
  ],
  [
    'a claim',
    (input) => (xwiki(input).volumes[5].persistentVolumeClaim.claimName = 'wiki-data'),
    `Deployment prod/xwiki ${at}.volumes[5].persistentVolumeClaim.claimName`,
    'Did you mean xwiki-data?',
  ],
  [
    'an account',
    (input) => (xwiki(input).serviceAccountName = 'xwiki'),
    `Deployment prod/xwiki ${at}.serviceAccountName`,
    'Add it, or correct the name',
  ],
  [
    'a priority',
    (input) => (xwiki(input).priorityClassName = 'high'),
    `Deployment prod/xwiki ${at}.priorityClassName`,
    'Add it, or correct the name',
  ],
  [
    'a Secret of a registry',
    (input) => (xwiki(input).imagePullSecrets = [{ name: 'registry' }]),
    `Deployment prod/xwiki ${at}.imagePullSecrets[0].name`,
    'Add it, or correct the name',
  ],
  [
    'a port of a probe',
    (input) => (xwiki(input).containers[0].livenessProbe.httpGet.port = 'htpp'),
    `Deployment prod/xwiki ${at}.containers[0].livenessProbe.httpGet.port`,
    'Did you mean http?',
  ],
  [
    'a storage class of a claim',
    (input) => (pick(input, 'PersistentVolumeClaim', 'prod/xwiki-data').spec.storageClassName = 'longhron'),
    'PersistentVolumeClaim prod/xwiki-data spec.storageClassName',
    'Did you mean longhorn?',
  ],
  [
    'a storage class of a claim template',
    (input) => (mysql(input).volumeClaimTemplates[0].spec.storageClassName = 'lnghorn-db'),
    'StatefulSet prod/mysql spec.volumeClaimTemplates[0].spec.storageClassName',
    'Did you mean longhorn-db?',
  ],
  [
    '[K8S-04] the Service that names pods',
    (input) => (mysql(input).serviceName = 'mysql-headles'),
    'StatefulSet prod/mysql spec.serviceName',
    'Did you mean mysql-headless?',
  ],
  [
    '[K8S-04] a named port of pods',
    (input) => (pick(input, 'Service', 'prod/mysql-headless').spec.ports[0].targetPort = 'mysqld'),
    'Service prod/mysql-headless spec.ports[0].targetPort',
    'Did you mean mysql?',
  ],
  [
    '[K8S-04] a port number of pods',
    (input) => (pick(input, 'Service', 'prod/mysql-headless').spec.ports[0].targetPort = 3307),
    'Service prod/mysql-headless spec.ports[0].targetPort',
    'Add it, or correct the name',
  ],
  [
    '[K8S-04] a port without a target',
    (input) => {
      const [port] = pick(input, 'Service', 'prod/mysql-headless').spec.ports;
      delete port.targetPort;
      port.port = 3307;
    },
    'Service prod/mysql-headless spec.ports[0].port',
    'Add it, or correct the name',
  ],
  [
    '[ING-02] an ingress class',
    (input) => (pick(input, 'Ingress', 'prod/xwiki').spec.ingressClassName = 'treafik'),
    'Ingress prod/xwiki spec.ingressClassName',
    'Did you mean traefik?',
  ],
  [
    'a Service behind an Ingress',
    (input) =>
      (pick(input, 'Ingress', 'prod/xwiki').spec.rules[0].http.paths[0].backend.service.name = 'xwik'),
    'Ingress prod/xwiki spec.rules[0].http.paths[0].backend.service.name',
    'Did you mean xwiki?',
  ],
  [
    'a named port behind an Ingress',
    (input) =>
      (pick(input, 'Ingress', 'prod/xwiki').spec.rules[0].http.paths[0].backend.service.port.name = 'htp'),
    'Ingress prod/xwiki spec.rules[0].http.paths[0].backend.service.port.name',
    'Did you mean http?',
  ],
  [
    'a port number behind an Ingress',
    (input) =>
      (pick(input, 'Ingress', 'prod/xwiki').spec.rules[0].http.paths[0].backend.service.port = {
        number: 8080,
      }),
    'Ingress prod/xwiki spec.rules[0].http.paths[0].backend.service.port.number',
    'Add it, or correct the name',
  ],
  [
    '[ING-02] the issuer of an Ingress',
    (input) =>
      (pick(input, 'Ingress', 'prod/xwiki').metadata.annotations!['cert-manager.io/cluster-issuer'] = 'acme'),
    'Ingress prod/xwiki metadata.annotations["cert-manager.io/cluster-issuer"]',
    'Add it, or correct the name',
  ],
  [
    '[ING-03] a middleware of an Ingress',
    (input) =>
      (pick(input, 'Ingress', 'prod/xwiki').metadata.annotations![
        'traefik.ingress.kubernetes.io/router.middlewares'
      ] = 'ingress-public@kubernetescrd, other@file, ingress-publik@kubernetescrd'),
    'Ingress prod/xwiki metadata.annotations["traefik.ingress.kubernetes.io/router.middlewares"]',
    'Did you mean ingress-public?',
  ],
  [
    '[ING-03] a middleware of a chain',
    (input) => (pick(input, 'Middleware', 'ingress/public').spec.chain.middlewares[1].name = 'ratelimit'),
    'Middleware ingress/public spec.chain.middlewares[1].name',
    'Did you mean rate-limit?',
  ],
  [
    '[ING-02] the issuer of a Certificate',
    (input) => (pick(input, 'Certificate', 'prod/mysql-tls').spec.issuerRef.name = 'intenal-ca'),
    'Certificate prod/mysql-tls spec.issuerRef.name',
    'Did you mean internal-ca?',
  ],
  [
    '[ING-02] an issuer of a namespace, where it is one of the cluster',
    (input) => delete pick(input, 'Certificate', 'prod/mysql-tls').spec.issuerRef.kind,
    'Certificate prod/mysql-tls spec.issuerRef.name',
    'Add it, or correct the name',
  ],
  [
    '[ING-02] the Secret of an authority',
    (input) => (pick(input, 'ClusterIssuer', 'internal-ca').spec.ca.secretName = 'internal-c'),
    'ClusterIssuer internal-ca spec.ca.secretName',
    'Did you mean internal-ca?',
  ],
  [
    '[ING-02] the ingress class of a solver',
    (input) =>
      (pick(input, 'ClusterIssuer', 'letsencrypt-prod').spec.acme.solvers[0].http01.ingress.ingressClassName =
        'nginx'),
    'ClusterIssuer letsencrypt-prod spec.acme.solvers[0].http01.ingress.ingressClassName',
    'Add it, or correct the name',
  ],
  [
    '[ING-02] the token of a DNS provider',
    (input) =>
      pick(input, 'ClusterIssuer', 'letsencrypt-prod').spec.acme.solvers.push({
        dns01: { cloudflare: { apiTokenSecretRef: { name: 'cloudflare', key: 'api-token' } } },
      }),
    'ClusterIssuer letsencrypt-prod spec.acme.solvers[1].dns01.cloudflare.apiTokenSecretRef.name',
    'Add it, or correct the name',
  ],
  [
    'the role of a binding',
    (input) => ((pick(input, 'RoleBinding', 'argocd/argocd-server') as any).roleRef.name = 'argocd-serve'),
    'RoleBinding argocd/argocd-server roleRef.name',
    'Did you mean argocd-server?',
  ],
  [
    'the Service of a webhook',
    (input) =>
      ((
        pick(input, 'ValidatingWebhookConfiguration', 'cert-manager-webhook') as any
      ).webhooks[0].clientConfig.service.name = 'webhook'),
    'ValidatingWebhookConfiguration cert-manager-webhook webhooks[0].clientConfig.service.name',
    'Add it, or correct the name',
  ],
  [
    'the port of a webhook, by default 443',
    (input) =>
      ((
        pick(input, 'MutatingWebhookConfiguration', 'cert-manager-webhook') as any
      ).webhooks[0].clientConfig.service.port = 9443),
    'MutatingWebhookConfiguration cert-manager-webhook webhooks[0].clientConfig.service.port',
    'Add it, or correct the name',
  ],
  [
    'the Certificate of a webhook',
    (input) => {
      const { metadata } = pick(input, 'MutatingWebhookConfiguration', 'cert-manager-webhook');
      metadata.annotations = { 'cert-manager.io/inject-ca-from': 'cert-manager/intenal-ca' };
    },
    'MutatingWebhookConfiguration cert-manager-webhook metadata.annotations["cert-manager.io/inject-ca-from"]',
    'Did you mean internal-ca?',
  ],
  [
    '[K8S-04] a host in a variable',
    (input) => (xwiki(input).containers[0].env[0].value = 'mysl.prod.svc:3306'),
    `Deployment prod/xwiki ${at}.containers[0].env[0].value`,
    'Did you mean mysql?',
  ],
  [
    '[K8S-04] a port behind a host in a variable',
    (input) => (xwiki(input).containers[0].env[0].value = 'mysql.prod.svc:3307'),
    `Deployment prod/xwiki ${at}.containers[0].env[0].value`,
    'Use one of its ports: 3306, 9104',
  ],
  [
    '[K8S-04] a host in a command',
    (input) => (xwiki(input).initContainers[0].command[6] = 'mysql.prd.svc'),
    `Deployment prod/xwiki ${at}.initContainers[0].command[6]`,
    'Add it, or correct the name',
  ],
  [
    '[K8S-04] a port behind a host in a flag',
    (input) =>
      (pick(input, 'Deployment', 'argocd/argocd-server').spec.template.spec.containers[0].args[1] =
        '--redis=argocd-redis.argocd.svc.cluster.local:6380'),
    `Deployment argocd/argocd-server ${at}.containers[0].args[1]`,
    'Use one of its ports: 6379',
  ],
  [
    '[K8S-04] a host in a configuration',
    (input) =>
      (data(input, 'prod/xwiki')['more.cfg'] =
        'url=http://wiki.prod.svc/x\nurl=http://xwiki.prod.svc:80/x\n'),
    'ConfigMap prod/xwiki data["more.cfg"]',
    'Did you mean xwiki?',
  ],
  [
    '[K8S-04] a host in a certificate',
    (input) => (pick(input, 'Certificate', 'prod/mysql-tls').spec.dnsNames[2] = 'mysqld.prod.svc'),
    'Certificate prod/mysql-tls spec.dnsNames[2]',
    'Did you mean mysql?',
  ],
];

test.each(cases)('what does not exist is found, and nothing else: %s', (_, change, place, remedy) => {
  const findings = findingsAfter((input) => void change(input));
  expect(brief(findings)).toEqual([`reference: ${place}`]);
  expect(findings[0]?.remedy).toBe(remedy);
});

test('[OBS-03] a port of a ServiceMonitor that its Services do not have is found', () => {
  const findings = findingsAfter((input) => {
    pick(input, 'ServiceMonitor', 'prod/mysql').spec.endpoints[0].port = 'metrik';
  });
  expect(brief(findings)).toEqual([
    'reference: ServiceMonitor prod/mysql spec.endpoints[0].port',
    // whose port now nobody reads
    'alerts: StatefulSet prod/mysql spec.template.spec.containers[1].ports[0]',
  ]);
});

test('[K8S-10] an account that a binding names and nothing makes is found', () => {
  const findings = findingsAfter((input) => {
    (pick(input, 'RoleBinding', 'argocd/argocd-server') as any).subjects[0].name = 'argocd-serve';
  });
  expect(brief(findings)).toEqual([
    // it has the rights of which the pods of the other had use
    'rbac: RoleBinding argocd/argocd-server subjects[0]',
    'reference: RoleBinding argocd/argocd-server subjects[0].name',
  ]);
  expect(findings[1]?.remedy).toBe('Did you mean argocd-server?');
});

test('[ING-02] a TLS Secret that nobody makes is found', () => {
  const findings = findingsAfter((input) => {
    delete pick(input, 'Ingress', 'prod/xwiki').metadata.annotations!['cert-manager.io/cluster-issuer'];
  });
  expect(brief(findings)).toEqual(['reference: Ingress prod/xwiki spec.tls[0].secretName']);
});

test('what is optional need not exist', () => {
  const findings = findingsAfter((input) => {
    const { containers, volumes } = xwiki(input);
    const optional = { name: 'nowhere', key: 'x', optional: true };
    containers[0].env.push({ name: 'A', valueFrom: { secretKeyRef: optional } });
    containers[0].env.push({ name: 'B', valueFrom: { configMapKeyRef: optional } });
    containers[0].envFrom = [{ configMapRef: { name: 'nowhere', optional: true } }];
    volumes.push({ name: 'a', configMap: { name: 'nowhere', optional: true } });
  });
  expect(brief(findings)).toEqual([]);
});

test.each([
  'kubernetes.default.svc',
  'https://kubernetes.default.svc.cluster.local:443/',
  'kube-dns.kube-system.svc:53',
  'mysql-0.mysql-headless.prod.svc.cluster.local:3306',
  'mysql.prod.svc.',
  'see mysql.prod.svc, or ask',
  '${HOST}.prod.svc',
  '$(HOST).mysql.prod.svc',
  '*.prod.svc',
  'a.b.svc.example.com',
  'file.svc',
  'a.b.svcs',
])('[K8S-04] no false alarm: %s', (value) => {
  const findings = findingsAfter((input) => xwiki(input).containers[0].env.push({ name: 'X', value }));
  expect(brief(findings)).toEqual([]);
});

test.each([
  'a.b.svc',
  'http://a.b.svc/x',
  'x.a.b.svc.cluster.local',
  'jdbc:mysql://a.b.svc:3306/x',
  '"a.b.svc"',
  '@a.b.svc',
])('[K8S-04] a host name that no Service has: %s', (value) => {
  const findings = findingsAfter((input) => xwiki(input).containers[0].env.push({ name: 'X', value }));
  expect(brief(findings)).toEqual([`reference: Deployment prod/xwiki ${at}.containers[0].env[8].value`]);
});

const inSample = (apiVersion: string, kind: string, name: string, more: object): any => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'sample' },
  ...more,
});

test('[ING-03] an IngressRoute leads to Services, middlewares, options and Secrets that exist', () => {
  const service = inSample('v1', 'Service', 'web', { spec: { ports: [{ name: 'http', port: 80 }] } });
  const options = inSample('traefik.io/v1alpha1', 'TLSOption', 'modern', {});
  const route = (service: object, tls: object) =>
    inSample('traefik.io/v1alpha1', 'IngressRoute', 'web', {
      spec: { routes: [{ services: [service], middlewares: [{ name: 'x@file' }] }], tls },
    });
  const check = (to: object, tls: object) =>
    fields(findingsOfRule(reference, [service, options, route(to, tls)]));
  expect(check({ name: 'web', port: 'http' }, { options: { name: 'modern' } })).toEqual([]);
  expect(check({ name: 'api@internal', kind: 'TraefikService' }, {})).toEqual([]);
  expect(check({ name: 'web', port: 81 }, {})).toEqual(['spec.routes[0].services[0].port']);
  expect(check({ name: 'api', port: 80 }, {})).toEqual(['spec.routes[0].services[0].name']);
  expect(check({ name: 'web', port: 80, namespace: 'other' }, {})).toEqual([
    'spec.routes[0].services[0].name',
  ]);
  expect(check({ name: 'web', port: 80 }, { secretName: 'x' })).toEqual(['spec.tls.secretName']);
  expect(check({ name: 'web', port: 80 }, { options: { name: 'old' } })).toEqual(['spec.tls.options.name']);
});

test('[OBS-03] a PodMonitor reads ports that the pods have', () => {
  const pod = inSample('v1', 'Pod', 'web', {
    spec: { containers: [{ name: 'a', ports: [{ name: 'metrics' }] }] },
  });
  pod.metadata.labels = { app: 'web' };
  const monitor = (port: string) =>
    inSample('monitoring.coreos.com/v1', 'PodMonitor', 'web', {
      spec: { selector: { matchLabels: { app: 'web' } }, podMetricsEndpoints: [{ port }] },
    });
  expect(fields(findingsOfRule(reference, [pod, monitor('metrics')]))).toEqual([]);
  expect(fields(findingsOfRule(reference, [pod, monitor('metric')]))).toEqual([
    'spec.podMetricsEndpoints[0].port',
  ]);
});

test('Secrets have the keys of what makes them', () => {
  const certificate = inSample('cert-manager.io/v1', 'Certificate', 'a', {
    spec: {
      secretName: 'a',
      issuerRef: { name: 'x', group: 'other.example.com' },
      keystores: { pkcs12: { create: true } },
      additionalOutputFormats: [{ type: 'DER' }],
    },
  });
  const token = inSample('v1', 'Secret', 'b', {
    type: 'kubernetes.io/service-account-token',
    stringData: { own: '' },
  });
  const pod = (secretName: string, key: string) =>
    inSample('v1', 'Pod', 'p', {
      spec: { volumes: [{ name: 'v', secret: { secretName, items: [{ key }] } }] },
    });
  const check = (name: string, key: string) =>
    fields(findingsOfRule(reference, [certificate, token, pod(name, key)]));
  for (const key of ['tls.crt', 'tls.key', 'ca.crt', 'keystore.p12', 'truststore.p12', 'key.der'])
    expect(check('a', key)).toEqual([]);
  for (const key of ['keystore.jks', 'tls-combined.pem', 'password'])
    expect(check('a', key)).toEqual(['spec.volumes[0].secret.items[0].key']);
  for (const key of ['token', 'own']) expect(check('b', key)).toEqual([]);
  expect(check('b', 'tls.crt')).toEqual(['spec.volumes[0].secret.items[0].key']);
});

test('what comes with Kubernetes, or with the cluster, need not be in the set', () => {
  const binding = inSample('rbac.authorization.k8s.io/v1', 'RoleBinding', 'a', {
    roleRef: { kind: 'ClusterRole', name: 'view' },
    subjects: [
      { kind: 'ServiceAccount', name: 'default' },
      { kind: 'Group', name: 'admins' },
    ],
  });
  const pod = inSample('v1', 'Pod', 'p', {
    spec: { priorityClassName: 'system-node-critical', serviceAccountName: 'default' },
  });
  const claim = inSample('v1', 'PersistentVolumeClaim', 'c', { spec: { storageClassName: 'local-path' } });
  const withClass = (existing: boolean) =>
    fields(
      findingsOfRule(reference, [binding, pod, claim], (input) => {
        if (existing)
          input.declarations = {
            ...input.declarations,
            existing: [{ kind: 'StorageClass', name: 'local-path' }],
          };
      }),
    );
  expect(withClass(true)).toEqual([]);
  expect(withClass(false)).toEqual(['spec.storageClassName']);
});
