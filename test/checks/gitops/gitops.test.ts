import { gitops } from '../../../checks/gitops/gitops';
import { brief, findingsAfter, monoInput, pick } from '../mutation';

const APPLICATION = 'gitops: Application argocd/mysql-prod';
const mysql = (input: ReturnType<typeof monoInput>) => pick(input, 'Application', 'argocd/mysql-prod');
const remove = (input: ReturnType<typeof monoInput>, object: object) =>
  input.objects.splice(
    input.objects.findIndex((one) => one.object === object),
    1,
  );
/** The kustomization of the CRDs. */
const definitions = (input: ReturnType<typeof monoInput>): { content: any } =>
  input.kustomizations.find(({ component }) => component === 'crds')!;
const KEEP = 'argocd.argoproj.io/sync-options';

test('[GITOPS-01] the unbroken set is one that Argo CD brings whole', () => {
  expect(gitops.check(monoInput())).toEqual([]);
});

test('[GITOPS-01] a folder without an Application is found', () => {
  const findings = findingsAfter((input) => remove(input, mysql(input)));
  expect(brief(findings).filter((one) => one.startsWith('gitops: Folder'))).toEqual([
    'gitops: Folder mysql-prod ',
  ]);
});

test('[GITOPS-01] a folder that nobody declared is found', () => {
  const findings = findingsAfter((input) => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', namespace: 'prod' },
      data: {},
    };
    input.objects.push({ object, file: 'left-over/configmap-x.yaml', component: 'left-over' });
  });
  expect(brief(findings)).toEqual(['gitops: Folder left-over ']);
});

test.each(['crds', 'storage-classes'])(
  '[GITOPS-01] a folder with nothing in it is found: %s',
  (component) => {
    const findings = findingsAfter((input) => {
      input.objects = input.objects.filter((one) => one.component !== component);
      input.kustomizations = input.kustomizations.filter((one) => one.component !== component);
    });
    expect(brief(findings)).toContain(`gitops: Folder ${component} `);
  },
);

test('[GITOPS-01] two Applications for one folder are found', () => {
  const findings = findingsAfter((input) => {
    const copy = structuredClone(mysql(input));
    copy.metadata.name = 'mysql-again';
    input.objects.push({ object: copy, file: 'root/application-mysql-again.yaml', component: 'root' });
  });
  expect(brief(findings)).toEqual(['gitops: Application argocd/mysql-again spec.source.path']);
});

test.each(['dist/mono/elsewhere', 'dist/staging/mysql-prod', 'dist/mono/mysql-prod/deeper', undefined])(
  '[GITOPS-01] an Application of a folder that is not there is found: %s',
  (path) => {
    const findings = findingsAfter((input) => {
      const copy = structuredClone(mysql(input));
      copy.metadata.name = 'stray';
      copy.spec.source.path = path;
      input.objects.push({ object: copy, file: 'root/application-stray.yaml', component: 'root' });
    });
    expect(brief(findings).filter((one) => one.startsWith('gitops'))).toEqual([
      'gitops: Application argocd/stray spec.source.path',
    ]);
  },
);

const SYNC: [string, string, (spec: any) => void][] = [
  ['pruning off', 'syncPolicy.automated.prune', (spec) => (spec.syncPolicy.automated.prune = false)],
  ['self-heal off', 'syncPolicy.automated.selfHeal', (spec) => delete spec.syncPolicy.automated.selfHeal],
  ['switched off', 'syncPolicy.automated.enabled', (spec) => (spec.syncPolicy.automated.enabled = false)],
  [
    'client-side apply',
    'syncPolicy.syncOptions',
    (spec) => (spec.syncPolicy.syncOptions = spec.syncPolicy.syncOptions.slice(1)),
  ],
  ['another revision', 'source.targetRevision', (spec) => (spec.source.targetRevision = 'other')],
];

test.each(SYNC)('[GITOPS-03] %s is found', (_, field, change) => {
  const findings = findingsAfter((input) => {
    change(mysql(input).spec);
  });
  expect(brief(findings)).toEqual([`${APPLICATION} spec.${field}`]);
});

test('another repository is found, and that the project does not allow it', () => {
  const findings = findingsAfter((input) => {
    mysql(input).spec.source.repoURL = 'https://example.com/other.git';
  });
  expect(brief(findings).sort()).toEqual([
    'gitops: AppProject argocd/environment-prod spec.sourceRepos',
    `${APPLICATION} spec.source.repoURL`,
  ]);
});

