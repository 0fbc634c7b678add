// Builds what runs: the Lambda bundle and the command line that are published, and the programs of bin/. Well under a second, so never stale.
import { build, transform } from 'esbuild';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const common = { absWorkingDir: root, bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' };

/** A function has everything in its environment: what the SDK brings along to look elsewhere stays out. */
const environmentOnly = {
  name: 'environment-only',
  setup({ onLoad, onResolve }) {
    const elsewhere =
      /^(@aws-sdk\/credential-provider-node|@smithy\/(shared-ini-file-loader|util-defaults-mode-node)|.*\/credentialDefaultProvider)$/;
    onResolve({ filter: elsewhere }, () => ({ path: path.join(root, 'lambda/aws/environment.ts') }));
    // Each client reads its version, and bundles the rest of its manifest.
    onLoad({ filter: /@aws-sdk\/client-[\w-]+\/package\.json$/ }, async ({ path: file }) => {
      const { version } = JSON.parse(await readFile(file, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/** Only ES modules are split into files, and Lambda loads those slower than CommonJS: so they are made into that afterwards. */
async function buildFunction() {
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: ['lambda/index.ts'],
    outdir: 'bundle',
    format: 'esm',
    splitting: true,
    // Not by content: the package names what it holds. There is one that the others share, or this fails.
    chunkNames: '[name]',
    minify: true,
    mainFields: ['module', 'main'],
    legalComments: 'none',
    plugins: [environmentOnly],
    metafile: true,
    write: false,
  });
  await rm(path.join(root, 'bundle'), { recursive: true, force: true });
  await mkdir(path.join(root, 'bundle'));
  await mkdir(path.join(root, '.build'), { recursive: true });
  await writeFile(path.join(root, '.build/bundle.json'), JSON.stringify(metafile));
  for (const { path: file, text } of outputFiles) {
    const { code } = await transform(text, { format: 'cjs', platform: 'node', target: 'node20', minify: true });
    await writeFile(file, code);
  }
}

await Promise.all([
  buildFunction(),
  // Not into bundle/: what is there is the function's code, and CloudFormation would deploy it anew.
  build({
    ...common,
    format: 'cjs',
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
    format: 'cjs',
    entryPoints: ['bin/landing-zone.ts', 'bin/rehearse.ts', 'bin/emulator.ts'],
    outdir: '.build',
    packages: 'external',
    sourcemap: true,
  }),
]);
