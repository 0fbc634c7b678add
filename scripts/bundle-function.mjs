import { build, transform } from 'esbuild';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { foldersIn } from './bundled-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A function has everything in its environment: what the SDK brings along to look elsewhere stays out. */
export const environmentOnly = {
  name: 'environment-only',
  setup({ onLoad, onResolve }) {
    const elsewhere =
      /^(@aws-sdk\/credential-provider-node|@smithy\/(shared-ini-file-loader|util-defaults-mode-node)|.*\/credentialDefaultProvider)$/;
    onResolve({ filter: elsewhere }, () => ({ path: path.join(root, 'lambda/aws/environment-only.ts') }));
    // Each client reads its version, and bundles the rest of its manifest.
    onLoad({ filter: /@aws-sdk\/client-[\w-]+\/package\.json$/ }, async ({ path: file }) => {
      const { version } = JSON.parse(await readFile(file, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
    // Retries are ours: each client makes one attempt, whatever its strategy.
    onLoad({ filter: /@smithy\/util-retry\/dist-es\/AdaptiveRetryStrategy\.js$/ }, () => ({
      contents: 'export { StandardRetryStrategy as AdaptiveRetryStrategy } from "./StandardRetryStrategy";',
    }));
    // lambda/aws/sdk-partitions.ts has ours.
    onLoad({ filter: /@aws-sdk\/util-endpoints\/dist-es\/lib\/aws\/partitions\.json$/ }, () => ({
      contents: '{ "partitions": [] }',
      loader: 'json',
    }));
  },
};

/** Reads XML without the limit of entities that a template exceeds, and brings nothing along that writes or validates it. */
export const xmlReader = {
  name: 'xml-reader',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^fast-xml-parser$/ }, () => ({ path: path.join(root, 'scripts/xml-reader.cjs') }));
    onLoad({ filter: /fast-xml-parser\/src\/validator\.js$/ }, () => ({ contents: '' }));
  },
};

/** Lambda's import() reads through this file once more, for its exports: so it holds no more than that. */
const ENTRY = { name: 'bundle/index.js', code: 'exports.handler=require("./function.js").handler;\n' };

/**
 * Bundles the function: bundle/index.js and what it loads, at once or when it is needed.
 * Only ES modules are split into files, and Lambda loads those slower than CommonJS: so they are made into that afterwards.
 */
export async function bundleFunction(common) {
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: { function: 'lambda/index.ts' },
    outdir: 'bundle',
    format: 'esm',
    splitting: true,
    // Not by content: the package names what it holds. There is one that the others share, or this fails.
    chunkNames: '[name]',
    minify: true,
    mainFields: ['module', 'main'],
    legalComments: 'none',
    plugins: [environmentOnly, xmlReader],
    metafile: true,
    write: false,
  });
  const files = await Promise.all(
    outputFiles.map(async ({ path: file, text }) => {
      const { code } = await transform(text, { format: 'cjs', platform: 'node', target: 'node20', minify: true });
      return { name: path.relative(root, file), code };
    }),
  );
  files.push(ENTRY);
  await writeAll('bundle', files);
  await mkdir(path.join(root, '.build'), { recursive: true });
  await writeFile(path.join(root, '.build/bundle.json'), JSON.stringify(measure(files, metafile.outputs), undefined, 2));
}

/** Leaves in the folder these files alone. One that is as it should be isn't touched: somebody else may be reading it. */
async function writeAll(folder, files) {
  await mkdir(path.join(root, folder), { recursive: true });
  const names = files.map(({ name }) => path.basename(name));
  const others = (await readdir(path.join(root, folder))).filter((name) => !names.includes(name));
  await Promise.all(others.map((name) => rm(path.join(root, folder, name), { recursive: true })));
  await Promise.all(
    files.map(async ({ name, code }) => {
      const file = path.join(root, name);
      const existing = await readFile(file, 'utf8').catch(() => undefined);
      await (existing === code || writeFile(file, code));
    }),
  );
}

/** Bytes: of all that is published, of what a disconnection of one server loads, and by the package that they come from. And the folders of the packages. */
function measure(files, outputs) {
  const loaded = new Set([ENTRY.name, 'bundle/function.js']);
  for (const name of loaded) {
    outputs[name]?.imports.filter(({ kind, external }) => kind === 'import-statement' && !external).forEach((one) => loaded.add(one.path));
  }
  const bytes = (some) => some.reduce((sum, { code }) => sum + Buffer.byteLength(code), 0);
  const packages = {};
  for (const [input, { bytesInOutput }] of Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs))) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? 'our own code';
    packages[name] = (packages[name] ?? 0) + bytesInOutput;
  }
  return { published: bytes(files), loaded: bytes(files.filter(({ name }) => loaded.has(name))), packages, folders: foldersIn(outputs) };
}
