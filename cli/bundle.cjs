#!/usr/bin/env node
'use strict';
/**
 * Bundles a TypeScript entry with esbuild and runs it: `node cli/bundle.cjs <entry.ts> [arguments…]`.
 *
 * The kubernetes-models packages are ES modules only, so they go into the bundle; everything else stays in node_modules. The bundle
 * is kept and used again while no file that went into it has changed.
 */
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const cache = path.join(root, 'node_modules', '.cache', 'strata');
const BUNDLED = /^(@kubernetes-models\/|kubernetes-models$)/;

/** State of the inputs of a bundle: a changed size or time of any of them makes a new one. */
function stamp(files) {
  return files.map((file) => {
    const stat = fs.statSync(path.resolve(root, file), { throwIfNoEntry: false });
    return stat ? `${file}:${stat.mtimeMs}:${stat.size}` : `${file}:gone`;
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

  const result = require('esbuild').buildSync({
    entryPoints: [path.join(root, entry)],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    sourcesContent: false,
    loader: { '.sh': 'text', '.sql': 'text', '.yaml': 'text' },
    logLevel: 'error',
    external: externalPackages(),
  });
  fs.mkdirSync(cache, { recursive: true });
  replaceFile(bundleFile, result.outputFiles[0].contents);
  replaceFile(
    inputsFile,
    JSON.stringify(stamp([...Object.keys(result.metafile.inputs), 'package-lock.json'])),
  );
  return bundleFile;
}

/** buildSync takes no plugins, so every installed dependency is named, except the ES-module ones. */
function externalPackages() {
  const { dependencies, devDependencies } = require(path.join(root, 'package.json'));
  return Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !BUNDLED.test(name));
}

/** Two runs side by side each see a whole file. */
function replaceFile(file, content) {
  const temporary = `${file}.${process.pid}`;
  fs.writeFileSync(temporary, content);
  fs.renameSync(temporary, file);
}

function run(entry, args) {
  process.setSourceMapsEnabled(true);
  process.argv = [process.argv[0], path.join(root, entry), ...args];
  require(bundle(entry));
}

module.exports = { bundle, run, root };

if (require.main === module) {
  const [entry, ...args] = process.argv.slice(2);
  if (!entry) {
    process.stderr.write('usage: node cli/bundle.cjs <entry.ts> [arguments…]\n');
    process.exit(2);
  }
  run(entry, args);
}
