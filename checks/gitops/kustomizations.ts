import type { RenderedKustomization, RenderedObject } from '../../charts/core/render';
import { CRD_SOURCES, rawUrl } from '../../imports/crds';
import type { CheckInput, Finding } from '../core/rule';
import { asArray, asText, at, findingsOf, groupKindOf } from '../core/workloads';

const finding = findingsOf('gitops');

/** Address of a file at a commit, whose content is locked. */
const LOCKED = new Map(
  CRD_SOURCES.flatMap((source) => source.files.map((file) => [rawUrl(source, file), file] as const)),
);

/**
 * Where a folder has a kustomization, Argo CD applies the files that it names and no others. So each resource that it names is a file of
 * the set or a locked address, and each file of its folder is named.
 */
export function kustomizationFindings({ objects, kustomizations }: CheckInput): Finding[] {
  const files = new Set(objects.map(({ file }) => file));
  const findings = kustomizations.flatMap((kustomization) => {
    const resources = asArray(kustomization.content['resources']);
    const named = new Set(resources.map((resource) => pathOf(kustomization, resource)));
    const left = beside(kustomization, objects).filter(({ file }) => !named.has(file));
    return [
      ...resources.flatMap((resource, index) => {
        const wrong = wrongIn(resource, files.has(pathOf(kustomization, resource)));
        return wrong ? [kustomizationFinding(kustomization, `resources[${index}]`, ...wrong)] : [];
      }),
      ...stowaways(kustomization),
      ...left.map(({ file }) =>
        kustomizationFinding(
          kustomization,
          'resources',
          `${file} is not among them: Argo CD applies what a kustomization names, and no other file of its folder`,
          'Name it, or remove the kustomization',
        ),
      ),
    ];
  });
  return [...findings, ...undefinedKinds(objects, kustomizations)];
}

/** Objects of a locked file that are no definitions, and that the kustomization does not take out: Argo CD would apply them. */
function stowaways(kustomization: RenderedKustomization): Finding[] {
  const removed = asArray(kustomization.content['patches'])
    .filter((patch) => /^["']?\$patch["']?: delete$/m.test(asText(at(patch, 'patch')) ?? ''))
    .map((patch) => new RegExp(`^(?:${asText(at(patch, 'target.kind')) ?? ''})$`));
  return asArray(kustomization.content['resources']).flatMap((resource, index) => {
    const { otherKinds = [] } = LOCKED.get(asText(resource) ?? '') ?? {};
    const kept = otherKinds.filter((kind) => !removed.some((pattern) => pattern.test(kind)));
    if (!kept.length) return [];
    const problem = `the file also holds objects of the kinds ${kept.join(', ')}, which Argo CD would apply`;
    const remedy = 'Take them out by a patch with $patch: delete: render it again';
    return [kustomizationFinding(kustomization, `resources[${index}]`, problem, remedy)];
  });
}

/** Kinds of the lock that objects use and no kustomization defines; one finding for each kind. */
function undefinedKinds(
  objects: readonly RenderedObject[],
  kustomizations: readonly RenderedKustomization[],
): Finding[] {
  const named = new Set(kustomizations.flatMap(({ content }) => asArray(content['resources'])));
  const unnamed = [...LOCKED].filter(([address]) => !named.has(address));
  const users = new Map<string, RenderedObject>();
  for (const rendered of objects) {
    const kind = groupKindOf(rendered.object);
    if (!users.has(kind)) users.set(kind, rendered);
  }
  return unnamed.flatMap(([address, { kinds }]) =>
    kinds.flatMap((kind) => {
      const user = users.get(kind);
      return user
        ? [finding(user, 'kind', `no kustomization names ${address}, which defines it`, 'Render it again')]
        : [];
    }),
  );
}

/** Whether it names addresses: only definitions of kinds come from there (decision 2 in docs/architecture.md). */
export const bringsDefinitions = ({ content }: RenderedKustomization): boolean =>
  asArray(content['resources']).some((resource) => asText(resource)?.includes('://'));

/** A finding about a kustomization, which has no name of its own. */
export const kustomizationFinding = (
  { file, component }: RenderedKustomization,
  field: string,
  problem: string,
  remedy: string,
): Finding => ({
  rule: 'gitops',
  object: `Kustomization ${component ?? 'of the bootstrap'}`,
  file,
  field,
  problem,
  remedy,
});

/** `crds/` */
const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/') + 1);

const pathOf = ({ file }: RenderedKustomization, resource: unknown): string =>
  folderOf(file) + (asText(resource) ?? '').replace(/^\.\//, '');

const beside = ({ file, component }: RenderedKustomization, objects: readonly RenderedObject[]) =>
  objects.filter((object) => object.component === component && folderOf(object.file) === folderOf(file));

function wrongIn(resource: unknown, isFile: boolean): [problem: string, remedy: string] | undefined {
  const text = asText(resource) ?? '';
  if (isFile || LOCKED.has(text)) return undefined;
  if (text.includes('://'))
    return [
      `${text} is not locked in imports/crds.yaml`,
      'Lock it there and render again, or remove the line',
    ];
  return [`there is no file "${text}" with an object`, 'Render it again, or remove the line'];
}
