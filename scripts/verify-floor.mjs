// Compiles lib/ and runs its tests against exactly the lowest aws-cdk-lib and constructs that package.json accepts.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { installElsewhere, root, run, versionOf } from './elsewhere.mjs';

const { peerDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const floor = Object.fromEntries(Object.entries(peerDependencies).map(([name, range]) => [name, range.replace(/^\^/, '')]));
const installed = installElsewhere(floor);
for (const [name, version] of Object.entries(floor)) {
  if (versionOf(installed(name)) !== version) throw new Error(`Not ${name} ${version} was installed, but ${versionOf(installed(name))}.`);
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
