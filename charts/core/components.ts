import type { Cluster } from './cluster';
import { Component } from './component';

/** The components of a cluster, in the order in which they were built. */
export const componentsOf = (cluster: Cluster): Component[] =>
  cluster.node.children.filter(Component.isComponent);
