/** Runs that clean-run.slow.test.ts starts, and ends. @type {import('jest').Config} */
module.exports = {
  ...require('../../jest.config.js'),
  rootDir: '../..',
  testMatch: ['<rootDir>/test/clean-run/runs/(passes|fails|hangs).ts'],
  // Jest starts workers then, however small the run.
  workerIdleMemoryLimit: '1GB',
};
