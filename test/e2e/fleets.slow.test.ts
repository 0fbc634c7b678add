import { CfnWaitConditionHandle, type Stack } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { addFailingSibling, type Declare } from '../../scenarios/stacks';
import type { Stage } from '../../scenarios/runner';
import type { SourceServerSeed } from '../../emulator/drs/seeds';
import type { Settings } from '../../emulator/settings';
import { FleetDisconnection, type FleetDisconnectionProps, RecoveryInstancePolicy, SourceServerSelection } from '../../lib';
import { badWeather } from './transient-faults';
import { onStage } from './with-emulator';

// The rows of the tables of fleets in docs/rules.md that no scenario plays.

const OURS = { fleet: 'ours' };
const idOf = (index: number) => `s-1a2b3c4d5e6f7${String(index).padStart(4, '0')}`;
const [ONE, TWO, THREE, OTHER] = [1, 2, 3, 4].map(idOf);
const REPLICATES = 'CONTINUOUS';
const GONE = 'DISCONNECTED';

const fleet =
  (props: Partial<FleetDisconnectionProps> = {}, id = 'Fleet'): Declare =>
  (stack) =>
    void new FleetDisconnection(stack, id, { selection: SourceServerSelection.withTags(OURS), ...props });
const nothing: Declare = (stack) => void new CfnWaitConditionHandle(stack, 'SomethingElse');

/** Three servers with the tags, and one without. */
function seedFour(stage: Stage, more: Partial<SourceServerSeed> = {}) {
  [ONE, TWO, THREE].forEach((sourceServerID) => stage.seed({ sourceServerID, tags: OURS, ...more }));
  stage.seed({ sourceServerID: OTHER, tags: { fleet: 'theirs' }, ...more });
}

const disconnectedIn = (stage: Stage) =>
  stage
    .drsCalls()
    .filter(({ operation, error }) => operation === 'DisconnectSourceServer' && !error)
    .map(({ input }) => (input as { sourceServerID: string }).sourceServerID);

describe('Nobody is disconnected', () => {
  test.each<[string, Declare, Declare, string]>([
    ['the selection changes', fleet(), fleet({ selection: SourceServerSelection.withTags({ fleet: 'others' }) }), 'UPDATE_COMPLETE'],
    ['the selection becomes all', fleet(), fleet({ selection: SourceServerSelection.all() }), 'UPDATE_COMPLETE'],
    ['the Region changes', fleet(), fleet({ region: 'us-west-2' }), 'UPDATE_COMPLETE'],
    ['it is renamed', fleet(), fleet({}, 'Renamed'), 'UPDATE_COMPLETE'],
    [
      'an update that changes the selection rolls back',
      fleet(),
      (stack) => {
        const changed = new FleetDisconnection(stack, 'Fleet', { selection: SourceServerSelection.withTags({ fleet: 'others' }) });
        addFailingSibling(stack, { after: [changed] });
      },
      'UPDATE_ROLLBACK_COMPLETE',
    ],
  ])('when %s; deleting the stack then disconnects what is selected', async (_what, before, after, status) => {
    await onStage({}, async (stage) => {
      seedFour(stage);
      await stage.deploy(before);
      await stage.deploy(after, status);
      await stage.expectStates({ [ONE]: REPLICATES, [TWO]: REPLICATES, [THREE]: REPLICATES, [OTHER]: REPLICATES });
      await stage.destroy();
    });
  });

  test('when the deployment rolls back', async () => {
    await onStage({}, async (stage) => {
      seedFour(stage);
      await stage.deploy((stack: Stack) => {
        const created = new FleetDisconnection(stack, 'Fleet', { selection: SourceServerSelection.withTags(OURS) });
        addFailingSibling(stack, { after: [created] });
      }, 'ROLLBACK_COMPLETE');
      await stage.expectStates({ [ONE]: REPLICATES, [TWO]: REPLICATES, [THREE]: REPLICATES });
    });
  });
});

