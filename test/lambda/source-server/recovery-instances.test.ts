import {
  DeleteRecoveryInstanceCommand,
  DescribeJobsCommand,
  DescribeRecoveryInstancesCommand,
  DisconnectRecoveryInstanceCommand,
  type RecoveryInstance,
  TerminateRecoveryInstancesCommand,
} from '@aws-sdk/client-drs';
import {
  answersInTurn,
  conflict,
  disconnected,
  disconnectSays,
  drill,
  drs,
  drsHas,
  drsHasInstances,
  handle,
  type Handled,
  OTHER_ARN,
  OTHER_ID,
  real,
  reset,
  server,
  SERVER_ID,
  serviceError,
  stackIs,
} from '../harness';

const unknownKind: RecoveryInstance = { ...drill, isDrill: undefined };
const failingBack: RecoveryInstance = { ...drill, failback: { state: 'FAILBACK_IN_PROGRESS' } };
const secondDrill: RecoveryInstance = { ...drill, recoveryInstanceID: 'i-0d2', ec2InstanceID: 'i-0d2' };
const released = (instance: RecoveryInstance): RecoveryInstance => ({
  ...instance,
  dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' },
});

const deletion = (policy: string): Promise<Handled> => handle({ type: 'Delete', properties: { RecoveryInstancePolicy: policy } });

/** DRS shows these recovery instances in turn, and the last ones for ever. */
const instancesAre = (...turns: RecoveryInstance[][]) =>
  answersInTurn(drs.on(DescribeRecoveryInstancesCommand), ...turns.map((items) => ({ items })));
const jobIs = (...statuses: { status?: string; launchStatus?: string }[]) =>
  answersInTurn(
    drs.on(DescribeJobsCommand),
    ...statuses.map(({ status, launchStatus }) => ({
      items: status ? [{ jobID: 'drsjob-1', status, participatingServers: [{ recoveryInstanceID: 'i-0d1', launchStatus }] }] : [],
    })),
  );
const goingOn: RecoveryInstance['failback'][] = [
  { state: 'FAILBACK_IN_PROGRESS' },
  { state: 'FAILBACK_READY_FOR_LAUNCH' },
  { state: 'FAILBACK_NOT_READY_FOR_LAUNCH' },
  { state: 'FAILBACK_ERROR' },
];
const over: RecoveryInstance['failback'][] = [
  { state: 'FAILBACK_NOT_STARTED' },
  { state: 'FAILBACK_COMPLETED' },
  { state: 'FAILBACK_LAUNCH_STATE_NOT_AVAILABLE' },
  {},
];
const called = (operation: string, { calls }: Handled) => calls.filter((call) => call === operation).length;
const terminated = () => drs.commandCalls(TerminateRecoveryInstancesCommand).map(({ args }) => args[0].input.recoveryInstanceIDs);

beforeEach(() => {
  reset();
  stackIs('DELETE_IN_PROGRESS');
  drsHas(server('CONTINUOUS'));
  drs.on(DisconnectRecoveryInstanceCommand).resolves({});
  drs.on(DeleteRecoveryInstanceCommand).resolves({});
  drs.on(TerminateRecoveryInstancesCommand).resolves({ job: { jobID: 'drsjob-1', arn: 'arn' } });
  jobIs({ status: 'COMPLETED', launchStatus: 'TERMINATED' });
});

describe('a recovery instance of which DRS does not tell the source server', () => {
  const unattributed = { ...drill, sourceServerID: undefined };
  const touching = ['DisconnectRecoveryInstance', 'DeleteRecoveryInstance', 'TerminateRecoveryInstances'];

  test.each(['FAIL', 'DISCONNECT', 'TERMINATE_DRILLS'])('%s: FAILED, with the commands, and nothing is touched', async (policy) => {
    disconnectSays(conflict);
    drsHasInstances(unattributed);
    const { response, calls } = await deletion(policy);
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('of which DRS does not tell the source server') });
    expect(response.Reason).toContain('`aws drs disconnect-recovery-instance --recovery-instance-id i-0d1');
    expect(calls.filter((call) => touching.includes(call))).toEqual([]);
  });

  test.each(['DISCONNECT', 'TERMINATE_DRILLS'])('%s, beside a drill of the server: neither is touched', async (policy) => {
    disconnectSays(conflict);
    drsHasInstances(drill, { ...unattributed, recoveryInstanceID: 'i-0x1' });
    const { response, calls } = await deletion(policy);
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('i-0x1') });
    expect(calls.filter((call) => touching.includes(call))).toEqual([]);
  });

  test('its machine is terminated: it is not in the way, and is not touched', async () => {
    disconnectSays(conflict, server('DISCONNECTED'));
    drsHasInstances(drill, { ...unattributed, recoveryInstanceID: 'i-0x1', ec2InstanceState: 'TERMINATED' });
    const { response } = await deletion('DISCONNECT');
    expect(response.Status).toBe('SUCCESS');
    const ended = drs.commandCalls(DisconnectRecoveryInstanceCommand).map(({ args }) => args[0].input.recoveryInstanceID);
    expect(ended).toEqual(['i-0d1']);
  });
});

