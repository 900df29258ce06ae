'use strict';
/**
 * The packages that nearly every test loads, as one file. They are some 900 modules, and each test file loads its own copies: finding and
 * reading them one by one took most of the time of the tests.
 *
 * Test files run in several processes, so the files are made once, by jest.config.cjs, and again where the lock file has changed.
 */
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { importedPackages } = require('../cli/bundle.cjs');

const root = path.resolve(__dirname, '..');
const cache = path.join(root, 'node_modules', '.cache', 'strata', 'jest');

/** Those that export ES modules only. */
const ESM_ONLY = /^(@kubernetes-models\/|kubernetes-models)/;
/** Tests compare these with what other packages of theirs make, which must be made of the same copy. */
const SHARED = /^(@lezer|@prometheus-io|@codemirror)\//;
/** It brings a file of WebAssembly that it reads from beside itself. */
const EXTERNAL = ['re2-wasm'];

/** Name of a package → the file to load in its place. */
function packageFiles() {
  const names = importedPackages('cli/strata.ts').filter((name) => !SHARED.test(name) && name !== 'esbuild');
  const made = ['package-lock.json', 'test/packages.cjs'].map((file) =>
    fs.readFileSync(path.join(root, file)),
  );
  const sum = createHash('sha256')
    .update(names.join())
    .update(Buffer.concat(made))
    .digest('hex')
    .slice(0, 16);
  const folder = path.join(cache, sum);
  if (!fs.existsSync(folder)) make(names, folder);
  return new Map(names.map((name, index) => [name, path.join(folder, `${index}.cjs`)]));
}

/** Builds beside the place and moves it there: another run at the same time sees all of it or nothing. */
function make(names, folder) {
  const draft = `${folder}.${process.pid}`;
  removeOld();
  fs.mkdirSync(draft, { recursive: true });
  const lines = names.map((name, index) =>
    ESM_ONLY.test(name)
      ? `import * as m${index} from ${JSON.stringify(name)};\nexports.p${index} = () => m${index};`
      : `exports.p${index} = () => require(${JSON.stringify(name)});`,
  );
  require('esbuild').buildSync({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
    stdin: { contents: lines.join('\n'), resolveDir: root },
    outfile: path.join(draft, 'packages.cjs'),
    external: EXTERNAL,
  });
  for (const [index, name] of names.entries()) {
    const flag = ESM_ONLY.test(name)
      ? `Object.defineProperty(exported, '__esModule', { value: true });\n`
      : '';
    const text = `const exported = require('./packages.cjs').p${index}();\n${flag}module.exports = exported;\n`;
    fs.writeFileSync(path.join(draft, `${index}.cjs`), text);
  }
  try {
    fs.renameSync(draft, folder);
  } catch (error) {
    if (!fs.existsSync(folder)) throw error; // another run was faster
    fs.rmSync(draft, { recursive: true, force: true });
  }
}

/** Milliseconds after which no run still reads what was made for other packages. */
const LONGEST_RUN = 86_400_000;

function removeOld() {
  if (!fs.existsSync(cache)) return;
  for (const name of fs.readdirSync(cache)) {
    const folder = path.join(cache, name);
    const made = fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - made > LONGEST_RUN) fs.rmSync(folder, { recursive: true, force: true });
  }
}

module.exports = { packageFiles };