test('an update that removes the fleet disconnects it, and its grant lasts until then', async () => {
  await onStage({ policyPropagation: 30 }, async (stage) => {
    seedFour(stage);
    await stage.deploy((stack) => {
      fleet()(stack);
      nothing(stack);
    });
    await stage.deploy(nothing, 'UPDATE_COMPLETE');
    await stage.expectStates({ [ONE]: GONE, [TWO]: GONE, [THREE]: GONE, [OTHER]: REPLICATES });
    expect(stage.failedDeletions()).toEqual([]);
  });
});

test('DRS was never set up: it is deployed, and deleted', async () => {
  await onStage({}, async (stage) => {
    stage.aws.drs.uninitialize();
    await stage.deploy(fleet());
    await stage.destroy();
  });
});

test('all: every server of the Region, and of no other', async () => {
  await onStage({}, async (stage) => {
    seedFour(stage);
    stage.seed({ sourceServerID: idOf(5), region: 'us-west-2' });
    await stage.deploy(fleet({ selection: SourceServerSelection.all() }));
    await stage.destroy();
    await stage.expectStates({ [ONE]: GONE, [TWO]: GONE, [THREE]: GONE, [OTHER]: GONE, [idOf(5)]: REPLICATES });
  });
});

test('another Region and another account, as a role: those with the tags, there', async () => {
  await onStage({}, async (stage) => {
    seedFour(stage);
    const there = { accountId: '444455556666', region: 'us-west-2' };
    stage.seed({ sourceServerID: idOf(5), tags: OURS, ...there }, { sourceServerID: idOf(6), ...there });
    await stage.ofAccount(there.accountId).deploy(
      (stack) => {
        const role = new Role(stack, 'Role', { roleName: 'FleetTeardown', assumedBy: new AccountPrincipal('111122223333') });
        role.addToPolicy(
          new PolicyStatement({
            actions: ['drs:DisconnectSourceServer', 'drs:DescribeSourceServers', 'drs:DescribeRecoveryInstances', 'ec2:DescribeInstances'],
            resources: ['*'],
          }),
        );
      },
      'CREATE_COMPLETE',
      { stackName: 'Role' },
    );
    const roleArn = `arn:aws:iam::${there.accountId}:role/FleetTeardown`;
    await stage.deploy((stack) => fleet({ region: there.region, assumeRole: Role.fromRoleArn(stack, 'Role', roleArn) })(stack));
    await stage.destroy();
    const states = [ONE, idOf(5), idOf(6)].map((id) => stage.aws.drs.sourceServer(id)?.dataReplicationInfo?.dataReplicationState);
    expect(states).toEqual([REPLICATES, GONE, REPLICATES]);
  });
});

test('servers that replicate back go first; an extended one is left alone, or its record deleted', async () => {
  await onStage({}, async (stage) => {
    stage.seed(
      { sourceServerID: ONE, tags: OURS },
      { sourceServerID: TWO, tags: OURS, direction: 'FAILBACK' },
      { sourceServerID: THREE, tags: OURS, extended: true },
    );
    await stage.deploy(fleet());
    await stage.destroy();
    expect(disconnectedIn(stage)).toEqual([TWO, ONE]);
    await stage.expectStates({ [ONE]: GONE, [TWO]: GONE, [THREE]: REPLICATES });
    await stage.deploy(fleet({ deleteSourceServer: true }));
    await stage.destroy();
    await stage.expectStates({ [ONE]: undefined, [TWO]: undefined, [THREE]: undefined });
  });
});

test.each<[RecoveryInstancePolicy, string, Record<string, string>]>([
  [RecoveryInstancePolicy.DISCONNECT, 'DELETE_COMPLETE', { [ONE]: GONE, [TWO]: GONE, [THREE]: GONE }],
  [RecoveryInstancePolicy.TERMINATE_DRILLS, 'DELETE_FAILED', { [ONE]: GONE, [TWO]: REPLICATES, [THREE]: GONE }],
  [RecoveryInstancePolicy.FAIL, 'DELETE_FAILED', { [ONE]: REPLICATES, [TWO]: REPLICATES, [THREE]: GONE }],
])('%s, with a drill and a real recovery in the fleet: %s', async (recoveryInstancePolicy, status, states) => {
  await onStage({}, async (stage) => {
    seedFour(stage);
    await stage.deploy(fleet({ recoveryInstancePolicy }));
    stage.aws.drs.addRecoveryInstance({ sourceServerID: ONE, isDrill: true });
    stage.aws.drs.addRecoveryInstance({ sourceServerID: TWO, isDrill: false });
    await stage.destroy(status);
    await stage.expectStates({ ...states, [OTHER]: REPLICATES });
    expect(stage.aws.drs.recoveryInstances().some(({ sourceServerID }) => sourceServerID === TWO)).toBe(true);
  });
});

