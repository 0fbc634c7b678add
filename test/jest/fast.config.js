/** `npm test`: all but the slow and the nightly tests. @type {import('jest').Config} */
const all = require('../../jest.config.js');
module.exports = { ...all, rootDir: '../..', testPathIgnorePatterns: [...all.testPathIgnorePatterns, '\\.(slow|nightly)\\.test\\.ts$'] };
