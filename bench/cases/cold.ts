import { build } from 'esbuild';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { createCertificate } from '../../emulator/certificate';
import { SOURCE_SERVER_DISCONNECTION } from '../../lib/contract';
import { type Case, type Contestant, type Measures, OURS } from '../case';
import { deletion, ids } from '../cold/deletion';
import { type FakeAws, startFakeAws } from '../cold/fake-aws';
import { type Code, runCold, type Surroundings, type Usage, type Way } from '../cold/function';

/** This file runs from .build. */
const ROOT = path.join(__dirname, '..');
const CDK = path.join(ROOT, 'node_modules', 'aws-cdk-lib');

/** From process start to the arrival of the answer to CloudFormation: a Delete that disconnects one server. */
export const cold: Case = {
  name: 'cold',
  about: 'a Delete that disconnects one server, from the start of the process to the arrival of the answer',
  prepare: async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-cold-'));
    const built = path.join(directory, 'functions');
    await buildHandlers(built);
    const certificate = await createCertificate();
    const certificateFile = path.join(directory, 'certificate.pem');
    fs.writeFileSync(certificateFile, certificate.cert);
    const stage = new Stage(certificateFile, { directory: path.join(built, 'on-event'), handler: 'index.handler' });
    const aws = await startFakeAws(certificate, (_, payload) => stage.invoke(payload));
    return {
      contestants: (['runtime client', 'bare process'] as const).flatMap((way) =>
        functions(built).map((fn): Contestant => ({ name: fn.name, group: way, run: () => stage.play(fn, way, aws) })),
      ),
      stop: async () => {
        await aws.stop();
        fs.rmSync(directory, { recursive: true });
      },
    };
  },
};

interface Function {
  readonly name: string;
  readonly code: Code;
  /** The type and the properties of the resource that is deleted. */
  readonly resourceType?: string;
  readonly properties: object;
}

function functions(built: string): Function[] {
  const ofProvider = { USER_ON_EVENT_FUNCTION_ARN: 'on-event' };
  const call = {
    service: '@aws-sdk/client-drs',
    action: 'DisconnectSourceServerCommand',
    parameters: { sourceServerID: ids.sourceServer },
  };
  return [
    {
      name: OURS,
      code: { directory: path.join(ROOT, 'bundle'), handler: 'index.handler' },
      resourceType: SOURCE_SERVER_DISCONNECTION,
      properties: { SourceServerArn: ids.server },
    },
    {
      name: 'AwsCustomResource',
      code: {
        directory: path.join(CDK, 'custom-resource-handlers/dist/custom-resources/aws-custom-resource-handler'),
        handler: 'index.handler',
      },
      properties: { Delete: JSON.stringify(call), InstallLatestAwsSdk: 'false' },
    },
    {
      name: 'Provider framework and a handler',
      code: {
        directory: path.join(CDK, 'custom-resources/lib/provider-framework/runtime'),
        handler: 'framework.onEvent',
        environment: ofProvider,
      },
      properties: { SourceServerId: ids.sourceServer },
    },
    {
      name: 'a plain bundle',
      code: { directory: path.join(built, 'plain'), handler: 'index.handler' },
      properties: { SourceServerId: ids.sourceServer },
    },
    { name: 'the floor', code: { directory: path.join(built, 'floor'), handler: 'index.handler' }, properties: {} },
  ];
}

/** Bundled as the CDK's NodejsFunction does it, the SDK included. */
async function buildHandlers(outdir: string): Promise<void> {
  const entryPoints = ['floor', 'plain', 'on-event'].map((name) => ({
    in: path.join(ROOT, 'bench/cold/handlers', `${name}.ts`),
    out: `${name}/index`,
  }));
  await build({ entryPoints, outdir, bundle: true, platform: 'node', target: 'node20', minify: true, logLevel: 'warning' });
}

/** Where the functions are run, one at a time. */
class Stage {
  /** How functions that a function invokes are run, and what they took. */
  private way: Way = 'bare process';
  private surroundings?: Surroundings;
  private invoked: Usage[] = [];

  constructor(
    private readonly certificateFile: string,
    private readonly onEvent: Code,
  ) {}

  async play({ name, code, resourceType = 'Custom::Peer', properties }: Function, way: Way, aws: FakeAws): Promise<Measures> {
    const { certificateFile } = this;
    const surroundings = { endpoint: aws.endpoints.http, responsePort: aws.responsePort, certificateFile };
    Object.assign(this, { way, surroundings, invoked: [] });
    const answered = aws.answered();
    const usage = await runCold(code, way, deletion(aws.responsePort, resourceType, properties), surroundings);
    const { at, status } = await within(5_000, answered, `${name} did not answer.`);
    const calls = aws.takeCalls();
    if (status !== 'SUCCESS' || calls.filter((call) => call === 'DisconnectSourceServer').length !== 1) {
      throw new Error(`${name} answered ${String(status)} after ${calls.join(', ')}.`);
    }
    const usages = [usage, ...this.invoked];
    return {
      ms: at - usage.startedAt,
      'CPU ms': usages.reduce((sum, { cpuMilliseconds }) => sum + cpuMilliseconds, 0),
      'peak MB': Math.max(...usages.map(({ peakMegabytes }) => peakMegabytes)),
    };
  }

  async invoke(payload: string): Promise<string> {
    if (!this.surroundings) throw new Error('Nobody plays.');
    this.invoked.push(await runCold(this.onEvent, this.way, JSON.parse(payload) as object, this.surroundings));
    return '{}';
  }
}

function within<T>(milliseconds: number, work: Promise<T>, complaint: string): Promise<T> {
  return Promise.race([work, new Promise<never>((_, reject) => setTimeout(() => reject(new Error(complaint)), milliseconds).unref())]);
}
