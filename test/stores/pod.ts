import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IVolume } from 'kubernetes-models/v1/Volume';
import { bytesOf } from '../../charts/core/quantities';
import type { PodTemplate } from '../../checks/core/workloads';
import { lockedImage } from '../../imports/images';
import { Container, type Result } from '../servers/container';
import type { Roots } from './programs';

interface PodInput {
  readonly template: PodTemplate;
  readonly folder: string;
  readonly roots: Roots;
  readonly configs: (name: string) => Readonly<Record<string, string>>;
  readonly secrets: (name: string) => Readonly<Record<string, string>>;
}

interface RunOptions {
  /** In place of the rendered command, as `kubectl exec` has it. */
  readonly command?: readonly string[];
  /** Over the rendered environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Root of another image. */
  readonly root?: keyof Roots;
}

/** A rendered pod: its volumes as folders, its containers with the rendered command, environment, mounts, user and memory limit. */
export class Pod {
  readonly folder: string;
  readonly spec: IPodSpec;

  constructor(private readonly input: PodInput) {
    this.folder = input.folder;
    this.spec = input.template.spec as unknown as IPodSpec;
    this.writeVolumes();
  }

  /** Files of ConfigMaps and Secrets as they are now, as the kubelet does; what pods wrote stays. */
  writeVolumes(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o755 });
    for (const volume of this.spec.volumes ?? []) this.writeVolume(volume);
    for (const name of this.claims()) this.folderOf(name);
  }

  /** Mounted, and no volume of the pod: a claim template of its workload. */
  private claims(): string[] {
    const own = new Set((this.spec.volumes ?? []).map(({ name }) => name));
    return this.containers
      .flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name))
      .filter((name) => !own.has(name));
  }

  private get containers(): readonly IContainer[] {
    return [...(this.spec.initContainers ?? []), ...this.spec.containers];
  }

  private get user(): { readonly uid: number; readonly gid: number } {
    const { runAsUser = 0, fsGroup = runAsUser } = this.spec.securityContext ?? {};
    return { uid: runAsUser, gid: fsGroup };
  }

  /** A folder that the pod may write to: its group is the pod's. */
  folderOf(volume: string): string {
    const folder = join(this.folder, volume);
    if (!existsSync(folder)) {
      mkdirSync(folder);
      chownSync(folder, 0, this.user.gid);
      chmodSync(folder, 0o2775);
    }
    return folder;
  }

  private writeVolume(volume: IVolume): void {
    const folder = this.folderOf(volume.name);
    if (volume.configMap?.name !== undefined)
      this.write(folder, this.input.configs(volume.configMap.name), volume.configMap, 0o644);
    if (volume.secret?.secretName !== undefined)
      this.write(folder, this.input.secrets(volume.secret.secretName), volume.secret, 0o640);
    for (const source of volume.projected?.sources ?? []) {
      if (source.configMap?.name !== undefined)
        this.write(folder, this.input.configs(source.configMap.name), source.configMap, 0o440);
      if (source.secret?.name !== undefined)
        this.write(folder, this.input.secrets(source.secret.name), source.secret, 0o440);
    }
  }

  private write(
    folder: string,
    data: Readonly<Record<string, string>>,
    { items, defaultMode }: { items?: { key: string; path: string }[]; defaultMode?: number },
    mode: number,
  ): void {
    const files = items
      ? items.map(({ key, path }) => [path, data[key] ?? ''] as const)
      : Object.entries(data);
    for (const [name, text] of files) {
      const file = join(folder, name);
      rmSync(file, { force: true });
      writeFileSync(file, text);
      chownSync(file, 0, this.user.gid);
      chmodSync(file, defaultMode ?? mode);
    }
  }

  /** Runs the init containers to their end, one after the other. */
  async init(): Promise<void> {
    for (const { name } of this.spec.initContainers ?? []) await this.succeed(name);
  }

  /** Starts a container; with a command, something beside it, as `kubectl exec` does. */
  start(name: string, { command, env = {}, root }: RunOptions = {}): Container {
    const spec = this.containers.find((one) => one.name === name);
    if (!spec) throw new Error(`no container ${name}`);
    const { uid, gid } = this.user;
    const limit = spec.resources?.limits?.['memory'];
    return new Container({
      name,
      root: this.input.roots[root ?? rootOf(spec.image ?? '')],
      command: command ?? commandOf(spec),
      env: { ...this.environmentOf(spec), ...env },
      mounts: Object.fromEntries(
        (spec.volumeMounts ?? []).map((mount) => [
          mount.mountPath,
          join(this.folder, mount.name, mount.subPath ?? ''),
        ]),
      ),
      user: spec.securityContext?.runAsUser ?? uid,
      group: gid,
      // what is executed beside a server has no limit of its own here
      ...(limit !== undefined && command === undefined && { memory: bytesOf(limit) }),
      log: join(this.folder, `${name}.log`),
    });
  }

  run(name: string, options?: RunOptions): Promise<Result> {
    return this.start(name, options).ended;
  }

  async succeed(name: string, options?: RunOptions): Promise<string> {
    const { code, output } = await this.run(name, options);
    if (code !== 0) throw new Error(`${name} ended with ${code}:\n${output}`);
    return output;
  }

  /** Runs something that has to fail, saying `message`. */
  async fail(name: string, message: RegExp, options?: RunOptions): Promise<void> {
    const { code, output } = await this.run(name, options);
    if (code === 0) throw new Error(`${name} succeeded, and should say ${message}:\n${output}`);
    if (!message.test(output)) throw new Error(`${name} does not say ${message}:\n${output}`);
  }

  /** The rendered command of a probe, run as the kubelet does. */
  async isReady(name: string, probe: 'readinessProbe' | 'startupProbe' = 'readinessProbe'): Promise<boolean> {
    const command = this.containers.find((one) => one.name === name)?.[probe]?.exec?.command;
    if (!command) throw new Error(`${name} has no ${probe} with a command`);
    return (await this.run(name, { command })).code === 0;
  }

  private environmentOf({ env = [] }: IContainer): Record<string, string> {
    return Object.fromEntries(
      env.map(({ name, value, valueFrom }) => {
        const secret = valueFrom?.secretKeyRef;
        const field = valueFrom?.fieldRef?.fieldPath;
        if (secret) return [name, this.input.secrets(secret.name ?? '')[secret.key] ?? ''];
        if (field === 'metadata.name')
          return [name, `${this.input.template.rendered.object.metadata.name}-0`];
        if (field === 'metadata.namespace') return [name, this.input.template.namespace];
        if (valueFrom) throw new Error(`${name} is of a kind that pods here do not know`);
        return [name, value ?? ''];
      }),
    );
  }
}

function rootOf(reference: string): keyof Roots {
  const name = lockedImage(reference)?.name ?? reference;
  return name as keyof Roots;
}

/** What an image runs where the manifest has arguments only, or nothing. */
const ENTRYPOINTS: Readonly<Record<string, readonly string[]>> = {
  'redis-exporter': ['prometheus-redis-exporter'],
};

const commandOf = ({ command, args = [], image = '' }: IContainer): readonly string[] => [
  ...(command ?? ENTRYPOINTS[rootOf(image)] ?? []),
  ...args,
];
