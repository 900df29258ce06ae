import { parseDocument } from 'yaml';
import type { RenderedKustomization, RenderedObject } from '../../charts/core/render';
import { bringsDefinitions, kustomizationFinding } from './kustomizations';
import { ObjectSet } from '../core/object-set';
import type { CheckInput, Finding } from '../core/rule';
import { annotationOf, asArray, asText, at, child, findingsOf, isObject } from '../core/workloads';

const ANNOTATION = 'argocd.argoproj.io/sync-options';
/** With both options, neither a sync nor the deletion of its Application deletes an object. */
const KEEPING = ['Prune=false', 'Delete=false'];
const CRD = 'CustomResourceDefinition';
/** Kinds whose deletion deletes data: claims; and namespaces and definitions, with which all objects in them or of them go. */
const KEPT = new Set(['PersistentVolumeClaim', 'Namespace', CRD]);
const LOSS = 'the sync that no longer finds it in git deletes it with its data';
/** While two Applications apply an object in turn, the one that is taken away may be its owner at that moment. */
const AWAY =
  'its Application takes objects over from others: one of them that goes deletes it, and it is away until the next sync';
const EXCLUSIVE = 'FailOnSharedResource=true';

const finding = findingsOf('gitops');

/** What holds data, or moves from one Application to another, and could be pruned. */
export function keepFindings(input: CheckInput): Finding[] {
  const takers = takingOver(input);
  return [
    ...input.objects.flatMap((rendered) => unkept(rendered, takers)),
    ...input.kustomizations.flatMap(unkeptDefinitions),
  ];
}

/** Applications that do not refuse what another one owns. */
const takingOver = (input: CheckInput): ReadonlySet<string> =>
  new Set(
    ObjectSet.of(input)
      .ofKind('Application')
      .filter(({ object }) => !asArray(at(object, 'spec.syncPolicy.syncOptions')).includes(EXCLUSIVE))
      .map(({ object }) => object.metadata.name),
  );

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

function unkept(rendered: RenderedObject, takers: ReadonlySet<string>): Finding[] {
  const { object, component } = rendered;
  const templates = object.kind === 'StatefulSet' ? asArray(at(object, 'spec.volumeClaimTemplates')) : [];
  const holdsData = KEPT.has(object.kind) || templates.length > 0;
  if (!holdsData && !takers.has(component)) return [];
  const places = [
    { value: object as unknown, path: '' },
    ...templates.map((value, index) => ({ value, path: `spec.volumeClaimTemplates[${index}].` })),
  ];
  return places.flatMap(({ value, path }) => {
    const lacking = lackingOf(annotationOf(value, ANNOTATION));
    if (!lacking.length) return [];
    return [
      finding(
        rendered,
        child(`${path}metadata.annotations`, ANNOTATION),
        holdsData ? LOSS : AWAY,
        remedy(lacking),
      ),
    ];
  });
}

function lackingOf(annotation: string | undefined): string[] {
  const options = (annotation ?? '').split(',').map((option) => option.trim());
  return KEEPING.filter((option) => !options.includes(option));
}

const remedy = (lacking: readonly string[], which = ''): string =>
  `Add ${lacking.join(',')} to the annotation${which}`;
