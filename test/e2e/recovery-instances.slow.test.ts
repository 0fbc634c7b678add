import { APP, BOTH_REPLICATE, DATABASE, disconnectionOf, TWO } from '../../scenarios/stacks';
import type { Stage } from '../../scenarios/runner';
import type { RecoveryInstanceSeed } from '../../emulator/drs/seeds';
import type { Settings } from '../../emulator/settings';
import { RecoveryInstancePolicy } from '../../lib';
import { badWeather } from './transient-faults';
import { onStage } from './with-emulator';

// The rows of the table of recovery instances that neither a scenario nor unknowns.ts plays.

const { FAIL, DISCONNECT, TERMINATE_DRILLS } = RecoveryInstancePolicy;

type Seed = Omit<RecoveryInstanceSeed, 'sourceServerID'>;
const drill: Seed = { isDrill: true };
const real: Seed = { isDrill: false };
const unknownKind: Seed = { isDrill: 'unknown' };
const failingBack: Seed = { isDrill: true, failbackState: 'FAILBACK_IN_PROGRESS' };

const under = (recoveryInstancePolicy: RecoveryInstancePolicy, server: string = APP) => disconnectionOf(server, { recoveryInstancePolicy });
const launch = (stage: Stage, seeds: readonly Seed[]) =>
  seeds.map((seed) => stage.aws.drs.addRecoveryInstance({ sourceServerID: APP, ...seed }).recoveryInstanceID!);
/** What is left of them: whether their EC2 instance runs, and their replication. */
const left = (stage: Stage) =>
  stage.aws.drs
    .recoveryInstances()
    .filter(({ ec2InstanceState }) => ec2InstanceState !== 'TERMINATED')
    .map(({ ec2InstanceState, dataReplicationInfo }) => `${ec2InstanceState} ${dataReplicationInfo?.dataReplicationState}`);
const runsOn = 'RUNNING DISCONNECTED';
const untouched = 'RUNNING NOT_STARTED';

describe('The server is disconnected', () => {
  test.each<[RecoveryInstancePolicy, string, readonly Seed[], Partial<Settings>, string[], string[]]>([
    [DISCONNECT, 'two drills', [drill, drill], {}, ['DisconnectRecoveryInstance', 'DisconnectRecoveryInstance'], [runsOn, runsOn]],
    [DISCONNECT, 'one of unknown kind', [unknownKind], {}, ['DisconnectRecoveryInstance'], [runsOn]],
    [
      DISCONNECT,
      'a real recovery whose record holds the server until it is deleted',
      [real],
      { disconnectedRecordHolds: true },
      ['DisconnectRecoveryInstance', 'DeleteRecoveryInstance'],
      [],
    ],
    [TERMINATE_DRILLS, 'two drills, in one job', [drill, drill], {}, ['TerminateRecoveryInstances'], []],
    [TERMINATE_DRILLS, 'a drill, and a conflict that outlasts it', [drill], { conflictLingers: 60 }, ['TerminateRecoveryInstances'], []],
  ])('%s, and it has %s', async (policy, _what, seeds, settings, changes, expectedLeft) => {
    await onStage(settings, async (stage) => {
      stage.seed(...TWO);
      await stage.deploy(under(policy));
      launch(stage, seeds);
      await stage.destroy();
      expect(stage.changes()).toEqual([...changes, 'DisconnectSourceServer']);
      expect(left(stage)).toEqual(expectedLeft);
      await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
    });
  });
});

