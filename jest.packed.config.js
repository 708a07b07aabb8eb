/** The package as its users get it, packed and installed: `npm run test:packed`, apart, because npm needs its time. */
const { projects, ...config } = require('./jest.config.js');

const servers = projects.find(({ displayName }) => displayName === 'servers');

/** @type {import('jest').Config} */
module.exports = {
  ...config,
  projects: [{ ...servers, displayName: 'packed', testMatch: ['**/test/packed/**/*.test.ts'] }],
};
