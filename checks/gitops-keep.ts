import type { RenderedObject } from '../charts/core/render';
import type { CheckInput, Finding } from './rule';
import { annotationOf, asArray, asText, at, child, findingsOf, isObject } from './workloads';

const ANNOTATION = 'argocd.argoproj.io/sync-options';
/** No sync and no deleted Application takes away what carries both. */
const KEEPING = ['Prune=false', 'Delete=false'];
/** Kinds that hold data, or take all objects of a kind or namespace with them. */
const KEPT = new Set(['PersistentVolumeClaim', 'Namespace', 'CustomResourceDefinition']);
const LOSS = 'the sync that no longer finds it in git deletes it with its data';

const finding = findingsOf('gitops');

/** What holds data and could be pruned. */
export function keepFindings({ objects, declarations }: CheckInput): Finding[] {
  return [
    ...objects.flatMap(unkept),
    ...declarations.components.flatMap(({ id, kustomization }) => {
      const annotations = kustomization?.['commonAnnotations'];
      const lacking = lackingOf(isObject(annotations) ? asText(annotations[ANNOTATION]) : undefined);
      if (!kustomization || !lacking.length) return [];
      const object = `Kustomization ${id}`;
      const place = { file: `${id}/kustomization.yaml`, field: child('commonAnnotations', ANNOTATION) };
      return [{ rule: 'gitops', object, ...place, problem: LOSS, remedy: remedy(lacking) }];
    }),
  ];
}

function unkept(rendered: RenderedObject): Finding[] {
  const { object } = rendered;
  const templates = object.kind === 'StatefulSet' ? asArray(at(object, 'spec.volumeClaimTemplates')) : [];
  if (!KEPT.has(object.kind) && !templates.length) return [];
  const places = [
    { value: object as unknown, path: '' },
    ...templates.map((value, index) => ({ value, path: `spec.volumeClaimTemplates[${index}].` })),
  ];
  return places.flatMap(({ value, path }) => {
    const lacking = lackingOf(annotationOf(value, ANNOTATION));
    if (!lacking.length) return [];
    return [finding(rendered, child(`${path}metadata.annotations`, ANNOTATION), LOSS, remedy(lacking))];
  });
}

function lackingOf(annotation: string | undefined): string[] {
  const options = (annotation ?? '').split(',').map((option) => option.trim());
  return KEEPING.filter((option) => !options.includes(option));
}

const remedy = (lacking: readonly string[]): string => `Add ${lacking.join(',')} to the annotation`;
