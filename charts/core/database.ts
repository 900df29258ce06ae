import type { Contract } from './contracts';
import type { Endpoint } from './network';
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
