/** `npm test`: all but the slow tests. @type {import('jest').Config} */
const all = require('../../jest.config.js');
module.exports = { ...all, rootDir: '../..', testPathIgnorePatterns: [...all.testPathIgnorePatterns, '\\.slow\\.test\\.ts$'] };
