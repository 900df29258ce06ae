import type { World } from './world';

export interface Case {
  /** A sentence, with the requirements it proves. */
  readonly title: string;
  /** Resolves to figures for the line; throws where the case fails. */
  readonly run: (world: World) => Promise<string | void>;
}

export interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
  /** Whether it takes minutes, and runs only where somebody asks for it. @default false */
  readonly long?: boolean;
}
