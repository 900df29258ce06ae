import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { watch } from '../../cli/watch';
import { scratch } from './terminal';

/** Waits until something is so; the time limit of the test is the limit. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(20);
}

describe('watching', () => {
  const start = (render: () => Promise<void> = () => Promise.resolve()) => {
    const root = scratch();
    for (const folder of ['clusters/mono', 'charts']) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'clusters/mono/cluster.yaml'), 'a: 1\n');
    const end = new AbortController();
    let runs = 0;
    const counted = async (): Promise<void> => {
      runs++;
      await render();
    };
    const done = watch(root, ['clusters', 'charts', 'absent'], counted, end.signal);
    return { root, runs: () => runs, stop: () => end.abort(), done };
  };

  test('renders at once, and again after a file is changed, added or removed in any depth', async () => {
    const { root, runs, stop, done } = start();
    await until(() => runs() === 1);
    writeFileSync(join(root, 'clusters/mono/cluster.yaml'), 'a: 2\n');
    await until(() => runs() === 2);
    writeFileSync(join(root, 'charts/new.ts'), '');
    await until(() => runs() === 3);
    rmSync(join(root, 'charts/new.ts'));
    await until(() => runs() === 4);
    stop();
    await done;
  });

  test('many changes at once make one run', async () => {
    const { root, runs, stop, done } = start();
    await until(() => runs() === 1);
    for (let number = 0; number < 50; number++) writeFileSync(join(root, `charts/${number}.ts`), '');
    await until(() => runs() > 1);
    await delay(600);
    expect(runs()).toBe(2);
    stop();
    await done;
  });

  test('a change during a run makes another one after it, never beside it', async () => {
    let running = 0;
    let most = 0;
    const { root, runs, stop, done } = start(async () => {
      most = Math.max(most, ++running);
      await delay(300);
      running--;
    });
    await until(() => runs() === 1);
    writeFileSync(join(root, 'clusters/mono/cluster.yaml'), 'a: 3\n');
    await until(() => runs() === 2 && running === 0);
    expect(most).toBe(1);
    stop();
    await done;
  });

  test('a run that fails to start ends it with that error', async () => {
    await expect(start(() => Promise.reject(new Error('no node'))).done).rejects.toThrow('no node');
  });

  test('the command renders, and Ctrl-C ends it with 0', async () => {
    const child = spawn(process.execPath, ['cli/strata.cjs', 'synth', '--watch', '--dry-run', 'staging']);
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += String(chunk)));
    await until(() => stdout.includes('staging'));
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  }, 60_000);
});
