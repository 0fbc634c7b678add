import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type StackEvent,
} from '../../../lambda/aws/cloudformation';
import { DisconnectSourceServerCommand } from '@aws-sdk/client-drs';
import {
  cloudFormation,
  disconnectSays,
  drs,
  eventsAre,
  handle,
  LOGICAL_ID,
  ofResource,
  ofStack,
  OTHER_ARN,
  reset,
  server,
  SERVER_ARN,
  SERVER_ID,
  serviceError,
  STACK,
  STACK_ID,
  stackHas,
  stackIdOf,
  stackIs,
} from '../harness';
import { SOURCE_SERVER_DISCONNECTION } from '../../../lib/contract';
import { checkDeletion, completeOnce } from '../../../lambda/protocol/deletion-check';

const CLEAN_UP = [ofStack('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'), ofStack('UPDATE_IN_PROGRESS', 'User Initiated')];
const BY_USER = ofStack('DELETE_IN_PROGRESS', 'User Initiated');
/** Of an update after one that failed and was not rolled back: its events, and how that one had begun. */
const FAILED_UPDATE = ofStack('UPDATE_FAILED');
const AFTER_FAILED = [...CLEAN_UP, FAILED_UPDATE];
const BEGUN = [ofStack('UPDATE_IN_PROGRESS', 'User Initiated'), ofStack('CREATE_COMPLETE')];
const FAILED_CREATE = 'The following resource(s) failed to create: [Sibling]. Delete requested by user.';

const declaredAs = (logicalId: string, status: string, physicalId = SERVER_ARN, type?: string) => ({ logicalId, physicalId, status, type });

describe('by the status of the stack', () => {
  beforeEach(() => {
    reset();
    drs.on(DisconnectSourceServerCommand).resolves({
      sourceServerID: SERVER_ID,
      dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' },
      stagingArea: { status: 'NOT_EXTENDED' },
    });
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
    eventsAre([...CLEAN_UP, ofResource('CREATE_COMPLETE')]);
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
    cloudFormation
      .on(ListStackResourcesCommand, { StackName: STACK_ID, NextToken: undefined })
      .resolves({ StackResourceSummaries: [], NextToken: 'next' });
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'SUCCESS' }, calls: [] });
  });

  test.each([
    ['the first reading', 1],
    ['the second reading', 2],
  ])('still declared, and its resource moves to a page that was read already during %s', async (_which, moves) => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    const renamed = {
      LogicalResourceId: 'Renamed',
      PhysicalResourceId: SERVER_ARN,
      ResourceType: SOURCE_SERVER_DISCONNECTION,
      ResourceStatus: 'CREATE_COMPLETE' as const,
    };
    let reading = 0;
    cloudFormation.on(ListStackResourcesCommand).callsFake(({ NextToken }: { NextToken?: string }) => {
      reading += NextToken ? 0 : 1;
      return NextToken
        ? { StackResourceSummaries: reading === moves ? [] : [renamed] }
        : { StackResourceSummaries: [{ LogicalResourceId: 'Other' }], NextToken: 'next' };
    });
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual([]);
  });

  test('what is listed on one page is read once', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas(declaredAs('Renamed', 'CREATE_COMPLETE'));
    eventsAre([ofResource('CREATE_COMPLETE', { LogicalResourceId: 'Renamed' }), ...CLEAN_UP]);
    await handle({ type: 'Delete' });
    expect(cloudFormation.commandCalls(ListStackResourcesCommand)).toHaveLength(1);
  });

  test('a resource that is listed twice counts as it was listed last', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    let reading = 0;
    cloudFormation.on(ListStackResourcesCommand).callsFake(({ NextToken }: { NextToken?: string }) => {
      reading += NextToken ? 0 : 1;
      const ResourceStatus = reading === 1 ? 'CREATE_COMPLETE' : 'DELETE_IN_PROGRESS';
      const renamed = {
        LogicalResourceId: 'Renamed',
        PhysicalResourceId: SERVER_ARN,
        ResourceType: SOURCE_SERVER_DISCONNECTION,
        ResourceStatus,
      };
      return NextToken ? { StackResourceSummaries: [] } : { StackResourceSummaries: [renamed], NextToken: 'next' };
    });
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'SUCCESS' }, calls: ['DisconnectSourceServer'] });
    expect(reading).toBe(2);
  });

  test.each([
    ['is empty', []],
    ['has no status', [{ StackId: STACK_ID, StackName: 'LandingZone' }]],
    ['has a root, and no parent', [{ StackId: STACK_ID, StackName: 'LandingZone', StackStatus: 'DELETE_IN_PROGRESS', RootId: STACK_ID }]],
  ])('an answer of DescribeStacks that %s is asked for again', async (_what, Stacks) => {
    cloudFormation
      .on(DescribeStacksCommand)
      .resolvesOnce({ Stacks })
      .resolves({ Stacks: [{ StackId: STACK_ID, StackName: 'LandingZone', StackStatus: 'ROLLBACK_IN_PROGRESS' }] });
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'SUCCESS' }, calls: [] });
    expect(cloudFormation.commandCalls(DescribeStacksCommand)).toHaveLength(2);
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

