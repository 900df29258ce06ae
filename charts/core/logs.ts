import type { Contract } from './contracts';
import type { Endpoint } from './network';

/** Where logs are kept: collectors push there, people and Grafana search there. It asks nobody who he is: flows say who gets in. */
export interface LogStore extends Contract {
  /** Where it listens. */
  readonly endpoint: Endpoint;
  /** Base of Loki's HTTP API inside the cluster, without a path: `http://loki.observability.svc:3100`. */
  readonly url: string;
}
