import { BackupRuns, specOf, step, steps } from '../backup-runs';

const runs = new BackupRuns();

describe('the backups of PostgreSQL', () => {
  it('[BKP-01] read as the role of the backup, over TLS, and connect to the server only', () => {
    const run = 'postgresql-backup-logical';
    const { environment } = step(runs.pod(run), 'dump');
    expect(environment.get('PGUSER')).toBe('backup');
    expect(environment.get('PGPASSWORD')).toBe('postgresql-backup.password');
    expect(environment.get('PGSSLMODE')).toBe('verify-full');
    expect(runs.flows(run)).toEqual(['postgresql']);
  });

  it.each(['postgresql-logical-drill-prod'])(
    '[BKP-10] %s has no Secret but those of the bucket and the identity',
    (name) => {
      const drill = runs.pod(name, 'drills');
      const secrets = specOf(drill).volumes?.flatMap(({ secret }) => secret?.secretName ?? []);
      expect(secrets).toEqual(['backup-identity']);
      const load = steps(drill).at(-2) ?? '';
      expect(
        [...step(drill, load).environment.values()].filter((value) => value.includes('password')),
      ).toEqual([]);
    },
  );

  it('[BKP-10] a restore of a dump brings each database back as its owner, and compares after that', () => {
    const restore = runs.restore('postgresql-prod', 'logical');
    expect(steps(restore)).toEqual(['fetch', 'open', 'decrypt', 'restore', 'compare']);
    const databases = step(restore, 'restore').command.slice(2);
    expect(databases.length).toBeGreaterThan(0);
    expect(step(restore, 'compare').command).toEqual(['bash', '/scripts/compare.sh', ...databases]);
    const passwords = [...step(restore, 'restore').environment.keys()].filter((key) =>
      key.startsWith('PASSWORD_'),
    );
    expect(passwords).toEqual(databases.map((database) => `PASSWORD_${database}`));
    // who only looks needs no password of an owner
    expect(
      [...step(restore, 'compare').environment.keys()].filter((key) => key.startsWith('PASSWORD_')),
    ).toEqual([]);
  });

  it('[BKP-10] a drill has the configuration and the preparation of the live server, and the restore of its databases', () => {
    const drill = runs.pod('postgresql-logical-drill-prod', 'drills');
    for (const file of ['postgresql.conf', 'prepare.sh', 'database.sql', 'operations.sql', 'strata.sql']) {
      expect(runs.file(drill, file)).toBeDefined();
      expect(runs.file(drill, file)).toBe(runs.file(runs.pod('postgresql'), file));
    }
    const databases = step(runs.restore('postgresql-prod', 'logical'), 'restore').command.slice(2);
    expect(step(drill, 'load').command).toEqual(['bash', '/scripts/load.sh', ...databases]);
    for (const file of ['restore.sh', 'compare.sh', 'parts.sh']) expect(runs.file(drill, file)).toBeDefined();
  });
});
