/** These packages export ES modules only: they are resolved by that condition and compiled like our own files. */
const esmOnly = ['@bomb.sh', 'kubernetes-models', '@kubernetes-models', 'is-cidr', 'cidr-regex', 'ip-regex'];

// before the processes of the tests, which would each make them
require('./test/packages.cjs').packageFiles();

module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  resolver: '<rootDir>/test/resolver.cjs',
  setupFiles: ['<rootDir>/test/setup.cjs'],
  transform: {
    '\\.(yaml|sh|sql)$': '<rootDir>/test/text-transform.cjs',
    '^.+\\.(ts|m?js)$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
};
