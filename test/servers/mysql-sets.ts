import { spawnSync } from 'node:child_process';
import { chownSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AWKWARD, PROGRAMS } from './mysql-data';
import { Mysql, stepOf } from './mysql-server';
import type { Pod, World } from './world';

/** The server of a suite, with data. */
const servers = new WeakMap<World, Promise<Mysql>>();

export function shared(world: World): Promise<Mysql> {
  const known =
    servers.get(world) ??
    (async () => {
      const mysql = await Mysql.create(world, 'server', ['shop', 'wiki_2']);
      await mysql.sql(`SET SESSION cte_max_recursion_depth = 100000; USE shop; ${AWKWARD} ${PROGRAMS}
        USE wiki_2; CREATE TABLE page (id INT PRIMARY KEY, title TEXT); INSERT INTO page VALUES (1, 'one'), (2, 'two');`);
      return mysql;
    })();
  servers.set(world, known);
  return known;
}

export const loading = (world: World, env: Readonly<Record<string, string>> = {}) =>
  stepOf(world, { env: { MAX_AGE_SECONDS: '86400', SENTINEL_DATABASE: 'strata', ...env } });

const UID = 999;

/** A dump of now, in a pod of its own. */
export async function dumped(
  world: World,
  mysql: Mysql,
  user?: string,
  args?: readonly string[],
  memory?: number,
): Promise<Pod> {
  const pod = await world.pod({ component: 'dumped', kind: 'logical' });
  await pod.succeed('dump', { ...mysql.step(user, {}, args), ...(memory !== undefined && { memory }) });
  return pod;
}

/** A pod in which the set is already fetched and decrypted: what another pod has dumped. */
export async function copyOf(world: World, pod: Pod): Promise<Pod> {
  const copy = await world.pod({ component: 'dumped', kind: 'logical' });
  cpSync(join(pod.work, 'data'), join(copy.work, 'data'), { recursive: true });
  write(copy, 'fetching', `${Math.floor(Date.now() / 1000)}\n`);
  for (const file of ['', ...files(pod)]) chownSync(join(copy.work, 'data', file), UID, UID);
  return copy;
}

export function write(pod: Pod, file: string, text: string): void {
  writeFileSync(join(pod.work, file), text);
  chownSync(join(pod.work, file), UID, UID);
}

interface Facts {
  readonly sentinel: string;
  readonly databases: readonly { readonly name: string; readonly file: string }[];
}

export const facts = (pod: Pod): Facts => JSON.parse(pod.read('data/facts.json')) as Facts;
const files = (pod: Pod): readonly string[] => [
  'facts.json',
  ...facts(pod).databases.map(({ file }) => file),
];

/** File of a database in the set. */
export function fileOf(pod: Pod, database: string): string {
  const file = facts(pod).databases.find(({ name }) => name === database)?.file;
  if (file === undefined) throw new Error(`${database} is not in the set: ${JSON.stringify(facts(pod))}`);
  return join(pod.work, 'data', file);
}

export function expect(what: string, found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${what}: ${String(found)}, not ${String(wanted)}`);
}

/** zstd of the image, on text of which each character is a byte. */
function zstd(world: World, input: Buffer, ...options: readonly string[]): Buffer {
  const { status, stdout, stderr } = spawnSync(
    'chroot',
    [world.programs.roots.mysql, 'zstd', '--quiet', ...options],
    {
      input,
      maxBuffer: 2 ** 30,
    },
  );
  if (status !== 0) throw new Error(`zstd: ${stderr.toString()}`);
  return stdout;
}

export const unpacked = (world: World, file: string): string =>
  zstd(world, readFileSync(file), '--decompress').toString('latin1');

export function packed(world: World, file: string, text: string): void {
  writeFileSync(file, zstd(world, Buffer.from(text, 'latin1')));
}
