import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeStacksCommand, ListStackResourcesCommand } from '../../../lambda/aws/cloudformation';
import { DisconnectSourceServerCommand } from '@aws-sdk/client-drs';
import {
  cloudFormation,
  drs,
  handle,
  LOGICAL_ID,
  OTHER_ARN,
  reset,
  SERVER_ARN,
  SERVER_ID,
  serviceError,
  STACK,
  STACK_ID,
  stackHas,
  stackIdOf,
  stackIs,
} from '../harness';
import { checkDeletion } from '../../../lambda/protocol/deletion-check';
import { parseStackId } from '../../../lambda/aws/stack-id';

const declaredAs = (logicalId: string, status: string, physicalId = SERVER_ARN, type?: string) => ({ logicalId, physicalId, status, type });

describe('by the status of the stack', () => {
  beforeEach(() => {
    reset();
    drs
      .on(DisconnectSourceServerCommand)
      .resolves({ sourceServerID: SERVER_ID, dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' } });
    stackHas();
  });

  // The rows of "Is this deletion genuine?": the statuses are the stack's own and its ancestors'.
  test.each<[string, string[], 'disconnect' | 'keep' | 'fail']>([
    ['the stack is being deleted', ['DELETE_IN_PROGRESS'], 'disconnect'],
    ['… with its parent', ['DELETE_IN_PROGRESS', 'DELETE_IN_PROGRESS'], 'disconnect'],
    ['… alone, below a parent at rest', ['DELETE_IN_PROGRESS', 'CREATE_COMPLETE'], 'disconnect'],
    ['… below a parent that rests after a rollback', ['DELETE_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE'], 'disconnect'],
    ['… because an update of its parent removed it', ['DELETE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'], 'disconnect'],
    ['the resource left the template', ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'], 'disconnect'],
    ['… of a nested stack', ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'], 'disconnect'],
    ['a create rolls back', ['ROLLBACK_IN_PROGRESS'], 'keep'],
    ['an update rolls back', ['UPDATE_ROLLBACK_IN_PROGRESS'], 'keep'],
    ['an update that rolled back cleans up', ['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'], 'keep'],
    ['an import rolls back', ['IMPORT_ROLLBACK_IN_PROGRESS'], 'keep'],
    ['the parent rolls back', ['DELETE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'], 'keep'],
    ['the grandparent rolls back', ['DELETE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'], 'keep'],
    ['the parent cleans up after a rollback', ['DELETE_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'], 'keep'],
    ['a child cleans up while its parent rolls back', ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'], 'keep'],
    ['a child cleans up while its root still updates', ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_IN_PROGRESS'], 'fail'],
    ['… or failed to, and may be rolled back', ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_FAILED'], 'fail'],
    ['… or failed to roll back', ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_FAILED'], 'fail'],
    ['a child is deleted while its root still updates', ['DELETE_IN_PROGRESS', 'UPDATE_IN_PROGRESS'], 'fail'],
    ['… by the clean-up of its parent', ['DELETE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_IN_PROGRESS'], 'fail'],
    ['a child cleans up after its root has', ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE'], 'disconnect'],
    ['anything else', ['UPDATE_IN_PROGRESS'], 'fail'],
    ['a stack at rest', ['CREATE_COMPLETE'], 'fail'],
    ['a status that is not known yet', ['SOMETHING_NEW_IN_PROGRESS'], 'fail'],
  ])('%s (%j): %s', async (_what, statuses, then) => {
    stackIs(...statuses);
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response.Status).toBe(then === 'fail' ? 'FAILED' : 'SUCCESS');
    expect(calls).toEqual(then === 'disconnect' ? ['DisconnectSourceServer'] : []);
  });

  test.each<[string, ReturnType<typeof declaredAs>[], 'disconnect' | 'keep']>([
    ['renamed', [declaredAs('Renamed', 'CREATE_COMPLETE')], 'keep'],
    ['renamed, and the new one updated since', [declaredAs('Renamed', 'UPDATE_COMPLETE')], 'keep'],
    ['removed', [declaredAs(LOGICAL_ID, 'DELETE_IN_PROGRESS')], 'disconnect'],
    ['changed to another server', [declaredAs(LOGICAL_ID, 'UPDATE_COMPLETE', OTHER_ARN)], 'disconnect'],
    ['removed twice', [declaredAs(LOGICAL_ID, 'DELETE_IN_PROGRESS'), declaredAs('Other', 'DELETE_IN_PROGRESS')], 'disconnect'],
    ['another one was removed before', [declaredAs('Other', 'DELETE_COMPLETE')], 'disconnect'],
    ['the same physical ID in another type', [declaredAs('Other', 'CREATE_COMPLETE', SERVER_ARN, 'Custom::Else')], 'disconnect'],
  ])('in the clean-up of an update, %s: %s%s', async (_what, resources, then) => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas(...resources);
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual(then === 'disconnect' ? ['DisconnectSourceServer'] : []);
  });

  test('in the clean-up of an update, and itself still a resource of the stack: a late request FAILS, nothing touched', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas(declaredAs(LOGICAL_ID, 'UPDATE_COMPLETE'));
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('is still a resource of the stack') });
    expect(calls).toEqual([]);
  });

  test('… unless the list was only a moment old', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    const listed = (ResourceStatus: 'CREATE_COMPLETE' | 'DELETE_IN_PROGRESS') => ({
      LogicalResourceId: LOGICAL_ID,
      PhysicalResourceId: SERVER_ARN,
      ResourceStatus,
      ResourceType: 'Custom::DRSSourceServerDisconnection',
      LastUpdatedTimestamp: new Date(),
    });
    cloudFormation
      .on(ListStackResourcesCommand)
      .resolvesOnce({ StackResourceSummaries: [listed('CREATE_COMPLETE')] })
      .resolves({ StackResourceSummaries: [listed('DELETE_IN_PROGRESS')] });
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'SUCCESS' }, calls: ['DisconnectSourceServer'] });
  });

  test('still declared, on the second page', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas(declaredAs('Renamed', 'CREATE_COMPLETE'));
    cloudFormation.on(ListStackResourcesCommand, { StackName: STACK_ID, NextToken: undefined }).resolves({ NextToken: 'next' });
    expect((await handle({ type: 'Delete' })).calls).toEqual([]);
  });

  test('a status that was a moment old is read again', async () => {
    stackIs('DELETE_IN_PROGRESS');
    cloudFormation
      .on(DescribeStacksCommand)
      .resolvesOnce({ Stacks: [{ StackId: STACK_ID, StackName: 'LandingZone', StackStatus: 'CREATE_COMPLETE' }] })
      .resolves({ Stacks: [{ StackId: STACK_ID, StackName: 'LandingZone', StackStatus: 'DELETE_IN_PROGRESS' }] });
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'SUCCESS' }, calls: ['DisconnectSourceServer'] });
  });

  test.each([
    ['is refused', serviceError('AccessDenied', 'not authorized', 403), /may not call cloudformation:DescribeStacks/],
    ['is throttled for ever', serviceError('Throttling', 'Rate exceeded', 400), /cloudformation:DescribeStacks did not succeed in time/],
    ['finds no stack', serviceError('ValidationError', 'Stack does not exist', 400), /Stack does not exist/],
  ])('DescribeStacks %s: FAILED, nothing touched', async (_how, error, reason) => {
    cloudFormation.on(DescribeStacksCommand).rejects(error);
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: SERVER_ARN, Reason: expect.stringMatching(reason) });
    expect(response.Reason).toContain(`by hand: \`aws drs disconnect-source-server --source-server-id ${SERVER_ID}`);
    expect(calls).toEqual([]);
  });

  test('DescribeStacks is refused: FAILED after about 90 s', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(serviceError('AccessDenied', 'not authorized', 403));
    const start = Date.now();
    await handle({ type: 'Delete' });
    expect(Date.now() - start).toBeLessThan(100_000);
  });

  test.each<[string, 'disconnect' | 'keep']>([
    ['The following resource(s) failed to create: [Sibling]. . Delete requested by user.', 'keep'],
    ['The following resource(s) failed to create: [Sibling]. ', 'disconnect'],
    ['User Initiated', 'disconnect'],
    ['No export named Vpc found. Delete requested by user.', 'disconnect'],
  ])('being deleted because of %j: %s', async (StackStatusReason, then) => {
    cloudFormation.on(DescribeStacksCommand).resolves({
      Stacks: [{ StackId: STACK_ID, StackName: 'LandingZone', StackStatus: 'DELETE_IN_PROGRESS', StackStatusReason }],
    });
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual(then === 'disconnect' ? ['DisconnectSourceServer'] : []);
  });

  test.each([
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', ['DisconnectSourceServer']],
    ['UPDATE_ROLLBACK_IN_PROGRESS', []],
  ])('a child cleans up while its root updates: it waits until that has decided, and is %s', async (decided, expected) => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_IN_PROGRESS');
    setTimeout(() => stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', decided), 180_000);
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual(expected);
  });

  test('an ancestor can not be read: FAILED, nothing touched', async () => {
    stackIs('DELETE_IN_PROGRESS', 'CREATE_COMPLETE');
    cloudFormation.on(DescribeStacksCommand, { StackName: stackIdOf('Ancestor1') }).rejects(serviceError('ValidationError'));
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'FAILED' }, calls: [] });
  });

  test('in clean-up, the resources can not be listed: FAILED, nothing touched', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    cloudFormation.on(ListStackResourcesCommand).rejects(serviceError('AccessDenied', 'not authorized', 403));
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('cloudformation:ListStackResources') });
    expect(calls).toEqual([]);
  });
});