describe('The deletion fails, and nothing was touched', () => {
  const realOne =
    /Recovery instance i-\w+ \(EC2 instance i-\w+, RUNNING, (of unknown kind, so taken for )?a real recovery\): .*disconnect-recovery-instance/;
  test.each<[RecoveryInstancePolicy, string, readonly Seed[], RegExp]>([
    [FAIL, 'a drill', [drill], /a drill\): .*terminate-recovery-instances .* or keep the machine and run .*disconnect-recovery-instance/],
    [FAIL, 'one of unknown kind', [unknownKind], realOne],
    [TERMINATE_DRILLS, 'one of unknown kind', [unknownKind], realOne],
    [TERMINATE_DRILLS, 'one of unknown kind beside a drill', [drill, unknownKind], realOne],
    [FAIL, 'a failback in progress', [failingBack], /stop-failback/],
    [TERMINATE_DRILLS, 'a failback in progress', [failingBack], /stop-failback/],
    [TERMINATE_DRILLS, 'a failback in progress beside a drill', [drill, failingBack], /stop-failback/],
    [DISCONNECT, 'a failback in progress beside a real recovery', [real, failingBack], /stop-failback/],
  ])('%s, and it has %s', async (policy, _what, seeds, reason) => {
    await onStage({}, async (stage) => {
      stage.seed(...TWO);
      await stage.deploy(under(policy));
      const drills = launch(stage, seeds).filter((_id, index) => seeds[index].isDrill === true);
      await stage.destroy('DELETE_FAILED');
      expect(stage.reason()).toMatch(reason);
      const terminations = Array.from(stage.reason().matchAll(/terminate-recovery-instances --recovery-instance-ids (\S+)/g));
      expect(drills).toEqual(expect.arrayContaining(terminations.map(([, id]) => id)));
      expect(stage.changes()).toEqual([]);
      expect(left(stage)).toEqual(seeds.map(() => untouched));
      await stage.expectStates(BOTH_REPLICATE);
    });
  });
});

describe('The deletion fails, since what was begun did not end', () => {
  test.each<[RecoveryInstancePolicy, string, Seed, Partial<Settings>, RegExp, string[]]>([
    [
      TERMINATE_DRILLS,
      'a conflict that outlasts the drill for ever',
      drill,
      { speed: 120, conflictLingers: 1e9 },
      /its machine is gone; if its record still holds the server, end that with .*disconnect-recovery-instance/,
      ['TerminateRecoveryInstances'],
    ],
    [
      DISCONNECT,
      'a conflict that outlasts the recovery instance and its record for ever',
      real,
      { conflictLingers: 1e9 },
      /Unwind in this order/,
      ['DisconnectRecoveryInstance', 'DeleteRecoveryInstance'],
    ],
  ])('%s: %s', async (policy, _what, seed, settings, reason, changes) => {
    await onStage(settings, async (stage) => {
      stage.seed(...TWO);
      await stage.deploy(under(policy));
      launch(stage, [seed]);
      await stage.destroy('DELETE_FAILED');
      expect(stage.reason()).toMatch(reason);
      expect(stage.changes()).toEqual(changes);
      await stage.expectStates(BOTH_REPLICATE);
    });
  });

  test('FAIL: the record of a recovery instance that the operator has disconnected; its deletion is in the reason, too', async () => {
    await onStage({ disconnectedRecordHolds: true }, async (stage) => {
      stage.seed(...TWO);
      await stage.deploy(under(FAIL));
      launch(stage, [real]);
      await stage.destroy('DELETE_FAILED');
      await stage.runCommandOf(stage.reason(), /disconnect-recovery-instance/);
      await stage.destroy('DELETE_FAILED');
      expect(stage.reason()).toMatch(/Unwind in this order/);
      await stage.runCommandOf(stage.reason(), /delete-recovery-instance/);
      await stage.destroy();
      await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
    });
  });
});

describe('The function is killed, and Lambda runs it again', () => {
  test.each<[string, (stage: Stage, kill: () => void) => () => void]>([
    ['when DRS has begun to terminate a drill', (stage, kill) => stage.aws.drs.onChange(kill)],
    ['while it waits for the job', (stage, kill) => stage.aws.calls.onCall(({ operation }) => operation === 'DescribeJobs' && kill())],
  ])('%s: the drill is terminated once', async (_when, listen) => {
    await onStage({}, async (stage) => {
      stage.seed(...TWO);
      await stage.deploy(under(TERMINATE_DRILLS));
      launch(stage, [drill]);
      const ended = listen(stage, () => {
        ended();
        stage.aws.lambda.killDuring(stage.functionArn());
      });
      const attempts = stage.attempts();
      await stage.destroy();
      expect(attempts).toEqual([1, 2]);
      expect(stage.changes()).toEqual(['TerminateRecoveryInstances', 'DisconnectSourceServer']);
      expect(left(stage)).toEqual([]);
      await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
    });
  });
});

