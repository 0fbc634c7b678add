/** `npm run test:nightly`: what takes too long before each merge. @type {import('jest').Config} */
module.exports = { ...require('../../jest.config.js'), rootDir: '../..', testMatch: ['<rootDir>/test/**/*.nightly.test.ts'] };