describe('a child cleans up while its root still updates: it waits until the root has decided', () => {
  beforeEach(() => {
    reset();
    disconnectSays(server('DISCONNECTED'));
    stackHas();
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_IN_PROGRESS');
  });

  test.each([
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', ['DisconnectSourceServer']],
    ['UPDATE_ROLLBACK_IN_PROGRESS', []],
  ])('after ten minutes it is %s', async (decided, expected) => {
    setTimeout(() => stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', decided), 600_000);
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual(expected);
  });

  test('it never decides: FAILED, and the reason says that the server may be left behind', async () => {
    const { response, calls, log } = await handle({ type: 'Delete' });
    expect(response).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/Ancestor1, which LandingZone is nested in, may still roll back/),
    });
    expect(response.Reason).toContain(`\`aws drs disconnect-source-server --source-server-id ${SERVER_ID}`);
    expect(calls).toEqual([]);
    expect(log).toContainEqual(expect.objectContaining({ FailedDeletions: 1 }));
  });
});

describe('by what the stack was before it is deleted', () => {
  beforeEach(() => {
    reset();
    disconnectSays(server('DISCONNECTED'));
  });

  const described = (more: object, stackId = STACK_ID) =>
    cloudFormation.on(DescribeStacksCommand, { StackName: stackId }).resolves({
      Stacks: [
        { StackId: stackId, StackName: stackId.split('/')[1], StackStatus: 'DELETE_IN_PROGRESS', CreationTime: new Date(), ...more },
      ],
    });
  const operations = (...types: string[]) => ({ LastOperations: types.map((OperationType) => ({ OperationType })) });
  const daysAgo = (days: number) => ({ CreationTime: new Date(Date.now() - days * 86_400_000) });
  const ours = ofResource('DELETE_IN_PROGRESS');
  const before = (...statuses: string[]) => [ours, BY_USER, ...statuses.map((status) => ofStack(status))];

  const rows: [what: string, events: StackEvent[], then: 'disconnect' | 'keep' | 'fail', more?: () => object][] = [
    ['it was created', before('CREATE_COMPLETE', 'CREATE_IN_PROGRESS'), 'disconnect'],
    ['… and the operations lag behind', before('CREATE_COMPLETE'), 'disconnect', () => operations('CREATE_STACK')],
    ['… and the operations name the deletion alone', before('CREATE_COMPLETE'), 'disconnect', () => operations('DELETE_STACK')],
    ['it was updated', before('UPDATE_COMPLETE', 'CREATE_COMPLETE'), 'disconnect'],
    ['its update failed', before('UPDATE_FAILED', 'UPDATE_IN_PROGRESS', 'CREATE_COMPLETE'), 'disconnect'],
    ['its update was rolled back', before('UPDATE_ROLLBACK_COMPLETE'), 'disconnect'],
    ['its rollback failed', before('UPDATE_ROLLBACK_FAILED'), 'disconnect'],
    ['it was imported', before('IMPORT_COMPLETE', 'IMPORT_IN_PROGRESS', 'REVIEW_IN_PROGRESS'), 'disconnect'],
    ['an import was rolled back', before('IMPORT_ROLLBACK_COMPLETE'), 'disconnect'],
    ['an import fails to roll back', before('IMPORT_ROLLBACK_FAILED', 'IMPORT_IN_PROGRESS', 'CREATE_COMPLETE'), 'disconnect'],
    ['it could not be deleted before', before('DELETE_FAILED', 'DELETE_IN_PROGRESS', 'CREATE_COMPLETE'), 'disconnect'],
    ['its create failed, and nothing was rolled back', before('CREATE_FAILED', 'CREATE_IN_PROGRESS'), 'keep'],
    ['… and was updated since', before('UPDATE_COMPLETE', 'UPDATE_IN_PROGRESS', 'CREATE_FAILED'), 'disconnect'],
    ['… and an update of it failed', before('UPDATE_FAILED', 'UPDATE_IN_PROGRESS', 'CREATE_FAILED'), 'keep'],
    [
      '… which the operations tell, too',
      before('UPDATE_FAILED', 'UPDATE_IN_PROGRESS', 'CREATE_FAILED'),
      'keep',
      () => ({ StackStatusReason: 'User Initiated', ...operations('UPDATE_STACK') }),
    ],
    ['… and it could not be deleted before', before('DELETE_FAILED', 'DELETE_IN_PROGRESS', 'CREATE_FAILED'), 'keep'],
    ['its create was rolled back', before('ROLLBACK_COMPLETE', 'ROLLBACK_IN_PROGRESS'), 'keep'],
    ['… which failed', before('ROLLBACK_FAILED', 'ROLLBACK_IN_PROGRESS'), 'keep'],
    ['its create was cancelled', before('CREATE_IN_PROGRESS', 'REVIEW_IN_PROGRESS'), 'keep'],
    ['OnFailure=DELETE', [ours, ofStack('DELETE_IN_PROGRESS', FAILED_CREATE), ofStack('CREATE_IN_PROGRESS')], 'keep'],
    [
      'OnFailure=DELETE, told by the operations too',
      [ours, ofStack('DELETE_IN_PROGRESS', FAILED_CREATE), ofStack('CREATE_IN_PROGRESS')],
      'keep',
      () => operations('DELETE_STACK', 'CREATE_STACK'),
    ],
    ['its events are of 90 days, and it is older', before(), 'disconnect', () => daysAgo(91)],
    ['… and its deletion has failed before', before('DELETE_FAILED', 'DELETE_IN_PROGRESS'), 'disconnect', () => daysAgo(91)],
    ['… and it was updated within them', before('UPDATE_COMPLETE'), 'disconnect', () => daysAgo(400)],
    ['… and nobody says who deletes it', [ours, ofStack('DELETE_IN_PROGRESS')], 'fail', () => daysAgo(91)],
    ['its events begin with the deletion, and it is younger', before(), 'fail', () => daysAgo(89)],
    ['… and nobody tells its age', before(), 'fail', () => ({ CreationTime: undefined })],
    ['… and it was updated since', before(), 'fail', () => ({ ...daysAgo(89), LastUpdatedTime: new Date() })],
    ["its events don't show the deletion", [ours, ofStack('CREATE_COMPLETE')], 'fail'],
    ['they show none of the stack', [ours], 'fail'],
    ['they are empty', [], 'fail'],
    [
      'a create that was complete is said to have failed',
      [ours, ofStack('DELETE_IN_PROGRESS', FAILED_CREATE), ofStack('CREATE_COMPLETE')],
      'fail',
    ],
    ['… by the stack', before('CREATE_COMPLETE'), 'fail', () => ({ StackStatusReason: FAILED_CREATE })],
    ['a create that failed was followed by an update', before('CREATE_FAILED'), 'fail', () => operations('UPDATE_STACK')],
    [
      'half of the words for a failed create tell nothing',
      before('CREATE_COMPLETE'),
      'disconnect',
      () => ({ StackStatusReason: 'The following resource(s) failed to create: [Sibling]. ' }),
    ],
    [
      '… nor does the other half',
      before('CREATE_COMPLETE'),
      'disconnect',
      () => ({ StackStatusReason: 'No export named Vpc found. Delete requested by user.' }),
    ],
  ];
  test.each(rows.map(([what, events, then, more = () => ({})]) => ({ what, events, then, more })))(
    '$what: $then',
    async ({ events, then, more }) => {
      described(more());
      eventsAre(events);
      const { response, calls } = await handle({ type: 'Delete' });
      expect(response.Status).toBe(then === 'fail' ? 'FAILED' : 'SUCCESS');
      expect(calls).toEqual(then === 'disconnect' ? ['DisconnectSourceServer'] : []);
      if (then === 'fail') {
        expect(response.Reason).toMatch(/so nothing was disconnected/);
      }
    },
  );

  test('two signs of DescribeStacks settle it without the events of the root: OnFailure=DELETE', async () => {
    const root = stackIdOf('Root');
    described({ ParentId: root });
    described({ StackStatusReason: FAILED_CREATE, ...operations('CREATE_STACK') }, root);
    cloudFormation.on(DescribeStackEventsCommand, { StackName: root }).rejects(serviceError('AccessDenied', 'no', 403));
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'SUCCESS' }, calls: [] });
  });

  test.each<[string, StackEvent[], number, 'disconnect' | 'keep' | 'fail']>([
    ['was complete', [ofStack('DELETE_IN_PROGRESS'), ofStack('CREATE_COMPLETE')], 1, 'disconnect'],
    ['was never complete', [ofStack('DELETE_IN_PROGRESS'), ofStack('CREATE_FAILED'), ofStack('CREATE_IN_PROGRESS')], 1, 'keep'],
    ['is older than events are kept', [ofStack('DELETE_IN_PROGRESS')], 91, 'disconnect'],
    ['shows nothing else', [ofStack('DELETE_IN_PROGRESS')], 1, 'fail'],
  ])('an update removes a nested stack, which %s', async (_what, events, days, then) => {
    const root = stackIdOf('Root');
    described({ ParentId: root, ...daysAgo(days) });
    described({ StackStatus: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' }, root);
    eventsAre([ours, ...events]);
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response.Status).toBe(then === 'fail' ? 'FAILED' : 'SUCCESS');
    expect(calls).toEqual(then === 'disconnect' ? ['DisconnectSourceServer'] : []);
  });

  test('the events of a nested stack say nothing of its root', async () => {
    const root = stackIdOf('Root');
    described({ ParentId: root });
    described({}, root);
    eventsAre([ours, ofStack('DELETE_IN_PROGRESS'), ofStack('CREATE_COMPLETE')]);
    eventsAre([ofStack('DELETE_IN_PROGRESS', FAILED_CREATE, root), ofStack('CREATE_IN_PROGRESS', '', root)], root);
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'SUCCESS' }, calls: [] });
  });

  test('the event of the deletion comes a moment later', async () => {
    described({});
    eventsAre([ofStack('CREATE_COMPLETE')]);
    setTimeout(() => eventsAre(before('CREATE_COMPLETE')), 5_000);
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'SUCCESS' }, calls: ['DisconnectSourceServer'] });
  });

  test('pages are read until it is told; the next request of the process needs the first one alone', async () => {
    described({});
    const ask = (NextToken?: string) => cloudFormation.on(DescribeStackEventsCommand, { StackName: STACK_ID, NextToken });
    ask().resolves({ StackEvents: [ours], NextToken: 'second' });
    ask('second').resolves({ StackEvents: [], NextToken: 'third' });
    ask('third').resolves({ StackEvents: [BY_USER, ofStack('CREATE_COMPLETE')], NextToken: 'fourth' });
    const asked = () => cloudFormation.commandCalls(DescribeStackEventsCommand).length;
    expect((await handle({ type: 'Delete' })).calls).toEqual(['DisconnectSourceServer']);
    expect(asked()).toBe(3);
    expect((await handle({ type: 'Delete' })).response.Status).toBe('SUCCESS');
    expect(asked()).toBe(4);
  });

  test.each([
    ['are refused', serviceError('AccessDenied', 'not authorized', 403), /may not call cloudformation:DescribeStackEvents/],
    [
      'are throttled for ever',
      serviceError('Throttling', 'Rate exceeded', 400),
      /cloudformation:DescribeStackEvents did not succeed in time/,
    ],
  ])('its events %s: FAILED, nothing touched', async (_how, error, reason) => {
    described({});
    cloudFormation.on(DescribeStackEventsCommand).rejects(error);
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(reason) });
    expect(calls).toEqual([]);
  });

  test('its events are throttled for ten minutes, since hundreds are deleted at once: none is lost', async () => {
    described({});
    cloudFormation.on(DescribeStackEventsCommand).rejects(serviceError('Throttling', 'Rate exceeded', 400));
    setTimeout(() => eventsAre(before('CREATE_COMPLETE')), 600_000);
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'SUCCESS' }, calls: ['DisconnectSourceServer'] });
  });
});

