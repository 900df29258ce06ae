#!/usr/bin/env node
'use strict';
/**
 * Bundles a TypeScript entry with esbuild and runs it: `node cli/bundle.cjs <entry.ts> [arguments…]`.
 *
 * Everything goes into one file: half of a start would else be spent on finding some 400 modules, and the kubernetes-models packages
 * are ES modules only. The bundle is kept, and used again while no file that went into it has changed.
 */
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const cache = path.join(root, 'node_modules', '.cache', 'strata');

/** These load files from beside themselves. */
const EXTERNAL = ['re2-wasm', 'esbuild'];
/** What changes the bundle without being in it. */
const ALSO = ['package-lock.json', 'cli/bundle.cjs'];

/** State of the inputs of a bundle: a changed size or time of any of them makes a new one. */
function stamp(files) {
  return files.map((file) => {
    const stat = fs.statSync(path.join(root, file), { throwIfNoEntry: false });
    return `${file}:${stat ? `${stat.mtimeMs}:${stat.size}` : 'gone'}`;
  });
}

function isFresh(inputsFile, bundleFile) {
  try {
    const inputs = JSON.parse(fs.readFileSync(inputsFile, 'utf8'));
    const now = stamp(inputs.map((line) => line.slice(0, line.indexOf(':'))));
    return fs.existsSync(bundleFile) && inputs.every((line, index) => line === now[index]);
  } catch {
    return false;
  }
}

/** Bundles `entry` (relative to the repository) and returns the path of the result. */
function bundle(entry) {
  const name = entry.replace(/[^a-z0-9]+/gi, '-');
  const bundleFile = path.join(cache, `${name}.cjs`);
  const inputsFile = path.join(cache, `${name}.inputs.json`);
  if (isFresh(inputsFile, bundleFile)) return bundleFile;

  const { outputFiles, metafile } = require('esbuild').buildSync({
    entryPoints: [path.join(root, entry)],
    absWorkingDir: root,
    outfile: bundleFile,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    loader: { '.sh': 'text', '.sql': 'text', '.yaml': 'text' },
    external: EXTERNAL,
    logLevel: 'error',
  });
  fs.mkdirSync(cache, { recursive: true });
  for (const file of outputFiles) replaceFile(file.path, file.contents);
  replaceFile(inputsFile, JSON.stringify(stamp([...Object.keys(metafile.inputs), ...ALSO])));
  return bundleFile;
}

/** Two runs side by side each see a whole file. */
function replaceFile(file, content) {
  const temporary = `${file}.${process.pid}`;
  fs.writeFileSync(temporary, content);
  fs.renameSync(temporary, file);
}

/** Runs `entry` in this process, as if it had been called with `args`. */
function run(entry, args) {
  process.setSourceMapsEnabled(true);
  process.argv = [process.argv[0], path.join(root, entry), ...args];
  require(bundle(entry));
}

module.exports = { run };

if (require.main === module) {
  const [entry, ...args] = process.argv.slice(2);
  if (!entry) {
    process.stderr.write('usage: node cli/bundle.cjs <entry.ts> [arguments…]\n');
    process.exit(2);
  }
  run(entry, args);
}
