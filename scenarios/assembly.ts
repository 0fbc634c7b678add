import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { App, Environment, Stack } from 'aws-cdk-lib';
import { defaultAccountId, defaultRegion } from '../emulator/defaults';

/** What a synthesis left behind: one stack, its template and its assets. */
export interface Assembly {
  readonly directory: string;
  readonly stackName: string;
}

/** The app that cdk.json names, built. npm runs everything in the package's root. */
const LANDING_ZONE = path.resolve('.build', 'landing-zone.js');
const STACK_NAME = 'DisasterRecoveryLandingZone';

/** What the command line looks up and keeps in cdk.context.json. */
const LOOKED_UP = {
  [`availability-zones:account=${defaultAccountId}:region=${defaultRegion}`]: ['a', 'b', 'c'].map((zone) => defaultRegion + zone),
};

/** Runs the landing zone's app as the CDK's command line would, but without the seconds that the command line takes to start. */
export function synthesizeLandingZone(context: Context): Promise<Assembly> {
  return synthesized(STACK_NAME, async (directory) => {
    const env = {
      ...process.env,
      CDK_OUTDIR: directory,
      CDK_CONTEXT_JSON: JSON.stringify({ ...LOOKED_UP, ...context }),
      CDK_DEFAULT_ACCOUNT: defaultAccountId,
      CDK_DEFAULT_REGION: defaultRegion,
    };
    const child = spawn(process.execPath, [LANDING_ZONE], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    if (code !== 0) {
      throw new Error(`The landing zone could not be synthesized (exit code ${code}).`);
    }
  });
}

/** Synthesizes a stack that is made on the spot. */
export async function synthesizeStack(stackName: string, declare: (stack: Stack) => void, accountId = defaultAccountId): Promise<Assembly> {
  // Loaded when needed: it takes a second, and the landing zone's app loads its own.
  const { Stack } = await import('aws-cdk-lib');
  return synthesizeApp(stackName, (app, env) => declare(new Stack(app, stackName, { env })), accountId);
}

/** Synthesizes an app that is made on the spot, which declares a stack of this name. */
export async function synthesizeApp(stackName: string, declare: DeclareApp, accountId = defaultAccountId): Promise<Assembly> {
  const { App } = await import('aws-cdk-lib');
  return synthesized(stackName, (outdir) => {
    const app = new App({ outdir, analyticsReporting: false, context: LOOKED_UP });
    declare(app, { account: accountId, region: defaultRegion });
    app.synth();
  });
}

/** Into a new directory, which is whoever's who asked for the assembly; if there is none, nobody's. */
async function synthesized(stackName: string, synthesize: (directory: string) => void | Promise<void>): Promise<Assembly> {
  const directory = mkdtempSync(path.join(tmpdir(), 'cdk-drs-assembly-'));
  try {
    await synthesize(directory);
  } catch (error) {
    removeAssembly({ directory });
    throw error;
  }
  return { directory, stackName };
}

export function removeAssembly({ directory }: Pick<Assembly, 'directory'>) {
  rmSync(directory, { recursive: true, force: true });
}

/** What is given by `-c KEY=VALUE`. */
export type Context = Readonly<Record<string, string>>;

export type DeclareApp = (app: App, env: Environment) => void;

interface AssetManifest {
  readonly files: Record<
    string,
    { source: { path: string; packaging: 'zip' | 'file' }; destinations: Record<string, { bucketName: string; objectKey: string }> }
  >;
}

/** A file that a deployment uploads, with the pseudo parameters of its destination still in place. */
export interface Asset {
  readonly file: string;
  readonly isFolder: boolean;
  readonly bucket: string;
  readonly key: string;
}

/** The stack's assets, its template among them. */
export function assetsOf({ directory, stackName }: Assembly): Asset[] {
  const manifest = JSON.parse(readFileSync(path.join(directory, `${stackName}.assets.json`), 'utf8')) as AssetManifest;
  return Object.values(manifest.files).flatMap(({ source, destinations }) =>
    Object.values(destinations).map(({ bucketName, objectKey }) => ({
      file: path.join(directory, source.path),
      isFolder: source.packaging === 'zip',
      bucket: bucketName,
      key: objectKey,
    })),
  );
}

export function templateFileOf({ directory, stackName }: Assembly): string {
  return path.join(directory, `${stackName}.template.json`);
}
