import { annotationOf, asText, at, groupKindOf } from '../checks/core/workloads';
import { capacityLines } from './fails-capacity';
import { definitionLines, projectLines, waveLines } from './fails-gitops';
import { movedLines } from './fails-names';
import { isBelow, shown, type FieldChange } from './fields';
import { lineOf, type ObjectChange, type Scene } from './changes';
import type { Line, Said } from './line';
import { amountOf, sameAmount } from './quantity';

/** Class 1: what the API server, Argo CD or the scheduler will refuse, so that the sync fails or never ends. */
export const fails = (scene: Scene): Line[] => [
  ...scene.changes.flatMap((change) => immutableLines(scene, change)),
  ...scene.changes.flatMap((change) => claimLines(scene, change)),
  ...movedLines(scene),
  ...definitionLines(scene),
  ...projectLines(scene),
  ...waveLines(scene),
  ...capacityLines(scene),
];

/** A field that the API server lets nobody change. */
interface Immutable {
  readonly is: (field: FieldChange, change: ObjectChange) => boolean;
  readonly remedy: string;
  readonly consequence?: string;
}

const below =
  (...place: readonly string[]) =>
  (field: FieldChange): boolean =>
    isBelow(field, ...place);
const anyOf =
  (...names: readonly string[]) =>
  ({ steps }: FieldChange): boolean =>
    names.includes(steps[0] ?? '');
const specBut =
  (...names: readonly string[]) =>
  ({ steps }: FieldChange): boolean =>
    steps[0] === 'spec' && !names.includes(steps[1] ?? '');
const specOf =
  (...names: readonly string[]) =>
  ({ steps }: FieldChange): boolean =>
    steps[0] === 'spec' && names.includes(steps[1] ?? '');

const PUT_BACK = 'Put the field back';
const ORPHAN =
  'Put it back; or, after a backup, `kubectl delete statefulset --cascade=orphan` it and sync: its pods and claims stay';
const RECREATE = 'Put it back, or delete the object by hand before the sync';

/** Kubernetes 1.34, pkg/apis/{group}/validation: the fields of each kind whose update is refused. */
const IMMUTABLE: Readonly<Record<string, readonly Immutable[]>> = {
  'apps/Deployment': [{ is: below('spec', 'selector'), remedy: RECREATE }],
  'apps/DaemonSet': [{ is: below('spec', 'selector'), remedy: RECREATE }],
  'apps/StatefulSet': [
    {
      is: specBut(
        ...['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit'],
        ...['persistentVolumeClaimRetentionPolicy', 'minReadySeconds'],
      ),
      remedy: ORPHAN,
    },
  ],
  'batch/Job': [
    {
      is: specOf(
        'selector',
        'template',
        'completions',
        'completionMode',
        'podFailurePolicy',
        'successPolicy',
      ),
      remedy: 'Give the Job another name, or delete it by hand before the sync',
    },
  ],
  'storage.k8s.io/StorageClass': [
    {
      is: anyOf('provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'),
      remedy: 'Add a class with another name; volumes that exist keep what they were made with',
    },
  ],
  '/PersistentVolumeClaim': [
    {
      is: (field) =>
        specBut('volumeAttributesClassName')(field) && !below('spec', 'resources', 'requests')(field),
      remedy: 'Add a claim with another name, and copy the data with the application stopped',
    },
  ],
  '/Service': [
    {
      is: ({ path, new: wanted }) => path === 'spec.clusterIP' && wanted !== undefined,
      remedy: 'Delete the Service by hand before the sync: its address changes, and connections to it break',
    },
    {
      is: ({ path, old, new: wanted }) => path === 'spec.clusterIP' && old === 'None' && wanted === undefined,
      remedy: 'Delete the Service by hand before the sync',
      consequence:
        'the Service stays headless, and Argo CD says Synced: the API server keeps the address it has',
    },
  ],
  '/Secret': [{ is: anyOf('type'), remedy: RECREATE }],
  'rbac.authorization.k8s.io/RoleBinding': [
    { is: anyOf('roleRef'), remedy: 'Give the binding another name' },
  ],
  'rbac.authorization.k8s.io/ClusterRoleBinding': [
    { is: anyOf('roleRef'), remedy: 'Give the binding another name' },
  ],
  'scheduling.k8s.io/PriorityClass': [
    { is: anyOf('value', 'preemptionPolicy'), remedy: 'Add a class with another name' },
  ],
  'networking.k8s.io/IngressClass': [
    { is: below('spec', 'controller'), remedy: 'Add a class with another name' },
  ],
  'apiextensions.k8s.io/CustomResourceDefinition': [{ is: specOf('scope', 'group'), remedy: PUT_BACK }],
};

