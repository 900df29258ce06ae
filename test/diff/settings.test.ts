import { corpusOf } from './change';
import { Rendered } from './rendered';

describe('a change of settings', () => {
  corpusOf(
    [
      [
        'retention cut by settings',
        (set) => set.settings('  region: eu-central-003', '  region: eu-central-003\n  retentionDays: 10'),
        'data interrupts',
        [
          '.env[RETENTION_DAYS].value: 30 → 10',
          'are kept for a shorter time',
          'Settings mono backup.retentionDays: 10',
        ],
      ],
      [
        'another recipient by settings',
        (set) =>
          set.settings(
            'age1uzld6m80x9qltpaax5g3rzeqesrcx8pfgdv8jndrerlf7ryzmshqq8syn4',
            'age1435wkskctqmpue2p20k0qr0rjwkf9xz629jyhg53z75c29n8vxdsmcg9j6',
          ),
        'data interrupts',
        ['new sets are encrypted to another key'],
      ],
      [
        'another bucket by settings',
        (set) => set.settings('bucket: strata-mono-backups', 'bucket: elsewhere'),
        'data interrupts',
        ['strata-mono-backups → elsewhere', 'the sets in the old one are neither read nor removed'],
      ],
      [
        'memory of the only database, by settings',
        (set) =>
          set.settings(
            'postgresql: { databases: [app] }',
            'postgresql: { databases: [app], memory: 1536Mi }',
          ),
        'interrupts cost',
        [
          'StatefulSet prod/postgresql',
          'restarts 1 pod: ConfigMap postgresql: postgresql.conf (',
          'shared_buffers',
          'it is the only one: down for at most 5 min to stop',
          'used by migrations-app, pgbouncer',
          'Settings mono environments[prod].components.postgresql.memory: 1536Mi',
          'clusters/mono/cluster.yaml',
          '!fails |',
          '!data |',
        ].filter((text) => !text.startsWith('clusters')),
      ],
      [
        'memory of the wiki, by settings',
        (set) => set.settings('memory: 1536Mi', 'memory: 2Gi'),
        'interrupts cost',
        [
          'Deployment recette/xwiki',
          'xwiki: memory 1536Mi → 2Gi',
          'all at once (Recreate): down for at most 31 min (60 s to stop, 30 min to start)',
          '!StatefulSet',
        ],
      ],
      [
        'an older line, with its end of life',
        (set) =>
          set.settings(
            'xwiki: { host: xwiki.recette.logo-solutions.fr, ',
            "xwiki: { version: '17.3', host: xwiki.recette.logo-solutions.fr, ",
          ),
        'data interrupts access',
        [
          'docker.io/library/xwiki:17.10.13-mysql-tomcat@',
          'upstream mends it until 2025-05-26',
          'an older version opens data',
        ],
      ],
      [
        'a connection told once though both sides say it',
        (set) =>
          set.settings('xwiki: { host: xwiki.logo-solutions.fr }', 'xwiki: { host: wiki.logo-solutions.fr }'),
        'interrupts reach'.replace('interrupts ', ''),
        ['the world may ask for wiki.logo-solutions.fr', 'xwiki.logo-solutions.fr answers no more'],
      ],
      [
        'a component that is new, by settings',
        (set) =>
          set.settings(
            '    stage: dev\n',
            '    stage: dev\n    components:\n      mysql: { databases: [shop], size: 2Gi, memory: 768Mi }\n',
          ),
        'interrupts access reach watching cost',
        [
          'Component mysql-integration | the component mysql-integration is new',
          'Settings mono environments[integration].components',
          '!fails |',
          '!data |',
        ],
      ],
      [
        'a component that goes, by settings',
        (set) => set.settings('      postgresql: { databases: [app] }\n', ''),
        'data interrupts access reach watching cost'.replace('access ', ''),
        [
          'Component postgresql-prod | the component postgresql-prod goes',
          'the component postgresql-prod goes: its finalizer deletes',
        ],
      ],
      [
        'two settings, each with its own',
        (set) =>
          set
            .settings('memory: 1536Mi', 'memory: 2Gi')
            .settings('size: 5Gi, memory: 768Mi', 'size: 5Gi, memory: 800Mi'),
        'interrupts cost',
        [
          'Settings mono environments[recette].components.xwiki.memory: 1536Mi → 2Gi | ',
          'and xwiki-recette',
          'Settings mono environments[recette].components.mysql.memory: 768Mi → 800Mi | ',
          'and mysql-recette',
        ],
      ],
    ],
    () => new Rendered(),
  );

  test('a setting is named with its file and line', () => {
    const { lines } = new Rendered().settings('memory: 1536Mi', 'memory: 2Gi').review();
    expect(lines.find(({ object }) => object === 'Settings mono')?.file).toMatch(
      /^clusters\/mono\/cluster\.yaml:\d+$/,
    );
  });
});
