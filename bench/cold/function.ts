import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import * as path from 'node:path';
import type { Readable } from 'node:stream';
import { Clock } from '../../emulator/control/clock';
import { functionEnvironment } from '../../emulator/lambda/function-environment';
import { RuntimeApi } from '../../emulator/lambda/runtime-api';
import { runtimeClientArguments } from '../../emulator/lambda/runtime-client';
import { ROOT } from '../paths';
import { ids } from './deletion';

/** Where a function's code is, as Lambda is told it. */
export interface Code {
  readonly directory: string;
  readonly handler: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** How a function runs: by AWS's own runtime client, or with nothing between Node and the handler. */
export type Way = 'runtime client' | 'bare process';

/** Where the function finds AWS, and the certificate that it trusts. */
export interface Surroundings {
  readonly endpoint: string;
  readonly responsePort: number;
  readonly certificateFile: string;
}

/** What a process took, from its start to its end. */
export interface Usage {
  readonly startedAt: number;
  readonly cpuMilliseconds: number;
  readonly peakMegabytes: number;
}

const CLOCK = new Clock(1);
const SCRIPTS = path.join(ROOT, 'bench', 'cold');

/** Starts a process for the function, gives it the event, and waits for its end. */
export async function runCold(code: Code, way: Way, event: object, surroundings: Surroundings): Promise<Usage> {
  const payload = JSON.stringify(event);
  if (way === 'bare process') {
    return run(
      [path.join(SCRIPTS, 'bare.cjs')],
      environment(code, surroundings, '127.0.0.1:1', { EVENT: payload, FUNCTION_ARN: ids.function }),
    ).usage;
  }
  let end: () => void = () => undefined;
  let isDelivered = false;
  const api = new RuntimeApi({
    // The client asks for the next event before its process ends.
    ready: () => {
      if (isDelivered) return;
      isDelivered = true;
      api.deliver({ requestId: 'request-1', functionArn: ids.function, payload, deadline: Date.now() + 900_000 });
    },
    answered: () => end(),
  });
  const runtimeApi = await api.start();
  const started = run(runtimeClientArguments(CLOCK), environment(code, surroundings, runtimeApi));
  end = started.end;
  return started.usage.finally(() => api.stop());
}

function run(script: readonly string[], env: Record<string, string>): { usage: Promise<Usage>; end: () => void } {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--require', path.join(SCRIPTS, 'usage.cjs'), ...script], {
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdio[3] as Readable), text(child.stderr as Readable), once(child, 'close')]);
  const usage = output.then(([told, complaint]) => {
    // A runtime client reports what its handler throws on its standard output; then no answer comes.
    if (told === '' || child.exitCode !== 0) {
      throw new Error(`The function failed: ${complaint}`);
    }
    const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(told) as NodeJS.ResourceUsage;
    return { startedAt, cpuMilliseconds: (userCPUTime + systemCPUTime) / 1000, peakMegabytes: maxRSS / 1024 };
  });
  return { usage, end: () => child.kill() };
}

/** The environment that the embedded AWS gives a function. */
function environment(code: Code, { endpoint, responsePort, certificateFile }: Surroundings, runtimeApi: string, more = {}) {
  const configuration = {
    functionName: 'teardown',
    functionArn: ids.function,
    accountId: ids.account,
    region: ids.region,
    role: `arn:aws:iam::${ids.account}:role/teardown`,
    runtime: 'nodejs20.x',
    handler: code.handler,
    timeout: 900,
    memorySize: 512,
    environment: { ...code.environment, ...more, RESPONSE_PORT: String(responsePort) },
    logGroupName: '/aws/lambda/teardown',
    reservedConcurrency: Infinity,
  };
  const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
  const identity = { credentials, logStreamName: 'stream', taskRoot: code.directory, runtimeApi };
  return functionEnvironment(configuration, identity, { clock: CLOCK, endpoint, certificateFile });
}
