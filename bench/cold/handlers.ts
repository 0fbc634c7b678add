import { build } from 'esbuild';
import * as path from 'node:path';
import { ROOT } from '../paths';

/** Bundles the handlers of the peers that are not shipped but written, each into a folder of its name: as the CDK's NodejsFunction does, the SDK included. */
export async function buildHandlers(outdir: string): Promise<void> {
  const entryPoints = ['floor', 'plain', 'on-event'].map((name) => ({
    in: path.join(ROOT, 'bench/cold/handlers', `${name}.ts`),
    out: `${name}/index`,
  }));
  await build({ entryPoints, outdir, bundle: true, platform: 'node', target: 'node20', minify: true, logLevel: 'warning' });
}