describe('a recovery instance whose machine is gone', () => {
  const STATES = ['TERMINATED', 'NOT_FOUND'] as const;
  const goneDrill: RecoveryInstance = { ...secondDrill, ec2InstanceState: 'TERMINATED' };
  const notFound: RecoveryInstance = { ...real, ec2InstanceState: 'NOT_FOUND' };
  const running: RecoveryInstance = { ...real, ec2InstanceState: 'RUNNING' };
  const THE_COMMAND = '`aws drs disconnect-recovery-instance --recovery-instance-id i-0a1 --region eu-central-1`';

  test.each(STATES.flatMap((state) => [true, false, undefined].map((isDrill) => [state, isDrill] as const)))(
    'FAIL, %s, isDrill %p: FAILED, with the one command that ends it',
    async (ec2InstanceState, isDrill) => {
      disconnectSays(conflict);
      drsHasInstances({ ...real, isDrill, ec2InstanceState });
      const { response } = await deletion('FAIL');
      expect(response.Status).toBe('FAILED');
      expect(response.Reason?.match(/`aws drs [^`]+`/g)).toEqual([THE_COMMAND]);
      // One look that finds no machine doesn't tell that it is gone.
      expect(response.Reason).toContain(
        ec2InstanceState === 'TERMINATED' ? 'its machine is gone' : 'DRS finds no machine of it at this moment',
      );
      expect(response.Reason?.includes('is gone')).toBe(ec2InstanceState === 'TERMINATED');
      expect(response.Reason).not.toContain('the machine you work on now');
    },
  );

  test('DISCONNECT, TERMINATED: disconnected on a conflict, at once', async () => {
    const start = Date.now();
    disconnectSays(conflict, server('DISCONNECTED'));
    instancesAre([{ ...real, ec2InstanceState: 'TERMINATED' }], [disconnected]);
    const handled = await deletion('DISCONNECT');
    expect(handled.response.Status).toBe('SUCCESS');
    expect(called('DisconnectRecoveryInstance', handled)).toBe(1);
    expect(Date.now() - start).toBeLessThan(10_000);
  });

  test('DISCONNECT, NOT_FOUND: disconnected once that is said for thirty seconds', async () => {
    const start = Date.now();
    disconnectSays(conflict);
    drsHasInstances(notFound);
    drs.on(DisconnectRecoveryInstanceCommand).callsFake(() => {
      expect(Date.now() - start).toBeGreaterThanOrEqual(30_000);
      disconnectSays(server('DISCONNECTED'));
      return {};
    });
    const handled = await deletion('DISCONNECT');
    expect(handled.response.Status).toBe('SUCCESS');
    expect(called('DisconnectRecoveryInstance', handled)).toBe(1);
  });

  test.each(['DISCONNECT', 'TERMINATE_DRILLS'])(
    '%s, NOT_FOUND, of which DRS does not tell the source server: not in the way',
    async (policy) => {
      disconnectSays(...Array<Error>(5).fill(conflict), server('DISCONNECTED'));
      drsHasInstances({ ...notFound, sourceServerID: undefined });
      const handled = await deletion(policy);
      expect(handled.response.Status).toBe('SUCCESS');
      expect(called('DisconnectRecoveryInstance', handled)).toBe(0);
    },
  );

  test('TERMINATE_DRILLS, real ones that are gone beside a drill: the drill is terminated', async () => {
    disconnectSays(conflict, server('DISCONNECTED'));
    drsHasInstances(drill, { ...real, ec2InstanceState: 'TERMINATED' }, goneDrill);
    expect((await deletion('TERMINATE_DRILLS')).response.Status).toBe('SUCCESS');
    expect(terminated()).toEqual([['i-0d1']]);
  });

  test('TERMINATE_DRILLS, a real one that is not found beside a drill: the drill is terminated once that is said for thirty seconds', async () => {
    const start = Date.now();
    disconnectSays(conflict);
    drsHasInstances(drill, notFound);
    drs.on(TerminateRecoveryInstancesCommand).callsFake(() => {
      expect(Date.now() - start).toBeGreaterThanOrEqual(30_000);
      disconnectSays(server('DISCONNECTED'));
      return { job: { jobID: 'drsjob-1' } };
    });
    expect((await deletion('TERMINATE_DRILLS')).response.Status).toBe('SUCCESS');
    expect(terminated()).toEqual([['i-0d1']]);
  });

  test.each([
    [
      'by the next look',
      [
        [drill, notFound],
        [drill, running],
      ],
    ],
    ['just before thirty seconds are over', [...Array<RecoveryInstance[]>(3).fill([drill, notFound]), [drill, running]]],
    ['after it was not found when drills were described again', [[drill], [drill, notFound], [drill, running]]],
  ])('TERMINATE_DRILLS, a real one is found %s: FAILED, and nothing is terminated', async (_when, turns) => {
    disconnectSays(conflict);
    instancesAre(...turns);
    const handled = await deletion('TERMINATE_DRILLS');
    expect(handled.response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('the machine you work on now') });
    expect(called('TerminateRecoveryInstances', handled)).toBe(0);
  });

  test('TERMINATE_DRILLS, and the conflict goes on: FAILED at the deadline, with the one command that ends it', async () => {
    disconnectSays(conflict);
    drsHasInstances({ ...real, isDrill: true, ec2InstanceState: 'TERMINATED' });
    const handled = await deletion('TERMINATE_DRILLS');
    expect(handled.response.Reason?.match(/`aws drs [^`]+`/g)).toEqual([THE_COMMAND]);
    expect(called('TerminateRecoveryInstances', handled)).toBe(0);
    expect(called('DisconnectRecoveryInstance', handled)).toBe(0);
  });

  test('as long as it is not clear, the conflict is not one that nothing explains: no record is deleted so soon', async () => {
    disconnectSays(...Array<Error>(5).fill(conflict), server('DISCONNECTED'));
    drsHasInstances(disconnected, { ...notFound, recoveryInstanceID: 'i-0x1', sourceServerID: undefined });
    const handled = await deletion('DISCONNECT');
    expect(handled.response.Status).toBe('SUCCESS');
    expect(called('DeleteRecoveryInstance', handled)).toBe(0);
  });

  test('a failback that it has not finished: FAILED, and nothing is touched', async () => {
    disconnectSays(conflict);
    drsHasInstances({ ...failingBack, ec2InstanceState: 'TERMINATED' });
    const handled = await deletion('DISCONNECT');
    expect(handled.response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('`aws drs stop-failback') });
    expect(called('DisconnectRecoveryInstance', handled)).toBe(0);
  });
});

