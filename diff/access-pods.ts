import { asArray, asText, at, isObject } from '../checks/core/workloads';
import { lineOf, type ObjectChange, type Scene } from './changes';
import { count, listed, type Line, type Said } from './line';
import { namedContainers, podOf, readBy } from './pods';

/** What the pods of one workload may do beyond the hardened default, each with the words for it. */
type Powers = ReadonlyMap<string, { readonly field: string; readonly words: string; readonly rank: number }>;

/** Powers that pods gain or lose, and Secrets that they read newly. */
export function podAccessLines(scene: Scene, change: ObjectChange): Line[] {
  if (!podOf(change.object) || change.action === 'removed') return [];
  const [old, wanted] = [powersOf(change.before), powersOf(change.after)];
  const gained = [...wanted].filter(([power]) => !old.has(power));
  const lost = [...old].filter(([power]) => !wanted.has(power));
  return [
    ...gained.map(([, { field, words, rank }]) =>
      lineOf(scene, 'access', change, {
        field,
        consequence: `its pods ${change.before ? 'may now' : 'may'} ${words}`,
        rank,
        remedy: change.before
          ? 'Take it back, unless the row of exceptions says why it cannot do without'
          : undefined,
      }),
    ),
    ...(change.before
      ? lost.map(([, { field, words }]) =>
          lineOf(scene, 'access', change, { field, consequence: `its pods may no longer ${words}`, rank: 7 }),
        )
      : []),
    ...secretSaid(change).map((said) => lineOf(scene, 'access', change, said)),
  ];
}

function powersOf(object: ObjectChange['before']): Powers {
  const powers = new Map<string, { field: string; words: string; rank: number }>();
  const pod = podOf(object);
  if (!pod) return powers;
  const add = (power: string, field: string, words: string, rank: number): void => {
    powers.set(power, { field, words, rank });
  };
  const { spec, path } = pod;
  if (spec.hostNetwork === true)
    add('hostNetwork', `${path}.hostNetwork`, "use the node's network, where no network policy holds", 1);
  if (spec['hostPID'] === true)
    add('hostPID', `${path}.hostPID`, 'see and signal all processes of the node', 0);
  if (spec['hostIPC'] === true) add('hostIPC', `${path}.hostIPC`, "use the node's shared memory", 1);
  const account = asText(spec.serviceAccountName) ?? 'default';
  if (spec.automountServiceAccountToken !== false)
    add('token', `${path}.automountServiceAccountToken`, `ask the API server as account ${account}`, 3);
  else if (hasProjectedToken(spec['volumes']))
    add('token', `${path}.volumes`, `ask the API server as account ${account}`, 3);
  for (const volume of asArray(spec.volumes)) {
    const host = asText(at(volume, 'hostPath.path'));
    if (host !== undefined) add(`hostPath ${host}`, `${path}.volumes`, `use ${host} of the node`, 1);
  }
  if (
    at(spec, 'securityContext.seccompProfile.type') === 'Unconfined' ||
    at(spec, 'securityContext.seccompProfile') === undefined
  )
    add('seccomp', `${path}.securityContext.seccompProfile`, 'use every system call', 3);
  for (const { name, container, path: place } of namedContainers(object))
    containerPowers(add, spec, name, container, place);
  return powers;
}

const hasProjectedToken = (volumes: unknown): boolean =>
  asArray(volumes).some((volume) =>
    asArray(at(volume, 'projected.sources')).some((source) => isObject(at(source, 'serviceAccountToken'))),
  );

function containerPowers(
  add: (power: string, field: string, words: string, rank: number) => void,
  spec: unknown,
  name: string,
  container: unknown,
  path: string,
): void {
  const own = (field: string): unknown =>
    at(container, `securityContext.${field}`) ?? at(spec, `securityContext.${field}`);
  const place = (field: string): string => `${path}.securityContext.${field}`;
  if (own('privileged') === true)
    add(`${name} privileged`, place('privileged'), 'do everything that the node can (privileged)', 0);
  if (own('allowPrivilegeEscalation') !== false)
    add(
      `${name} escalation`,
      place('allowPrivilegeEscalation'),
      `gain rights beyond those it starts with (${name})`,
      2,
    );
  if (own('runAsUser') === 0 || (own('runAsNonRoot') !== true && own('runAsUser') === undefined))
    add(`${name} root`, place('runAsNonRoot'), `run as root (${name})`, 2);
  if (own('readOnlyRootFilesystem') !== true)
    add(
      `${name} root filesystem`,
      place('readOnlyRootFilesystem'),
      `write into its own image's files (${name})`,
      4,
    );
  const added = asArray(at(container, 'securityContext.capabilities.add'));
  for (const capability of added)
    add(
      `${name} ${asText(capability) ?? ''}`,
      place('capabilities.add'),
      `use the capability ${asText(capability) ?? ''} (${name})`,
      1,
    );
  if (!asArray(at(container, 'securityContext.capabilities.drop')).includes('ALL'))
    add(
      `${name} capabilities`,
      place('capabilities.drop'),
      `keep the runtime's default capabilities (${name})`,
      2,
    );
  for (const port of asArray(at(container, 'ports'))) {
    const host = at(port, 'hostPort');
    if (typeof host === 'number')
      add(`hostPort ${host}`, `${path}.ports`, `listen on port ${host} of the node`, 2);
  }
}

/** Secrets that pods read newly, or no longer. */
function secretSaid({ before, after }: ObjectChange): Said[] {
  const [old, wanted] = [readBy(before, 'secret'), readBy(after, 'secret')];
  const gained = [...wanted].filter(([name]) => !old.has(name));
  const lost = [...old].filter(([name]) => !wanted.has(name));
  const names = (entries: readonly (readonly [string, string])[]): string =>
    listed(
      entries.map(([name]) => name),
      8,
    );
  return [
    ...(gained.length
      ? [
          {
            field: gained[0]?.[1],
            new: names(gained),
            consequence: `its pods ${before ? 'now read' : 'read'} ${count(gained.length, 'Secret')}: ${names(gained)}`,
            rank: before ? 3 : 6,
          },
        ]
      : []),
    ...(lost.length && before && after
      ? [
          {
            field: lost[0]?.[1],
            old: names(lost),
            consequence: `its pods no longer read ${names(lost)}`,
            rank: 8,
          },
        ]
      : []),
  ];
}
