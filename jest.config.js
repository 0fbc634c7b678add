/** @type {import('jest').Config} */
module.exports = {
  // Nothing outlasts a run but the cache of what is transpiled.
  globalSetup: '<rootDir>/test/jest/setup.cjs',
  testEnvironment: '<rootDir>/test/jest/environment.cjs',
  cacheDirectory: '<rootDir>/.build/jest',
  setupFiles: ['<rootDir>/test/jest/no-template-check.cjs'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Transpiled only (`isolatedModules` in tsconfig.json): `npm test` has checked the types before.
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false }] },
  // TypeScript first: a stray compiled file must never be what is tested.
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  reporters: ['default', '<rootDir>/test/jest/suite-times.cjs'],
  // The examples import the package by its name, as its users do.
  moduleNameMapper: { '^cdk-drs$': '<rootDir>/lib' },
  // Suites of their own: `npm run test:cli`, `npm run test:real`.
  testPathIgnorePatterns: ['<rootDir>/test/cdk-cli/', '<rootDir>/test/real-account/landing-zone'],
  modulePathIgnorePatterns: ['<rootDir>/.build/', '<rootDir>/dist/', '<rootDir>/cdk.out/'],
  // More than the two cores that we count on: the end-to-end tests mostly wait.
  maxWorkers: 3,
  testTimeout: 60_000,
};
