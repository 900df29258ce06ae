import type { RenderedObject } from '../../charts/core/render';
import { label, portName, variableName, type NameRule } from './legal-names';
import type { Finding } from '../core/rule';
import {
  CHANGE_SOURCE,
  asArray,
  asText,
  at,
  containersOf,
  findingsOf,
  show,
  type PodTemplate,
} from '../core/workloads';

const finding = findingsOf('identity');

/** A name inside a pod, and where it is. */
interface Named {
  readonly name: string;
  readonly path: string;
  /** What must differ between any two of them. */
  readonly key: string;
}

/** Names inside pods: of containers, ports, variables, volumes, and paths of mounts. */
export function identityOfPod(pod: PodTemplate): Finding[] {
  const containers = containersOf(pod);
  const { rendered } = pod;
  return [
    ...judge(rendered, 'container', containers.map(named), label),
    ...judge(rendered, 'volume', volumes(pod), label),
    ...ports(pod),
    ...containers.flatMap(({ container, path }) => [
      ...judge(rendered, 'variable', listed(container.env, `${path}.env`, 'name'), variableName),
      ...judge(rendered, 'mount', listed(container.volumeMounts, `${path}.volumeMounts`, 'mountPath')),
    ]),
  ];
}

const named = ({ container, path }: ReturnType<typeof containersOf>[number]): Named => {
  const name = asText(container.name) ?? '';
  return { name, path: `${path}.name`, key: name };
};

/** A field of each item of a list; items without it are the schema's business. */
const listed = (list: unknown, path: string, field: string): Named[] =>
  asArray(list).flatMap((item, index) => {
    const name = asText(at(item, field));
    return name === undefined ? [] : [{ name, path: `${path}[${index}].${field}`, key: name }];
  });

function volumes({ spec, path, claims }: PodTemplate): Named[] {
  return [
    ...listed(spec.volumes, `${path}.volumes`, 'name'),
    ...claims.flatMap(({ claim, path: place }) => {
      const name = asText(at(claim, 'metadata.name'));
      return name === undefined ? [] : [{ name, path: `${place}.metadata.name`, key: name }];
    }),
  ];
}

/** Ports of containers that run at the same time, which share the pod's address. Init containers have ended before the others start. */
function ports(pod: PodTemplate): Finding[] {
  const all = containersOf(pod)
    .filter(({ init }) => !init)
    .flatMap(({ container, path }) =>
      asArray(container.ports).map((port, index) => ({ port, path: `${path}.ports[${index}]` })),
    );
  const names = all.flatMap(({ port, path }) => {
    const name = asText(at(port, 'name'));
    return name === undefined ? [] : [{ name, path: `${path}.name`, key: name }];
  });
  const numbers = all.flatMap(({ port, path }) => {
    const number = at(port, 'containerPort');
    const name = `${show(number)}/${asText(at(port, 'protocol')) ?? 'TCP'}`;
    return typeof number === 'number' ? [{ name, path: `${path}.containerPort`, key: name }] : [];
  });
  return [
    ...judge(pod.rendered, 'port', names, portName),
    ...judge(pod.rendered, 'port', numbers, () => undefined),
  ];
}

function judge(
  rendered: RenderedObject,
  what: string,
  all: readonly Named[],
  rule: NameRule = () => undefined,
): Finding[] {
  const seen = new Set<string>();
  return all.flatMap(({ name, path, key }) => {
    const again = seen.has(key);
    seen.add(key);
    if (again)
      return [
        finding(
          rendered,
          path,
          `the ${what} ${name} is there twice in one pod or container`,
          'Remove or rename one',
        ),
      ];
    const problem = rule(name);
    return problem === undefined
      ? []
      : [finding(rendered, path, `"${name}" is no name of a ${what}: ${problem}`, CHANGE_SOURCE)];
  });
}
