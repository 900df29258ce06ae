import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container } from './container';
import { until, type Pod, type StepOptions, type World } from './world';

/**
 * What happens at the first statements that hold a text. `lost`: the server does them, and the client does not hear of it. `refused`: they
 * do not get there. `ignored`: they do not, and the client says that they did. `before` and `after` them the step waits, to be killed, or
 * until $WORK has a file `go`.
 */
type Fault = 'lost' | 'refused' | 'ignored' | 'before' | 'after';

const SCRIPT = `#!/bin/bash
# stands before the program, and hands all to it
statements=$(mktemp) && cat >"$statements" && exec <"$statements"
if [[ ! -e /work/reached ]] && grep -qF -- "$FAULT_AT" "$statements"; then
  if [[ $FAULT == lost || $FAULT == after ]]; then /usr/bin/mysql "$@"; fi
  touch /work/reached
  if [[ $FAULT == ignored ]]; then exit 0; fi
  if [[ $FAULT == before || $FAULT == after ]]; then until [[ -e /work/go ]]; do sleep 0.1; done; fi
  if [[ $FAULT == after ]]; then exit 0; fi
  if [[ $FAULT == before ]]; then exec /usr/bin/mysql "$@"; fi
  echo 'ERROR 2013 (HY000): Lost connection to server during query' >&2
  exit 1
fi
rm "$statements"
exec /usr/bin/mysql "$@"
`;

/** The step with a client that has a fault, once. */
export function faulty(world: World, options: StepOptions, fault: Fault, at: string): StepOptions {
  const folder = world.makeFolder('faulty-client');
  const file = join(folder, 'mysql');
  writeFileSync(file, SCRIPT);
  chmodSync(file, 0o755);
  return {
    ...options,
    env: { ...options.env, FAULT: fault, FAULT_AT: at },
    mounts: { ...options.mounts, '/usr/local/bin': folder },
  };
}

/** Where a step waits for a person. */
type Stop = readonly ['before' | 'after', string];

/** Starts a step, and resolves when it waits at the statement. */
export async function stoppedAt(
  pod: Pod,
  step: string,
  options: StepOptions,
  [fault, at]: Stop,
): Promise<Container> {
  const container = pod.start(step, faulty(pod.world, options, fault, at));
  let output: string | undefined;
  void container.ended.then((result) => (output = result.output));
  await until(
    `${step} comes to "${at}"`,
    () => {
      if (output !== undefined) throw new Error(`${step} ended before "${at}":\n${output}`);
      return existsSync(join(pod.work, 'reached'));
    },
    120,
  );
  return container;
}

/** Runs a step up to the statement, and kills it there, as when its node goes. */
export async function killedAt(pod: Pod, step: string, options: StepOptions, stop: Stop): Promise<void> {
  const container = await stoppedAt(pod, step, options, stop);
  container.kill();
  await container.ended;
}
