import { spawn } from 'node:child_process';
import type { Plan } from '../../cli/plan/plan-json';
import type { Stage } from '../../scenarios/runner';

export const STACK = 'DisasterRecoveryLandingZone';

export interface Result {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as it is published, with nothing of this process's own environment but what it needs to run. */
export async function cdkDrs(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  typed = '',
): Promise<Result> {
  const env = {
    PATH: process.env.PATH,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
  const child = spawn(process.execPath, ['dist-cli/index.js', ...args], {
    env: { ...env, ...environment },
    stdio: 'pipe',
  });
  child.stdin.end(typed);
  const [stdout, stderr, exitCode] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { stdout, stderr, exitCode };
}

/** What the plan says in JSON; the exit code must say the same. */
export async function plan(stage: Stage, stackName: string, ...args: readonly string[]): Promise<Plan> {
  const roles = rolesOf(stage).flatMap((roleArn) => ['--role-arn', roleArn]);
  const { stdout, stderr, exitCode } = await cdkDrs(['plan', stackName, '--json', ...roles, ...args], environmentOf(stage));
  if (stderr.replace(/^Assuming the role .*\n/gm, '') !== '') {
    throw new Error(stderr);
  }
  const planned = JSON.parse(stdout) as Plan;
  expect(exitCode).toBe(planned.clear ? 0 : 2);
  return planned;
}

/** The roles that functions were told to assume. */
function rolesOf({ aws }: Stage): string[] {
  const told = aws.cloudFormation.customResourceRequests.map(({ event }) => event.ResourceProperties.AssumeRoleArn);
  return [...new Set(told.filter((roleArn) => typeof roleArn === 'string'))];
}

/** What the operator of the stage's account exports. */
export function environmentOf({ aws, operator }: Stage): Record<string, string> {
  const { accessKeyId, secretAccessKey } = aws.iam.operatorCredentials(operator.accountId);
  return { ...aws.environment, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
  }
  return text;
}