test.each(['DISCONNECT', 'TERMINATE_DRILLS'])('%s, and no conflict: DRS is asked once', async (policy) => {
  disconnectSays(server('DISCONNECTED'));
  const { response, calls } = await deletion(policy);
  expect(response.Status).toBe('SUCCESS');
  expect(calls).toEqual(['DisconnectSourceServer']);
});

test.each(['FAIL', 'DISCONNECT', 'TERMINATE_DRILLS'])('a failback in progress, with %s: FAILED, and nothing is touched', async (policy) => {
  disconnectSays(conflict);
  drsHasInstances(failingBack);
  const { response, calls } = await deletion(policy);
  expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('`aws drs stop-failback') });
  expect(response.Reason).toContain(conflict.message);
  expect(new Set(calls)).toEqual(new Set(['DisconnectSourceServer', 'DescribeSourceServers', 'DescribeRecoveryInstances']));
});

test.each(goingOn)('a failback in another state that is not its end, %j: FAILED, and nothing is touched', async (failback) => {
  disconnectSays(conflict);
  drsHasInstances({ ...real, failback });
  const handled = await deletion('DISCONNECT');
  expect(handled.response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('`aws drs stop-failback') });
  expect(called('DisconnectRecoveryInstance', handled)).toBe(0);
});

