// Builds what runs: the Lambda bundle and the command line that are published, and the programs of bin/. Well under a second, so never stale.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { bundleFunction } from './bundle-function.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const common = { absWorkingDir: root, bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' };

await Promise.all([
// Builds what runs: the Lambda bundle and the command line that are published, and the programs of bin/. Well under a second, so never stale.
import { build } from 'esbuild';
  // One level below the root, like lib/ and dist/: the library finds the bundle at ../bundle from each of them.
  build({
    ...common,
    format: 'cjs',
    entryPoints: ['bin/landing-zone.ts', 'bin/rehearse.ts', 'bin/emulator.ts'],
    outdir: '.build',
    packages: 'external',
    sourcemap: true,
  }),
]);
