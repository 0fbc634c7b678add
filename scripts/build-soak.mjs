// Builds `npm run test:soak`: the random sequences without jest, and with of the SDK what the function has.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { environmentOnly, xmlReader } from './bundle-function.mjs';

await build({
  absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
  // One level below the root, as in build.mjs.
  entryPoints: { soak: 'test/random/soak/index.ts', 'soak-worker': 'test/random/soak/worker.ts' },
  outdir: '.build',
  bundle: true,
  platform: 'node',
  target: 'node20',
  external: ['aws-cdk-lib', 'constructs', 'fast-check', 'selfsigned'],
  plugins: [environmentOnly, xmlReader],
  mainFields: ['module', 'main'],
  sourcemap: true,
  logLevel: 'warning',
});
