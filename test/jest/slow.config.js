/** `npm run test:slow`: what `npm run test:all` has beyond `npm test`. @type {import('jest').Config} */
module.exports = { ...require('../../jest.config.js'), rootDir: '../..', testMatch: ['<rootDir>/test/**/*.slow.test.ts'] };
