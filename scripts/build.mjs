// Builds what runs: the Lambda bundle and the command line that are published, and the programs of bin/. Well under a second, so never stale.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { bundleFunction } from './bundle-function.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const common = { absWorkingDir: root, bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning' };

await Promise.all([
  bundleFunction(common),
  // Not into bundle/: what is there is the function's code, and CloudFormation would deploy it anew.
  build({
    ...common,
    entryPoints: ['cli/index.ts'],
    outfile: 'dist-cli/index.js',
    minify: true,
    mainFields: ['module', 'main'],
    legalComments: 'none',
    banner: { js: '#!/usr/bin/env node' },
  }),
  // One level below the root, like lib/ and dist/: the library finds the bundle at ../bundle from each of them.
  build({
    ...common,
    entryPoints: ['bin/landing-zone.ts', 'bin/rehearse.ts', 'bin/emulator.ts'],
    outdir: '.build',
    packages: 'external',
    sourcemap: true,
  }),
]);
