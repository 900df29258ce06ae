import type { Contract } from './contracts';
import type { Endpoint } from './network';
import type { SecretKey, SecretRef } from './secrets';

/** An account of a cache or a session store: what an application needs to connect, and nothing else. */
export interface CacheAccess extends Contract {
  /** Where the server listens, over TLS only. */
  readonly endpoint: Endpoint;
  /** Name of the account (ACL user). */
  readonly username: string;
  /** Holds the account's `password`. A pod can only refer to it from the same namespace. */
  readonly secret: SecretRef;
  /** The certificate (PEM) of the authority that signed the server's; the server's name is the endpoint's host. */
  readonly authority: SecretKey;
  /** What its keys and channels have to begin with: `shop:`. Others are refused. */
  readonly prefix: string;
}

/** A service's account of a message broker (AMQP 0-9-1). It declares nothing: exchanges and queues are there. */
export interface QueueAccess extends Contract {
  /** Where the server listens, over TLS only. */
  readonly endpoint: Endpoint;
  readonly virtualHost: string;
  /** Name of the account. */
  readonly username: string;
  /** Holds the account's `password`. A pod can only refer to it from the same namespace. */
  readonly secret: SecretRef;
  /** The certificate (PEM) of the authority that signed the server's; the server's name is the endpoint's host. */
  readonly authority: SecretKey;
  /** Exchanges that it may publish to. */
  readonly exchanges: readonly string[];
  /** Queue that it may read; undefined where it consumes nothing. */
  readonly queue?: string;
  /** Queue of messages that it failed on. */
  readonly deadLetters?: string;
}

/** An account of one bucket of an object store that speaks S3. */
export interface BucketAccess extends Contract {
  /** Where the server listens, over TLS only; the bucket stands in the path, not in the host. */
  readonly endpoint: Endpoint;
  /** What requests are signed with beside the keys. */
  readonly region: string;
  readonly bucket: string;
  /** Whether it may write and delete objects; else it reads them. */
  readonly mayWrite: boolean;
  /** Holds `access-key-id` and `secret-access-key`. A pod can only refer to it from the same namespace. */
  readonly secret: SecretRef;
  /** The certificate (PEM) of the authority that signed the server's; the server's name is the endpoint's host. */
  readonly authority: SecretKey;
}
