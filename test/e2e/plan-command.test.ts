import { APP, DATABASE, landingZoneOf, TWO } from '../../scenarios/stacks';
import { onStage } from './with-emulator';
import { cdkDrs, environmentOf, type Result, STACK } from './plan-command';

// The command as it is published, in a process of its own. What it says of a stack in JSON, with its exit code, is compared in each scenario: foretold.ts.

describe('What is typed', () => {
  test.concurrent.each<[string, string[], Partial<Result>]>([
    ['--version', ['--version'], { exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) }],
    ['--help', ['--help'], { exitCode: 0, stdout: expect.stringContaining('plan') }],
    [
      'plan --help',
      ['plan', '--help'],
      { exitCode: 0, stdout: expect.stringMatching(/--template[^]*--json[^]*--profile[^]*--region[^]*Exit codes/) },
    ],
    ['no stack', ['plan'], { exitCode: 1, stderr: expect.stringContaining("missing required argument 'stack'") }],
    ['two stacks', ['plan', 'One', 'Two'], { exitCode: 1, stderr: expect.stringContaining('too many arguments') }],
    ['an unknown option', ['plan', 'One', '--force'], { exitCode: 1, stderr: expect.stringContaining("unknown option '--force'") }],
    ['an unknown command', ['destroy'], { exitCode: 1, stderr: expect.stringContaining("unknown command 'destroy'") }],
    [
      'no credentials',
      ['plan', 'One', '--region', 'eu-central-1'],
      { exitCode: 1, stdout: '', stderr: expect.stringMatching(/^There are no credentials/) },
    ],
  ])('%s', async (_what, args, expected) => {
    expect(await cdkDrs(args, {})).toEqual(expect.objectContaining(expected));
  });
});

test('a report for people has no colour, no spinner and no line of its own where there is no terminal', async () => {
  await onStage({}, async (stage) => {
    stage.seed(...TWO);
    await stage.deploy(landingZoneOf(APP, DATABASE));
    stage.aws.drs.addRecoveryInstance({ sourceServerID: DATABASE, isDrill: true });
    const { exitCode, stdout, stderr } = await cdkDrs(['plan', STACK], environmentOf(stage));
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toMatch(/^The deletion of DisasterRecoveryLandingZone \(account 111122223333, Region eu-central-1, CREATE_COMPLETE\)/);
    expect(stdout).toMatch(/^s-1a2b3c4d5e6f70001 +app-01 +CONTINUOUS +0s +- +will be disconnected$/m);
    expect(stdout).toMatch(/^s-1a2b3c4d5e6f70002 +database-01 +CONTINUOUS +0s +1 drill +blocked: see below$/m);
    expect(stdout).toMatch(/^ {4}aws drs terminate-recovery-instances --recovery-instance-ids i-\w{17} --region eu-central-1$/m);
    expect(stdout).toContain('Source servers: 1 will be disconnected, 1 blocked. Something is in the way');
  });
});
