import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { manifestYaml } from '../../charts/core/yaml';
import type { RenderedFile } from '../../cli/dist';
import { readRendered } from '../../cli/rendered';
import type { ClusterSettings } from '../../charts/settings';
import { CRD_SOURCES, rawUrl } from '../../imports/crds';
import type { CrdSet } from './crds';
import { ProgrammeError } from './report';
import { ASKED_FOR_NOTHING } from './stand-ins';

interface Source {
  /** Repository that holds argocd/bootstrap/<cluster>. */
  readonly root: string;
  /** Rendered clusters. */
  readonly dist: string;
  readonly settings: ClusterSettings;
  /** Takes the place of the addresses that the rendered kustomization names; undefined where these are fetched. */
  readonly crds: CrdSet | undefined;
}

/** What Argo CD tells by that an object is of another Application than before. */
const INSTANCE = 'app.kubernetes.io/instance: ';
const AUTHOR = ['-c', 'user.name=strata-e2e', '-c', 'user.email=strata-e2e@example.invalid'];
/** The settings of whoever runs this are none of ours: a hook or a signature of theirs would change what is committed. */
const ENVIRONMENT = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };

/**
 * The git repository that Argo CD follows: the rendered cluster and its bootstrap as they are in this one, but for two stand-ins
 * (stand-ins.ts): the address of the repository, and where CustomResourceDefinitions come from.
 */
export class Repository {
  readonly url: string;
  private readonly crds: ReadonlyMap<string, string> | undefined;

  /** @param folder becomes the working copy; does not exist yet */
  constructor(
    readonly folder: string,
    private readonly source: Source,
  ) {
    const { root, dist, settings, crds } = source;
    this.url = pathToFileURL(folder).href;
    this.crds = crds && textsByUrl(crds);
    mkdirSync(folder, { recursive: true });
    this.git('init', '--quiet', `--initial-branch=${settings.gitops.revision}`);
    cpSync(join(dist, settings.name), join(folder, this.root), { recursive: true });
    const bootstrap = join('argocd', 'bootstrap', settings.name);
    cpSync(join(root, bootstrap), join(folder, bootstrap), { recursive: true });
    this.standIn();
    this.commit('What is rendered');
  }

  /** `dist/mono` */
  get root(): string {
    return `dist/${this.source.settings.name}`;
  }

  /** @param path below dist/<cluster>, as everywhere here */
  read(path: string): string {
    return readFileSync(join(this.folder, this.root, path), 'utf8');
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, this.root, path), text);
  }

  /** Gives a component's folder and its Application another name. */
  rename(from: string, to: string): void {
    const folder = join(this.folder, this.root);
    renameSync(join(folder, from), join(folder, to));
    for (const name of readdirSync(join(folder, to)))
      this.rewrite(`${to}/${name}`, (text) => text.replace(INSTANCE + from, INSTANCE + to));
    const application = (name: string): string => `root/application-${name}.yaml`;
    this.write(
      application(to),
      this.read(application(from)).replaceAll(from, to).replace(`project: ${to}`, `project: ${from}`),
    );
    rmSync(join(folder, application(from)));
  }

  /** Puts another rendering of the cluster into the place of this one. */
  replace(files: readonly RenderedFile[]): void {
    rmSync(join(this.folder, this.root), { recursive: true });
    for (const { path, content } of files) {
      mkdirSync(join(this.folder, this.root, path, '..'), { recursive: true });
      this.write(path, content);
    }
    this.standIn();
  }

  /** Commits everything. */
  commit(message: string): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', `--message=${message}`);
  }

  /** Takes the last commits back by others, as a person would. */
  revert(commits: number): void {
    this.git('revert', '--no-edit', `HEAD~${commits}..HEAD`);
  }

  get head(): string {
    return this.git('rev-parse', 'HEAD').trim();
  }

  /** By component, the commits since which its folder is as it is now, the first of them included. */
  get current(): ReadonlyMap<string, ReadonlySet<string>> {
    const current = new Map<string, ReadonlySet<string>>();
    const since: string[] = [];
    for (const entry of this.git('log', '--format=%x00%H', '--name-only', '--', this.root)
      .split('\0')
      .slice(1)) {
      const [commit = '', ...files] = entry.split('\n').filter(Boolean);
      since.push(commit);
      for (const file of files) {
        const [component = ''] = file.slice(this.root.length + 1).split('/');
        if (!current.has(component)) current.set(component, new Set(since));
      }
    }
    return current;
  }

  private git(...args: string[]): string {
    try {
      return execFileSync('git', [...AUTHOR, ...args], {
        cwd: this.folder,
        env: ENVIRONMENT,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      throw new ProgrammeError(
        `git ${args.join(' ')}: ${(error as { stderr?: string }).stderr ?? String(error)}`,
      );
    }
  }

  /** What differs from the rendered files; each has its row in the table of stand-ins. */
  private standIn(): void {
    const { repository } = this.source.settings.gitops;
    this.silenceWebhooks();
    for (const name of readdirSync(join(this.folder, this.root, 'root')))
      this.rewrite(`root/${name}`, (text) => text.replaceAll(repository, this.url));
    if (!this.crds || !existsSync(join(this.folder, this.root, 'crds'))) return;
    for (const [index, [url, text]] of [...this.crds].entries()) {
      const file = `${index}-${basename(url)}`;
      this.write(`crds/${file}`, text);
      this.rewrite('crds/kustomization.yaml', (kustomization) => kustomization.replace(url, file));
    }
  }

  private silenceWebhooks(): void {
    const { objects } = readRendered(join(this.folder, this.root));
    for (const { object, file } of objects) {
      if (object.kind === 'APIService') rmSync(join(this.folder, this.root, file));
      if (!object.kind.endsWith('WebhookConfiguration')) continue;
      const webhooks = object['webhooks'] as object[];
      const silent = webhooks.map((webhook) => ({ ...webhook, objectSelector: ASKED_FOR_NOTHING }));
      this.write(file, manifestYaml({ ...object, webhooks: silent }));
    }
  }

  private rewrite(path: string, change: (text: string) => string): void {
    this.write(path, change(this.read(path)));
  }
}

/** Files in the order of the lock, which is the order of the addresses too. */
function textsByUrl({ files, problems }: CrdSet): Map<string, string> {
  if (problems.length) throw new ProgrammeError(problems.join('\n'));
  const urls = CRD_SOURCES.flatMap((source) => source.files.map((file) => rawUrl(source, file)));
  return new Map(urls.map((url, index) => [url, files[index]?.text ?? '']));
}