test.each<[string, RecoveryInstancePolicy, Partial<Settings>]>([
  ['TerminateRecoveryInstances', TERMINATE_DRILLS, {}],
  ['DescribeJobs', TERMINATE_DRILLS, {}],
  ['DescribeRecoveryInstances', TERMINATE_DRILLS, {}],
  ['DisconnectRecoveryInstance', DISCONNECT, { disconnectedAgain: 'ok' }],
  ['DisconnectRecoveryInstance', DISCONNECT, { disconnectedAgain: 'conflict' }],
  ['DisconnectRecoveryInstance', DISCONNECT, { disconnectedAgain: 'validation' }],
  ['DisconnectRecoveryInstance', DISCONNECT, { disconnectedAgain: 'not-found' }],
  ['DeleteRecoveryInstance', DISCONNECT, { disconnectedRecordHolds: true }],
])('%s fails in every way that passes, under %s with %j: the server is disconnected', async (operation, policy, settings) => {
  await onStage(settings, async (stage) => {
    stage.seed(...TWO);
    await stage.deploy(under(policy));
    launch(stage, [drill]);
    const faults = badWeather('drs', operation);
    faults.forEach((fault) => stage.aws.faults.add(fault));
    await stage.destroy();
    expect(stage.aws.calls.of(operation).flatMap(({ fault }) => fault ?? [])).toEqual(faults.map(({ kind }) => kind));
    stage.aws.faults.clear();
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
  });
});

describe('An update names another server, and the old one has a recovery instance', () => {
  const replaced = { [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' };
  test.each<[string, RecoveryInstancePolicy, RecoveryInstancePolicy, Seed, string[]]>([
    ['a drill', TERMINATE_DRILLS, TERMINATE_DRILLS, drill, []],
    ['a real recovery', DISCONNECT, DISCONNECT, real, [runsOn]],
    ['a drill', TERMINATE_DRILLS, FAIL, drill, []],
    ['a real recovery', DISCONNECT, TERMINATE_DRILLS, real, [runsOn]],
  ])('%s, from %s to %s: it goes by the old policy, in the clean-up', async (_what, before, after, seed, expectedLeft) => {
    await onStage({}, async (stage) => {
      stage.seed(...TWO);
      await stage.deploy(under(before));
      launch(stage, [seed]);
      await stage.deploy(under(after, DATABASE), 'UPDATE_COMPLETE');
      expect(stage.failedDeletions()).toEqual([]);
      expect(left(stage)).toEqual(expectedLeft);
      await stage.expectStates(replaced);
    });
  });

  test.each<[string, RecoveryInstancePolicy, RecoveryInstancePolicy, Seed]>([
    ['a real recovery', TERMINATE_DRILLS, TERMINATE_DRILLS, real],
    ['one of unknown kind', TERMINATE_DRILLS, TERMINATE_DRILLS, unknownKind],
    ['a failback', DISCONNECT, DISCONNECT, failingBack],
    ['a drill', FAIL, TERMINATE_DRILLS, drill],
    ['a real recovery', FAIL, DISCONNECT, real],
  ])('%s, from %s to %s: the update is refused', async (_what, before, after, seed) => {
    await onStage({}, async (stage) => {
      stage.seed(...TWO);
      await stage.deploy(under(before));
      launch(stage, [seed]);
      await stage.deploy(under(after, DATABASE), 'UPDATE_ROLLBACK_COMPLETE');
      expect(stage.reason()).toMatch(/can't be replaced by another one/);
      expect(stage.changes()).toEqual([]);
      expect(left(stage)).toEqual([untouched]);
      await stage.expectStates(BOTH_REPLICATE);
    });
  });
});

test('an update changes the policy alone: the deletion goes by the new one', async () => {
  await onStage({}, async (stage) => {
    stage.seed(...TWO);
    await stage.deploy(under(TERMINATE_DRILLS));
    launch(stage, [drill]);
    await stage.deploy(under(FAIL), 'UPDATE_COMPLETE');
    await stage.destroy('DELETE_FAILED');
    expect(left(stage)).toEqual([untouched]);
    await stage.expectStates(BOTH_REPLICATE);
  });
});
