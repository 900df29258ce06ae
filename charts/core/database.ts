import type { OwnStep } from './backup';
import type { Contract } from './contracts';
import type { Endpoint, PodGroup } from './network';
import type { ContainerSpec } from './pod';
import type { SecretKey, SecretRef } from './secrets';

/** One database of a server and the account that may use it: what an application needs to connect, and nothing else. */
export interface DatabaseAccess extends Contract {
  /** Where the server listens. Connections from other pods must use TLS. */
  readonly endpoint: Endpoint;
  /** Name of the database. */
  readonly database: string;
  /** Name of its account. */
  readonly username: string;
  /** Holds the account's `password`. A pod can only refer to it from the same namespace. */
  readonly secret: SecretRef;
  /** The certificate (PEM) of the authority that signed the server's; the server's name is the endpoint's host. */
  readonly authority: SecretKey;
}

/** One PostgreSQL database with its two accounts. */
export interface PostgresqlDatabase {
  /** Reads and writes rows, owns nothing, and is bound by row-level security: for applications. */
  readonly app: DatabaseAccess;
  /** Owns the database and everything in it: for migrations only. */
  readonly owner: DatabaseAccess;
}

/** What a connection pooler needs of a PostgreSQL server. */
export interface PostgresqlPooling extends Contract {
  /** The server that takes writes. */
  readonly endpoint: Endpoint;
  /** Account that may call `strata.get_auth(name)` in every database; it returns the SCRAM secrets of applications only. */
  readonly username: string;
  /** Holds the account's `password`. */
  readonly secret: SecretRef;
  /** The certificate (PEM) of the authority that signed the server's. */
  readonly authority: SecretKey;
  /** Connections that the account of each application may hold at once, from all poolers together. */
  readonly connectionsPerDatabase: number;
  /** The databases that applications reach through the pooler. */
  readonly databases: ReadonlyMap<string, PostgresqlDatabase>;
}

/** A database whose schema migrations make. */
export interface MigratedDatabase extends DatabaseAccess {
  /**
   * Init container for the pods of an application: it ends when the newest migration is in the database. While it waits, the pods of the
   * version before run on.
   */
  readonly gate: ContainerSpec;
}

/** Steps with which an application takes its database along in its own backup, so that both fit together. */
export interface DatabaseSteps {
  /** What the application's own steps need to be clients of the database: image, environment, mounts, and session.sh. */
  readonly session: Omit<OwnStep, 'name'>;
  /** Writes $WORK/data/database-1.sql.zst and facts.json. */
  readonly dump: OwnStep;
  /** In a drill: restores into a scratch server and compares; a script that its argument names is read in the end. */
  readonly load: OwnStep;
  /** Into the live database. */
  readonly restore: OwnStep;
  /** What a person does before that, as a sentence. */
  readonly before: string;
}

/** A MySQL database. */
export interface MysqlDatabase extends DatabaseAccess {
  readonly steps: DatabaseSteps;
}

/** The operator that makes PostgreSQL servers of an object. */
export interface PostgresqlOperator extends Contract {
  /** They ask each server how it is, and tell it what to do. */
  readonly pods: PodGroup;
}

/** The operator's plugin that archives to a bucket. */
export interface ArchivePlugin extends Contract {
  /** What a cluster calls it. */
  readonly name: string;
}
