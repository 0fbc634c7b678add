import {
  type DataReplicationState,
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DisconnectSourceServerCommand,
} from '@aws-sdk/client-drs';
import { DescribeStacksCommand } from '../../../lambda/aws/cloudformation';
import {
  cloudFormation,
  drs,
  eventsAre,
  handle,
  LOGICAL_ID,
  ofResource,
  ofStack,
  OTHER_ARN,
  OTHER_ID,
  reset,
  SERVER_ARN,
  SERVER_ID,
  serviceError,
  STACK_ID,
  stackHas,
  stackIdOf,
  stackIs,
} from '../harness';

// Only the server that is meant is touched, only when it is meant, and only when it is gone is it called gone.

const server = (sourceServerID: string, state: DataReplicationState = 'CONTINUOUS') => ({
  sourceServerID,
  dataReplicationInfo: { dataReplicationState: state },
  stagingArea: { status: 'NOT_EXTENDED' as const },
});

beforeEach(() => {
  reset();
  drs.on(DisconnectSourceServerCommand).resolves(server(SERVER_ID, 'DISCONNECTED'));
  drs.on(DescribeRecoveryInstancesCommand).resolves({ items: [] });
});

test.each([
  ['another partition', SERVER_ARN.replace(':aws:', ':aws-cn:'), 'is in the partition aws-cn, and the stack LandingZone in aws'],
  ['another account', SERVER_ARN.replace('111122223333', '999922223333'), 'belongs to another account than the stack LandingZone'],
  ['a Region of another partition', SERVER_ARN.replace('eu-central-1', 'cn-north-1'), "'cn-north-1' is not a Region of the partition aws"],
])('a genuine Delete of %s: FAILED for good, and nobody is asked', async (_what, physicalId, why) => {
  stackIs('DELETE_IN_PROGRESS');
  const { response, calls } = await handle({ type: 'Delete', physicalId });
  expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(why) });
  expect(response.Reason).toContain("Deleting again won't change that.");
  expect(response.Reason).not.toMatch(/assume a role|declare/);
  expect(calls).toEqual([]);
});

describe('a Create', () => {
  test('does not take another server for the one that is meant, should DRS list more than it was asked for', async () => {
    drs.on(DescribeSourceServersCommand).resolves({ items: [server(OTHER_ID)] });
    expect((await handle({ type: 'Create' })).response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(SERVER_ID) });
  });

  test('does not take a source server of another service, whose ARN looks alike', async () => {
    drs.on(DescribeSourceServersCommand).resolves({ items: [server(SERVER_ID)] });
    const { response, calls } = await handle({ type: 'Create', arn: SERVER_ARN.replace(':drs:', ':mgn:') });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('is not the ARN of a source server') });
    expect(calls).toEqual([]);
  });

  test('says how to declare a server of another account', async () => {
    const { response } = await handle({ type: 'Create', arn: SERVER_ARN.replace('111122223333', '999922223333') });
    expect(response.Reason).toContain('Let the disconnection assume a role of account 999922223333');
  });

  test('does not take the ARN of another partition: nothing is asked', async () => {
    const { response, calls } = await handle({ type: 'Create', arn: SERVER_ARN.replace(':aws:', ':aws-cn:') });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('is in the partition aws-cn') });
    expect(calls).toEqual([]);
  });

  test('logs what was declared', async () => {
    drs.on(DescribeSourceServersCommand).resolves({ items: [server(SERVER_ID)] });
    const { log } = await handle({ type: 'Create' });
    expect(log).toMatchObject([
      { event: 'decided', decision: 'declared', why: SERVER_ARN, level: 'info' },
      { event: 'answered', status: 'SUCCESS' },
    ]);
  });
});

describe('an Update to another server', () => {
  beforeEach(() => drs.on(DescribeSourceServersCommand).resolves({ items: [server(SERVER_ID), server(OTHER_ID)] }));

  test.each([[['UPDATE_IN_PROGRESS']], [['UPDATE_ROLLBACK_IN_PROGRESS']]])('disconnects nobody (%j)', async (statuses) => {
    stackIs(...statuses);
    const { response, calls } = await handle({ type: 'Update', arn: OTHER_ARN });
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: OTHER_ARN });
    expect(calls).not.toContain('DisconnectSourceServer');
  });

  test('goes on, with a warning, if the status of the stack can not be read: it disconnects nobody either way', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(serviceError('ValidationError'));
    const { response, log } = await handle({ type: 'Update', arn: OTHER_ARN });
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: OTHER_ARN });
    expect(log).toContainEqual(expect.objectContaining({ level: 'warning', decision: 'status unknown' }));
  });
});

