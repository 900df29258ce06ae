import type { z } from 'zod';
import type { ClusterSettings, EnvironmentSettings } from '../../settings/base';
import type { Path } from '../../settings/problem';
import type { Cluster } from './cluster';
import type { Definition, Section, SettingsOf } from './definition';
import { StrataError } from './errors';

/** Asks for what another component offers. What is missing is reported at the settings of the one who asks. */
export type Need = <T>(offer: T | undefined, of: Definition, instead?: Partial<Lack>) => T;

/** What to say of something that is missing. */
interface Lack {
  /** `needs a database named xwiki in the same environment` */
  readonly problem: string;
  readonly remedy: string;
}

/** What a section holds; undefined where the file may leave it out, and does. */
type SectionOf<Schema extends z.ZodType> =
  z.output<Schema> | (Schema extends z.ZodExactOptional ? undefined : never);

type Offers<Props, D extends Definition> = Omit<Props, keyof SettingsOf<D>>;

interface ClusterComponent<D extends Definition, Props, C> {
  readonly definition: D;
  new (cluster: Cluster, props: Props): C;
}

interface EnvironmentComponent<D extends Definition, Props, C> {
  readonly definition: D;
  new (cluster: Cluster, environment: EnvironmentSettings, props: Props): C;
}

/** Blocks of components, as the settings hold them beside what core knows. */
interface Blocks {
  readonly components?: Readonly<Record<string, object | undefined>>;
}

/**
 * Builds the components that the settings want, and hands each what others offer. It collects what is missing, so that all of a run is
 * told at once: a component that lacks something is not built, and what only lacks that component is not told.
 */
export class Wiring {
  private readonly failed = new Set<string>();

  constructor(
    readonly cluster: Cluster,
    private readonly settings: ClusterSettings,
  ) {}

  /** A section of the settings; undefined where the file leaves it out and it has no default. */
  section<Schema extends z.ZodType>({ name }: Section<string, Schema>): SectionOf<Schema> {
    return (this.settings as unknown as Record<string, unknown>)[name] as SectionOf<Schema>;
  }

  /** The block of a component where it is switched on. */
  block<D extends Definition>(definition: D, environment?: EnvironmentSettings): SettingsOf<D> | undefined {
    if (definition.settings === null) return {} as SettingsOf<D>;
    const { components } = (environment ?? this.settings) as Blocks;
    const block = components?.[definition.name] as (SettingsOf<D> & { enabled?: boolean }) | undefined;
    return block?.enabled === false ? undefined : block;
  }

  /** The component of the cluster, if it is on. `offers` says what it takes from others. */
  on<D extends Definition, Props, C>(
    type: ClusterComponent<D, Props, C>,
    offers: (need: Need) => Offers<Props, D>,
  ): C | undefined {
    return this.build(type.definition, undefined, offers, (props) => new type(this.cluster, props as Props));
  }

  /** The component of an environment, if it is on there. */
  in<D extends Definition, Props, C>(
    environment: EnvironmentSettings,
    type: EnvironmentComponent<D, Props, C>,
    offers: (need: Need) => Offers<Props, D>,
  ): C | undefined {
    return this.build(
      type.definition,
      environment,
      offers,
      (props) => new type(this.cluster, environment, props as Props),
    );
  }

  private build<C>(
    definition: Definition,
    environment: EnvironmentSettings | undefined,
    offers: (need: Need) => object,
    make: (props: object) => C,
  ): C | undefined {
    const block = this.block(definition, environment);
    if (!block) return undefined;
    const path = this.cluster.pathOf(definition.name, environment);
    const missing: (() => void)[] = [];
    const given = offers((offer, of, instead) => {
      if (offer === undefined) missing.push(() => this.lacks(path, definition, of, environment, instead));
      // what is missing is told before anybody uses it
      return offer as NonNullable<typeof offer>;
    });
    if (missing.length === 0) {
      try {
        return make({ ...block, ...given });
      } catch (error) {
        if (!(error instanceof StrataError)) throw error;
        const { where, problem, remedy } = error;
        missing.push(() => this.cluster.mistakes.push({ path, problem: `${where}: ${problem}`, remedy }));
      }
    }
    for (const tell of missing) tell();
    this.failed.add(keyOf(definition, environment));
    return undefined;
  }

  private lacks(
    path: Path,
    asker: Definition,
    of: Definition,
    environment: EnvironmentSettings | undefined,
    instead: Partial<Lack> = {},
  ): void {
    // its own mistake is told, and this one goes with it
    if (this.failed.has(keyOf(of, environment)) || this.failed.has(keyOf(of))) return;
    this.cluster.mistakes.push({
      path,
      problem: instead.problem ?? `${asker.name} needs ${of.name}, which is off`,
      remedy: instead.remedy ?? `Switch ${of.name} on, or ${asker.name} off`,
      lacks: of.name,
    });
  }
}

const keyOf = ({ name }: Definition, environment?: EnvironmentSettings): string =>
  environment ? `${name} of ${environment.name}` : name;
