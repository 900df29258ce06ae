#!/usr/bin/env node
'use strict';
/**
 * Bundles a TypeScript entry with esbuild and runs it: `node cli/bundle.cjs <entry.ts> [arguments…]`.
 *
 * Two files, since half of a start would else be spent on finding some 900 modules: our sources, bundled anew when one of them changes
 * (some 50 ms), and the packages they import, bundled anew when the lock file changes (half a second).
 */
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const cache = path.join(root, 'node_modules', '.cache', 'strata');

/** What changes a bundle without being in it. */
const ALSO = ['package-lock.json', 'cli/bundle.cjs'];
/** These load files from beside themselves, so they are taken from node_modules. */
const NOT_BUNDLED = ['re2-wasm', 'esbuild'];

const COMMON = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'error',
};

/** Milliseconds in which a file system may give two writes the same time: Linux' come from a clock that ticks 100 to 1,000 times a second. */
const TICK = 20;

/**
 * State of files: a changed size or time of any of them makes another text. One that was saved after `began`, or in the tick before, may not
 * be what was read then: its text is that of no file.
 */
function stateOf(files, began = Infinity) {
  return files.map((file) => {
    const stat = fs.statSync(path.join(root, file), { throwIfNoEntry: false });
    if (!stat) return `${file}:gone`;
    return stat.mtimeMs > began - TICK ? `${file}:saved meanwhile` : `${file}:${stat.mtimeMs}:${stat.size}`;
  });
}

/** Where a bundle is. It is never written down: a copy of the repository must not run the bundle of the original. */
const fileOf = (name) => path.join(cache, `${name}.cjs`);

/** What was kept under `name`, if the files that it was made from are as they were. */
function kept(name) {
  try {
    const result = JSON.parse(fs.readFileSync(path.join(cache, `${name}.json`), 'utf8'));
    const files = result.state.map((line) => line.slice(0, line.indexOf(':')));
    const fresh = stateOf(files).join() === result.state.join() && fs.existsSync(fileOf(name));
    return fresh ? result : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps a bundle; `files` are what it was made from, and `began` is when the first of them was read. Where nothing can be written, as in
 * an image or a checkout of somebody else, each run bundles anew.
 */
function keep(name, outputs, files, began, more) {
  const result = { state: stateOf([...files, ...ALSO], began), ...more };
  try {
    fs.mkdirSync(cache, { recursive: true });
    for (const output of outputs) replaceFile(output.path, output.contents);
    replaceFile(path.join(cache, `${name}.json`), JSON.stringify(result));
  } catch {
    // without its source map, which is read from a file only
    const { text } = outputs.find((output) => output.path === fileOf(name));
    return { ...result, text };
  }
  return result;
}

/** Two runs side by side each see a whole file. */
function replaceFile(file, content) {
  const temporary = `${file}.${process.pid}`;
  try {
    fs.writeFileSync(temporary, content);
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

const nameOf = (entry) => entry.replace(/[^a-z0-9]+/gi, '-');
const packagesOf = (entry) => `${nameOf(entry)}-packages`;

/** The bundle of our sources, and the packages that it asks for. */
function sources(entry) {
  const name = nameOf(entry);
  const before = kept(name);
  if (before) return before;
  const began = Date.now();
  const { outputFiles, metafile } = require('esbuild').buildSync({
    ...COMMON,
    entryPoints: [path.join(root, entry)],
    outfile: fileOf(name),
    packages: 'external',
    metafile: true,
    sourcemap: true,
    sourcesContent: false,
    loader: { '.sh': 'text', '.sql': 'text', '.yaml': 'text' },
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const packages = new Set(imports.map((item) => item.path).filter((item) => !Module.isBuiltin(item)));
  return keep(name, outputFiles, Object.keys(metafile.inputs), began, { packages: [...packages].sort() });
}

/** The bundle of packages: a module that exports each of them by its name. */
function packages(entry, names) {
  const name = packagesOf(entry);
  const before = kept(name);
  if (before && before.names.join() === names.join()) return before;
  const began = Date.now();
  const lines = names.map((item, index) => `import * as m${index} from ${JSON.stringify(item)};`);
  const exported = names.map((item, index) => `${JSON.stringify(item)}: m${index}`);
  const { outputFiles } = require('esbuild').buildSync({
    ...COMMON,
    // imported, not required: the kubernetes-models packages are ES modules only
    stdin: {
      contents: `${lines.join('\n')}\nmodule.exports = { ${exported.join(', ')} };`,
      resolveDir: root,
    },
    outfile: fileOf(name),
    external: NOT_BUNDLED,
  });
  return keep(name, outputFiles, [], began, { names });
}

/** Runs `entry` in this process, as if it had been called with `args`: process.argv[1] is its path in the repository. */
function run(entry, args) {
  process.setSourceMapsEnabled(true);
  process.argv = [process.argv[0], path.join(root, entry), ...args];
  const own = sources(entry);
  const bundled = own.packages.filter((name) => !NOT_BUNDLED.includes(name));
  const provided = bundled.length ? load(packagesOf(entry), packages(entry, bundled), {}) : {};
  load(nameOf(entry), own, provided);
}

/** What the bundle of that name exports. Its own imports come from `provided`, or else from node_modules. */
function load(name, { text }, provided) {
  const file = fileOf(name);
  const program = new Module(file, module);
  program.filename = file;
  program.paths = module.paths;
  program.require = (wanted) => provided[wanted] ?? Module.prototype.require.call(program, wanted);
  program._compile(text ?? fs.readFileSync(file, 'utf8'), file);
  return program.exports;
}

/** Like run; a checkout without packages, or sources that esbuild refuses, end in words. */
function runOrSay(entry, args) {
  try {
    run(entry, args);
  } catch (error) {
    // esbuild has printed what it refuses, with the place
    if (!Array.isArray(error.errors) && error.code !== 'MODULE_NOT_FOUND') throw error;
    if (error.code) process.stderr.write(`${error.message.split('\n', 1)[0]}. Run npm ci, then try again\n`);
    process.exitCode = 2;
  }
}

/** The packages that `entry` and the sources that it imports ask for. */
const importedPackages = (entry) => sources(entry).packages;

module.exports = { run: runOrSay, importedPackages };

if (require.main === module) {
  const [entry, ...args] = process.argv.slice(2);
  if (!entry) {
    process.stderr.write('usage: node cli/bundle.cjs <entry.ts> [arguments…]\n');
    process.exit(2);
  }
  runOrSay(entry, args);
}
