import type { z } from 'zod';
import type { ClusterSettings } from '../../settings/base';
import type { Mistake } from '../../settings/problem';
import type { ExceptionRow } from './exceptions';
import type { Layer } from './layers';
import type { NamespaceSpec } from './namespaces';
import type { Priority } from './priority';

/** What a component tells the house about itself, once. Its class says how it is rendered; nothing else names it but its wiring. */
export interface Definition<
  Name extends string = string,
  Block extends BlockSchema = BlockSchema,
  Scope extends 'cluster' | 'environment' = 'cluster' | 'environment',
> {
  /** Kebab case: the name of the folder charts/<layer>/<name>/, and of the block in the settings. */
  readonly name: Name;
  readonly layer: Layer;
  /** Whether a cluster has one of it, or each environment one of its own. */
  readonly scope: Scope;
  /** One line for `strata list` and the documentation. */
  readonly description: string;
  /**
   * Schema of its block in the settings: validation, defaults, documentation and the type of the props at once. Null where people have
   * nothing to say about it: it follows from other settings.
   */
  readonly settings: Block;
  /** Whether it is there where the settings do not name it. @default false */
  readonly onByDefault?: boolean;
  /** Whose pods go first where room is short; runs of CronJobs are `batch`. @default that of the layer (priority.ts) */
  readonly priority?: Priority;
  /** What fields of a block contradict each other in, with paths inside of the block. */
  readonly mistakes?: (block: OutputOf<Block>, cluster: Partial<ClusterSettings>) => readonly Mistake[];
  /** Namespaces of its own; the first is its home where it has no environment. @default none */
  readonly namespaces?: readonly NamespaceSpec[];
  /** Rows of imports/crds.yaml that it serves: it wants them although nobody uses their kinds. @default none */
  readonly crds?: readonly string[];
  /**
   * Kinds of its objects, `<group>/<Kind>`, beyond those that every environment may hold (argocd/permissions.ts). The project of an
   * environment allows them while the component is off, too: else it could not take away what was there. @default none
   */
  readonly kinds?: readonly string[];
  /**
   * Whether its Application takes over what another one still owns; the others refuse it. With it, objects move to another Application and
   * are never away: all of them are kept, since the earlier owner goes on applying them until it sees the commit, and may be the one they
   * belong to when it is taken away. @default false
   */
  readonly takesOver?: boolean;
  /** What of it is less than the hardened default, and why. @default nothing */
  readonly exceptions?: readonly ExceptionRow[];
}

type BlockSchema = z.ZodObject | null;

/** What a block of the settings holds, defaults filled in. */
export type OutputOf<Block> = Block extends z.ZodObject ? Read<z.output<Block>> : object;

/** Settings are read, never changed: fields and the lists in them. */
type Read<T> = { readonly [K in keyof T]: T[K] extends (infer Entry)[] ? readonly Entry[] : T[K] };

/** The settings of a component, as its class gets them. */
export type SettingsOf<D extends Definition> = OutputOf<D['settings']>;

export const component = <
  const Name extends string,
  Block extends BlockSchema,
  const Scope extends Definition['scope'],
>(
  definition: Definition<Name, Block, Scope>,
): Definition<Name, Block, Scope> => definition;

/** A part of a cluster's settings that belongs to a layer as a whole: how HTTP gets in, where backups go. */
export interface Section<Name extends string = string, Schema extends z.ZodType = z.ZodType> {
  readonly name: Name;
  /** The layer that it is described in, charts/<layer>/. */
  readonly layer: Layer;
  readonly schema: Schema;
  /** What it contradicts itself or the cluster in, with paths inside of the section. */
  readonly mistakes?: (section: z.output<Schema>, cluster: Partial<ClusterSettings>) => readonly Mistake[];
}

export const section = <const Name extends string, Schema extends z.ZodType>(
  definition: Section<Name, Schema>,
): Section<Name, Schema> => definition;
