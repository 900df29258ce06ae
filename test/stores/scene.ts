import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Restore } from '../../charts/backup/drill/restore';
import { Cluster } from '../../charts/core/cluster';
import { componentsOf } from '../../charts/core/components';
import { objectsOf, type RenderedObject } from '../../charts/core/render';
import type { Generator } from '../../charts/core/secrets';
import { derive } from '../../charts/derived';
import { buildPlatform } from '../../charts/platform';
import type { ClusterSettings, EnvironmentSettings } from '../../charts/settings';
import { podTemplates, type PodTemplate } from '../../checks/core/workloads';
import { loadClusters } from '../../cli/load';
import { killSince, runningContainers } from '../servers/container';
import { Pod } from './pod';
import type { Roots } from './programs';

/** What cert-manager calls a usage, and OpenSSL. */
const USAGES: Readonly<Record<string, string>> = { 'server auth': 'serverAuth', 'client auth': 'clientAuth' };

type Blocks = EnvironmentSettings['components'];

/** A cluster with some stores in its environment, the values of its Secrets, and pods of it that run. */
export class Scene {
  readonly environment: EnvironmentSettings;
  private readonly cluster: Cluster;
  private readonly objects: readonly RenderedObject[];
  private readonly before = runningContainers();
  private readonly values = new Map<string, Readonly<Record<string, string>>>();
  private pods = 0;

  /** @param folder everything of it lies here */
  constructor(
    readonly roots: Roots,
    readonly folder: string,
    components: Blocks,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const [staging] = loadClusters('clusters', ['staging']).clusters;
    const [first] = staging?.settings.environments ?? [];
    if (!staging || !first) throw new Error('staging does not load');
    this.environment = { ...first, components };
    const settings: ClusterSettings = { ...staging.settings, environments: [this.environment] };
    this.cluster = buildPlatform(settings);
    const [mistake] = this.cluster.mistakes;
    if (mistake) throw new Error(`${mistake.path.join('.')}: ${mistake.problem}`);
    derive(this.cluster);
    this.objects = objectsOf(componentsOf(this.cluster));
  }

  object(kind: string, name: string): RenderedObject['object'] & Record<string, any> {
    const found = this.objects.find(({ object }) => object.kind === kind && object.metadata.name === name);
    if (!found) throw new Error(`no ${kind} ${name}`);
    return found.object;
  }

  /** Folders, values and processes of the pod that a workload makes; `keep` has its volumes from a pod before. */
  pod(kind: string, name: string, keep?: Pod): Pod {
    const [template] = podTemplates(
      this.objects.filter(({ object }) => object.kind === kind && object.metadata.name === name),
    );
    if (!template) throw new Error(`no pod of ${kind} ${name}`);
    return this.podOf(template, name, keep);
  }

  /** The pod of the Job that `strata restore` prints. */
  restorePod(component: string, kind: string, overwrite: boolean): Pod {
    const drillable = this.cluster.drills.find(
      (drill) => drill.component.name === component && drill.plan.kind === kind,
    );
    if (!drillable) throw new Error(`no backup ${kind} of ${component}`);
    const restore = new Restore(new Cluster(this.cluster.settings), drillable, { overwrite });
    const rendered = objectsOf([restore]);
    const [template] = podTemplates(rendered);
    if (!template) throw new Error('no pod of the restore');
    // a person brings it for the restore, and takes it away
    this.set('backup-identity', { identity: '' });
    return this.podOf(template, restore.name, undefined, rendered);
  }

  private podOf(
    template: PodTemplate,
    name: string,
    keep: Pod | undefined,
    objects: readonly RenderedObject[] = this.objects,
  ): Pod {
    const configs = (config: string) => {
      const found = objects.find(
        ({ object }) =>
          object.kind === 'ConfigMap' &&
          object.metadata.name === config &&
          object.metadata.namespace === template.namespace,
      );
      if (!found) throw new Error(`no ConfigMap ${config}`);
      return (found.object as unknown as { data: Record<string, string> }).data;
    };
    return new Pod({
      template,
      folder: keep?.folder ?? join(this.folder, `${name}-${++this.pods}`),
      roots: this.roots,
      configs,
      secrets: (secret) => this.secret(secret, template.namespace),
    });
  }

