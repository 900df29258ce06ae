import type { StepOptions, Pod, PodIdentity, World } from './world';

/** Identity that the sets of a suite are encrypted to. */
const keys = new WeakMap<World, ReturnType<World['ageKeys']>>();

export function keysOf(world: World): ReturnType<World['ageKeys']> {
  const known = keys.get(world) ?? world.ageKeys('right');
  keys.set(world, known);
  return known;
}

/** Environment and mount of the identity. */
export const identityOf = (world: World): StepOptions => ({
  env: { SOPS_AGE_KEY_FILE: '/identity/identity' },
  mounts: { '/identity': keysOf(world).folder },
});

/** Seals and stores what a dump has written. */
export async function stored(pod: Pod): Promise<void> {
  await pod.succeed('key', { env: { RECIPIENT: keysOf(pod.world).recipient } });
  await pod.succeed('store');
}

/** A pod of a drill or a restore, with the newest set in the clear. */
export async function fetched(world: World, identity: PodIdentity, stream?: string): Promise<Pod> {
  const pod = await world.pod(identity);
  const env: Record<string, string> = stream === undefined ? {} : { STREAM: stream };
  const open = identityOf(world);
  await pod.succeed('fetch', { env });
  await pod.succeed('open', { ...open, env: { ...env, ...open.env } });
  await pod.succeed('decrypt', { env });
  return pod;
}
