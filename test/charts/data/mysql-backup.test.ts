import { BackupRuns, specOf, step, steps } from '../backup-runs';

const runs = new BackupRuns();
const of84 = new BackupRuns((settings) => ({
  ...settings,
  environments: settings.environments.map((environment) => ({
    ...environment,
    components: {
      ...environment.components,
      ...(environment.components.mysql && {
        mysql: { ...environment.components.mysql, version: '8.4' as const },
      }),
    },
  })),
}));

describe('the backup of MySQL', () => {
  const backup = runs.pod('mysql-backup-logical');

  it('[BKP-03] dumps, seals and stores in this order', () => {
    expect(steps(backup)).toEqual(['dump', 'key', 'store']);
  });

  it('[BKP-03] [SEC-06] dumps all databases as the account `backup`, with the password from its Secret', () => {
    const { environment, command } = step(backup, 'dump');
    expect(command).toEqual(['bash', '/scripts/dump.sh']);
    expect(environment.get('MYSQL_USER')).toBe('backup');
    expect(environment.get('MYSQL_PWD')).toBe('mysql-backup.password');
    expect(environment.get('MYSQL_HOST')).toBe('mysql.prod.svc');
    expect(environment.get('SENTINEL_DATABASE')).toBe('strata');
  });

  it('[BKP-03] sees the certificate of the authority, and not the key of the server beside it', () => {
    const { environment, mount } = step(backup, 'dump');
    const authority = mount('/etc/database-authority');
    expect(authority?.volume?.secret).toMatchObject({
      secretName: 'mysql-tls',
      items: [{ key: 'ca.crt', path: 'ca.crt' }],
    });
    expect(environment.get('CA')).toBe('/etc/database-authority/ca.crt');
  });

  it('[BKP-03] may connect to the server, and no other pod of the environment', () => {
    expect(runs.flows('mysql-backup-logical')).toEqual(['mysql']);
    expect(runs.flows('mysql-check-logical')).toEqual([]);
  });

  it.each([
    ['8.0', runs],
    ['8.4', of84],
  ] as const)('[BKP-10] dumps, loads and restores with the image of the server, %s', (version, rendered) => {
    const images = [
      step(rendered.pod('mysql'), 'mysql'),
      step(rendered.pod('mysql-backup-logical'), 'dump'),
      step(rendered.pod('mysql-logical-drill-prod', 'drills'), 'load'),
      step(rendered.restore('mysql-prod', 'logical'), 'restore'),
    ].map(({ container }) => container.image);
    expect(new Set(images).size).toBe(1);
    expect(images[0]).toContain(`/mysql:${version}.`);
  });

  it('[BKP-10] gives the drill no Secret but those of the bucket and the identity', () => {
    const drill = runs.pod('mysql-logical-drill-prod', 'drills');
    expect(steps(drill)).toEqual(['fetch', 'open', 'decrypt', 'load', 'report']);
    const { environment, container } = step(drill, 'load');
    expect([...environment.values()].filter((value) => value.includes('password'))).toEqual([]);
    const secrets = specOf(drill).volumes?.flatMap(({ secret }) => secret?.secretName ?? []);
    expect(secrets).toEqual(['backup-identity']);
    expect(container.volumeMounts?.map(({ mountPath }) => mountPath)).not.toContain('/identity');
  });

  it('[BKP-10] restores with the account that is locked until somebody unlocks it, and has no other password', () => {
    const restore = runs.restore('mysql-prod', 'logical');
    const { environment } = step(restore, 'restore');
    expect(environment.get('MYSQL_USER')).toBe('restore');
    expect([...environment].filter(([, value]) => value.endsWith('.password'))).toEqual([
      ['MYSQL_PWD', 'mysql-root.password'],
    ]);
    expect(Number(environment.get('VOLUME_BYTES'))).toBeGreaterThan(2 ** 30);
  });

  it('[BKP-10] gives the drill the configuration and the preparation of the live server, and the restore', () => {
    const drill = runs.pod('mysql-logical-drill-prod', 'drills');
    for (const file of ['my.cnf', 'prepare.sh']) {
      expect(runs.file(drill, file)).toBeDefined();
      expect(runs.file(drill, file)).toBe(runs.file(runs.pod('mysql'), file));
    }
    expect(runs.file(drill, 'restore.sh')).toContain('OVERWRITE');
  });
});
