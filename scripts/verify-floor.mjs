// Compiles lib/ and runs its tests against exactly the lowest aws-cdk-lib and constructs that package.json accepts.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { installElsewhere, manifestOf, root, run } from './elsewhere.mjs';

const floor = Object.fromEntries(
  Object.entries(manifestOf(root).peerDependencies).map(([name, range]) => [name, range.replace(/^\^/, '')]),
);
const installed = installElsewhere(floor);
for (const [name, version] of Object.entries(floor)) {
  const { version: actual } = manifestOf(installed(name));
  if (actual !== version) throw new Error(`${name} ${actual} was installed, not ${version}.`);
  console.log(`${name} ${version}`);
}

/** Its packs need a much newer aws-cdk-lib. */
const notHere = path.join(root, 'test/lib/cdk-nag.test.ts');

const tsconfig = {
  extends: path.join(root, 'tsconfig.json'),
  compilerOptions: {
    paths: Object.fromEntries(Object.keys(floor).flatMap((name) => ['', '/*'].map((rest) => [name + rest, [installed(name + rest)]]))),
    typeRoots: [path.join(root, 'node_modules/@types')],
  },
  include: [path.join(root, 'lib'), path.join(root, 'test/lib')],
  exclude: [notHere],
};
writeFileSync(installed('tsconfig.json'), JSON.stringify(tsconfig));
run('npx', ['tsc', '--project', installed('tsconfig.json')]);

const config = {
  ...createRequire(import.meta.url)('../jest.config.js'),
  rootDir: root,
  testMatch: ['<rootDir>/test/lib/**/*.test.ts'],
  testPathIgnorePatterns: [notHere],
  moduleNameMapper: Object.fromEntries(Object.keys(floor).map((name) => [`^${name}(/.*)?$`, `${installed(name)}$1`])),
};
run('npx', ['jest', '--config', JSON.stringify(config)]);
