// Builds what runs: the Lambda bundle and the command line that are published, and the programs of bin/. A second or two, so never stale.
// With --without-cli all but the command line, which takes as long as the rest.
import { build } from 'esbuild';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { foldersIn } from './bundled-packages.mjs';
import { bundleFunction, xmlReader } from './bundle-function.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const common = { absWorkingDir: root, bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning' };

await Promise.all([
  bundleFunction(common),
  process.argv.includes('--without-cli') || buildCommandLine(),
  // One level below the root, like lib/ and dist/: the library finds the bundle at ../bundle from each of them.
  build({
    ...common,
    entryPoints: ['bin/landing-zone.ts', 'bin/scenario.ts', 'bin/emulator.ts'],
    outdir: '.build',
    packages: 'external',
    sourcemap: true,
  }),
]);

/** Not into bundle/: what is there is the function's code, and CloudFormation would deploy it anew. */
async function buildCommandLine() {
  const { metafile } = await build({
    ...common,
    entryPoints: ['cli/index.ts'],
    outfile: 'dist-cli/index.js',
    minify: true,
    mainFields: ['module', 'main'],
    legalComments: 'none',
    plugins: [xmlReader],
    banner: { js: '#!/usr/bin/env node' },
    metafile: true,
  });
  await mkdir(path.join(root, '.build'), { recursive: true });
  await writeFile(path.join(root, '.build/command-line.json'), JSON.stringify({ folders: foldersIn(metafile.outputs) }, undefined, 2));
}
