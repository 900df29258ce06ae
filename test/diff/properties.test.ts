import fc from 'fast-check';
import { Change, linesOf, namesOf } from './change';

/** All places of a value: keys and numbers that lead there. */
function placesOf(value: unknown, at: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (Array.isArray(value)) return [at, ...value.flatMap((item, index) => placesOf(item, [...at, index]))];
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...at, key]))];
}

const inside = (value: any, at: readonly (string | number)[]): any =>
  at.reduce((inner, step) => inner[step], value);

/** What the API server never takes for the same: no default is like it, and no amount. */
const SENTINEL = 'zz-not-a-default';

/** Changes one place for certain: a value that was nowhere, a key more, an item less or twice, or the items turned round. */
function mutate(object: any, choice: number, kind: number, below: readonly string[]): string | undefined {
  const root = inside(object, below);
  const found = placesOf(root).filter((at) => at.length > 0 && !isIdentity([...below, ...at]));
  const at = found[choice % found.length];
  if (!at) return undefined;
  const parent = inside(root, at.slice(0, -1));
  const last = at[at.length - 1] ?? '';
  const value = parent[last];
  const place = [...below, ...at].join('.');
  if (Array.isArray(value) && value.length) {
    const turned = [...value].reverse();
    if (kind === 1 && JSON.stringify(turned) !== JSON.stringify(value)) parent[last] = turned;
    else if (kind === 2) parent[last] = value.slice(1).concat(value.length > 1 ? [] : [SENTINEL]);
    else value.push(SENTINEL);
  } else if (typeof value === 'object' && value !== null) value[SENTINEL] = SENTINEL;
  else parent[last] = typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : SENTINEL;
  return place;
}

/** What makes another object of it, or is of no meaning to a server. */
const isIdentity = (at: readonly (string | number)[]): boolean =>
  /^(apiVersion|kind|metadata|metadata\.(name|namespace))$|^status/.test(at.join('.'));

const runs = { numRuns: 120 };

test('a change of any place of any object is never no change', () => {
  const names = namesOf();
  fc.assert(
    fc.property(fc.nat(names.length - 1), fc.nat(), fc.nat(3), (which, choice, kind) => {
      const name = names[which] ?? '';
      let place: string | undefined;
      const review = new Change().edit(name, (object) => (place = mutate(object, choice, kind, []))).review();
      expect({ name, place, changes: review.changes.length, said: review.lines.length > 0 }).toEqual({
        name,
        place,
        changes: 1,
        said: true,
      });
    }),
    runs,
  );
});

test('a change of any place of a pod template is told as a restart', () => {
  const names = namesOf('Deployment', 'StatefulSet', 'DaemonSet');
  fc.assert(
    fc.property(fc.nat(names.length - 1), fc.nat(), fc.nat(3), (which, choice, kind) => {
      const name = names[which] ?? '';
      let place: string | undefined;
      const review = new Change()
        .edit(name, (object) => (place = mutate(object, choice, kind, ['spec', 'template'])))
        .review();
      const told = linesOf(review).filter(
        (line) => line.startsWith(`interrupts | ${name}`) && line.includes('restarts'),
      );
      expect({ name, place, told: told.length }).toEqual({ name, place, told: 1 });
    }),
    runs,
  );
});

test('a change outside of the pod template is never told as a restart', () => {
  const names = namesOf('Deployment', 'StatefulSet', 'DaemonSet');
  fc.assert(
    fc.property(fc.nat(names.length - 1), fc.nat(), (which, choice) => {
      const name = names[which] ?? '';
      const review = new Change()
        .edit(name, (object) => {
          const { template, ...rest } = object.spec;
          object.spec = rest;
          mutate(object, choice, 0, []);
          object.spec.template = template;
        })
        .review();
      expect(linesOf(review).filter((line) => line.includes('| restarts'))).toEqual([]);
    }),
    runs,
  );
});

test('no rule falls over odd values', () => {
  const names = namesOf();
  fc.assert(
    fc.property(fc.nat(names.length - 1), fc.nat(), fc.jsonValue({ maxDepth: 2 }), (which, choice, odd) => {
      const name = names[which] ?? '';
      const review = new Change()
        .edit(name, (object) => {
          const found = placesOf(object).filter((at) => at.length > 0 && !isIdentity(at));
          const at = found[choice % found.length] ?? [];
          inside(object, at.slice(0, -1))[at[at.length - 1] ?? ''] = odd;
          object.oddity = SENTINEL;
        })
        .review();
      expect(review.changes).toHaveLength(1);
    }),
    runs,
  );
});
