import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRendered } from '../../cli/rendered';
import { Repository } from './gitops-repository';
import { settingsOf } from './settings';

describe('the commits since which a folder is as it is now', () => {
  const home = mkdtempSync(join(tmpdir(), 'strata-repository-'));
  afterAll(() => rmSync(home, { recursive: true }));
  const repository = new Repository(join(home, 'repository'), {
    ...{ root: '.', dist: 'dist', settings: settingsOf('mono'), crds: undefined },
  });
  const sizes = (): (number | undefined)[] =>
    ['traefik', 'cert-manager'].map((component) => repository.current.get(component)?.size);
  const FILE = 'traefik/ingressclass-traefik.yaml';

  test('are one after the first', () => expect(sizes()).toEqual([1, 1]));

  test('a commit elsewhere is one more, one that changes the folder is the only one', () => {
    repository.write(FILE, `${repository.read(FILE)}# changed\n`);
    repository.commit('Change a file');
    expect(sizes()).toEqual([1, 2]);
  });

  test('and so is git revert, which nobody may take for the commit before', () => {
    const changed = repository.current.get('traefik');
    repository.revert(1);
    expect(sizes()).toEqual([1, 3]);
    expect([...repository.current.get('traefik')!]).not.toEqual([...changed!]);
  });
});

describe('a component that gets another name', () => {
  const home = mkdtempSync(join(tmpdir(), 'strata-renamed-'));
  afterAll(() => rmSync(home, { recursive: true }));
  const repository = new Repository(join(home, 'repository'), {
    ...{ root: '.', dist: 'dist', settings: settingsOf('mono'), crds: undefined },
  });
  repository.rename('environment-recette', 'renamed-recette');
  const rendered = readRendered(join(repository.folder, repository.root)).objects;

  test('has its folder, its labels and its Application under it, in the project as before', () => {
    const inside = rendered.filter(({ component }) => component === 'renamed-recette');
    expect(inside.map(({ object }) => object.kind)).toContain('Namespace');
    for (const { object } of inside)
      expect(object.metadata.labels).toMatchObject({ 'app.kubernetes.io/instance': 'renamed-recette' });
    const application = rendered.find(({ file }) => file === 'root/application-renamed-recette.yaml')!.object;
    expect(application).toMatchObject({
      metadata: { name: 'renamed-recette' },
      spec: { project: 'environment-recette', source: { path: 'dist/mono/renamed-recette' } },
    });
  });

  test('leaves nothing under the old one', () => {
    expect(rendered.filter(({ component }) => component === 'environment-recette')).toEqual([]);
    expect(rendered.filter(({ file }) => file === 'root/application-environment-recette.yaml')).toEqual([]);
  });
});
