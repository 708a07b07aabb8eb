import { builtinModules } from 'node:module';

import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import jest from 'eslint-plugin-jest';
import tsdoc from 'eslint-plugin-tsdoc';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * What each folder of `src` may import from the others. Everything not listed is refused, including the
 * modules at the root of `src`, which put the layers together.
 *
 * - `may`: folders that may be imported.
 * - `types`: folders of which only types may be imported.
 * - `refuses`: packages that may not be imported, by their key in `packages`.
 */
const layers = {
  contract: { refuses: ['outsideWorkflows'] },
  leg: { may: ['contract'], refuses: ['outsideWorkflows', 'temporal'] },
  routing: { may: ['contract'], refuses: ['outsideWorkflows', 'temporal'] },
  conversation: { may: ['contract', 'leg', 'routing'], refuses: ['outsideWorkflows', 'temporal'] },
  workflows: {
    may: ['contract', 'leg', 'routing', 'conversation', 'events'],
    types: ['activities'],
    refuses: ['outsideWorkflows', 'localActivities'],
  },
  asapp: { may: ['contract'], refuses: ['temporal'] },
  activities: { may: ['contract', 'leg', 'routing', 'conversation', 'asapp'], refuses: ['worker'] },
  account: { may: ['contract', 'asapp', 'bundling'], types: ['routing'] },
  events: { may: ['contract', 'bundling'] },
  client: { may: ['contract'], refuses: ['worker'] },
  'call-control': { may: ['contract', 'client', 'environment'], refuses: ['worker'] },
  environment: { may: ['contract'], refuses: ['temporal'] },
  codec: { may: ['environment'], refuses: ['worker'] },
  'codec-server': { may: ['codec', 'contract', 'environment'], refuses: ['worker'] },
  'worker-process': { may: ['contract', 'client', 'asapp', 'account', 'events', 'routing', 'environment'] },
  bundling: { may: ['contract', 'codec', 'environment', 'workflow.ts'] },
  sandbox: { may: ['contract'], refuses: ['temporal'] },
  doctor: { may: ['contract', 'asapp', 'call-control', 'client', 'codec', 'environment', 'worker-process'] },
  bin: {
    may: [
      'bundling',
      'call-control',
      'contract',
      'client',
      'codec',
      'codec-server',
      'doctor',
      'environment',
      'events',
      'routing',
      'sandbox',
      'worker-process',
    ],
    refuses: ['worker'],
  },
};

/** Files that are bundled for workflows, in folders that are not. */
const filesInWorkflows = [
  'account/{ledger,messages,workflow}',
  'bundling/{preloaded-modules,workflow-interceptors,workflows-beside-users}',
  'codec/failure-converter',
  'doctor/latency-workflow',
  'events/{announce,messages,workflow}',
];

const packages = {
  localActivities: {
    regex: '^@temporalio/workflow$',
    importNames: ['proxyLocalActivities', 'scheduleLocalActivity'],
    message: 'A workflow task with a local activity may not be replayed as it was: decisions/0034.',
  },
  outsideWorkflows: {
    regex: `^(node:|(${builtinModules.join('|')})(/|$)|@temporalio/(worker|client|activity|testing)(/|$))`,
    message: 'This code runs inside workflows, where there is no Node, no worker and no client.',
  },
  temporal: { regex: '^@temporalio/', message: 'This code knows nothing of Temporal.' },
  worker: {
    regex: '^@temporalio/(worker|core-bridge|testing)(/|$)',
    message: 'Services that run no worker load this code.',
  },
};

