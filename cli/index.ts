import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Command } from 'commander';
import yoctoSpinner from 'yocto-spinner';
import { messageOf } from '../lambda/aws/errors';
import { say } from '../lambda/aws/message';
import { Session } from './aws/session';
import { makePlan } from './plan/make-plan';
import { toJson } from './report/json';
import { report } from './report/report';

interface DisconnectionOptions {
  readonly template?: string;
  readonly json?: boolean;
  readonly profile?: string;
  readonly region?: string;
  readonly roleArn: readonly string[];
}

const [CLEAR, FAILED, NOT_CLEAR] = [0, 1, 2];

/** A line of somebody who pipes the report into something that doesn't tell its width. */
const WIDTH_OF_NO_TERMINAL = 120;

async function plan(stackName: string, options: DisconnectionOptions) {
  const spinner = process.stderr.isTTY ? yoctoSpinner({ stream: process.stderr }) : undefined;
  const session = await Session.open(options);
  try {
    spinner?.start();
    const order = { stackName, templateFile: options.template, roleArns: options.roleArn };
    const planned = await makePlan(session, order, {
      progress: (what) => spinner && (spinner.text = String(what)),
      announce: (what) => {
        spinner?.clear();
        process.stderr.write(`${String(what)}\n`);
      },
    });
    spinner?.stop();
    await write(process.stdout, options.json ? toJson(planned) : report(planned, screen()));
    process.exitCode = planned.clear ? CLEAR : NOT_CLEAR;
  } finally {
    spinner?.stop();
  }
}

function screen() {
  const { isTTY, columns } = process.stdout;
  const { NO_COLOR, TERM } = process.env;
  return { width: columns || WIDTH_OF_NO_TERMINAL, isColoured: isTTY && !NO_COLOR && TERM !== 'dumb' };
}

function versionOfPackage(): string {
  const { version } = JSON.parse(readFileSync(path.join(__dirname, '..', 'package.json'), 'utf8')) as { version: string };
  return version;
}

const program = new Command('cdk-drs')
  .description('Looks after the DRS source servers that CDK stacks disconnect.')
  .version(versionOfPackage())
  .configureOutput({ outputError: (told, write) => write(`${String(say`${told.trim()}`)}\n`) });

program
  .command('plan')
  .description('Shows what the deletion of a stack, or its update, would do to DRS at this moment. It only reads.')
  .argument('<stack>', 'the name of the stack, or its ID')
  .option('--template <file>', 'plan the update to this template (JSON, as in cdk.out) instead of the deletion')
  .option('--json', 'print JSON, of a stable shape: docs/plan.md in the repository describes it')
  .option('--profile <name>', 'the profile of your AWS configuration to use')
  .option('--region <region>', 'the Region of the stack')
  .option(
    '--role-arn <arn>',
    'a role to read with in another account, in the place of the one that the function assumes there; may be repeated',
    (arn: string, before: readonly string[]) => [...before, arn],
    [] as readonly string[],
  )
  .addHelpText(
    'after',
    `
Exit codes:
  0  nothing is in the way
  1  the command failed
  2  something is in the way, or can't be told`,
  )
  .action(plan);

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  // Whoever reads only the first lines is not told of an error.
  return new Promise((resolve, reject) =>
    stream.write(text, (error) => (error && (error as NodeJS.ErrnoException).code !== 'EPIPE' ? reject(error) : resolve())),
  );
}

async function main() {
  process.stdout.on('error', () => undefined);
  // Until it is known better: whatever ends it before must not pass for clear.
  process.exitCode = FAILED;
  try {
    await program.parseAsync();
  } catch (error) {
    await write(process.stderr, `${String(messageOf(error))}\n`);
  }
  // The clients of AWS leave timers behind that nobody waits for.
  process.exit();
}

void main();
