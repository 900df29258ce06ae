import { spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Postgres } from './postgres';
import type { Pod, StepOptions, World } from './world';

const UID = 999;
const COMPONENT = 'postgresql-prod';

/** Dumps the database `app`. */
export async function dumped(world: World, postgres: Postgres): Promise<Pod> {
  const pod = await world.pod({ component: COMPONENT, kind: 'logical' });
  await pod.succeed('dump', { env: postgres.environment });
  return pod;
}

/** A pod in which the set is already decrypted. */
export async function copyOf(world: World, pod: Pod): Promise<Pod> {
  const copy = await world.pod(pod.identity);
  cpSync(join(pod.work, 'data'), join(copy.work, 'data'), { recursive: true });
  writeFileSync(join(copy.work, 'fetching'), `${Math.floor(Date.now() / 1000)}\n`);
  spawnSync('chown', ['-R', `${UID}:${UID}`, copy.work]);
  return copy;
}

export const loading: StepOptions = {
  args: ['app'],
  env: { MAX_AGE_SECONDS: '86400' },
  memory: 768 * 2 ** 20,
};
export const restoring = (postgres: Postgres, overwrite = COMPONENT): StepOptions => ({
  args: ['app'],
  env: {
    ...postgres.environment,
    PASSWORD_app: postgres.environment['PGPASSWORD'] ?? '',
    OVERWRITE: overwrite,
  },
  memory: 768 * 2 ** 20,
});
export const comparing = (postgres: Postgres): StepOptions => ({ args: ['app'], env: postgres.environment });