/** Paths are resolved before they are judged, so it does not matter how an import is spelled. */
const zones = [
  ...Object.entries(layers).map(([layer, { may = [], types = [] }]) => ({
    target: `./src/${layer}`,
    from: './src',
    except: [layer, ...may, ...types].map((name) => `./${name}`),
    message: `src/${layer} may import from: ${[layer, ...may, ...types.map((name) => `${name} (types)`)].join(', ')}.`,
  })),
  {
    target: './src/*.ts',
    from: ['./src/sandbox', './src/bin'],
    message: 'Nothing but the sandbox knows the sandbox.',
  },
  {
    target: './src/client.ts',
    from: './src',
    except: ['./client', './contract'],
    message: 'The entry point for services without a worker may import from: client, contract.',
  },
  {
    target: './src/workflow.ts',
    from: './src',
    except: ['./workflows', './account', './events', './bundling/workflow-interceptors.ts'],
    message:
      'The entry point for workflow code may import from: workflows, account, events, the interceptors.',
  },
  {
    target: './src',
    from: ['./dev', './bench', './soak', './peers', './test', './examples'],
    message: 'What is shipped does not know what is not.',
  },
];

/** What paths alone cannot tell: imports of types only, and modules that are not in this repository. */
const layerImports = [
  ...Object.entries(layers).map(([layer, rules]) => [`${layer}/**/*`, layer, rules]),
  ...filesInWorkflows.map((files) => {
    const [layer] = files.split('/');
    const { refuses = [], ...rules } = layers[layer];
    return [files, layer, { ...rules, refuses: ['outsideWorkflows', 'localActivities', ...refuses] }];
  }),
].flatMap(([files, layer, { types = [], refuses = [] }]) => {
  const patterns = refuses.map((name) => packages[name]);
  if (types.length > 0) {
    patterns.push({
      regex: `^(\\.\\./)+(${types.join('|')})(/|$)`,
      allowTypeImports: true,
      message: `src/${layer} may import only types from: ${types.join(', ')}.`,
    });
  }
  if (patterns.length === 0) return [];
  return [
    {
      name: `layers/${files}`,
      files: [`src/${files}.ts`],
      rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
    },
  ];
});

export default defineConfig(
  globalIgnores(['**/lib/', 'coverage/', '.cache/', '**/generated/', '**/*.js', '**/*.mjs', '**/*.cjs']),
  {
    name: 'code',
    files: ['**/*.ts'],
    extends: [
      js.configs.recommended,
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
      importX.flatConfigs.typescript,
    ],
    plugins: { 'import-x': importX, tsdoc },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js', '.json'] })] },
    rules: {
      'no-console': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'tsdoc/syntax': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
      'import-x/order': [
        'error',
        {
          groups: ['builtin', 'external', 'internal', 'parent', ['sibling', 'index']],
          'newlines-between': 'always',
          alphabetize: { order: 'asc', caseInsensitive: true },
        },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // It asks for `!`, which another rule refuses; and a chain reads worse than two conditions in a row.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/prefer-optional-chain': 'off',
    },
  },
  {
    name: 'src',
    files: ['src/**/*.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }] },
  },
  layerImports,
  {
    name: 'tests',
    files: ['test/**/*.ts'],
    extends: [jest.configs['flat/recommended']],
    rules: {
      'jest/no-disabled-tests': 'error',
      'no-restricted-syntax': [
        'error',
        {
          // Also as `test.failing.each` and `test.concurrent.failing`.
          selector: "MemberExpression[property.name='failing']",
          message:
            'A known fault is an open fault: mend it, or leave the test out and say so in the documents.',
        },
      ],
    },
  },
  {
    name: 'the entry of a bundle, which only webpack resolves',
    files: ['src/bundling/workflows-beside-users.ts'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    name: 'projects of their own, whose types are there once their packages are installed',
    files: ['examples/**/*.ts', 'peers/**/*.ts'],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    name: 'what jest asks of its global modules',
    files: ['test/support/global-*.ts'],
    rules: { 'import-x/no-default-export': 'off', 'no-console': 'off' },
  },
  {
    name: 'programs',
    files: ['dev/**/*.ts', 'bench/**/*.ts', 'soak/**/*.ts', 'peers/run.ts', 'src/worker.ts', 'src/bin/*.ts'],
    rules: { 'no-console': 'off' },
  },
  prettier,
);