/** ConfigMaps and Secrets that said `immutable: true`. */
const SEALED: Immutable = {
  is: ({ steps }, { before }) =>
    before?.['immutable'] === true &&
    ['data', 'stringData', 'binaryData', 'immutable'].includes(steps[0] ?? ''),
  remedy: 'Give it another name, and let its readers take that',
};

function immutableLines(scene: Scene, change: ObjectChange): Line[] {
  if (change.action !== 'changed' || isRecreated(change)) return [];
  const kind = groupKindOf(change.object);
  const rules = [
    ...(IMMUTABLE[kind] ?? []),
    ...(kind === '/ConfigMap' || kind === '/Secret' ? [SEALED] : []),
  ];
  return change.fields.flatMap((field) => {
    const rule = rules.find(({ is }) => is(field, change));
    if (!rule || isSameRequest(field)) return [];
    const isHidden = change.object.kind === 'Secret';
    return [
      lineOf(scene, 'fails', change, {
        field: field.path,
        old: isHidden ? undefined : shown(field.old),
        new: isHidden ? undefined : shown(field.new),
        consequence:
          rule.consequence ?? 'the API server refuses it: the field is immutable, and the sync fails',
        remedy: rule.remedy,
        rank: 1,
      }),
    ];
  });
}

/** The API server compares requests by their amount, not by how they are written. */
const isSameRequest = ({ path, old, new: wanted }: FieldChange): boolean =>
  /^spec\..*resources\.(?:requests|limits)\./.test(path) && sameAmount(old, wanted);

/** Hooks are deleted before they are created again, and so is what Argo CD may replace by force. */
function isRecreated({ after }: ObjectChange): boolean {
  if (annotationOf(after, 'argocd.argoproj.io/hook') !== undefined) return true;
  return (annotationOf(after, 'argocd.argoproj.io/sync-options') ?? '').split(',').includes('Force=true');
}

/** Sizes of claims: they grow where their class allows it, and never shrink. */
function claimLines(scene: Scene, change: ObjectChange): Line[] {
  if (change.action !== 'changed') return [];
  return change.fields.flatMap((field) => {
    const isClaim =
      change.object.kind === 'PersistentVolumeClaim' && field.path === 'spec.resources.requests.storage';
    const isOperators =
      groupKindOf(change.object) === 'postgresql.cnpg.io/Cluster' && /torage\.size$/.test(field.path);
    if ((!isClaim && !isOperators) || sameAmount(field.old, field.new)) return [];
    const said = sizeSaid(scene, change, field, isClaim);
    return said ? [lineOf(scene, 'fails', change, { ...said, field: field.path, rank: 1 })] : [];
  });
}

function sizeSaid(
  scene: Scene,
  change: ObjectChange,
  field: FieldChange,
  isClaim: boolean,
): Said | undefined {
  const [old, wanted] = [amountOf(field.old), amountOf(field.new)];
  const both = { old: shown(field.old), new: shown(field.new) };
  if (old === undefined || wanted === undefined) return undefined;
  if (wanted < old)
    return {
      ...both,
      consequence: 'a volume never shrinks: the change is refused, and the sync fails',
      remedy: 'Put the size back; a smaller one needs a new claim and a copy of the data',
    };
  const name = asText(at(change.object, 'spec.storageClassName'));
  const storageClass =
    name === undefined || !isClaim ? undefined : scene.after.find('StorageClass', undefined, name);
  if (!storageClass || storageClass.object['allowVolumeExpansion'] === true) return undefined;
  return {
    ...both,
    consequence: `class ${name ?? ''} does not let volumes grow: the API server refuses it`,
    remedy: 'Set allowVolumeExpansion on the class, if its driver can',
  };
}
