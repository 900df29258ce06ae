import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectsOf } from '../../charts/core/render';
import type { Pgbouncer } from '../../charts/data/pgbouncer/pgbouncer';
import type { Postgresql } from '../../charts/data/postgresql/postgresql';
import { containersOf, podTemplates, type PlacedContainer } from '../../checks/core/workloads';
import type { ContainerSpec } from './container';
import type { World } from './world';

/** `postgres` of the images. */
export const UID = 999;

/** Passwords of the accounts: the name of the Secret says whose. */
export const passwordOf = (secret: string): string => `password-of-${secret}`;

export type Folders = Readonly<Record<string, string>>;

interface LivePod {
  /** Folder in the containers → folder of the host. */
  readonly folders: Folders;
  readonly container: (name: string) => ContainerSpec;
  /** Commands of the probes of its last container. */
  readonly probes: readonly (readonly string[])[];
}

/** A rendered pod: what `change` makes of its texts, and folders for what it writes. */
function podOf(
  world: World,
  component: Postgresql | Pgbouncer,
  given: Folders,
  env: Folders,
  change: (text: string) => string,
): LivePod {
  const rendered = objectsOf([component]);
  const [pod] = podTemplates(rendered);
  if (!pod) throw new Error(`${component.id} has no pod`);
  const containers = containersOf(pod).map(({ container }) => container);
  const configs = new Map(
    rendered.flatMap(({ object }) =>
      object.kind === 'ConfigMap' ? [[object.metadata.name, object['data'] as Folders] as const] : [],
    ),
  );
  const folders: Record<string, string> = {};
  for (const { name, mountPath } of containers.flatMap(({ volumeMounts }) => volumeMounts ?? [])) {
    if (name === undefined || mountPath === undefined || mountPath.startsWith('/dev') || mountPath === '/tmp')
      continue;
    const folder = given[mountPath] ?? world.makeFolder(component.name, name);
    const config = pod.spec.volumes?.find((volume) => volume.name === name)?.['configMap'] as
      { name: string } | undefined;
    for (const [file, text] of Object.entries(config ? (configs.get(config.name) ?? {}) : {}))
      writeFileSync(join(folder, file), change(text));
    // a link in the image, which would lead out of its root here
    folders[mountPath.replace(/^\/var\/run\//, '/run/')] = folder;
  }
  const probed = containers.at(-1);
  return {
    folders,
    probes: [probed?.readinessProbe, probed?.livenessProbe].flatMap((probe) => {
      const command = (probe as { exec?: { command: string[] } } | undefined)?.exec?.command;
      return command ? [command] : [];
    }),
    container: (name) => {
      const found = containers.find((container) => container.name === name);
      if (!found) throw new Error(`${component.id} has no container ${name}`);
      return {
        name: `${component.name}-${name}`,
        root: world.programs.roots.postgresql,
        command: [...(found.command ?? []), ...(found.args ?? [])],
        env: { ...variablesOf(found), ...env },
        mounts: folders,
        log: join(world.folder, `${component.name}.log`),
      };
    },
  };
}

const variablesOf = ({ env }: PlacedContainer['container']): Record<string, string> =>
  Object.fromEntries(
    (env ?? []).map(({ name = '', value, valueFrom }) => [
      name,
      valueFrom?.secretKeyRef ? passwordOf(valueFrom.secretKeyRef.name ?? '') : (value ?? ''),
    ]),
  );

export function serverPod(world: World, postgresql: Postgresql, tls: string, port: number): LivePod {
  return podOf(
    world,
    postgresql,
    { '/etc/postgresql-tls': tls },
    { POD: 'postgresql-0', PGPORT: String(port) },
    (text) => text.replace("listen_addresses = '*'", "listen_addresses = '127.0.0.1'"),
  );
}

export function poolerPod(
  world: World,
  pgbouncer: Pgbouncer,
  tls: string,
  serverPort: number,
  port: number,
): LivePod {
  const users = world.makeFolder('users');
  const list = join(users, 'userlist.txt');
  writeFileSync(list, `"pgbouncer" "${passwordOf('postgresql-pgbouncer')}"\n`);
  chownSync(list, UID, UID);
  return podOf(
    world,
    pgbouncer,
    { '/etc/pgbouncer-tls': tls, '/etc/pgbouncer-server': tls, '/etc/pgbouncer-auth': users },
    {},
    (text) =>
      text
        .replaceAll('host=postgresql.prod.svc port=5432', `host=127.0.0.1 port=${serverPort}`)
        .replace('listen_port = 6432', `listen_port = ${port}`)
        .replace('listen_addr = *', 'listen_addr = 127.0.0.1'),
  );
}
