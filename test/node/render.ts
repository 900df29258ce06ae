import type { Component } from '../../charts/core/component';
import type { DatabaseAccess, PostgresqlDatabase } from '../../charts/core/database';
import { componentsOf } from '../../charts/core/components';
import { buildPlatform } from '../../charts/platform';
import { render, type RenderedCluster } from '../../cli/pipeline';
import type { ClusterSettings } from '../../charts/settings';
import { Client } from './client';

/**
 * The cluster as cli/pipeline.ts renders it, with two more components per database: `client-<database>`, which takes it as applications
 * do, and `owner-<database>`, which takes it as migrations do.
 */
export function renderWithClients(settings: ClusterSettings): RenderedCluster {
  const cluster = buildPlatform(settings);
  const find = (id: string): Component | undefined =>
    componentsOf(cluster).find((component) => component.id === id);
  for (const environment of settings.environments) {
    const server = databasesOf<PostgresqlDatabase>(find(`postgresql-${environment.name}`));
    const pooler = databasesOf<DatabaseAccess>(find(`pgbouncer-${environment.name}`));
    for (const [name, { app, owner }] of server) {
      new Client(cluster, environment, `client-${name}`, pooler.get(name) ?? app);
      new Client(cluster, environment, `owner-${name}`, owner);
    }
  }
  return render(cluster);
}

/** Databases that a component offers. Not by `instanceof`, which constructs answer by what a class looks like. */
const databasesOf = <T>(component: Component | undefined): ReadonlyMap<string, T> =>
  (component as { databases?: ReadonlyMap<string, T> } | undefined)?.databases ?? new Map<string, T>();
