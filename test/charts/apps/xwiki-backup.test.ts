import { BackupRuns, specOf, step, steps } from '../backup-runs';

const VOLUME = '/usr/local/xwiki';
const runs = new BackupRuns();

describe('the backup of XWiki', () => {
  const backup = runs.pod('xwiki-backup-logical');

  it('[BKP-04] dumps the database before it packs the files, and lists attachments after, so that all that is named is there', () => {
    expect(steps(backup)).toEqual(['dump', 'files', 'attachments', 'key', 'store']);
    expect(step(backup, 'dump').command).toEqual(['bash', '/scripts/dump.sh', 'xwiki']);
  });

  it('[BKP-04] reads the volume of the wiki on the node of the wiki, and cannot write to it', () => {
    expect(step(backup, 'files').mount(VOLUME)).toMatchObject({
      writable: false,
      volume: { persistentVolumeClaim: { claimName: 'xwiki-data' } },
    });
    expect(step(backup, 'dump').mount(VOLUME)).toBeUndefined();
    const wiki = runs.pod('xwiki');
    const [rule] = specOf(backup).affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    expect(rule?.topologyKey).toBe('kubernetes.io/hostname');
    expect(wiki.labels).toMatchObject(rule?.labelSelector?.matchLabels ?? { none: 'none' });
    expect(backup.labels).not.toMatchObject(rule?.labelSelector?.matchLabels ?? {});
  });

  it('[BKP-04] uses the account of the wiki, which may read and write its own database only', () => {
    for (const name of ['dump', 'attachments']) {
      const { environment } = step(backup, name);
      expect(environment.get('MYSQL_USER')).toBe('xwiki');
      expect(environment.get('MYSQL_PWD')).toBe('mysql-xwiki.password');
    }
    expect(step(backup, 'dump').environment.get('SENTINEL_DATABASE')).toBe('xwiki');
    expect(runs.flows('xwiki-backup-logical')).toEqual(['mysql']);
  });

  it('[BKP-10] drills in a pod without volume and password: files are listed, then compared beside the scratch server', () => {
    const drill = runs.pod('xwiki-logical-drill-prod', 'drills');
    expect(steps(drill)).toEqual(['fetch', 'open', 'decrypt', 'unpack', 'load', 'report']);
    expect(step(drill, 'load').command).toEqual(['bash', '/scripts/load.sh', 'fit.sh']);
    expect(specOf(drill).volumes?.filter(({ persistentVolumeClaim }) => persistentVolumeClaim)).toEqual([]);
    expect(
      [...step(drill, 'load').environment.values()].filter((value) => value.includes('password')),
    ).toEqual([]);
  });

  it('[BKP-11] unpacks the files before it restores the database, exchanges them after it, and runs beside no wiki', () => {
    const restore = runs.restore('xwiki-prod', 'logical');
    expect(steps(restore)).toEqual(['fetch', 'open', 'decrypt', 'unpack-files', 'restore', 'restore-files']);
    for (const name of ['unpack-files', 'restore-files']) {
      expect(step(restore, name).command).toEqual(['bash', `/scripts/${name}.sh`, `${VOLUME}/data`]);
      expect(step(restore, name).mount(VOLUME)?.writable).toBe(true);
    }
    // it has to be stopped: a pod that must run beside it would wait for ever
    expect(specOf(restore).affinity?.podAffinity).toBeUndefined();
  });
});

describe('the export of XWiki', () => {
  it('[BKP-04] is called over the API with an account from a Secret, by a pod that may connect to the wiki only', () => {
    const run = runs.pod('xwiki-backup-export');
    expect(steps(run)).toEqual(['export', 'key', 'store']);
    const { command, environment } = step(run, 'export');
    expect(command.slice(-1)).toEqual(['http://xwiki.prod.svc:80']);
    expect(environment.get('XWIKI_USER')).toBe('xwiki-export.username');
    expect(environment.get('XWIKI_PASSWORD')).toBe('xwiki-export.password');
    expect(runs.flows('xwiki-backup-export')).toEqual(['xwiki']);
    expect(specOf(run).volumes?.filter(({ persistentVolumeClaim }) => persistentVolumeClaim)).toEqual([]);
  });

  it('[BKP-10] is drilled for itself', () => {
    expect(steps(runs.pod('xwiki-export-drill-prod', 'drills'))).toEqual([
      ...['fetch', 'open', 'decrypt', 'load', 'report'],
    ]);
  });

  it('needs neither account nor runs where there is nowhere to go', () => {
    const without = new BackupRuns((settings) => {
      const { backup, ...rest } = settings;
      expect(backup).toBeDefined();
      return rest;
    });
    expect(without.names('CronJob')).toEqual([]);
    expect(without.cluster.secrets.map(({ name }) => name)).not.toContain('xwiki-export');
  });
});
