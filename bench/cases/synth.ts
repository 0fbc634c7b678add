import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { build } from 'esbuild';
import { type Case, type Measures, OURS } from '../case';
import { ROOT } from '../paths';

const SERVERS = [1, 50, 480];
const CONTESTANTS = { [OURS]: 'ours', AwsCustomResource: 'peer' };

/** Beside the bundle of the function, as lib/ is. */
const APP = path.join(ROOT, '.build', 'bench-synth.js');

/** The CDK app of a stack, from the start of the process to its end. */
export const synth: Case = {
  name: 'synth',
  about: 'a stack is synthesized that disconnects one, fifty and 480 servers',
  prepare: async () => {
    await build({
      entryPoints: [path.join(ROOT, 'bench/synth/app.ts')],
      outfile: APP,
      bundle: true,
      platform: 'node',
      packages: 'external',
      logLevel: 'warning',
    });
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-synth-'));
    return {
      contestants: SERVERS.flatMap((servers) =>
        Object.entries(CONTESTANTS).map(([name, word]) => ({
          name,
          group: servers === 1 ? '1 server' : `${servers} servers`,
          run: () => synthesize(directory, word, servers),
        })),
      ),
      stop: () => fs.promises.rm(directory, { recursive: true }),
    };
  },
};

async function synthesize(directory: string, contestant: string, servers: number): Promise<Measures> {
  const outdir = fs.mkdtempSync(path.join(directory, 'cdk.out-'));
  const env = {
    ...process.env,
    CDK_OUTDIR: outdir,
    // It takes five seconds of both, whatever is in the template.
    CDK_VALIDATION: 'false',
    // Which 480 peers exceed: CloudFormation takes no more than 500.
    CDK_CONTEXT_JSON: JSON.stringify({ '@aws-cdk/core:stackResourceLimit': 1_000 }),
  };
  const begun = performance.now();
  const child = spawn(process.execPath, [APP, contestant, String(servers)], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.resume();
  const [code] = (await once(child, 'close')) as [number | null];
  const ms = performance.now() - begun;
  if (code !== 0) {
    throw new Error(`The synthesis of ${contestant} with ${servers} servers ended with ${String(code)}.`);
  }
  return { ms, ...sizesOf(path.join(outdir, 'LandingZone.template.json')) };
}

interface Template {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties?: { readonly PolicyDocument?: unknown } }>;
}

function sizesOf(file: string): Measures {
  const text = fs.readFileSync(file, 'utf8');
  const resources = Object.values((JSON.parse(text) as Template).Resources);
  const policies = resources
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .map(({ Properties }) => JSON.stringify(Properties?.PolicyDocument).length);
  return {
    'template bytes': text.length,
    resources: resources.length,
    'largest policy, bytes': Math.max(...policies),
    'policies of the role, bytes': policies.reduce((sum, bytes) => sum + bytes, 0),
  };
}