describe('[GITOPS-04] order', () => {
  const WAVE = 'argocd.argoproj.io/sync-wave';
  const set = (wave: string | undefined) =>
    findingsAfter((input) => {
      const { annotations } = mysql(input).metadata;
      if (wave === undefined) delete annotations?.[WAVE];
      else if (annotations) annotations[WAVE] = wave;
    }).filter(({ object }) => object === 'Application argocd/mysql-prod');

  test('an Application in the wave of what it depends on is found', () => {
    const findings = set('0');
    expect(brief(findings)).toEqual([`${APPLICATION} metadata.annotations["${WAVE}"]`]);
    expect(findings[0]?.problem).toContain('environment-prod (0)');
  });

  test('without the annotation the wave is 0; other text is no wave', () => {
    expect(set(undefined)[0]?.problem).toContain('wave 0 does not come after');
    expect(set('soon')[0]?.problem).toBe('the wave is no whole number');
  });

  test('what comes last is fine', () => {
    expect(set('99')).toEqual([]);
  });
});

describe('[GITOPS-05] projects', () => {
  const project = (input: ReturnType<typeof monoInput>) =>
    pick(input, 'AppProject', 'argocd/environment-prod').spec;
  const PROJECT = 'gitops: AppProject argocd/environment-prod spec.';

  test.each([
    ['clusterResourceWhitelist', { group: '*', kind: 'Namespace' }],
    ['namespaceResourceWhitelist', { group: 'apps', kind: '*' }],
    ['destinations', { server: 'https://kubernetes.default.svc', namespace: '*' }],
    ['destinations', { server: '*', namespace: 'prod' }],
    ['sourceRepos', '*'],
    ['clusterResourceWhitelist', { group: '', kind: 'Namespace', name: 'pro?' }],
    ['clusterResourceWhitelist', { group: '', kind: 'Namespace', name: '[p]rod' }],
  ])('a wildcard in %s is found', (list, entry) => {
    let index = 0;
    const findings = findingsAfter((input) => {
      index = (project(input)[list] ??= []).push(entry) - 1;
    });
    expect(brief(findings)).toEqual([`${PROJECT}${list}[${index}]`]);
  });

  test('a kind that the project does not allow is found once', () => {
    const findings = findingsAfter((input) => {
      const spec = project(input);
      spec.namespaceResourceWhitelist = spec.namespaceResourceWhitelist.filter(
        ({ kind }: { kind: string }) => kind !== 'StatefulSet',
      );
    });
    expect(brief(findings)).toEqual([`${PROJECT}namespaceResourceWhitelist`]);
    expect(findings[0]?.problem).toContain('"apps/StatefulSet"');
  });

  test('a namespace that the project does not allow is found', () => {
    const findings = findingsAfter((input) => {
      project(input).destinations = project(input).destinations.filter(
        ({ namespace }: { namespace: string }) => namespace !== 'prod',
      );
    });
    expect(brief(findings)).toEqual([`${PROJECT}destinations`]);
  });

  test("another environment's namespace is found, and that the cluster's projects reach into one", () => {
    const findings = findingsAfter((input) => {
      for (const name of ['environment-prod', 'certificates'])
        pick(input, 'AppProject', `argocd/${name}`).spec.destinations.unshift({
          server: 'https://kubernetes.default.svc',
          namespace: 'recette',
        });
    });
    expect(brief(findings)).toEqual([
      'gitops: AppProject argocd/certificates spec.destinations[0]',
      'gitops: AppProject argocd/environment-prod spec.destinations[0]',
    ]);
    expect(findings[0]?.problem).toBe('none of its components has anything in the namespace "recette"');
  });

  test("the name of another environment's Namespace does not allow its own", () => {
    const findings = findingsAfter((input) => {
      project(input).clusterResourceWhitelist = [{ group: '', kind: 'Namespace', name: 'recette' }];
    });
    expect(brief(findings)).toEqual([`${PROJECT}clusterResourceWhitelist`]);
    expect(findings[0]?.problem).toContain('"/Namespace prod"');
  });

  test('Namespaces and CRDs are cluster-scoped', () => {
    const findings = findingsAfter((input) => {
      pick(input, 'AppProject', 'argocd/cluster').spec.clusterResourceWhitelist = [];
    });
    expect(findings.map(({ problem }) => problem.replace(/.*need ("[^"]*").*/, '$1'))).toEqual(
      expect.arrayContaining(['"/Namespace argocd"', '"apiextensions.k8s.io/CustomResourceDefinition"']),
    );
  });

  test('an Application outside of the project of its environment, or of its layer, is found', () => {
    for (const [name, other] of [
      ['mysql-prod', 'environment-recette'],
      ['mysql-prod', 'backup'],
      ['mysql-logical-drill-prod', 'environment-prod'],
    ] as const) {
      const findings = findingsAfter((input) => {
        pick(input, 'Application', `argocd/${name}`).spec.project = other;
      });
      expect(brief(findings)).toContain(`gitops: Application argocd/${name} spec.project`);
    }
  });

  test('a project that is missing is found at each of its Applications', () => {
    const findings = findingsAfter((input) =>
      remove(input, pick(input, 'AppProject', 'argocd/certificates')),
    );
    expect(brief(findings)).toEqual(['gitops: Application argocd/cert-manager spec.project']);
  });
});

describe('nothing that holds data is pruned', () => {
  test.each([
    ['PersistentVolumeClaim', 'prod/xwiki-data'],
    ['Namespace', 'integration'],
    ['StatefulSet', 'prod/mysql'],
  ])('a %s that could be pruned is found', (kind, path) => {
    for (const annotation of ['Prune=false', 'Delete=false', undefined]) {
      const findings = findingsAfter((input) => {
        pick(input, kind, path).metadata.annotations = annotation === undefined ? {} : { [KEEP]: annotation };
      });
      expect(brief(findings)).toEqual([`gitops: ${kind} ${path} metadata.annotations["${KEEP}"]`]);
    }
  });

  test('whatever lies in an Application that takes over what others own is kept, a policy that only allows too', () => {
    const findings = findingsAfter((input) => {
      pick(input, 'NetworkPolicy', 'prod/acme-solver').metadata.annotations = {};
    });
    expect(brief(findings)).toEqual([
      `gitops: NetworkPolicy prod/acme-solver metadata.annotations["${KEEP}"]`,
    ]);
    expect(findings[0]!.problem).toContain('takes objects over');
    const taking = findingsAfter((input) => {
      const { syncPolicy } = pick(input, 'Application', 'argocd/xwiki-prod').spec;
      syncPolicy.syncOptions = syncPolicy.syncOptions.filter((one: string) => !one.startsWith('FailOn'));
    });
    expect(brief(taking)).toContain(`gitops: Deployment prod/xwiki metadata.annotations["${KEEP}"]`);
  });

  test('a claim template that could be pruned is found', () => {
    const findings = findingsAfter((input) => {
      delete pick(input, 'StatefulSet', 'prod/mysql').spec.volumeClaimTemplates[0].metadata.annotations;
    });
    expect(brief(findings)).toEqual([
      `gitops: StatefulSet prod/mysql spec.volumeClaimTemplates[0].metadata.annotations["${KEEP}"]`,
    ]);
  });

  test.each<[string, (patches: any[]) => unknown[]]>([
    ['no patch', () => []],
    ['a patch of some', ([patch]) => [{ ...patch, target: { ...patch.target, name: 'applications.*' } }]],
    ['a patch of another kind', ([patch]) => [{ ...patch, target: { kind: 'ConfigMap' } }]],
    ['half of the options', ([patch]) => [{ ...patch, patch: patch.patch.replace(',Delete=false', '') }]],
    ['a patch that is no YAML', ([patch]) => [{ ...patch, patch: `${patch.patch}\n  - [` }]],
    ['an alias', ([patch]) => [{ ...patch, patch: patch.patch.replace(/: Prune.*/, ': *keeping') }]],
    ['a patch of operations', ([patch]) => [{ ...patch, patch: '- op: remove\n  path: /spec\n' }]],
    ['no text', ([patch]) => [{ ...patch, patch: 7 }]],
  ])('CRDs that could be pruned are found: %s', (_, change) => {
    const findings = findingsAfter((input) => {
      const { content } = definitions(input);
      content.patches = change(content.patches);
    });
    // a file that holds more than definitions is found too: the patch would have taken the rest away
    expect(brief(findings)).toContain('gitops: Kustomization crds patches');
  });
});

describe('kustomizations', () => {
  const files = (input: ReturnType<typeof monoInput>, component: string) =>
    input.objects.filter((one) => one.component === component).map(({ file }) => file);

  test.each([
    ['https://raw.githubusercontent.com/traefik/traefik/master/docs/crd.yml', 'is not locked'],
    [`https://raw.githubusercontent.com/traefik/traefik/${'0'.repeat(40)}/docs/crd.yml`, 'is not locked'],
    ['mysql.yaml', 'there is no file "mysql.yaml"'],
    ['../mysql-prod', 'there is no file "../mysql-prod"'],
    [7, 'there is no file ""'],
  ])('a resource that is not there or not locked is found: %s', (resource, problem) => {
    const findings = findingsAfter((input) => {
      definitions(input).content.resources[1] = resource;
    });
    expect(brief(findings)).toEqual(['gitops: Kustomization crds resources[1]']);
    expect(findings[0]?.problem).toContain(problem);
  });

  test('kinds that are used and no longer defined are found, each once', () => {
    const findings = findingsAfter((input) => {
      const { content } = definitions(input);
      content.resources = content.resources.filter(
        (url: string) => !/servicemonitors|thanosrulers/.test(url),
      );
    });
    expect(brief(findings)).toEqual([expect.stringMatching(/^gitops: ServiceMonitor \S+ kind$/)]);
    expect(findings[0]?.problem).toContain('monitoring.coreos.com_servicemonitors.yaml');
  });

  test('a bootstrap that lists a file which is gone is found', () => {
    const findings = findingsAfter((input) =>
      remove(input, pick(input, 'Service', 'argocd/argocd-notifications-controller')),
    );
    expect(brief(findings)).toContainEqual(
      expect.stringMatching(/^gitops: Kustomization of the bootstrap resources\[\d+\]$/),
    );
  });

  test('one that hides the other files of its folder from Argo CD is found', () => {
    let hidden: string[] = [];
    const findings = findingsAfter((input) => {
      const [first = '', ...others] = files(input, 'storage-classes');
      hidden = others;
      const content = { resources: [first.replace('storage-classes/', '')] };
      input.kustomizations.push({
        content,
        file: 'storage-classes/kustomization.yaml',
        component: 'storage-classes',
      });
    });
    expect(brief(findings)).toEqual(hidden.map(() => 'gitops: Kustomization storage-classes resources'));
    expect(hidden.filter((file) => !findings.some(({ problem }) => problem.includes(file)))).toEqual([]);
    expect(hidden).not.toEqual([]);
  });

  test('one that names all of them is fine', () => {
    const findings = findingsAfter((input) => {
      const resources = files(input, 'storage-classes').map((file) => file.replace('storage-classes/', './'));
      input.kustomizations.push({
        content: { resources },
        file: 'storage-classes/Kustomization',
        component: 'storage-classes',
      });
    });
    expect(findings).toEqual([]);
  });
});

test('[GITOPS-04] Applications without a health check are found', () => {
  const findings = findingsAfter((input) => {
    const settings = pick(input, 'ConfigMap', 'argocd/argocd-cm') as unknown as {
      data: Record<string, string>;
    };
    delete settings.data['resource.customizations.health.argoproj.io_Application'];
  });
  expect(brief(findings)).toEqual([
    'gitops: ConfigMap argocd/argocd-cm data["resource.customizations.health.argoproj.io_Application"]',
  ]);
});

describe('[GITOPS-01] a locked file that holds more than definitions', () => {
  const patches = (input: ReturnType<typeof monoInput>): any[] => definitions(input).content.patches;

  test('of which nothing is taken out is found', () => {
    const findings = findingsAfter((input) => {
      definitions(input).content.patches = patches(input).filter(({ patch }) => !patch.includes('$patch'));
    });
    expect(findings).toHaveLength(1);
    expect(findings[0]?.field).toMatch(/^resources\[\d+\]$/);
    expect(findings[0]?.problem).toContain('ClusterRole, ClusterRoleBinding, ConfigMap, DaemonSet');
  });

  test('of which one kind stays is found, by name', () => {
    const findings = findingsAfter((input) => {
      const { target } = patches(input).find(({ patch }) => patch.includes('$patch'));
      target.kind = target.kind.replace('Namespace|', '');
    });
    expect(findings.map(({ problem }) => problem)).toEqual([
      expect.stringContaining('objects of the kinds Namespace, which'),
    ]);
  });
});
