import type { Contract } from './contracts';
import type { Endpoint } from './network';
import type { SecretKey } from './secrets';

/** Where spans are kept. It asks nobody who he is: flows say who gets in. */
export interface SpanStore extends Contract {
  /** OTLP over gRPC, over TLS only. */
  readonly endpoint: Endpoint;
  /** The certificate (PEM) of the authority that signed the server's; the server's name is the endpoint's host. */
  readonly authority: SecretKey;
}

/** Where applications send spans: OTLP inside of the cluster, without TLS. It asks nobody who he is: flows say who gets in. */
export interface SpanReceiver extends Contract {
  readonly grpc: Endpoint;
  /** Requests are POSTs to /v1/traces. */
  readonly http: Endpoint;
}

/** Pods of an environment that carry it may send spans. For pods that Strata does not render; what it renders connects to a SpanReceiver. */
export const SENDS_TRACES = { 'strata.dev/sends-traces': 'true' } as const;
