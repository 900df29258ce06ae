import { join } from 'node:path';
import { checkAll } from '../../checks/all';
import type { CheckInput, Finding } from '../../checks/core/rule';
import { schema } from '../../checks/schema/schema';
import type { KubeObject } from '../../charts/core/objects';
import { renderCluster } from '../../cli/pipeline';
import { readRunbooks } from '../../cli/runbooks';
import { loadClusters } from '../../cli/load';
import { kindOf } from '../../imports/models';

const root = join(__dirname, '../..');

type Rendered = CheckInput['objects'][number];

export interface MonoInput extends CheckInput {
  objects: Rendered[];
  kustomizations: (CheckInput['kustomizations'][number] & { content: any })[];
}

/** An object as the writer puts it into its file, plain JSON. All tests of a file share it, and no rule may change it. */
interface Shared {
  readonly rendered: Rendered;
  readonly text: string;
}

/** The real mono cluster, rendered once per test file. */
const mono = (() => {
  const { clusters, problems } = loadClusters(join(root, 'clusters'), ['mono']);
  const [cluster] = clusters;
  if (!cluster) throw new Error(`mono does not load: ${JSON.stringify(problems)}`);
  const rendered = renderCluster(cluster.settings);
  const objects = rendered.objects.map(({ object, file, component }): Shared => {
    const text = JSON.stringify(object);
    return { text, rendered: { object: JSON.parse(text) as KubeObject, file, component } };
  });
  return { ...rendered, settings: cluster.settings, objects, runbooks: readRunbooks(root) };
})();

afterAll(() => {
  const changed = mono.objects.filter(({ rendered, text }) => JSON.stringify(rendered.object) !== text);
  expect(changed.map(({ rendered }) => rendered.file)).toEqual([]);
});

/** What the rule `schema` says, without the short cut below. */
export const schemaFindings = schema.check;

/**
 * This rule judges each object by itself, and takes a third of the time of all rules. Of the objects that a test left alone, which
 * are the real ones and right, it is asked once per file. An unknown kind is compared with the kinds of all objects.
 */
const untouched = new Set(mono.objects.map(({ rendered }) => rendered.object));
jest.spyOn(schema, 'check').mockImplementation((input) => {
  const touched = input.objects.filter(({ object }) => !untouched.has(object));
  return schemaFindings(
    touched.every(({ object }) => kindOf(object)) ? { ...input, objects: touched } : input,
  );
});

beforeAll(() => {
  expect(schemaFindings(settled(monoInput()))).toEqual([]);
});

/** Entry of an input → what it holds: its own copy, once that was asked for, or else the shared object. */
const held = new WeakMap<Rendered, () => KubeObject>();

/** A test changes one of three hundred objects: each is copied when it is first looked at. */
function copied({ rendered, text }: Shared): Rendered {
  let copy: KubeObject | undefined;
  const { file, component } = rendered;
  const entry = {
    file,
    component,
    get object(): KubeObject {
      return (copy ??= JSON.parse(text) as KubeObject);
    },
  };
  held.set(entry, () => copy ?? rendered.object);
  return entry;
}

const objectIn = (entry: Rendered): KubeObject => held.get(entry)?.() ?? entry.object;

/** The input as it is now, for rules: what no test looked at is not copied for them. */
export const settled = (input: MonoInput): MonoInput => ({
  ...input,
  objects: input.objects.map((entry) => ({
    object: objectIn(entry),
    file: entry.file,
    component: entry.component,
  })),
});

/** A fresh copy of everything that rules look at, on a day on which all accepted ends of life still hold. */
export const monoInput = (): MonoInput => ({
  settings: structuredClone(mono.settings),
  declarations: mono.declarations,
  kustomizations: structuredClone([...mono.kustomizations]),
  objects: mono.objects.map(copied),
  today: '2026-11-20',
  runbooks: mono.runbooks,
});

/** Breaks one thing in the real set and gives the findings of all rules. */
export function findingsAfter(breakIt: (input: MonoInput) => void): Finding[] {
  const input = monoInput();
  breakIt(input);
  return checkAll(settled(input));
}

/** The object of that kind and `namespace/name` (or `name`), to be broken. Throws where the set has none. */
export function pick(input: MonoInput, kind: string, path: string): KubeObject & { spec: any } {
  const found = input.objects.find((entry) => {
    const { kind: own, metadata } = objectIn(entry);
    const full = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
    return own === kind && full === path;
  });
  if (!found) throw new Error(`mono has no ${kind} ${path}`);
  return found.object as KubeObject & { spec: any };
}

/** `rule object field`, which is what a mutation test expects exactly once. */
export const brief = (findings: readonly Finding[]): string[] =>
  findings.map(({ rule, object, field }) => `${rule}: ${object} ${field}`);
