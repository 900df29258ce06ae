const ESM_ONLY = /^(@bomb\.sh\/|@kubernetes-models\/|kubernetes-models)/;

/** Resolves packages that export ES modules only by their `import` condition; all others as Node's require does. */
module.exports = (request, options) =>
  options.defaultResolver(
    request,
    ESM_ONLY.test(request) ? { ...options, conditions: ['import', 'node', 'default'] } : options,
  );
