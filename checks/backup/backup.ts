import type { RenderedObject } from '../../charts/core/render';
import { BACKUP_LABEL, PROTECTS_LABEL } from '../../charts/core/backup';
import { ObjectSet } from '../core/object-set';
import { exceptionKey, isExcepted, unusedExceptions } from '../core/exceptions';
import type { CheckInput, Finding, Rule } from '../core/rule';
import { asText, at, child, componentNames, findingsOf, namespaceOf } from '../core/workloads';

/** What there must be for all data → what is true without it. */
const STEPS = {
  backup: 'a loss of its volume is a loss of its data',
  check: 'a backup that is damaged or missing is found on the day it is needed',
  drill: 'nobody knows whether its backups can be restored',
} as const;

const finding = findingsOf('backup');

/**
 * Whatever has a volume is backed up, its backups are read back, and restored in drills: by CronJobs that run, one at a time, and that
 * end. A volume whose loss costs nothing has a row in the exceptions of its definition; an environment
 * whose data may be lost says why in the settings.
 */
export const backup: Rule = {
  name: 'backup',
  check: (input) => {
    const used = new Set<string>();
    const runs = ObjectSet.of(input).ofKind('CronJob').filter(stepOf);
    const stopped = new Set(input.declarations.components.filter((one) => one.stopped).map(({ id }) => id));
    return [
      ...unprotected(input, runs, used),
      ...runs.flatMap((run) => halting(run, stopped.has(run.component))),
      ...unusedExceptions('backup', input, used),
    ];
  },
};

const labelOf = ({ object }: Pick<RenderedObject, 'object'>, label: string): string | undefined =>
  asText((at(object, 'metadata.labels') as Record<string, unknown> | undefined)?.[label]);
const stepOf = (run: Pick<RenderedObject, 'object'>): string | undefined => labelOf(run, BACKUP_LABEL);

function unprotected(input: CheckInput, runs: readonly RenderedObject[], used: Set<string>): Finding[] {
  const nameOfComponent = componentNames(input.declarations.components);
  const stepsOf = stepsByComponent(runs);
  return volumesOf(input).flatMap(({ rendered, name, field }) => {
    const component = nameOfComponent(rendered.component);
    if (isExcepted(input, component, name, 'no-backup')) {
      used.add(exceptionKey(component, name, 'no-backup'));
      return [];
    }
    if (isAccepted(input, rendered)) return [];
    const steps = stepsOf.get(rendered.component);
    return Object.entries(STEPS)
      .filter(([step]) => !steps?.has(step))
      .map(([step, why]) =>
        finding(
          rendered,
          field,
          `${rendered.component} has no ${step}: ${why}`,
          input.declarations.components.some(({ layer }) => layer === 'backup')
            ? `Add a CronJob with the labels ${BACKUP_LABEL}: ${step} and ${PROTECTS_LABEL}: ${rendered.component} (charts/core/datastore.ts)`
            : 'Say in the settings where backups go (backup), or in the environment why its data needs none (noBackup)',
        ),
      );
  });
}

/** An environment may say why its data needs no backup. */
const isAccepted = ({ settings }: CheckInput, { object }: RenderedObject): boolean =>
  settings.environments.some(
    ({ namespace, noBackup }) => noBackup !== undefined && namespace === namespaceOf(object),
  );

/** Component → the steps that are there for its data. */
function stepsByComponent(runs: readonly RenderedObject[]): ReadonlyMap<string | undefined, Set<unknown>> {
  const steps = new Map<string | undefined, Set<unknown>>();
  for (const run of runs) {
    const component = labelOf(run, PROTECTS_LABEL);
    steps.set(component, (steps.get(component) ?? new Set()).add(stepOf(run)));
  }
  return steps;
}

/** Claims, and workloads whose pods get some, with the name by which exceptions know them. */
const volumesOf = (input: CheckInput) => [
  ...input.objects
    .filter(({ object }) => object.kind === 'PersistentVolumeClaim')
    .map((rendered) => ({ rendered, name: rendered.object.metadata.name, field: 'spec' })),
  ...ObjectSet.of(input).pods.flatMap(({ rendered, workload: name, claims: [first] }) =>
    first ? [{ rendered, name, field: first.path.replace(/\[0\]$/, '') }] : [],
  ),
];

/** Reasons for which a CronJob may never run, or wait for ever for a run that does not end. One of a component that is stopped may rest. */
function halting(run: RenderedObject, isStopped: boolean): Finding[] {
  const { object } = run;
  const wrong: readonly (readonly [boolean, string, string, string])[] = [
    [at(object, 'spec.suspend') === true && !isStopped, 'spec.suspend', 'it never runs', 'Remove the field'],
    [
      at(object, 'spec.concurrencyPolicy') !== 'Forbid',
      'spec.concurrencyPolicy',
      'two runs at once read and write the same things',
      'Set Forbid',
    ],
    [
      typeof at(object, 'spec.jobTemplate.spec.activeDeadlineSeconds') !== 'number',
      'spec.jobTemplate.spec.activeDeadlineSeconds',
      'a run that hangs keeps all later ones from running',
      'Set the seconds after which a run counts as failed',
    ],
    [
      labelOf(run, PROTECTS_LABEL) === undefined,
      child('metadata.labels', PROTECTS_LABEL),
      'nobody can tell whose data it is about',
      'Name the component',
    ],
  ];
  return wrong.flatMap(([is, field, problem, remedy]) => (is ? [finding(run, field, problem, remedy)] : []));
}