test.each(over)('no failback, or one that is over, %j: not in the way', async (failback) => {
  disconnectSays(conflict, server('DISCONNECTED'));
  instancesAre([{ ...real, failback }], [disconnected]);
  expect((await deletion('DISCONNECT')).response.Status).toBe('SUCCESS');
});

test('FAIL, and nothing holds the server: FAILED at once', async () => {
  disconnectSays(conflict);
  drsHasInstances();
  const handled = await deletion('FAIL');
  expect(handled.response.Status).toBe('FAILED');
  expect(called('DisconnectSourceServer', handled)).toBe(1);
});

test('a policy that this version does not know: FAILED, and nothing is touched', async () => {
  const { response, calls } = await deletion('TERMINATE_EVERYTHING');
  expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining("'TERMINATE_EVERYTHING'") });
  expect(calls).toEqual([]);
});

describe('DISCONNECT', () => {
  test.each([
    ['a drill', drill],
    ['a real recovery', real],
    ['one of unknown kind', unknownKind],
  ])('%s: disconnected first, then the server', async (_kind, instance) => {
    disconnectSays(conflict, server('DISCONNECTED'));
    instancesAre([instance], [released(instance)]);
    const { response, calls, log } = await deletion('DISCONNECT');
    expect(response.Status).toBe('SUCCESS');
    expect(calls.filter((call) => !call.startsWith('Describe'))).toEqual([
      'DisconnectSourceServer',
      'DisconnectRecoveryInstance',
      'DisconnectSourceServer',
    ]);
    expect(drs.commandCalls(DisconnectRecoveryInstanceCommand)[0].args[0].input).toEqual({
      recoveryInstanceID: instance.recoveryInstanceID,
    });
    expect(log).toContainEqual(
      expect.objectContaining({ decision: 'recovery instance disconnected', why: expect.stringContaining(instance.recoveryInstanceID!) }),
    );
  });

  test('several at once: each of them is disconnected, once', async () => {
    disconnectSays(conflict, server('DISCONNECTED'));
    instancesAre([drill, real, disconnected]);
    const handled = await deletion('DISCONNECT');
    expect(handled.response.Status).toBe('SUCCESS');
    const ids = drs.commandCalls(DisconnectRecoveryInstanceCommand).map(({ args }) => args[0].input.recoveryInstanceID);
    expect(ids).toEqual(['i-0d1', 'i-0a1']);
  });

  test('several at once, and the answer of one is lost: the others are disconnected, too', async () => {
    disconnectSays(conflict, server('DISCONNECTED'));
    answersInTurn(drs.on(DisconnectRecoveryInstanceCommand), serviceError('ValidationException', 'already disconnected'), {});
    instancesAre([drill, real], [released(drill), real]);
    const handled = await deletion('DISCONNECT');
    expect(handled.response.Status).toBe('SUCCESS');
    expect(called('DisconnectRecoveryInstance', handled)).toBe(2);
  });

  test('a failback beside another recovery instance: FAILED, and neither is touched', async () => {
    disconnectSays(conflict);
    drsHasInstances(real, failingBack);
    const handled = await deletion('DISCONNECT');
    expect(handled.response.Status).toBe('FAILED');
    expect(called('DisconnectRecoveryInstance', handled)).toBe(0);
  });

  test('DRS takes its time: no instance is begun after the deadline, and the Reason has the commands', async () => {
    disconnectSays(conflict);
    const many = Array.from({ length: 40 }, (_, index) => ({ ...real, recoveryInstanceID: `i-${index}` }));
    drsHasInstances(...many);
    const begun: number[] = [];
    drs.on(DisconnectRecoveryInstanceCommand).callsFake(() => {
      begun.push(Date.now());
      return new Promise((resolve) => setTimeout(() => resolve({}), 20_000));
    });
    const start = Date.now();
    const { response } = await deletion('DISCONNECT');
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('`aws drs disconnect-recovery-instance') });
    expect(Math.max(...begun) - start).toBeLessThan(240_000);
  });

  test('a disconnected instance with a failback in progress: FAILED, and its record stays', async () => {
    disconnectSays(conflict);
    drsHasInstances({ ...disconnected, failback: { state: 'FAILBACK_IN_PROGRESS' } });
    const handled = await deletion('DISCONNECT');
    expect(handled.response.Status).toBe('FAILED');
    expect(called('DeleteRecoveryInstance', handled)).toBe(0);
  });

  test('a conflict that lingers for a moment: tried again, and no record is deleted', async () => {
    disconnectSays(conflict, conflict, conflict, server('DISCONNECTED'));
    instancesAre([real], [disconnected]);
    const handled = await deletion('DISCONNECT');
    expect(handled.response.Status).toBe('SUCCESS');
    expect(called('DeleteRecoveryInstance', handled)).toBe(0);
  });

  test('a conflict that persists: then the records are deleted', async () => {
    disconnectSays(conflict);
    instancesAre([real], [disconnected]);
    drs.on(DeleteRecoveryInstanceCommand).callsFake(() => {
      disconnectSays(server('DISCONNECTED'));
      return {};
    });
    const handled = await deletion('DISCONNECT');
    expect(handled.response.Status).toBe('SUCCESS');
    expect(called('DeleteRecoveryInstance', handled)).toBe(1);
    expect(handled.log).toContainEqual(expect.objectContaining({ decision: 'record of the recovery instance deleted' }));
  });

  test('a conflict that goes on, but something held the server meanwhile: no record is deleted so soon', async () => {
    disconnectSays(...Array<Error>(5).fill(conflict), server('DISCONNECTED'));
    instancesAre([disconnected], [disconnected], [disconnected], [disconnected, drill], [disconnected, released(drill)]);
    const handled = await deletion('DISCONNECT');
    expect(handled.response.Status).toBe('SUCCESS');
    expect(called('DisconnectRecoveryInstance', handled)).toBe(1);
    expect(called('DeleteRecoveryInstance', handled)).toBe(0);
  });

  test('a conflict that never ends: FAILED at the deadline, with the order to unwind in', async () => {
    disconnectSays(conflict);
    instancesAre([real], [disconnected]);
    const start = Date.now();
    const handled = await deletion('DISCONNECT');
    expect(handled.response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/has a Recovery Instance.*Unwind in this order/),
    });
    expect(called('DeleteRecoveryInstance', handled)).toBe(1);
    expect(Date.now() - start).toBeGreaterThan(200_000);
    expect(Date.now() - start).toBeLessThanOrEqual(246_000);
  });

  test('it is disconnected by now, so that DRS refuses, and the answer was lost: goes on', async () => {
    disconnectSays(conflict, server('DISCONNECTED'));
    drs.on(DisconnectRecoveryInstanceCommand).rejects(serviceError('ValidationException', 'already disconnected'));
    instancesAre([real], [disconnected]);
    expect((await deletion('DISCONNECT')).response.Status).toBe('SUCCESS');
  });

  test.each([
    ['a conflict', serviceError('ConflictException', 'a job is in progress', 409)],
    ['not found', serviceError('ResourceNotFoundException', 'no such instance', 404)],
  ])('DRS answers %s to the disconnect of the instance: looks again', async (_what, error) => {
    disconnectSays(conflict, conflict, server('DISCONNECTED'));
    answersInTurn(drs.on(DisconnectRecoveryInstanceCommand), error, {});
    instancesAre([real]);
    const handled = await deletion('DISCONNECT');
    expect(handled.response.Status).toBe('SUCCESS');
    expect(called('DisconnectRecoveryInstance', handled)).toBe(2);
  });

  test('DRS refuses the disconnect of the instance for ever: FAILED at the deadline, with what it said', async () => {
    disconnectSays(conflict);
    drs.on(DisconnectRecoveryInstanceCommand).rejects(serviceError('ConflictException', 'a job is in progress', 409));
    drsHasInstances(real);
    const { response } = await deletion('DISCONNECT');
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('a job is in progress') });
    expect(response.Reason).toContain(conflict.message);
  });

  test('anything else: FAILED at once, with name and message', async () => {
    disconnectSays(conflict);
    drs.on(DisconnectRecoveryInstanceCommand).rejects(serviceError('ValidationException', 'no'));
    drsHasInstances(real);
    const handled = await deletion('DISCONNECT');
    expect(handled.response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(
        /the disconnect of recovery instance i-0a1.*ValidationException: no.*`aws drs disconnect-recovery-instance/,
      ),
    });
    expect(called('DisconnectRecoveryInstance', handled)).toBe(1);
  });

  test('what holds the server can not be seen in time: FAILED, with the order to unwind in', async () => {
    disconnectSays(conflict);
    drs.on(DescribeRecoveryInstancesCommand).rejects(serviceError('ThrottlingException', 'slow down', 429));
    expect((await deletion('DISCONNECT')).response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/has a Recovery Instance.*slow down.*Unwind in this order/),
    });
  });

  test('what holds the server does not let go in time: FAILED, and nothing says that it is not known', async () => {
    disconnectSays(conflict);
    drs.on(DisconnectRecoveryInstanceCommand).rejects(serviceError('ThrottlingException', 'slow down', 429));
    drsHasInstances(real);
    const { response } = await deletion('DISCONNECT');
    expect(response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(
        /the disconnect of recovery instance i-0a1.*drs:DisconnectRecoveryInstance did not succeed in time.*slow down/,
      ),
    });
    expect(response.Reason).not.toContain('No recovery instance is known to hold it');
  });

  test('the instance is disconnected after the deadline: FAILED, and nothing more is begun', async () => {
    disconnectSays(conflict, server('DISCONNECTED'));
    drsHasInstances(real);
    drs.on(DisconnectRecoveryInstanceCommand).callsFake(() => new Promise((resolve) => setTimeout(() => resolve({}), 241_000)));
    const handled = await deletion('DISCONNECT');
    expect(handled.response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(conflict.message) });
    expect(called('DisconnectSourceServer', handled)).toBe(1);
  });

  test('access denied: FAILED after 90 s, naming the action', async () => {
    disconnectSays(conflict);
    drs.on(DisconnectRecoveryInstanceCommand).rejects(serviceError('AccessDeniedException', 'no', 403));
    drsHasInstances(real);
    expect((await deletion('DISCONNECT')).response.Reason).toContain('may not call drs:DisconnectRecoveryInstance');
  });
});

describe('TERMINATE_DRILLS', () => {
  test('drills: described again, terminated in one job, which is followed; then the server is disconnected', async () => {
    disconnectSays(conflict, server('DISCONNECTED'));
    instancesAre([drill, secondDrill]);
    jobIs({}, { status: 'PENDING' }, { status: 'STARTED' }, { status: 'COMPLETED', launchStatus: 'TERMINATED' });
    const { response, calls, log } = await deletion('TERMINATE_DRILLS');
    expect(response.Status).toBe('SUCCESS');
    expect(terminated()).toEqual([['i-0d1', 'i-0d2']]);
    expect(calls).toEqual([
      'DisconnectSourceServer',
      'DescribeSourceServers',
      'DescribeRecoveryInstances',
      'DescribeRecoveryInstances',
      'TerminateRecoveryInstances',
      ...Array<string>(4).fill('DescribeJobs'),
      'DisconnectSourceServer',
    ]);
    expect(log).toContainEqual(
      expect.objectContaining({ decision: 'drill being terminated', why: expect.stringMatching(/i-0d1, i-0d2.*drsjob-1/) }),
    );
  });

  test.each([
    ['a real recovery', [real]],
    ['one of unknown kind, taken for real', [unknownKind]],
    ['a drill and a real recovery', [drill, real]],
  ])('%s: FAILED, and nothing is terminated', async (_kind, instances) => {
    disconnectSays(conflict);
    drsHasInstances(...instances);
    const handled = await deletion('TERMINATE_DRILLS');
    expect(handled.response).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/a real recovery.*TERMINATE_DRILLS/) });
    expect(handled.response.Reason).not.toContain('terminate-recovery-instances');
    expect(called('TerminateRecoveryInstances', handled)).toBe(0);
  });

  test.each([
    ['has become a real recovery', [real]],
    ['is of unknown kind by now', [unknownKind]],
    ['has a failback by now', [failingBack]],
    ['has a real recovery beside it', [drill, real]],
  ])('what was a drill %s when it is described again: FAILED, and nothing is terminated', async (_what, again) => {
    disconnectSays(conflict);
    instancesAre([drill], again);
    const handled = await deletion('TERMINATE_DRILLS');
    expect(handled.response.Status).toBe('FAILED');
    expect(called('TerminateRecoveryInstances', handled)).toBe(0);
  });

  test('another drill by the time it is described again: that one is terminated', async () => {
    disconnectSays(conflict, server('DISCONNECTED'));
    instancesAre([drill], [secondDrill]);
    expect((await deletion('TERMINATE_DRILLS')).response.Status).toBe('SUCCESS');
    expect(terminated()).toEqual([['i-0d2']]);
  });

  test('a disconnected recovery instance, real as it may be, is neither in the way nor terminated', async () => {
    disconnectSays(conflict, server('DISCONNECTED'));
    instancesAre([drill, disconnected]);
    expect((await deletion('TERMINATE_DRILLS')).response.Status).toBe('SUCCESS');
    expect(terminated()).toEqual([['i-0d1']]);
  });

  test('a drill that was disconnected, to keep its machine, is not terminated', async () => {
    disconnectSays(conflict, server('DISCONNECTED'));
    instancesAre([drill, released(secondDrill)]);
    expect((await deletion('TERMINATE_DRILLS')).response.Status).toBe('SUCCESS');
    expect(terminated()).toEqual([['i-0d1']]);
  });

  test('its job is followed, whatever else DRS lists', async () => {
    disconnectSays(conflict, server('DISCONNECTED'));
    drsHasInstances(drill);
    const another = { jobID: 'drsjob-2', status: 'COMPLETED' };
    answersInTurn(
      drs.on(DescribeJobsCommand),
      { items: [another, { jobID: 'drsjob-1', status: 'STARTED' }] },
      { items: [another, { jobID: 'drsjob-1', status: 'COMPLETED' }] },
    );
    const handled = await deletion('TERMINATE_DRILLS');
    expect(handled.response.Status).toBe('SUCCESS');
    expect(called('DescribeJobs', handled)).toBe(2);
  });

  test("another server's drill is not terminated, though DRS lists it", async () => {
    disconnectSays(conflict, server('DISCONNECTED'));
    drsHasInstances(drill, { ...secondDrill, sourceServerID: OTHER_ID });
    expect((await deletion('TERMINATE_DRILLS')).response.Status).toBe('SUCCESS');
    expect(terminated()).toEqual([['i-0d1']]);
  });

  test('the drill is still listed when its job is over: it is not terminated twice', async () => {
    disconnectSays(conflict, conflict, conflict, server('DISCONNECTED'));
    instancesAre([drill]);
    expect((await deletion('TERMINATE_DRILLS')).response.Status).toBe('SUCCESS');
    expect(terminated()).toHaveLength(1);
  });

  test('the job fails: FAILED, naming the drill and the job', async () => {
    disconnectSays(conflict);
    drsHasInstances(drill);
    jobIs({ status: 'COMPLETED', launchStatus: 'FAILED' });
    const { response } = await deletion('TERMINATE_DRILLS');
    expect(response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(
        /could not terminate the drill i-0d1 .*`aws drs describe-jobs --filters jobIDs=drsjob-1 --region eu-central-1`/,
      ),
    });
  });

  test.each([
    ['with the second of its drills', [[drill, secondDrill]]],
    ['though its drills are not listed any more', [[drill, secondDrill], [drill, secondDrill], []]],
  ])('the job fails %s: FAILED, naming that drill', async (_how, turns) => {
    disconnectSays(conflict, server('DISCONNECTED'));
    instancesAre(...turns);
    const participatingServers = [
      { recoveryInstanceID: 'i-0d1', launchStatus: 'TERMINATED' },
      { recoveryInstanceID: 'i-0d2', launchStatus: 'FAILED' },
    ];
    drs.on(DescribeJobsCommand).callsFake(() => ({ items: [{ jobID: 'drsjob-1', status: 'COMPLETED', participatingServers }] }));
    expect((await deletion('TERMINATE_DRILLS')).response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('could not terminate the drill i-0d2 '),
    });
  });

  test('a job that never ends: FAILED at the deadline of fourteen minutes, naming it', async () => {
    disconnectSays(conflict);
    drsHasInstances(drill);
    jobIs({ status: 'STARTED' });
    const start = Date.now();
    const { response } = await deletion('TERMINATE_DRILLS');
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/job drsjob-1.*still STARTED/) });
    expect(Date.now() - start).toBeGreaterThan(840_000);
    expect(Date.now() - start).toBeLessThanOrEqual(876_000);
  });

  test.each([
    ['a conflict, since the job of an earlier run is not over', serviceError('ConflictException', 'a job is in progress', 409)],
    ['that there are too many jobs', serviceError('ServiceQuotaExceededException', 'too many jobs', 402)],
    ['that there is no such instance', serviceError('ResourceNotFoundException', 'gone', 404)],
  ])('DRS answers to the termination with %s: looks again', async (_what, error) => {
    disconnectSays(conflict, conflict, server('DISCONNECTED'));
    answersInTurn(drs.on(TerminateRecoveryInstancesCommand), error, { job: { jobID: 'drsjob-1' } });
    instancesAre([drill]);
    expect((await deletion('TERMINATE_DRILLS')).response.Status).toBe('SUCCESS');
    expect(terminated()).toHaveLength(2);
  });

  test('access denied to the termination: FAILED, naming the action', async () => {
    disconnectSays(conflict);
    drs.on(TerminateRecoveryInstancesCommand).rejects(serviceError('AccessDeniedException', 'ec2:TerminateInstances', 403));
    drsHasInstances(drill);
    const { response } = await deletion('TERMINATE_DRILLS');
    expect(response.Reason).toMatch(/may not call drs:TerminateRecoveryInstances.*ec2:TerminateInstances/);
  });

  test('nothing holds the server, but the conflict goes on: tried until the deadline, then FAILED with the order to unwind in', async () => {
    disconnectSays(conflict);
    drsHasInstances(disconnected);
    const handled = await deletion('TERMINATE_DRILLS');
    expect(handled.response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('Unwind in this order') });
    expect(called('DisconnectSourceServer', handled)).toBeGreaterThan(50);
    expect(called('DeleteRecoveryInstance', handled)).toBe(0);
  });
});

describe('Update to another server, by the old policy', () => {
  const other = { ...server('CONTINUOUS'), sourceServerID: OTHER_ID };
  const update = (policy: string) =>
    handle({
      type: 'Update',
      arn: OTHER_ARN,
      oldProperties: { RecoveryInstancePolicy: policy },
      properties: { RecoveryInstancePolicy: 'FAIL' },
    });

  test.each([
    ['FAIL', 'a drill', 'FAILED', drill],
    ['FAIL', 'a real recovery', 'FAILED', real],
    ['DISCONNECT', 'a drill', 'SUCCESS', drill],
    ['DISCONNECT', 'a real recovery', 'SUCCESS', real],
    ['DISCONNECT', 'a failback', 'FAILED', failingBack],
    ['TERMINATE_DRILLS', 'a drill', 'SUCCESS', drill],
    ['TERMINATE_DRILLS', 'a real recovery', 'FAILED', real],
    ['TERMINATE_DRILLS', 'one of unknown kind', 'FAILED', unknownKind],
    ['TERMINATE_DRILLS', 'a failback', 'FAILED', failingBack],
    ['FAIL', 'one whose machine is terminated', 'SUCCESS', { ...real, ec2InstanceState: 'TERMINATED' as const }],
    ['FAIL', 'one whose machine is not found', 'SUCCESS', { ...real, ec2InstanceState: 'NOT_FOUND' as const }],
    ['TERMINATE_DRILLS', 'one whose machine is terminated', 'SUCCESS', { ...real, ec2InstanceState: 'TERMINATED' as const }],
  ])('%s, the old server has %s: %s', async (policy, _kind, status, instance) => {
    stackIs('UPDATE_IN_PROGRESS');
    drsHas(server('CONTINUOUS'), other);
    drsHasInstances(instance);
    const { response, calls } = await update(policy);
    expect(response.Status).toBe(status);
    expect(calls.filter((call) => !call.startsWith('Describe'))).toEqual([]);
  });

  test('the machine of the old server is not found, and is found half a minute later: FAILED', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    drsHas(server('CONTINUOUS'), other);
    const start = Date.now();
    drs.on(DescribeRecoveryInstancesCommand).callsFake(() => ({
      items: [{ ...real, ec2InstanceState: Date.now() - start < 30_000 ? 'NOT_FOUND' : 'RUNNING' }],
    }));
    expect((await update('FAIL')).response.Status).toBe('FAILED');
  });

  test('only what the new properties allow does not count', async () => {
    stackIs('UPDATE_IN_PROGRESS');
    drsHas(server('CONTINUOUS'), other);
    drsHasInstances(real);
    const { response } = await handle({ type: 'Update', arn: OTHER_ARN, properties: { RecoveryInstancePolicy: 'DISCONNECT' } });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(SERVER_ID) });
  });
});
