/** `npm run test:real`: the real CDK CLI against a real account. Refuses before anything runs. @type {import('jest').Config} */
module.exports = {
  ...require('../../jest.config.js'),
  rootDir: '../..',
  globalSetup: '<rootDir>/test/real-account/refuse.ts',
  testMatch: ['<rootDir>/test/real-account/landing-zone.test.ts'],
  testPathIgnorePatterns: [],
  // The deletion waits for DRS for up to 90 minutes, and then for the network.
  testTimeout: 3 * 3_600_000,
};
