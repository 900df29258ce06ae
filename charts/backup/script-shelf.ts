import type { ScriptStore } from '../core/backup';
import type { ComponentIdentity, ConfigMapRef } from '../core/contracts';
import { contentHash } from '../core/hash';
import type { ConfigFiles } from '../core/volumes';

type Scripts = Readonly<Record<string, string>>;

/** The scripts of one namespace: the same one is in one object, whoever asked for it first, since people review each of them. */
export class ScriptShelf implements ScriptStore {
  /** Text → file → the ConfigMap that holds it. By the text itself: to make hashes of all of them took most of the time of a render. */
  private readonly holders = new Map<string, Map<string, ConfigMapRef>>();
  private readonly names = new Set<string>();

  /** @param write makes a ConfigMap of the component in the namespace */
  constructor(
    readonly component: ComponentIdentity,
    private readonly write: (name: string, data: Scripts) => ConfigMapRef,
  ) {}

  files(name: string, data: Scripts): readonly ConfigFiles[] {
    const files = Object.entries(data);
    const fresh = files.filter(([file, text]) => !this.holderOf(file, text));
    if (fresh.length) {
      const config = this.write(this.freeName(name, fresh), Object.fromEntries(fresh));
      for (const [file, text] of fresh)
        this.holders.set(text, new Map(this.holders.get(text)).set(file, config));
    }
    const needed = new Map<ConfigMapRef, string[]>();
    for (const [file, text] of files) {
      const config = this.holderOf(file, text);
      if (config) needed.set(config, [...(needed.get(config) ?? []), file]);
    }
    return [...needed].map(([config, own]) =>
      own.length === Object.keys(config.data).length
        ? { config }
        : { config, items: Object.fromEntries(own.map((file) => [file, file])) },
    );
  }

  private holderOf(file: string, text: string): ConfigMapRef | undefined {
    return this.holders.get(text)?.get(file);
  }

  /** Of two datastores of one kind, one may be of another release: its scripts are others of the same name. */
  private freeName(name: string, files: readonly (readonly string[])[]): string {
    const isFree = !this.names.has(name);
    this.names.add(name);
    return isFree ? name : `${name}-${contentHash(JSON.stringify(files)).slice(0, 8)}`;
  }
}
