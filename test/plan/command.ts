import { spawn } from 'node:child_process';
import type { Plan } from '../../cli/plan/plan';
import type { Stage } from '../../bin/rehearsal/stage';

export const STACK = 'DisasterRecoveryLandingZone';

export interface Result {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as it is published, with nothing of this process's own environment but what it needs to run. */
export async function cdkDrs(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): Promise<Result> {
  const env = {
    PATH: process.env.PATH,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
  const child = spawn(process.execPath, ['dist-cli/index.js', ...args], {
    env: { ...env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { stdout, stderr, exitCode };
}

/** What the plan says in JSON; the exit code must say the same. */
export async function plan(stage: Stage, ...args: readonly string[]): Promise<Plan> {
  const { stdout, stderr, exitCode } = await cdkDrs(['plan', STACK, '--json', ...args], stage.aws.environment);
  if (stderr !== '') {
    throw new Error(stderr);
  }
  const planned = JSON.parse(stdout) as Plan;
  if (exitCode !== (planned.clear ? 0 : 2)) {
    throw new Error(`The plan is ${planned.clear ? '' : 'not '}clear, but the exit code ${exitCode}.`);
  }
  return planned;
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
  }
  return text;
}
