/** `npm run test:cli`: the real CDK CLI against the embedded AWS. @type {import('jest').Config} */
module.exports = {
  ...require('../../jest.config.js'),
  rootDir: '../..',
  testMatch: ['<rootDir>/test/cdk-cli/*.test.ts'],
  testPathIgnorePatterns: [],
  // One command takes some ten seconds, and two minutes on a busy machine.
  testTimeout: 240_000,
};
