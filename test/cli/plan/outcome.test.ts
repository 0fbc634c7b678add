import type { RecoveryInstance, SourceServer } from '@aws-sdk/client-drs';
import type { Stack } from '@aws-sdk/client-cloudformation';
import { serverOutcome, planServer } from '../../../cli/plan/source-server';
import { checkStack } from '../../../cli/operation/stack-status';
import type { DisconnectionOptions } from '../../../lambda/source-server/options';
import { deployedStack } from '../stacks';

const ID = 's-1a2b3c4d5e6f70001';
const NAMED = { sourceServerId: ID, accountId: '111122223333', region: 'eu-central-1' };

const replicating: SourceServer = {
  sourceServerID: ID,
  dataReplicationInfo: { dataReplicationState: 'CONTINUOUS', lagDuration: 'PT1M30S' },
};
const disconnected: SourceServer = { sourceServerID: ID, dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' } };
const extended: SourceServer = { ...replicating, stagingArea: { status: 'EXTENDED', stagingAccountID: '444455556666' } };
const launching: SourceServer = {
  ...replicating,
  lifeCycle: { lastLaunch: { status: 'IN_PROGRESS', initiated: { jobID: 'drsjob-1a2b3c4d5e6f70001' } } },
};

const drill: RecoveryInstance = { recoveryInstanceID: 'i-0d', ec2InstanceID: 'i-0d', sourceServerID: ID, isDrill: true };
const real: RecoveryInstance = { ...drill, recoveryInstanceID: 'i-0r', ec2InstanceID: 'i-0r', isDrill: false };
const ofUnknownKind: RecoveryInstance = { ...drill, isDrill: undefined };
const failingBack: RecoveryInstance = { ...real, failback: { state: 'FAILBACK_IN_PROGRESS' } };
const letGo: RecoveryInstance = { ...real, dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' } };

const options = (more: Partial<DisconnectionOptions> = {}): DisconnectionOptions => ({
  recoveryInstancePolicy: 'FAIL',
  deletesSourceServer: false,
  ...more,
});
const DISCONNECT = options({ recoveryInstancePolicy: 'DISCONNECT' });
const TERMINATE_DRILLS = options({ recoveryInstancePolicy: 'TERMINATE_DRILLS' });
const DELETE_RECORD = options({ deletesSourceServer: true });

describe('A source server', () => {
  test.each<[string, SourceServer | undefined, RecoveryInstance[], DisconnectionOptions, string, RegExp]>([
    ['replicates', replicating, [], options(), 'disconnect', /^$/],
    ['replicates, and its record goes', replicating, [], DELETE_RECORD, 'disconnect', /its record is deleted, too/],
    ['is gone', undefined, [], options(), 'nothing', /there is no such source server/],
    ['is disconnected', disconnected, [], options(), 'nothing', /it is disconnected already/],
    ['is disconnected, whatever instances are listed', disconnected, [real], options(), 'nothing', /it is disconnected already/],
    ['is disconnected, and its record goes', disconnected, [], DELETE_RECORD, 'delete-record', /it is disconnected already/],
    ['is extended', extended, [], options(), 'blocked', /extended from account 444455556666/],
    [
      'is extended, and shown as disconnected',
      { ...extended, ...disconnected },
      [],
      options(),
      'blocked',
      /extended from account 444455556666/,
    ],
    ['is extended, and its record goes', extended, [], DELETE_RECORD, 'delete-record', /Only its record goes/],
    [
      'is extended, with a recovery instance, and its record goes',
      extended,
      [real],
      DELETE_RECORD,
      'blocked',
      /`aws drs disconnect-recovery-instance/,
    ],
    [
      'has a drill, FAIL',
      replicating,
      [drill],
      options(),
      'blocked',
      /a drill\).*`aws drs terminate-recovery-instances --recovery-instance-ids i-0d --region eu-central-1`/,
    ],
    ['has a real recovery, FAIL', replicating, [real], options(), 'blocked', /a real recovery\).*the machine you work on now/],
    ['has a recovery instance of unknown kind, FAIL', replicating, [ofUnknownKind], options(), 'blocked', /taken for a real recovery/],
    ['has a drill, TERMINATE_DRILLS', replicating, [drill], TERMINATE_DRILLS, 'disconnect', /its drill is terminated first: i-0d/],
    [
      'has a real recovery, TERMINATE_DRILLS',
      replicating,
      [real],
      TERMINATE_DRILLS,
      'blocked',
      /The policy TERMINATE_DRILLS leaves it alone/,
    ],
    ['has a drill and a real recovery, TERMINATE_DRILLS', replicating, [drill, real], TERMINATE_DRILLS, 'blocked', /i-0r/],
    [
      'has a recovery instance of unknown kind, TERMINATE_DRILLS',
      replicating,
      [ofUnknownKind],
      TERMINATE_DRILLS,
      'blocked',
      /of unknown kind/,
    ],
    [
      'has a real recovery, DISCONNECT',
      replicating,
      [real],
      DISCONNECT,
      'disconnect',
      /its recovery instance is disconnected first, and runs on unprotected: i-0r/,
    ],
    ['has a failback in progress, DISCONNECT', replicating, [failingBack], DISCONNECT, 'blocked', /`aws drs stop-failback/],
    [
      'has one that let go, FAIL',
      replicating,
      [letGo],
      options(),
      'disconnect',
      /if its record still holds the server, delete that: `aws drs delete-recovery-instance/,
    ],
    [
      'has one whose machine is terminated, FAIL',
      replicating,
      [{ ...real, ec2InstanceState: 'TERMINATED' }],
      options(),
      'disconnect',
      /TERMINATED, a real recovery\): its machine is gone.*`aws drs disconnect-recovery-instance --recovery-instance-id i-0r --region/,
    ],
    [
      'has one whose machine is not found, beside a drill, TERMINATE_DRILLS',
      replicating,
      [drill, { ...real, ec2InstanceState: 'NOT_FOUND' }],
      TERMINATE_DRILLS,
      'disconnect',
      /its drill is terminated first: i-0d; /,
    ],
    ['has a launch under way', launching, [], options(), 'unknown', /`aws drs describe-jobs --filters jobIDs=drsjob-1a2b3c4d5e6f70001/],
    ['has a launch under way, and a recovery instance', launching, [real], options(), 'blocked', /i-0r/],
  ])('%s', (_what, server, instances, chosen, verdict, reason) => {
    const outcome = JSON.parse(JSON.stringify(serverOutcome(NAMED, { server, instances }, chosen))) as {
      reason: string;
      commands: string[];
    };
    expect(outcome).toEqual({ verdict, reason: expect.stringMatching(reason), commands: expect.any(Array) });
    expect(outcome.commands.every((command) => outcome.reason.includes(`\`${command}\``))).toBe(true);
    expect(outcome.reason.split('`')).toHaveLength(outcome.commands.length * 2 + 1);
  });

  test.each<[string, RecoveryInstance, DisconnectionOptions, string]>([
    ['a drill, TERMINATE_DRILLS', drill, TERMINATE_DRILLS, 'terminated'],
    ['a drill, FAIL', drill, options(), 'left alone'],
    ['a real recovery, TERMINATE_DRILLS', real, TERMINATE_DRILLS, 'left alone'],
    ['a real recovery, DISCONNECT', real, DISCONNECT, 'disconnected'],
    ['one that let go, DISCONNECT', letGo, DISCONNECT, 'left alone'],
    ['one whose machine is terminated, DISCONNECT', { ...real, ec2InstanceState: 'TERMINATED' }, DISCONNECT, 'left alone'],
  ])('its recovery instance: %s: %s', (_what, instance, chosen, then) => {
    const described = { server: replicating, instances: [instance] };
    expect(planServer(NAMED, described, serverOutcome(NAMED, described, chosen), chosen).recoveryInstances).toEqual([
      expect.objectContaining({ then }),
    ]);
  });

  test('of which DRS tells nothing has a row all the same', () => {
    expect(planServer(NAMED, { instances: [] }, serverOutcome(NAMED, { instances: [] }, options()))).toMatchObject({
      sourceServerId: ID,
      hostname: 'UNKNOWN',
      replicationState: 'UNKNOWN',
      lag: 'UNKNOWN',
    });
  });
});