describe('by the last operations of the stack, read from the answer itself', () => {
  let server: Server;
  let answers: Record<string, string>;

  beforeEach(async () => {
    jest.useRealTimers();
    cloudFormation.restore();
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        const name = parseStackId(new URLSearchParams(body).get('StackName') ?? '')?.name ?? '';
        response.end(
          `<DescribeStacksResponse><DescribeStacksResult><Stacks>${answers[name]}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.env.AWS_ACCESS_KEY_ID = process.env.AWS_SECRET_ACCESS_KEY = 'test';
  });

  afterEach(async () => {
    delete process.env.AWS_ENDPOINT_URL;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const describe = (name: string, status: string, operations?: string[], parent?: string) =>
    `<member><StackId>${stackIdOf(name)}</StackId><StackName>${name}</StackName><StackStatus>${status}</StackStatus>` +
    (parent ? `<ParentId>${stackIdOf(parent)}</ParentId>` : '') +
    '<Description>&lt;OperationType&gt;DELETE_STACK&lt;/OperationType&gt;</Description>' +
    (operations
      ? `<LastOperations>${operations.map((type) => `<member><OperationType>${type}</OperationType></member>`).join('')}</LastOperations>`
      : '') +
    '<CreationTime>2026-11-23T00:00:00Z</CreationTime></member>';

  const deletion = () => ({
    type: 'Delete' as const,
    requestId: 'request-1',
    resourceType: 'Custom::DRSSourceServerDisconnection',
    logicalId: LOGICAL_ID,
    physicalId: SERVER_ARN,
    properties: {},
    oldProperties: {},
    stack: STACK,
    deadline: Date.now() + 10_000,
  });

  test('many requests to a warm function need one connection: it must not run out of sockets', async () => {
    answers = { LandingZone: describe('LandingZone', 'DELETE_IN_PROGRESS') };
    let connections = 0;
    server.on('connection', () => connections++);
    for (let request = 0; request < 10; request++) {
      await checkDeletion(deletion(), 'disconnect');
    }
    expect(connections).toBe(1);
  });

  test.each<[string, Record<string, string>, boolean]>([
    ['DELETE_STACK is named', { LandingZone: describe('LandingZone', 'DELETE_IN_PROGRESS', ['DELETE_STACK', 'CREATE_STACK']) }, true],
    ['only the create is named: OnFailure=DELETE', { LandingZone: describe('LandingZone', 'DELETE_IN_PROGRESS', ['CREATE_STACK']) }, false],
    ['CloudFormation does not tell', { LandingZone: describe('LandingZone', 'DELETE_IN_PROGRESS') }, true],
    [
      'the stack was updated once, so its create had not failed',
      { LandingZone: describe('LandingZone', 'DELETE_IN_PROGRESS', ['UPDATE_STACK', 'CREATE_STACK']) },
      true,
    ],
    ['an empty list tells nothing', { LandingZone: describe('LandingZone', 'DELETE_IN_PROGRESS', []) }, true],
    [
      'the parent is deleted because its create failed',
      {
        LandingZone: describe('LandingZone', 'DELETE_IN_PROGRESS', undefined, 'Parent'),
        Parent: describe('Parent', 'DELETE_IN_PROGRESS', ['CREATE_STACK']),
      },
      false,
    ],
    [
      'a nested stack is deleted by its parent, which alone has the operation',
      {
        LandingZone: describe('LandingZone', 'DELETE_IN_PROGRESS', ['CREATE_STACK'], 'Parent'),
        Parent: describe('Parent', 'DELETE_IN_PROGRESS', ['DELETE_STACK']),
      },
      true,
    ],
  ])('%s: genuine %#', async (_what, stacks, genuine) => {
    answers = stacks;
    const verdict = await checkDeletion(deletion(), 'disconnect');
    expect(verdict.genuine).toBe(genuine);
  });
});
