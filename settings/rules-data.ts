import { isReserved } from './reserved';
import { duplicates, rule, type Rule } from './rule';

// Rules about what holds data, and about its copies.

const SERVERS = { mysql: 'MySQL', postgresql: 'PostgreSQL' } as const;

const databases = rule(['environments'], ({ environments }) =>
  environments.flatMap(({ components }, index) =>
    (['mysql', 'postgresql'] as const).flatMap((kind) => {
      const things = (components[kind]?.databases ?? []).map((name, position) => ({
        name,
        path: ['environments', index, 'components', kind, 'databases', position],
      }));
      const reserved = things.filter(({ name }) => isReserved(kind, name));
      return [
        ...duplicates(things, 'Remove one of the two'),
        ...reserved.map(({ name, path }) => ({
          path,
          problem: `"${name}" is a name of the ${SERVERS[kind]} server itself`,
          remedy: 'Choose another name',
        })),
        ...things
          .filter(({ name }) => kind === 'postgresql' && name.endsWith('_owner'))
          .map(({ name, path }) => ({
            path,
            problem: `"${name}" could be the owner of another database`,
            remedy: 'Choose a name that does not end in _owner',
          })),
      ];
    }),
  ),
);

const standbys = rule(['environments'], ({ environments }) =>
  environments.flatMap(({ components: { postgresql } }, index) => {
    if (!postgresql) return [];
    const path = ['environments', index, 'components', 'postgresql'];
    return [
      ...(postgresql.primary > postgresql.standbys
        ? [
            {
              path: [...path, 'primary'],
              problem: `there is no server ${postgresql.primary}, only 0 to ${postgresql.standbys}`,
              remedy: 'Name one that exists, or raise standbys',
            },
          ]
        : []),
      ...(postgresql.synchronous && postgresql.standbys < 2
        ? [
            {
              path: [...path, 'synchronous'],
              problem: `${postgresql.standbys} standbys: when the last one is away, every write waits for it`,
              remedy: 'Set standbys: 2, or leave synchronous out',
            },
          ]
        : []),
    ];
  }),
);

const wikis = rule(['environments'], ({ environments }) =>
  environments.flatMap(({ components: { mysql, xwiki } }, index) => {
    if (!xwiki?.enabled) return [];
    const path = ['environments', index, 'components', 'xwiki'];
    if (!mysql?.enabled) {
      const remedy = 'Add mysql: { databases: [xwiki] } beside it, or switch xwiki off';
      return { path, problem: 'xwiki needs mysql in the same environment, and it is off', remedy };
    }
    if (mysql.databases.includes('xwiki')) return [];
    const remedy = 'Add xwiki to the databases of mysql beside it';
    return { path, problem: 'xwiki needs a database named xwiki in the same environment', remedy };
  }),
);

const backups = rule(['environments', 'backup'], ({ environments, backup }) => {
  const production = environments.find(({ stage }) => stage === 'prod');
  const host = backup.endpoint.replace(/^https:\/\//, '').replace(/[/:?#].*$/, '');
  if (!production || !/\.(svc|cluster\.local|local|internal)$|\.svc\./.test(host)) return [];
  return [
    {
      path: ['backup', 'endpoint'],
      problem: `"${host}" lies inside the cluster, and would be lost together with the data of ${production.name}`,
      remedy: 'Use an S3 service elsewhere',
    },
  ];
});

export const dataRules: readonly Rule[] = [databases, standbys, wikis, backups];