describe('The stack', () => {
  const at = (status: string, more: object = {}) => deployedStack({ status, ...more });
  const root = (StackStatus: string) => [{ StackName: 'Root', StackStatus, CreationTime: new Date(0) } as Stack];

  test.each<[string, ReturnType<typeof at>, Stack[], RegExp | undefined]>([
    ['CREATE_COMPLETE', at('CREATE_COMPLETE'), [], undefined],
    ['CREATE_IN_PROGRESS', at('CREATE_IN_PROGRESS'), [], undefined],
    ['UPDATE_ROLLBACK_FAILED', at('UPDATE_ROLLBACK_FAILED'), [], undefined],
    ['DELETE_FAILED', at('DELETE_FAILED'), [], undefined],
    ['DELETE_IN_PROGRESS', at('DELETE_IN_PROGRESS'), [], undefined],
    ['UPDATE_IN_PROGRESS', at('UPDATE_IN_PROGRESS'), [], /is UPDATE_IN_PROGRESS, and CloudFormation begins no deletion then. Wait/],
    ['UPDATE_ROLLBACK_IN_PROGRESS', at('UPDATE_ROLLBACK_IN_PROGRESS'), [], /is UPDATE_ROLLBACK_IN_PROGRESS/],
    [
      'protected',
      at('CREATE_COMPLETE', { isProtected: true }),
      [],
      /`aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name LandingZone --region eu-central-1`/,
    ],
    ['protected by its root', at('CREATE_COMPLETE', { isProtected: true }), root('CREATE_COMPLETE'), /--stack-name Root /],
  ])('to be deleted, %s', (_what, stack, ancestors, blocker) => {
    const { blockers } = checkStack(stack, ancestors, 'delete', true);
    expect(blockers.map(String)).toEqual(blocker ? [expect.stringMatching(blocker)] : []);
  });

  test.each([
    ['CREATE_COMPLETE', true],
    ['UPDATE_COMPLETE', true],
    ['UPDATE_ROLLBACK_COMPLETE', true],
    ['ROLLBACK_COMPLETE', false],
    ['UPDATE_IN_PROGRESS', false],
    ['DELETE_FAILED', false],
  ])('to be updated, %s: %s', (status, isClear) => {
    expect(checkStack(at(status, { isProtected: true }), [], 'update', true).blockers).toHaveLength(isClear ? 0 : 1);
  });

  test.each<[string, Stack[], boolean | undefined, object | undefined]>([
    ['at rest', [], true, undefined],
    ['nested in one that rests after a rollback', root('UPDATE_ROLLBACK_COMPLETE'), true, undefined],
    [
      'nested in one that rolls back',
      root('UPDATE_ROLLBACK_IN_PROGRESS'),
      true,
      { kind: 'kept', why: expect.stringMatching(/Root is rolling back/) },
    ],
    ['never complete', [], false, { kind: 'kept', why: 'no create, update or import of the stack LandingZone was ever completed' }],
    [
      'nested in one that was never complete',
      root('DELETE_FAILED'),
      false,
      { kind: 'kept', why: expect.stringMatching(/of the stack Root was/) },
    ],
    [
      'nested in one that still updates',
      root('UPDATE_IN_PROGRESS'),
      true,
      { kind: 'unknown', why: expect.stringMatching(/Root is UPDATE_IN_PROGRESS, and may still roll back/) },
    ],
    ['of which nobody knows whether it was', [], undefined, { kind: 'unknown', why: expect.stringMatching(/LandingZone don't tell/) }],
  ])('%s: what becomes of all it declares', (_what, ancestors, wasComplete, change) => {
    const planned = checkStack(at('DELETE_FAILED'), ancestors, 'delete', wasComplete).change;
    expect(planned && { ...planned, ...('why' in planned && { why: String(planned.why) }) }).toEqual(change);
  });
});
