import type { RenderedKustomization } from '../charts/core/render';
import type { CheckInput, Finding } from './rule';
import { asArray, asText } from './workloads';

/** `https://…/<commit>/…`, as raw files of Git hosts are addressed. */
const PINNED = /^https:\/\/\S+\/[0-9a-f]{40}\//;

/**
 * Where a folder has a kustomization, Argo CD applies what that names and no other file: what it names is there and cannot change, and
 * what lies beside it is named.
 */
export function kustomizationFindings({ objects, kustomizations }: CheckInput): Finding[] {
  const files = new Set(objects.map(({ file }) => file));
  return kustomizations.flatMap((kustomization) => {
    const { content, component } = kustomization;
    const resources = asArray(content['resources']);
    const named = new Set(resources.map((resource) => pathOf(kustomization, resource)));
    const left = objects.filter((object) => object.component === component && !named.has(object.file));
    return [
      ...resources.flatMap((resource, index) => {
        const wrong = wrongIn(resource, files.has(pathOf(kustomization, resource)));
        return wrong ? [kustomizationFinding(kustomization, `resources[${index}]`, ...wrong)] : [];
      }),
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
}

/** Definitions alone come from addresses (decision 2 in docs/architecture.md). */
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

const pathOf = ({ file }: RenderedKustomization, resource: unknown): string =>
  file.slice(0, file.lastIndexOf('/') + 1) + (asText(resource) ?? '').replace(/^\.\//, '');

function wrongIn(resource: unknown, isFile: boolean): [problem: string, remedy: string] | undefined {
  const text = asText(resource) ?? '';
  if (isFile || PINNED.test(text)) return undefined;
  if (text.includes('://'))
    return [`${text} is no file at a commit, so that it may change unseen`, 'Name the raw file at a commit'];
  return [`there is no file "${text}" with an object`, 'Render it again, or remove the line'];
}
