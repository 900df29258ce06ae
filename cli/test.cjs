#!/usr/bin/env node
'use strict';
/**
 * `npm test`: every proof that the repository is right, two at a time. Prints a line per step, the output of those that fail, and
 * `N passed, N failed` at the end, tests and steps counted together. `node cli/test.cjs types tests` runs only those named.
 */
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const report = path.join(root, 'node_modules', '.cache', 'strata', 'jest.json');
const bin = (name) => path.join(root, 'node_modules', '.bin', name);

const CODE = ['main.ts', 'argocd', 'charts', 'checks', 'cli', 'diff', 'imports', 'settings'];
const STEPS = [
  {
    name: 'tests',
    what: 'unit, property, mutation and snapshot tests; dist/ equals a fresh render',
    command: [bin('jest'), '--ci', '--maxWorkers=100%', '--json', `--outputFile=${report}`],
  },
  { name: 'types', what: 'types of sources and tests', command: [bin('tsc'), '--noEmit', '-p', '.'] },
  {
    name: 'lint',
    what: 'lint',
    command: [
      bin('eslint'),
      '.',
      '--max-warnings=0',
      '--cache',
      '--cache-location',
      'node_modules/.cache/eslint/',
    ],
  },
  {
    name: 'format',
    what: 'format',
    command: [bin('prettier'), '--check', '--log-level=warn', '--cache', '.'],
  },
  {
    name: 'imports',
    what: 'import rules and cycles',
    command: [
      bin('depcruise'),
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err',
      ...CODE,
      'test',
    ],
  },
  { name: 'dead-code', what: 'unused files, exports and packages', command: [bin('knip'), '--no-progress'] },
];

function run({ name, command: [program, ...args] }) {
  const start = Date.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => resolve({ name, ok: false, seconds: 0, output: error.message }));
    child.on('close', (code) =>
      resolve({
        name,
        ok: code === 0,
        seconds: (Date.now() - start) / 1000,
        output: Buffer.concat(output).toString(),
      }),
    );
  });
}

/** Tests of the jest report, and snapshots that no test looks at; a run that left none failed before its first test. */
function testCounts() {
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests, snapshot } = JSON.parse(
      fs.readFileSync(report, 'utf8'),
    );
    const obsolete = snapshot.unchecked + snapshot.filesRemoved;
    return {
      passed: numPassedTests,
      failed: numFailedTests + numPendingTests + obsolete + (numFailedTests === 0 ? numFailedTestSuites : 0),
    };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

async function main(names) {
  const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length || names.includes('--help')) {
    console.error(`usage: node cli/test.cjs [${STEPS.map((step) => step.name).join('] [')}]`);
    process.exit(2);
  }
  fs.rmSync(report, { force: true });
  const waiting = STEPS.filter((step) => names.length === 0 || names.includes(step.name));
  const results = [];
  const lane = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const result = await run(step);
      results.push(result);
      console.log(
        `${result.ok ? 'ok  ' : 'FAIL'}  ${step.name.padEnd(10)} ${result.seconds.toFixed(1).padStart(5)} s  ${step.what}`,
      );
      if (!result.ok) console.log(result.output.trimEnd());
    }
  };
  await Promise.all([lane(), lane()]);

  const steps = results.filter((result) => result.name !== 'tests');
  const tests = steps.length === results.length ? { passed: 0, failed: 0 } : testCounts();
  const failed = tests.failed + steps.filter((step) => !step.ok).length;
  console.log(`\n${tests.passed + steps.filter((step) => step.ok).length} passed, ${failed} failed`);
  process.exit(failed || results.some((result) => !result.ok) ? 1 : 0);
}

void main(process.argv.slice(2));
