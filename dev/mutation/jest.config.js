/** What Stryker runs for each mutant: the unit tests of one folder, in one file. `run.ts` says which. */
const { projects } = require('../../jest.config.js');

const unit = projects.find(({ displayName }) => displayName === 'unit');

/** @type {import('jest').Config} */
module.exports = {
  ...unit,
  rootDir: '../..',
  roots: ['<rootDir>/dev/mutation', '<rootDir>/test'],
  testMatch: ['<rootDir>/dev/mutation/tests-in-one-file.js'],
  testEnvironment: require.resolve('./first-failure-environment.js'),
  setupFiles: ['<rootDir>/dev/mutation/same-properties.js'],
  testTimeout: 20_000,
};