describe('by what its events tell of the resource', () => {
  const other = { PhysicalResourceId: OTHER_ARN };
  const older = [
    ofStack('UPDATE_ROLLBACK_COMPLETE'),
    ofResource('DELETE_COMPLETE'),
    ofStack('UPDATE_IN_PROGRESS'),
    ofStack('CREATE_COMPLETE'),
  ];
  const replacedTo = (status: string) => ofResource(status, other);
  const givenUp = [
    ofStack('UPDATE_ROLLBACK_COMPLETE'),
    ofResource('DELETE_FAILED'),
    ofStack('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'),
    ofStack('UPDATE_IN_PROGRESS'),
    ofStack('CREATE_COMPLETE'),
  ];

  beforeEach(() => {
    reset();
    disconnectSays(server('DISCONNECTED'));
  });

  const deleted = (...events: StackEvent[]) => [...events, BY_USER, ofStack('CREATE_COMPLETE')];
  const cleanedUp = (...events: StackEvent[]) => [...events, ...CLEAN_UP, ofStack('CREATE_COMPLETE')];

  const rows: [what: string, status: string, events: StackEvent[], then: 'disconnect' | 'keep' | 'fail'][] = [
    ['it is being deleted', 'DELETE_IN_PROGRESS', deleted(ofResource('DELETE_IN_PROGRESS')), 'disconnect'],
    [
      'it was deleted: the request comes late',
      'DELETE_IN_PROGRESS',
      deleted(ofResource('DELETE_COMPLETE'), ofResource('DELETE_IN_PROGRESS')),
      'keep',
    ],
    ['it was left behind', 'DELETE_IN_PROGRESS', deleted(ofResource('DELETE_SKIPPED')), 'keep'],
    ['nothing', 'DELETE_IN_PROGRESS', deleted(), 'disconnect'],
    ['it was created, and no more', 'DELETE_IN_PROGRESS', [...deleted(), ofResource('CREATE_COMPLETE')], 'disconnect'],
    ['it failed, and will be tried again', 'DELETE_IN_PROGRESS', deleted(ofResource('DELETE_FAILED')), 'disconnect'],
    ['something else is deleted under its name', 'DELETE_IN_PROGRESS', deleted(ofResource('DELETE_IN_PROGRESS', other)), 'fail'],
    [
      'something else was deleted under its name before',
      'DELETE_IN_PROGRESS',
      [...deleted(), ofResource('DELETE_COMPLETE', other)],
      'disconnect',
    ],
    [
      'another type is deleted under its name',
      'DELETE_IN_PROGRESS',
      deleted(ofResource('DELETE_IN_PROGRESS', { ResourceType: 'Custom::Else', ...other })),
      'disconnect',
    ],
    ['an operation before deleted it: the request comes late', 'DELETE_IN_PROGRESS', [BY_USER, ...older], 'keep'],
    ['it is being cleaned up', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', cleanedUp(ofResource('DELETE_IN_PROGRESS')), 'disconnect'],
    [
      '… and replaced',
      'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      [ofResource('DELETE_IN_PROGRESS'), CLEAN_UP[0], replacedTo('UPDATE_COMPLETE'), CLEAN_UP[1]],
      'disconnect',
    ],
    ['it was cleaned up: the request comes late', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', cleanedUp(ofResource('DELETE_COMPLETE')), 'keep'],
    ['an operation before cleaned it up: the request comes late', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', [...CLEAN_UP, ...older], 'keep'],
    ['nothing of it in the clean-up', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', cleanedUp(), 'disconnect'],
    ['a rollback before gave it up: the request comes late', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', [...CLEAN_UP, ...givenUp], 'fail'],
    ['… before the deletion of the stack', 'DELETE_IN_PROGRESS', [BY_USER, ...givenUp], 'fail'],
    ['… which nothing shows any more', 'DELETE_IN_PROGRESS', [...deleted(), ofResource('DELETE_FAILED')], 'fail'],
    [
      'a deletion before failed on it',
      'DELETE_IN_PROGRESS',
      [BY_USER, ofStack('DELETE_FAILED'), ofResource('DELETE_FAILED'), BY_USER, ofStack('CREATE_COMPLETE')],
      'disconnect',
    ],
  ];
  test.each(rows.map(([what, status, events, then]) => ({ what, status, events, then })))(
    '$what: $then',
    async ({ status, events, then }) => {
      stackIs(status);
      stackHas();
      eventsAre(events);
      const { response, calls } = await handle({ type: 'Delete' });
      expect(response.Status).toBe(then === 'fail' ? 'FAILED' : 'SUCCESS');
      expect(calls).toEqual(then === 'disconnect' ? ['DisconnectSourceServer'] : []);
    },
  );

  test.each<[string, ReturnType<typeof declaredAs>[]]>([
    ['as it was, until it is gone', [declaredAs(LOGICAL_ID, 'UPDATE_COMPLETE')]],
    ['not at all', []],
    ['as its successor', [declaredAs(LOGICAL_ID, 'UPDATE_COMPLETE', OTHER_ARN)]],
  ])('the list of a clean-up shows what is removed %s: disconnect, since the events tell', async (_how, resources) => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas(...resources);
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'SUCCESS' }, calls: ['DisconnectSourceServer'] });
  });

  const under = (LogicalResourceId: string, status: string, more: object = {}) => ofResource(status, { LogicalResourceId, ...more });
  test.each<[string, StackEvent[], 'disconnect' | 'keep']>([
    ['was updated to it', [CLEAN_UP[0], under('Moved', 'UPDATE_COMPLETE'), CLEAN_UP[1]], 'keep'],
    ['was created with it', [CLEAN_UP[0], under('Moved', 'CREATE_COMPLETE'), CLEAN_UP[1]], 'keep'],
    ['was updated to another', [CLEAN_UP[0], under('Moved', 'UPDATE_COMPLETE', other), CLEAN_UP[1]], 'disconnect'],
    ['is of another type', [CLEAN_UP[0], under('Moved', 'UPDATE_COMPLETE', { ResourceType: 'Custom::Else' }), CLEAN_UP[1]], 'disconnect'],
    ['has lost it since', [under('Moved', 'DELETE_COMPLETE'), CLEAN_UP[0], under('Moved', 'UPDATE_COMPLETE'), CLEAN_UP[1]], 'disconnect'],
    ['had it before this update', [...CLEAN_UP, ofStack('CREATE_COMPLETE'), under('Moved', 'CREATE_COMPLETE')], 'disconnect'],
    [
      'got it in an update before, which failed and was not rolled back',
      [...AFTER_FAILED, under('Moved', 'UPDATE_COMPLETE'), ...BEGUN],
      'keep',
    ],
    [
      '… and lost it in this one',
      [CLEAN_UP[0], under('Moved', 'UPDATE_COMPLETE', other), CLEAN_UP[1], FAILED_UPDATE, under('Moved', 'UPDATE_COMPLETE'), ...BEGUN],
      'disconnect',
    ],
    ['is itself', [CLEAN_UP[0], ofResource('UPDATE_COMPLETE'), CLEAN_UP[1]], 'disconnect'],
  ])('the list of a clean-up shows what was replaced, not its successor, and another resource %s', async (_what, events, then) => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas(declaredAs(LOGICAL_ID, 'DELETE_IN_PROGRESS'));
    eventsAre([ofResource('DELETE_IN_PROGRESS'), ...events]);
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual(then === 'disconnect' ? ['DisconnectSourceServer'] : []);
  });

  const before = [ofStack('UPDATE_ROLLBACK_COMPLETE'), ofResource('DELETE_COMPLETE'), ofResource('DELETE_IN_PROGRESS')];
  test.each<[string, ReturnType<typeof declaredAs>[], StackEvent[], 'disconnect' | 'keep']>([
    [
      'and another one as live, which is being deleted too',
      [declaredAs(LOGICAL_ID, 'CREATE_COMPLETE'), declaredAs('Twin', 'CREATE_COMPLETE')],
      [ofResource('DELETE_IN_PROGRESS'), under('Twin', 'DELETE_IN_PROGRESS'), ...CLEAN_UP],
      'disconnect',
    ],
    [
      'and another one as live, which stays as it was',
      [declaredAs(LOGICAL_ID, 'DELETE_IN_PROGRESS'), declaredAs('Twin', 'CREATE_COMPLETE')],
      [ofResource('DELETE_IN_PROGRESS'), ...CLEAN_UP],
      'keep',
    ],
    ['as deleted by an operation before: late', [declaredAs(LOGICAL_ID, 'DELETE_COMPLETE')], [...CLEAN_UP, ...before], 'keep'],
  ])('the list of a clean-up shows it %s: %s%s%s', async (_what, resources, events, then) => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas(...resources);
    eventsAre(events);
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual(then === 'disconnect' ? ['DisconnectSourceServer'] : []);
  });

  test('two that stand for the same are deleted at once, and the events of the other one come later: disconnect', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas(declaredAs(LOGICAL_ID, 'CREATE_COMPLETE'), declaredAs('Twin', 'CREATE_COMPLETE'));
    eventsAre([ofResource('DELETE_IN_PROGRESS'), ...CLEAN_UP]);
    setTimeout(() => eventsAre([under('Twin', 'DELETE_IN_PROGRESS'), ofResource('DELETE_IN_PROGRESS'), ...CLEAN_UP]), 2_500);
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'SUCCESS' }, calls: ['DisconnectSourceServer'] });
  });

  test('the list shows what was replaced, and the events of the successor come later: keep', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas(declaredAs(LOGICAL_ID, 'DELETE_IN_PROGRESS'));
    eventsAre([CLEAN_UP[1]]);
    setTimeout(() => eventsAre([ofResource('DELETE_IN_PROGRESS'), CLEAN_UP[0], under('Moved', 'UPDATE_COMPLETE'), CLEAN_UP[1]]), 2_500);
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'SUCCESS' }, calls: [] });
  });

  test('in a clean-up nobody may read the events, and another one is listed: keep at once', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas(declaredAs('Renamed', 'CREATE_COMPLETE'));
    cloudFormation.on(DescribeStackEventsCommand).rejects(serviceError('AccessDenied', 'no', 403));
    expect(await handle({ type: 'Delete' })).toMatchObject({ response: { Status: 'SUCCESS' }, calls: [] });
    expect(cloudFormation.commandCalls(ListStackResourcesCommand)).toHaveLength(1);
  });

  test('in a clean-up nobody may read the events, and another one was updated, maybe to the same server: FAILED, with the right', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas(declaredAs(LOGICAL_ID, 'DELETE_IN_PROGRESS'), declaredAs('Other', 'UPDATE_COMPLETE', OTHER_ARN));
    cloudFormation.on(DescribeStackEventsCommand).rejects(serviceError('AccessDenied', 'no', 403));
    const { response, calls } = await handle({ type: 'Delete' });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('cloudformation:DescribeStackEvents') });
    expect(calls).toEqual([]);
  });

  test('in a clean-up nobody may read the events: what status and list say counts, with a warning', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas();
    cloudFormation.on(DescribeStackEventsCommand).rejects(serviceError('AccessDenied', 'no', 403));
    const { calls, log } = await handle({ type: 'Delete' });
    expect(calls).toEqual(['DisconnectSourceServer']);
    expect(log).toContainEqual(expect.objectContaining({ level: 'warning', decision: 'events unknown' }));
  });
});

