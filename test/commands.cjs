'use strict';
/**
 * Runs several commands of strata one after the other in one process, since starting one takes longer than most commands:
 * `node test/commands.cjs '[["check","mono"],["--help"]]'`. Prints status, stdout and stderr of each as JSON.
 */
const { run } = require('../cli/bundle.cjs');

const STREAMS = ['stdout', 'stderr'];

async function outcomeOf(args) {
  const written = { stdout: '', stderr: '' };
  const writes = STREAMS.map((name) => process[name].write);
  for (const name of STREAMS)
    process[name].write = (text) => {
      written[name] += text;
      return true;
    };
  process.exitCode = 0;
  try {
    run('cli/strata.ts', args);
    // the commands here ask no other process, so they have ended by then
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    STREAMS.forEach((name, index) => (process[name].write = writes[index]));
  }
  return { status: process.exitCode, ...written };
}

async function main(commands) {
  const outcomes = [];
  for (const args of commands) outcomes.push(await outcomeOf(args));
  process.exitCode = 0;
  process.stdout.write(JSON.stringify(outcomes));
}

void main(JSON.parse(process.argv[2]));
