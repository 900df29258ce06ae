const { packageFiles } = require('./packages.cjs');

const files = packageFiles();
const ESM_ONLY = /^(@bomb\.sh\/|@kubernetes-models\/|kubernetes-models)/;

/**
 * Packages that nearly every test loads come from one file (test/packages.cjs). Of the others, those that export ES modules only are
 * resolved by their `import` condition, and the rest as Node's require does.
 */
module.exports = (request, options) =>
  files.get(request) ??
  options.defaultResolver(
    request,
    ESM_ONLY.test(request) ? { ...options, conditions: ['import', 'node', 'default'] } : options,
  );
