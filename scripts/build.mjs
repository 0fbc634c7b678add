// Builds what runs: the Lambda bundle that is published, and the programs of bin/. Well under a second, so never stale.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const common = { absWorkingDir: root, bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning' };

await Promise.all([
  build({
    ...common,
    entryPoints: ['lambda/index.ts'],
    outfile: 'bundle/index.js',
    minify: true,
    mainFields: ['module', 'main'],
    legalComments: 'none',
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
