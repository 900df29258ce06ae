import type { Roots } from './programs';

/** What the cases of one suite share: servers that one case starts, and the next one finds. */
export interface Stage {
  /** Ends all of it. */
  end(): void;
}

interface Case {
  /** A sentence. */
  readonly title: string;
  /** Resolves to figures for the line; throws where the case fails. */
  // the suite that has the case gave the stage
  readonly run: (stage: any) => Promise<string | void>;
}

/** Cases of one store, run in their order. */
export interface Suite {
  readonly name: string;
  readonly stage: (roots: Roots, folder: string) => Stage;
  readonly cases: readonly Case[];
}

/** Cases by their titles. */
export type Cases<S extends Stage> = Readonly<Record<string, (stage: S) => Promise<string | void>>>;

/** A suite whose cases know their stage. */
export const suite = <S extends Stage>(of: {
  readonly name: string;
  readonly stage: (roots: Roots, folder: string) => S;
  readonly cases: Cases<S>;
}): Suite => ({ ...of, cases: Object.entries(of.cases).map(([title, run]) => ({ title, run })) });
