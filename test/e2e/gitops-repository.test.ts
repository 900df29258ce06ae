import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Repository } from './gitops-repository';
import { settingsOf } from './settings';

describe('the commits since which a folder is as it is now', () => {
  const home = mkdtempSync(join(tmpdir(), 'strata-repository-'));
  afterAll(() => rmSync(home, { recursive: true }));
  const repository = new Repository(join(home, 'repository'), {
    ...{ dist: 'dist', settings: settingsOf('mono'), crds: undefined },
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