describe('read from the answers themselves', () => {
  let server: Server;
  let answers: Record<string, string>;

  beforeEach(async () => {
    jest.useRealTimers();
    cloudFormation.restore();
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        const action = new URLSearchParams(body).get('Action') ?? '';
        response.end(`<${action}Response><${action}Result>${answers[action]}</${action}Result></${action}Response>`);
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

  const stack = (more = '', created = new Date()) =>
    `<Stacks><member><StackId>${STACK_ID}</StackId><StackName>LandingZone</StackName><StackStatus>DELETE_IN_PROGRESS</StackStatus>` +
    `<Description>&lt;OperationType&gt;UPDATE_STACK&lt;/OperationType&gt;</Description><CreationTime>${created.toISOString()}</CreationTime>${more}</member></Stacks>`;
  const events = (...all: StackEvent[]) =>
    `<StackEvents>${all
      .map((event) =>
        Object.entries(event)
          .map(([name, value]) => `<${name}>${String(value)}</${name}>`)
          .join(''),
      )
      .map((event) => `<member>${event}</member>`)
      .join('')}</StackEvents>`;
  const ours = ofResource('DELETE_IN_PROGRESS');

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
    signal: new AbortController().signal,
  });

  test('many requests to a warm function need one connection: it must not run out of sockets', async () => {
    answers = { DescribeStacks: stack(), DescribeStackEvents: events(ours, BY_USER, ofStack('CREATE_COMPLETE')) };
    let connections = 0;
    server.on('connection', () => connections++);
    for (let request = 0; request < 10; request++) {
      await checkDeletion(deletion(), 'disconnect');
    }
    expect(connections).toBe(1);
  });

  const YEAR_OLD = new Date(Date.now() - 365 * 86_400_000);
  test.each<[string, string, string, boolean]>([
    ['events', stack(), events(ours, BY_USER, ofStack('CREATE_COMPLETE')), true],
    ['events of a failed create', stack(), events(ours, BY_USER, ofStack('CREATE_FAILED')), false],
    ['the age', stack('', YEAR_OLD), events(ours, BY_USER), true],
    [
      'operations and reason',
      stack(
        `<StackStatusReason>${FAILED_CREATE}</StackStatusReason><LastOperations><member><OperationType>CREATE_STACK</OperationType></member></LastOperations>`,
      ),
      events(),
      false,
    ],
  ])('%s: genuine %#', async (_what, DescribeStacks, DescribeStackEvents, genuine) => {
    answers = { DescribeStacks, DescribeStackEvents };
    completeOnce.clear();
    expect((await checkDeletion(deletion(), 'disconnect')).genuine).toBe(genuine);
  });
});
