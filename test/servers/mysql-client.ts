import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until, type Pod, type StepOptions, type World } from './world';

/**
 * What happens at the first statements that hold a text. `lost`: the server does them, and the client does not hear of it. `refused`: they
 * do not get there. `ignored`: they do not, and the client says that they did. `before` and `after`: the step waits there, to be killed.
 */
export type Fault = 'lost' | 'refused' | 'ignored' | 'before' | 'after';

const SCRIPT = `#!/bin/bash
# stands before the program, and hands all to it
statements=$(mktemp) && cat >"$statements" && exec <"$statements"
if [[ ! -e /work/reached ]] && grep -qF -- "$FAULT_AT" "$statements"; then
  if [[ $FAULT == lost || $FAULT == after ]]; then /usr/bin/mysql "$@"; fi
  touch /work/reached
  if [[ $FAULT == ignored ]]; then exit 0; fi
  if [[ $FAULT == before || $FAULT == after ]]; then sleep 600; fi
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

/** Runs a step up to the statement, and kills it there, as when its node goes. */
export async function killedAt(
  pod: Pod,
  step: string,
  options: StepOptions,
  [fault, at]: readonly ['before' | 'after', string],
): Promise<void> {
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
  container.kill();
  await container.ended;
}