test('a server that loses its tags in the meantime is refused by IAM, and is none of ours any more', async () => {
  await onStage({}, async (stage) => {
    seedFour(stage);
    await stage.deploy(fleet());
    const ended = stage.aws.calls.onCall(({ operation }) => {
      if (operation === 'DisconnectSourceServer') {
        ended();
        stage.aws.drs.retag(THREE, {});
      }
    });
    stage.aws.faults.add({ service: 'drs', operation: 'DisconnectSourceServer', kind: 'throttle', times: 3 });
    await stage.destroy();
    await stage.expectStates({ [ONE]: GONE, [TWO]: GONE, [THREE]: REPLICATES, [OTHER]: REPLICATES });
  });
});

test.each<[string, Partial<Settings>, (stage: Stage) => unknown]>([
  [
    'every call fails in every way that passes',
    {},
    (stage) =>
      ['DescribeSourceServers', 'DisconnectSourceServer'].forEach((operation) =>
        badWeather('drs', operation).forEach((fault) => stage.aws.faults.add(fault)),
      ),
  ],
  [
    'the function is killed in the middle',
    {},
    (stage) => {
      const ended = stage.aws.drs.onChange(() => {
        ended();
        stage.aws.lambda.killDuring(stage.functionArn());
      });
    },
  ],
])('all are disconnected, though %s', async (_what, settings, happens) => {
  await onStage(settings, async (stage) => {
    seedFour(stage);
    await stage.deploy(fleet());
    happens(stage);
    await stage.destroy();
    await stage.expectStates({ [ONE]: GONE, [TWO]: GONE, [THREE]: GONE, [OTHER]: REPLICATES });
  });
});

test('three hundred of four thousand, with ten requests a second allowed: all in one run, and no other is touched', async () => {
  await onStage({ speed: 20 }, async (stage) => {
    const isOurs = (index: number) => index % 13 === 0 && index < 3_900;
    const indices = Array.from({ length: 4_000 }, (_, index) => index);
    indices.forEach((index) =>
      stage.aws.drs.addSourceServer({
        sourceServerID: idOf(index),
        tags: isOurs(index) ? OURS : {},
        state: isOurs(index) ? REPLICATES : 'STOPPED',
      }),
    );
    await stage.deploy(fleet());
    stage.aws.faults.limit({ service: 'drs', perSecond: 10, burst: 10 });
    const attempts = stage.attempts();
    await stage.destroy();
    stage.aws.faults.clear();
    expect(attempts).toEqual([1]);
    const states = stage.aws.drs
      .sourceServers()
      .map(({ sourceServerID, dataReplicationInfo }) => [sourceServerID, dataReplicationInfo?.dataReplicationState]);
    expect(Object.fromEntries(states)).toEqual(Object.fromEntries(indices.map((index) => [idOf(index), isOurs(index) ? GONE : 'STOPPED'])));
    expect(disconnectedIn(stage)).toHaveLength(300);
  });
}, 120_000);

test('what is not reached before the function must end is said, and the next deletion continues', async () => {
  await onStage({ speed: 120 }, async (stage) => {
    Array.from({ length: 300 }, (_, index) => stage.seed({ sourceServerID: idOf(index), tags: OURS }));
    await stage.deploy(fleet());
    stage.aws.faults.limit({ service: 'drs', perSecond: 0.2, burst: 10 });
    await stage.destroy('DELETE_FAILED');
    expect(stage.reason()).toMatch(/^\d+ of 300 are left .* Not reached before the function had to end: s-/);
    stage.aws.faults.clear();
    await stage.destroy();
    await stage.expectStates(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [idOf(index), GONE])));
  });
}, 120_000);
