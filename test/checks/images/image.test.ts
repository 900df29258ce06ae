import { allImages } from '../../../imports/images';
import { image } from '../../../checks/images/image';
import { deploymentOf, findingsOfRule } from '../plain';
import { brief, findingsAfter, monoInput, pick } from '../mutation';

const MYSQL = 'image: StatefulSet prod/mysql';
const container = (input: ReturnType<typeof monoInput>) =>
  pick(input, 'StatefulSet', 'prod/mysql').spec.template.spec.containers[0];
const field = 'spec.template.spec.containers[0].image';

test('the images of the unbroken set are fine', () => {
  expect(image.check(monoInput())).toEqual([]);
});

test.each([
  ['without a digest', (reference: string) => reference.replace(/@.*/, '')],
  ['without a tag', (reference: string) => reference.replace(/:[^:@]*@/, '@')],
  ['with a digest that is cut off', (reference: string) => reference.slice(0, -1)],
  ['with a digest of its own', (reference: string) => reference.slice(0, -1) + 'x'],
])('[SEC-07] an image %s is found', (_, change) => {
  const findings = findingsAfter((input) => {
    const main = container(input);
    main.image = change(main.image);
  });
  expect(brief(findings)).toEqual([`${MYSQL} ${field}`]);
  expect(findings[0]?.problem).toContain('is not repository:tag@sha256');
});

test('[SEC-07] a digest that is not the one of the lock is found', () => {
  const findings = findingsAfter((input) => {
    const main = container(input);
    main.image = main.image.replace(/[0-9a-f]{8}$/, '00000000');
  });
  expect(brief(findings)).toEqual([`${MYSQL} ${field}`]);
  expect(findings[0]?.problem).toContain('not in imports/images.yaml');
});

test('[SEC-08] the tag latest is found even with a digest', () => {
  const findings = findingsAfter((input) => {
    const main = container(input);
    main.image = main.image.replace(/:[^:@]*@/, ':latest@');
  });
  expect(brief(findings)).toEqual([`${MYSQL} ${field}`]);
  expect(findings[0]?.problem).toContain('latest');
});

test('[SEC-09] an image of a registry that is not allowed is found, and so is one without a registry', () => {
  const digest = `1.0@sha256:${'0'.repeat(64)}`;
  const check = (reference: string, registries: string[]) =>
    findingsOfRule(image, [deploymentOf({ containers: [{ image: reference }] })], (input) => {
      input.settings.images.registries = registries;
    }).map(({ problem }) => problem);
  expect(check(`evil.example:5000/a/b:${digest}`, ['docker.io'])).toEqual([
    'registry evil.example:5000 is not one of docker.io',
  ]);
  expect(check(`library/mysql:${digest}`, ['quay.io'])).toEqual(['registry docker.io is not one of quay.io']);
  expect(check(`mysql:${digest}`, ['docker.io'])[0]).toContain('not in imports/images.yaml');
});

test('an image that a controller is given as a flag counts too', () => {
  const [known] = allImages();
  const check = (flag: string) =>
    findingsOfRule(image, [
      deploymentOf({ containers: [{ image: known?.reference, args: ['serve', flag] }] }),
    ]);
  expect(check(`--solver-image=${known?.reference}`)).toEqual([]);
  expect(check('--solver-image=quay.io/a/b:1')).toMatchObject([
    { field: 'spec.template.spec.containers[0].args[1]' },
  ]);
});

test('an image past its end of life is found in every place that runs it, when the settings do not accept it', () => {
  const findings = findingsAfter((input) => {
    input.settings.images.endOfLife = [];
  });
  expect(findings.map(({ rule, object }) => `${rule} ${object}`)).toEqual(
    expect.arrayContaining(['image StatefulSet prod/mysql', 'image StatefulSet recette/mysql']),
  );
  expect(findings.every(({ problem }) => problem.includes('mysql 8.0 came to its end on 2026-04-30'))).toBe(
    true,
  );
});

test('an acceptance is good to its last day, and found once on the day after', () => {
  const on = (today: string) =>
    findingsAfter((input) => {
      (input as { today: string }).today = today;
    });
  expect(on('2027-03-31')).toEqual([]);
  expect(on('2027-04-01')).toMatchObject([
    {
      rule: 'image',
      object: 'Settings mono',
      file: '../../clusters/mono/cluster.yaml',
      field: 'images.endOfLife[0]',
    },
  ]);
});

test('an acceptance that accepts nothing is found', () => {
  const findings = findingsAfter((input) => {
    input.settings.images.endOfLife.push({
      image: 'traefik',
      version: '1.0',
      reason: 'none',
      until: '2030-01-01',
    });
  });
  expect(brief(findings)).toEqual(['image: Settings mono images.endOfLife[1]']);
});