describe('a Delete', () => {
  const declaredAs = (logicalId: string, physicalId: string, status = 'CREATE_COMPLETE') => ({ logicalId, physicalId, status });

  test('in the clean-up of an update disconnects, though another server is declared elsewhere in the stack', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas(declaredAs('Other', OTHER_ARN));
    expect((await handle({ type: 'Delete' })).calls).toEqual(['DisconnectSourceServer']);
  });

  test('of a resource that is still live, with the same server, fails: it belongs to an earlier operation', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas(declaredAs(LOGICAL_ID, SERVER_ARN));
    eventsAre([
      ofStack('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'),
      ofStack('UPDATE_IN_PROGRESS', 'User Initiated'),
      ofResource('CREATE_COMPLETE'),
    ]);
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'FAILED' }, calls: [] });
  });

  test('of a resource that seems live, because the list is a moment old, disconnects when the list is read again', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas(declaredAs(LOGICAL_ID, SERVER_ARN));
    setTimeout(() => stackHas(declaredAs(LOGICAL_ID, SERVER_ARN, 'DELETE_IN_PROGRESS')), 2_000);
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'SUCCESS' }, calls: ['DisconnectSourceServer'] });
  });

  test.each([
    ['rolls back', ['ROLLBACK_IN_PROGRESS'], /LandingZone is rolling back \(ROLLBACK_IN_PROGRESS\)/],
    ['is nested in one that rolls back', ['DELETE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'], /Ancestor1 is rolling back/],
    ['still declares it', ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'], /still declared in the stack, as Renamed/],
  ])('in a stack that %s keeps the server, and logs why', async (_what, statuses, why) => {
    stackIs(...statuses);
    stackHas(declaredAs('Renamed', SERVER_ARN));
    const { calls, log } = await handle({ type: 'Delete' });
    expect(calls).toEqual([]);
    expect(log).toContainEqual(expect.objectContaining({ decision: 'kept', why: expect.stringMatching(why) }));
  });

  test('that is genuine logs that it disconnected the server', async () => {
    stackIs('DELETE_IN_PROGRESS');
    const { log } = await handle({ type: 'Delete' });
    expect(log).toMatchObject([
      { decision: 'disconnected', why: SERVER_ID, physicalId: SERVER_ARN },
      { event: 'answered', status: 'SUCCESS' },
    ]);
  });

  test('believes no answer that describes another stack', async () => {
    const StackId = stackIdOf('Another');
    cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{ StackId, StackName: 'Another', StackStatus: 'DELETE_IN_PROGRESS' }] });
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'FAILED' }, calls: [] });
  });

  test('reads a status again that could not be read', async () => {
    const Stacks = [{ StackId: STACK_ID, StackName: 'LandingZone', StackStatus: 'DELETE_IN_PROGRESS' as const }];
    cloudFormation.on(DescribeStacksCommand).rejectsOnce(serviceError('ValidationError')).resolves({ Stacks });
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'SUCCESS' }, calls: ['DisconnectSourceServer'] });
  });

  const others: DataReplicationState[] = [
    'STOPPED',
    'PAUSED',
    'STALLED',
    'RESCAN',
    'BACKLOG',
    'INITIATING',
    'INITIAL_SYNC',
    'CREATING_SNAPSHOT',
    'CONTINUOUS',
  ];
  test.each(others)('does not take a server that is %s for a disconnected one', async (state) => {
    stackIs('DELETE_IN_PROGRESS');
    drs.on(DisconnectSourceServerCommand).rejects(serviceError('ConflictException', 'in use', 409));
    drs.on(DescribeSourceServersCommand).resolves({ items: [server(SERVER_ID, state)] });
    expect((await handle({ type: 'Delete' })).response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('in use') });
  });

  test.each(['ThrottlingException', 'AccessDeniedException'])(
    'that ends with %s asks for nothing else: there is no time left for it',
    async (name) => {
      stackIs('DELETE_IN_PROGRESS');
      drs.on(DisconnectSourceServerCommand).rejects(serviceError(name, 'not now', 400));
      drs.on(DescribeSourceServersCommand).resolves({ items: [server(SERVER_ID)] });
      const { response, calls } = await handle({ type: 'Delete' });
      expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('not now') });
      expect(new Set(calls)).toEqual(new Set(['DisconnectSourceServer']));
    },
  );

  test('that is told of a conflict and can not see the server fails', async () => {
    stackIs('DELETE_IN_PROGRESS');
    drs.on(DisconnectSourceServerCommand).rejects(serviceError('ConflictException', 'in use', 409));
    drs.on(DescribeSourceServersCommand).rejects(serviceError('AccessDeniedException', 'not authorized', 403));
    expect((await handle({ type: 'Delete' })).response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('in use') });
  });
});
