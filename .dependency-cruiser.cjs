/**
 * Who may import whom: main, cli → charts/platform (catalogue, wiring, derived) → argocd, checks, charts/<layer>/<component> → charts/core →
 * imports, settings.
 */
const rule = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

module.exports = {
  forbidden: [
    rule(
      'no-cycles',
      'A cycle, type-only imports included, means two files are one: move the shared part below both.',
      {},
      { circular: true },
    ),
    rule(
      'layers-do-not-know-each-other',
      'A layer takes a contract (an endpoint, a class name, a secret reference) in its props; charts/wiring/ hands it over.',
      { path: '^charts/(?!core/|wiring/)([^/]+)/' },
      { path: '^charts/(?!core/)[^/]+/', pathNot: '^charts/$1/' },
    ),
    rule(
      'core-is-below-layers',
      'charts/core is what components build on.',
      { path: '^charts/core/' },
      { path: '^(charts/(?!core/)|argocd/|checks/|cli/|main)' },
    ),
    rule(
      'layers-are-below-the-platform',
      'Only the wiring hands outputs of one layer to another, and only platform.ts calls it.',
      { path: '^charts/[^/]+/' },
      { path: '^(charts/(platform|catalogue|derived|settings)|argocd/|checks/|cli/|main)' },
    ),
    rule(
      'imports-are-leaves',
      'imports/ holds what comes from outside.',
      { path: '^imports/' },
      { path: '^(charts|argocd|checks|cli|settings|main)' },
    ),
    rule(
      'settings-are-leaves',
      'settings/ is the language of what is wanted, and knows nothing of how: no component, no check.',
      { path: '^settings/' },
      { path: '^(charts|argocd|checks|cli|imports|main)' },
    ),
    rule(
      'checks-read-objects',
      'A check reads objects and settings, never constructs.',
      { path: '^checks/' },
      { path: '^(charts/(?!core/)|argocd/|cli/|main)' },
    ),
    rule(
      'reviews-compare-objects',
      'diff/ compares two rendered sets and two texts of settings: what reads git and disk is in cli/.',
      { path: '^diff/' },
      { path: '^(charts/(?!core/)|argocd/|cli/|clusters/|imports/|main)' },
    ),
    rule(
      'reviews-are-above-checks',
      'Only cli/ asks for a review.',
      { path: '^(argocd|charts|checks|clusters|imports)/' },
      { path: '^diff/' },
    ),
    rule(
      'pure-from-settings-to-objects',
      'No file, process or clock between settings and objects: main.ts and cli/ do that.',
      { path: '^(charts|argocd|checks|diff|imports)/|^settings/(?!load|write-schema)' },
      { dependencyTypes: ['core'] },
    ),
    rule('tests-are-leaves', 'Nothing but tests imports a test.', { pathNot: '^test/' }, { path: '^test/' }),
    rule(
      'only-listed-packages',
      'A package that is imported is listed in package.json.',
      {},
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(node_modules|dist)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
