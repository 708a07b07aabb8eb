/** What needs no server, no process and no `lib/`: `npm run test:unit`, in seconds. */
const unitTests = [
  '**/test/{activities,asapp,codec,codec-server,contract,conversation,environment,leg,package,routing}/**/*.test.ts',
  '**/test/account/{account-gate,ledger}.test.ts',
  '**/test/client/ended-runs.test.ts',
  '**/test/dev/mutation.test.ts',
  '**/test/doctor/judgement.test.ts',
  '**/test/call-control/{busy,description,limits,load,openapi-file,read-webhook,told-later}.test.ts',
  '**/test/call-control/gateway/**/*.test.ts',
  '**/test/call-control/phone-systems/any-webhook.properties.test.ts',
  '**/test/call-control/phone-systems/*/!(calls|caller-key).test.ts',
  '**/test/sandbox/!(command).test.ts',
  '**/test/soak/!(soak).test.ts',
  '**/test/worker-process/**/*.test.ts',
];

/**
 * Folders whose code runs in no server, process or workflow of the test: `npm run coverage` holds their branches at 100 %, and
 * `npm run mutation` asks whether the tests notice a change of them.
 */
const pureFolders = ['leg', 'conversation', 'routing', 'asapp', 'call-control/phone-systems'];

/** What has a configuration of its own: `jest.packed.config.js`. */
const packedTests = ['**/test/packed/**/*.test.ts'];

/** @type {import('jest').Config} */
const common = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
  },
  setupFilesAfterEnv: ['<rootDir>/test/support/retry-in-ci.ts'],
};

/** The same tests with the other major version that works: `twilio-other` and `jose-other` of the dev dependencies. */
const otherMajors = {
  testMatch: [
    '**/test/codec-server/*.test.ts',
    '**/test/call-control/phone-systems/twilio/!(calls|caller-key).test.ts',
  ],
  moduleNameMapper: {
    '^twilio/(.*)$': '<rootDir>/node_modules/twilio-other/$1',
    '^jose$': '<rootDir>/node_modules/jose-other/dist/webapi/index.js',
  },
  // jose 6 is an ES module, which jest cannot load as it is.
  transform: { ...common.transform, '/jose-other/.+\\.js$': ['@swc/jest', { module: { type: 'commonjs' } }] },
  transformIgnorePatterns: ['/node_modules/(?!jose-other/)'],
};

/** @type {import('jest').Config} */
module.exports = {
  projects: [
    { ...common, displayName: 'unit', testMatch: unitTests },
    { ...common, displayName: 'other-majors', ...otherMajors },
    {
      ...common,
      displayName: 'servers',
      testMatch: ['**/*.test.ts', ...[...unitTests, ...packedTests].map((pattern) => `!${pattern}`)],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
  reporters: ['default', '<rootDir>/test/support/second-try-reporter.cjs'],
  testTimeout: 120_000,
  coverageProvider: 'babel',
  collectCoverageFrom: pureFolders.map((folder) => `src/${folder}/**/*.ts`),
  coverageThreshold: Object.fromEntries(pureFolders.map((folder) => [`./src/${folder}/`, { branches: 100 }])),
  coverageReporters: [['text', { skipFull: true }]],
  // One more than the cores of a small machine: many tests wait. With two at a time two cores were three quarters busy.
  maxWorkers: 3,
  // A test that ran out of time and had its second try has left open what it waited for: that must not hold the run.
  forceExit: process.env.CI === 'true',
};