  /** Values of a Secret: those that somebody set, else made as it says. */
  secret(name: string, namespace: string = this.environment.namespace): Readonly<Record<string, string>> {
    const key = `${namespace}/${name}`;
    const known = this.values.get(key);
    if (known) return known;
    const declared = this.cluster.secrets.find((one) => one.name === name && one.namespace === namespace);
    if (!declared) throw new Error(`the Secret ${key} is not declared`);
    const made: Record<string, string> = {};
    for (const [field, generator] of Object.entries(declared.keys))
      made[field] = this.value(`${key}.${field}`, generator, made);
    this.values.set(key, made);
    return made;
  }

  set(name: string, values: Readonly<Record<string, string>>, namespace = this.environment.namespace): void {
    this.values.set(`${namespace}/${name}`, values);
  }

  private value(of: string, generator: Generator, others: Readonly<Record<string, string>>): string {
    if (generator.kind === 'random')
      return createHash('sha256').update(of).digest('hex').repeat(4).slice(0, generator.length);
    if (generator.kind === 'copy')
      return this.secret(generator.of.secret, generator.of.namespace)[generator.of.key] ?? '';
    if (generator.kind === 'template')
      return generator.template.replace(/\{([\w-]+)\}/g, (_, key: string) => others[key] ?? '');
    return `given-${of}`;
  }

  /** What cert-manager would make of the Certificate of that name: by an authority of the scene's own. */
  issue(certificate: string): void {
    const { spec } = this.object('Certificate', certificate) as unknown as {
      spec: { secretName: string; commonName?: string; dnsNames: string[]; usages: string[] };
    };
    const folder = join(this.folder, 'authority');
    mkdirSync(folder, { recursive: true });
    const openssl = (...args: readonly string[]): string => {
      const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
      if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
      return stdout;
    };
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    if (!this.hasAuthority) {
      openssl(
        'req',
        '-x509',
        ...key,
        '-keyout',
        'ca.key',
        '-out',
        'ca.crt',
        '-days',
        '2',
        '-subj',
        '/CN=internal',
      );
      this.hasAuthority = true;
    }
    openssl(
      'req',
      ...key,
      '-keyout',
      'tls.key',
      '-out',
      'tls.csr',
      '-subj',
      `/CN=${spec.commonName ?? 'server'}`,
    );
    writeFileSync(
      join(folder, 'names'),
      [
        `subjectAltName=${spec.dnsNames.map((name) => `DNS:${name}`).join()}`,
        `extendedKeyUsage=${spec.usages.flatMap((usage) => USAGES[usage] ?? []).join()}\n`,
      ].join('\n'),
    );
    const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names', '-days', '2'];
    openssl('x509', '-req', '-in', 'tls.csr', '-out', 'tls.crt', ...by);
    const read = (file: string) => spawnSync('cat', [join(folder, file)], { encoding: 'utf8' }).stdout;
    this.set(spec.secretName, {
      'ca.crt': read('ca.crt'),
      'tls.crt': read('tls.crt'),
      'tls.key': read('tls.key'),
    });
  }

  private hasAuthority = false;

  /** The certificate of the authority, as a client outside of the pods has it. */
  get authority(): string {
    return join(this.folder, 'authority/ca.crt');
  }

  makeFolder(name: string, uid: number, gid: number): string {
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    chownSync(folder, uid, gid);
    chmodSync(folder, 0o770);
    return folder;
  }

  /** Ends every process of it. */
  end(): void {
    killSince(this.before, this.folder);
  }
}
