import type { EnvironmentSettings } from '../../settings/settings';
import { image } from '../../imports/images';
import type { Cluster } from '../../charts/core/cluster';
import { Component } from '../../charts/core/component';
import type { Endpoint } from '../../charts/core/network';
import { bytesOf, mebi, type Memory } from '../../charts/core/quantities';

export interface MemcachedProps {
  /** Memory for items; connections and the program come on top. @default 64Mi */
  readonly memory?: Memory;
}

const DEFAULTS = { memory: mebi(64) };
/** Bytes beyond the items: the program and its default of 1024 connections. */
const OVERHEAD = 32 * 2 ** 20;

/** One memcached, without persistence. */
export class Memcached extends Component {
  readonly endpoint: Endpoint;

  constructor(cluster: Cluster, environment: EnvironmentSettings, props: MemcachedProps = {}) {
    const memcached = image('memcached');
    super(cluster, {
      name: 'memcached',
      layer: 'data',
      environment,
      version: memcached.tag,
      description: 'memcached, a cache without persistence',
    });
    const { memory } = { ...DEFAULTS, ...props };
    const items = bytesOf(memory) / 2 ** 20;
    const server = this.deployment({
      name: 'memcached',
      replicas: 1,
      user: { uid: 11211, gid: 11211 },
      containers: [
        {
          name: 'memcached',
          image: memcached,
          args: ['-m', String(items)],
          ports: { memcached: 11211 },
          resources: { cpu: '25m', memory: mebi(items + OVERHEAD / 2 ** 20) },
          readiness: { tcp: 'memcached' },
          liveness: { tcp: 'memcached' },
        },
      ],
    });
    this.endpoint = this.service(server, { memcached: true }).endpoint('memcached');
  }
}
