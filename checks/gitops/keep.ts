import { parseDocument } from 'yaml';
import type { RenderedKustomization, RenderedObject } from '../../charts/core/render';
import { bringsDefinitions, kustomizationFinding } from './kustomizations';
import type { CheckInput, Finding } from '../core/rule';
import { annotationOf, asArray, asText, at, child, findingsOf, isObject } from '../core/workloads';

const ANNOTATION = 'argocd.argoproj.io/sync-options';
/** With both options, neither a sync nor the deletion of its Application deletes an object. */
const KEEPING = ['Prune=false', 'Delete=false'];
const CRD = 'CustomResourceDefinition';
/** Kinds whose deletion deletes data: claims; and namespaces and definitions, with which all objects in them or of them go. */
const KEPT = new Set(['PersistentVolumeClaim', 'Namespace', CRD]);
const LOSS = 'the sync that no longer finds it in git deletes it with its data';

const finding = findingsOf('gitops');

/** What holds data and could be pruned. */
export function keepFindings({ objects, kustomizations }: CheckInput): Finding[] {
  return [...objects.flatMap(unkept), ...kustomizations.flatMap(unkeptDefinitions)];
}

function unkeptDefinitions(kustomization: RenderedKustomization): Finding[] {
  if (!bringsDefinitions(kustomization)) return [];
  const lacking = lackingOf(annotationOfAll(asArray(kustomization.content['patches'])));
  if (!lacking.length) return [];
  const how = remedy(lacking, ` ${ANNOTATION}, by a patch of the kind ${CRD}`);
  return [kustomizationFinding(kustomization, 'patches', LOSS, how)];
}

/** The annotation that a kustomization adds to all definitions: from the patch whose target names the kind and nothing else. */
function annotationOfAll(patches: readonly unknown[]): string | undefined {
  const every = patches
    .filter(isObject)
    .find(({ target }) => isObject(target) && target['kind'] === CRD && Object.keys(target).length === 1);
  const patch = parseDocument(asText(every?.['patch']) ?? '');
  return patch.errors.length ? undefined : asText(patch.getIn(['metadata', 'annotations', ANNOTATION]));
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

const remedy = (lacking: readonly string[], which = ''): string =>
  `Add ${lacking.join(',')} to the annotation${which}`;
