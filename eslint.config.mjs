import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const impure = (name, remedy) => ({ name, message: remedy });

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'imports/*/', '**/*.cjs', '**/*.mjs'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', { max: 320, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.property.name='addDependency']",
          message:
            'cdk8s dependencies are searched exponentially and rename files: declare the wiring (flow, contract) instead.',
        },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unnecessary-condition': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
  {
    files: ['charts/**/*.ts', 'checks/**/*.ts', 'argocd/**/*.ts', 'diff/**/*.ts', 'imports/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        impure('process', 'Rendering is pure: take it from the settings or as a parameter.'),
        impure('console', 'Rendering is pure: return findings, or throw a StrataError.'),
        impure('Date', 'Rendering is pure: take the day as a parameter.'),
      ],
      'no-restricted-properties': [
        'error',
        {
          object: 'Math',
          property: 'random',
          message: 'The same settings give the same bytes: no random value.',
        },
      ],
    },
  },
  {
    // tests read deep into plain JSON, break it on purpose, and keep long tables; tsc checks their types all the same
    files: ['test/**/*.ts'],
    ...tseslint.configs.disableTypeChecked,
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      'max-lines': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
