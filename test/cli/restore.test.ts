import { join } from 'node:path';
import { checkAll } from '../../checks/all';
import { selects } from '../../checks/core/selectors';
import { at } from '../../checks/core/workloads';
import { drillsOf } from '../../cli/drill';
import { restore, type RestoreChoice } from '../../cli/restore';
import { brief, monoInput, pick } from '../checks/mutation';

const workspace = { root: join(__dirname, '../..'), today: '2026-11-20' };
const restored = (component: string, choice: RestoreChoice = {}) =>
  restore(workspace, 'mono', component, choice);
const messages = (component: string, choice: RestoreChoice = {}): string =>
  restored(component, choice)
    .failures.flatMap((failure) => failure.messages)
    .join('\n');

/** The Job, and the environment of its last step. */
function jobOf(component: string, choice: RestoreChoice = {}) {
  const { manifests } = restored(component, choice);
  const job = manifests.find(({ kind }) => kind === 'Job');
  const spec = at(job, 'spec.template.spec') as { containers: { env: { name: string; value?: string }[] }[] };
  const environment = new Map(spec.containers[0]?.env.map(({ name, value }) => [name, value]));
  return { job, environment, manifests };
}

describe('[BKP-10] strata restore', () => {
  test.each([
    ['mysql-prod', 'mysql-backup-logical'],
    ['postgresql-prod', 'postgresql-backup-logical'],
    ['xwiki-prod', 'xwiki-backup-logical'],
  ])('the pods of a restore of %s have the connections of its backup', (component, cronJob) => {
    const input = monoInput();
    const policy = pick(input, 'NetworkPolicy', `prod/${cronJob}`);
    const labels = at(jobOf(component).job, 'spec.template.metadata.labels') as Record<string, string>;
    expect(selects(policy.spec.podSelector, labels)).toBe(true);
  });

  test.each(['mysql-prod', 'postgresql-prod', 'xwiki-prod'])(
    'the Job of %s passes every rule beside the cluster, but for the identity that a person lends it',
    (component) => {
      const input = monoInput();
      const before = new Set(brief(checkAll(monoInput())));
      for (const object of jobOf(component).manifests)
        input.objects.push({
          object,
          file: `${component}/${object.kind.toLowerCase()}-restore.yaml`,
          component,
        });
      // it never comes into git, so no AppProject has to allow it
      const findings = checkAll(input).filter(
        (finding) => finding.rule !== 'gitops' && !before.has(brief([finding])[0] ?? ''),
      );
      expect(findings.filter(({ problem }) => !problem.includes('backup-identity'))).toEqual([]);
      expect(findings.map(({ problem }) => problem)).toContainEqual(
        expect.stringContaining('backup-identity'),
      );
    },
  );

  test('nothing is overwritten unless the datastore is named once more', () => {
    expect(jobOf('mysql-prod').environment.has('OVERWRITE')).toBe(false);
    expect(jobOf('mysql-prod', { overwrite: 'mysql-prod' }).environment.get('OVERWRITE')).toBe('mysql-prod');
    expect(messages('mysql-prod', { overwrite: 'mysql-recette' })).toContain(
      'Repeat the name of what may be replaced: --overwrite mysql-prod',
    );
  });

  test.each<[string, string, RestoreChoice, RegExp]>([
    ['nobody', 'an unknown component', {}, /nobody: has no backup.*postgresql-prod/],
    ['postgresql-prod', 'an unknown kind', { kind: 'tape' }, /no backup "tape". It has logical/],
    ['mysql-prod', 'a set that is none', { set: '../x' }, /--set: "..\/x" is no name of a set/],
  ])('%s: %s is refused with a remedy', (component, _, choice, message) => {
    expect(messages(component, choice)).toMatch(message);
    expect(restored(component, choice).manifests).toEqual([]);
  });
});

describe('[BKP-12] strata drill', () => {
  const { objects } = monoInput();
  const names = (component: string, kind?: string) =>
    drillsOf(objects, component, kind).map(({ namespace, name }) => `${namespace}/${name}`);

  test('starts all drills of a component, or those of one kind', () => {
    expect(names('xwiki-prod').sort()).toEqual([
      'drills/xwiki-export-drill-prod',
      'drills/xwiki-logical-drill-prod',
    ]);
    expect(names('xwiki-prod', 'export')).toEqual(['drills/xwiki-export-drill-prod']);
  });

  test('says which components have drills, and which kinds', () => {
    expect(() => names('traefik')).toThrow(/traefik: has no drill.*mysql-prod/);
    expect(() => names('mysql-prod', 'base')).toThrow(/no drill "base".*mysql-logical-drill-prod/);
  });
});
