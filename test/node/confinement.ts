import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytes } from '../../checks/core/requests';
import type { LiveObject } from '../e2e/api';
import type { Outcome } from '../e2e/report';
import type { Stage } from './stage';

const CGROUPS = '/sys/fs/cgroup';

interface Container {
  /** `prod/postgresql-0 exporter` */
  readonly name: string;
  /** Bytes. */
  readonly limit: number | undefined;
}

/**
 * What the kernel says of every process in the pods of these namespaces: not root, no capability, no way to gain one, system calls
 * filtered, root folder read-only, and the memory limit of the manifest.
 */
export async function confined(stage: Stage, namespaces: readonly string[]): Promise<Outcome> {
  const pods = await stage.api.list('v1', 'Pod');
  const containers = new Map(
    pods
      .filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ''))
      .flatMap((pod) => containersOf(pod)),
  );
  const problems: string[] = [];
  const seen = new Set<string>();
  let processes = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const [id, cgroup] = containerOf(pid) ?? [];
    const container = containers.get(id ?? '');
    if (!container || cgroup === undefined) continue;
    const found = problemsOf(pid, container, cgroup);
    if (found === undefined) continue;
    processes++;
    seen.add(container.name);
    problems.push(...found);
  }
  const unseen = [...containers.values()].filter(({ name }) => !seen.has(name));
  problems.push(...unseen.map(({ name }) => `${name}: no process of it was found`));
  const proved = `${processes} processes of ${seen.size} containers: not root, no capabilities, seccomp, read-only root, limited memory`;
  return { proved, problems: [...new Set(problems)] };
}

/** Id of the container → what it is. Only those that run. */
function containersOf({ metadata, spec, status }: LiveObject): [string, Container][] {
  const specs = [...spec.containers, ...(spec.initContainers ?? [])] as any[];
  const statuses = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])] as any[];
  return statuses
    .filter(({ state }) => state.running)
    .map(({ name, containerID }) => [
      String(containerID).replace('containerd://', ''),
      {
        name: `${metadata.namespace}/${metadata.name} ${name}`,
        limit: bytes(String(specs.find((one) => one.name === name)?.resources?.limits?.memory)),
      },
    ]);
}

/** Id of the container that a process is in, and the path of its memory cgroup. */
function containerOf(pid: string): [string, string] | undefined {
  const text = read(`/proc/${pid}/cgroup`) ?? '';
  const path = /^(?:\d+:(?:[^:]*,)?memory(?:,[^:]*)?|0:):(.*)$/m.exec(text)?.[1];
  const id = path?.split('/').pop();
  return path !== undefined && id !== undefined && /^[0-9a-f]{64}$/.test(id) ? [id, path] : undefined;
}

/** Undefined where the process is gone meanwhile. */
function problemsOf(pid: string, { name, limit }: Container, cgroup: string): string[] | undefined {
  const status = read(`/proc/${pid}/status`);
  const mounts = read(`/proc/${pid}/mountinfo`);
  if (status === undefined || !mounts) return undefined;
  const field = (key: string): string => new RegExp(`^${key}:\\s+(.*)$`, 'm').exec(status)?.[1] ?? '';
  const wanted: [string, boolean][] = [
    ['runs as root', !/(^|\t)0(\t|$)/.test(field('Uid')) && !/(^|\t)0(\t|$)/.test(field('Gid'))],
    ['has capabilities', /^0+$/.test(field('CapEff')) && /^0+$/.test(field('CapBnd'))],
    ['can gain privileges', field('NoNewPrivs') === '1'],
    ['has no seccomp filter', field('Seccomp') === '2'],
    ['can write to its root folder', /^\d+ \d+ \S+ \S+ \/ ro[ ,]/m.test(mounts)],
    ['has another memory limit than the manifest', limit !== undefined && limitOf(cgroup) === limit],
  ];
  return wanted.filter(([, good]) => !good).map(([what]) => `${name} ${what}`);
}

function limitOf(cgroup: string): number | undefined {
  const files = [
    join(CGROUPS, 'memory', cgroup, 'memory.limit_in_bytes'),
    join(CGROUPS, cgroup, 'memory.max'),
  ];
  const file = files.find((path) => existsSync(path));
  return file === undefined ? undefined : Number(readFileSync(file, 'utf8'));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
