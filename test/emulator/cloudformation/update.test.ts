import {
  CancelUpdateStackCommand,
  Capability,
  ContinueUpdateRollbackCommand,
  RollbackStackCommand,
  UpdateStackCommandInput,
} from '@aws-sdk/client-cloudformation';
import { EmbeddedCloudFormation, newName } from './embedded-cloudformation';

let aws: EmbeddedCloudFormation;
let stackName: string;

beforeEach(async () => {
  aws = await EmbeddedCloudFormation.start();
  stackName = newName();
});
afterEach(() => aws.stop());

const custom = (properties?: object, more?: object): object => aws.custom(properties, more);
const test = (properties?: object, more?: object): object => aws.resource(properties, more);
const create = (Resources: object): Promise<string> => aws.create(stackName, { Resources });
/** Forgets what the creation has recorded, then updates. */
async function update(Resources: object, more: Partial<UpdateStackCommandInput> = {}): Promise<string> {
  aws.events.length = 0;
  aws.testResources.calls.length = 0;
  return aws.update(stackName, { Resources }, more);
}
/** Custom resource requests since the creation. */
const requestedSince = (count: number): string[] => aws.requested.slice(count);

const failing = (more?: object): object => test({ FailOn: ['create'] }, more);
const cleanedUp = ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE'];
const rolledBack = [
  'UPDATE_IN_PROGRESS',
  'UPDATE_ROLLBACK_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE',
];

describe('an update', () => {
  it('leaves alone what has not changed, and updates what refers to a changed attribute', async () => {
    await create({ A: test({ Echo: 'old' }), B: test({ Echo: { 'Fn::GetAtt': ['A', 'Echo'] } }), C: test({ Echo: { Ref: 'A' } }) });
    expect(
      await update({ A: test({ Echo: 'new' }), B: test({ Echo: { 'Fn::GetAtt': ['A', 'Echo'] } }), C: test({ Echo: { Ref: 'A' } }) }),
    ).toBe('UPDATE_COMPLETE');
    expect(aws.testResources.calls).toEqual(['update A', 'update B']);
    expect(aws.statusesOf(stackName)).toEqual(cleanedUp);
  });

  it('does not take a number for another value than its text', async () => {
    await create({ A: test({ Echo: 1 }) });
    await expect(update({ A: test({ Echo: '1' }) })).rejects.toThrow('No updates are to be performed.');
  });

  it('sends a custom resource its new and its old properties', async () => {
    await create({ A: custom({ Size: 1 }) });
    await update({ A: custom({ Size: 2 }) });
    expect(aws.requestsOf('Update', 'A')[0]?.event).toMatchObject({
      PhysicalResourceId: 'id-of-A',
      ResourceProperties: { ServiceToken: aws.functions.arn, Size: '2' },
      OldResourceProperties: { ServiceToken: aws.functions.arn, Size: '1' },
    });
  });

  it('deletes a replaced custom resource in the clean-up, with its old properties and its old ID; the list shows the new one', async () => {
    await create({ A: custom({ Id: 'one' }) });
    const listed = aws.nextEvent(({ status }) => status === 'DELETE_IN_PROGRESS').then(() => aws.resources(stackName));
    expect(await update({ A: custom({ Id: 'two' }) })).toBe('UPDATE_COMPLETE');
    expect(aws.requested).toEqual(['Create A', 'Update A one', 'Delete A one']);
    expect(aws.requestsOf('Delete', 'A')[0]?.event.ResourceProperties).toEqual({ ServiceToken: aws.functions.arn, Id: 'one' });
    expect(aws.eventsOf(stackName)).toEqual([
      `${stackName} UPDATE_IN_PROGRESS`,
      'A UPDATE_IN_PROGRESS',
      'A UPDATE_IN_PROGRESS',
      'A UPDATE_COMPLETE',
      `${stackName} UPDATE_COMPLETE_CLEANUP_IN_PROGRESS`,
      'A DELETE_IN_PROGRESS',
      'A DELETE_COMPLETE',
      `${stackName} UPDATE_COMPLETE`,
    ]);
    expect(await listed).toMatchObject([{ LogicalResourceId: 'A', PhysicalResourceId: 'two', ResourceStatus: 'UPDATE_COMPLETE' }]);
  });

  it('shows a removed resource being deleted under its old ID, then not at all', async () => {
    await create({ A: custom({ Id: 'one' }), B: test() });
    let during: unknown;
    aws.functions.respond = async (event) => {
      during = await aws.resources(stackName);
      await aws.functions.answer(event);
    };
    await update({ Renamed: test({ Echo: 'x' }), B: test() });
    expect(during).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ LogicalResourceId: 'A', PhysicalResourceId: 'one', ResourceStatus: 'DELETE_IN_PROGRESS' }),
        expect.objectContaining({ LogicalResourceId: 'Renamed', ResourceStatus: 'CREATE_COMPLETE' }),
      ]),
    );
    expect((await aws.resources(stackName)).map(({ LogicalResourceId }) => LogicalResourceId).sort()).toEqual(['B', 'Renamed']);
  });

  it('deletes in the reverse of the old dependencies', async () => {
    await create({ A: test(), B: test({}, { DependsOn: 'A' }), C: test({ Id: 'c1' }, { DependsOn: 'B' }), Stays: test() });
    await update({ C: test({ Id: 'c2' }), Stays: test() });
    expect(aws.testResources.calls).toEqual(['update c2', 'delete c1', 'delete B', 'delete A']);
  });

  it('tries a failing deletion three times in the clean-up, then drops the resource and goes on', async () => {
    await create({ Kept: test(), Base: test(), Stuck: custom({ FailOn: ['Delete'] }, { DependsOn: 'Base' }) });
    expect(await update({ Kept: test() })).toBe('UPDATE_COMPLETE');
    expect(aws.requestsOf('Delete', 'Stuck')).toHaveLength(3);
    expect(aws.statusesOf('Stuck').filter((status) => status === 'DELETE_FAILED')).toHaveLength(3);
    expect(aws.testResources.calls).toEqual(['delete Base']);
    expect((await aws.describe(stackName)).StackStatusReason).toBe('Update successful. One or more resources could not be deleted.');
    expect(await aws.delete(stackName)).toBe('DELETE_COMPLETE');
    expect(aws.requestsOf('Delete', 'Stuck')).toHaveLength(3);
  });

  it('succeeds without more ado when a clean-up deletion works at the second try', async () => {
    await create({ Kept: test(), Gone: custom() });
    let deletions = 0;
    aws.functions.respond = (event) =>
      deletions++ === 0
        ? aws.functions
            .put(event, { Status: 'FAILED', Reason: 'not yet', PhysicalResourceId: event.PhysicalResourceId })
            .then(() => undefined)
        : aws.functions.answer(event);
    expect(await update({ Kept: test() })).toBe('UPDATE_COMPLETE');
    expect(deletions).toBe(2);
    expect((await aws.describe(stackName)).StackStatusReason).toBeUndefined();
  });

  it('replaces a resource whose type changes', async () => {
    await create({ A: test({ Id: 'a' }) });
    expect(await update({ A: custom({ Id: 'b' }) })).toBe('UPDATE_COMPLETE');
    expect(aws.testResources.calls).toEqual(['delete a']);
    expect(aws.requested).toEqual(['Create A']);
  });

  it.each([
    ['removed', 'DeletionPolicy', 'Retain', ['DELETE_SKIPPED']],
    ['removed', 'DeletionPolicy', 'RetainExceptOnCreate', ['DELETE_SKIPPED']],
    ['removed', 'UpdateReplacePolicy', 'Retain', ['DELETE_IN_PROGRESS', 'DELETE_COMPLETE']],
    ['replaced', 'UpdateReplacePolicy', 'Retain', ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE', 'DELETE_SKIPPED']],
    ['replaced', 'DeletionPolicy', 'Retain', ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE']],
  ])('of a %s resource with %s %s', async (what, policy, value, statuses) => {
    await create({ Other: test(), A: test({ Id: 'one' }, { [policy]: value }) });
    await update({ Other: test({ Echo: 'x' }), ...(what === 'replaced' && { A: test({ Id: 'two' }, { [policy]: value }) }) });
    expect(aws.statusesOf('A')).toEqual(statuses);
  });

  it('takes over a changed DeletionPolicy without touching the resource', async () => {
    await create({ A: test() });
    expect(await update({ A: test({}, { DeletionPolicy: 'Retain' }) })).toBe('UPDATE_COMPLETE');
    expect(aws.testResources.calls).toEqual([]);
    await aws.delete(stackName);
    expect(aws.statusesOf('A')).toEqual(['DELETE_SKIPPED']);
  });

  it('edits a policy in place in the update phase, so that its old statements are gone before the clean-up', async () => {
    const statement = (Action: string[]): object => ({ Effect: 'Allow', Action, Resource: '*' });
    const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } };
    const role = {
      Type: 'AWS::IAM::Role',
      Properties: { RoleName: 'r', AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] } },
    };
    const policy = (actions: string[]): object => ({
      Type: 'AWS::IAM::Policy',
      Properties: { PolicyName: 'p', Roles: [{ Ref: 'Role' }], PolicyDocument: { Version: '2012-10-17', Statement: [statement(actions)] } },
    });
    const template = (actions: string[], more: object): object => ({ Resources: { Role: role, Policy: policy(actions), ...more } });
    const Capabilities: Capability[] = ['CAPABILITY_NAMED_IAM'];
    const allowedDuringDelete: string[] = [];
    await aws.create(stackName, template(['drs:A', 'drs:B'], { Old: custom({}, { DependsOn: 'Policy' }) }), { Capabilities });
    const caller = { kind: 'role', accountId: '111122223333', roleName: 'r', arn: 'arn:aws:sts::111122223333:assumed-role/r/s' } as const;
    aws.functions.respond = async (event) => {
      for (const action of ['drs:A', 'drs:B']) {
        try {
          aws.iam.authorize(caller, action, '*');
          allowedDuringDelete.push(action);
        } catch {
          // Not allowed any more.
        }
      }
      await aws.functions.answer(event);
    };
    expect(await aws.update(stackName, template(['drs:A'], {}), { Capabilities })).toBe('UPDATE_COMPLETE');
    expect(allowedDuringDelete).toEqual(['drs:A']);
  });
});

describe('a failed update', () => {
  it('goes back to the old properties, then deletes what it had added', async () => {
    await create({ A: test({ Echo: 'old' }), Same: test() });
    expect(
      await update({ A: test({ Echo: 'new' }), Same: test(), Added: test({}, { DependsOn: 'A' }), Bad: failing({ DependsOn: 'Added' }) }),
    ).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.testResources.calls).toEqual(['update A', 'create Added', 'create Bad', 'update A', 'delete Added']);
    expect(aws.statusesOf(stackName)).toEqual(rolledBack);
    expect(aws.reasonOf(stackName, 'UPDATE_ROLLBACK_IN_PROGRESS')).toBe('The following resource(s) failed to create: [Bad]. ');
    expect((await aws.resources(stackName)).map(({ LogicalResourceId }) => LogicalResourceId).sort()).toEqual(['A', 'Same']);
  });

  it('sends the custom resource that failed an Update back, too', async () => {
    await create({ A: custom({ Size: 'old' }) });
    await update({ A: custom({ Size: 'new', FailOn: ['Update'] }) });
    expect(requestedSince(1)).toEqual(['Update A id-of-A', 'Update A id-of-A']);
    expect(aws.requestsOf('Update', 'A')[1]?.event).toMatchObject({
      ResourceProperties: { Size: 'old' },
      OldResourceProperties: { Size: 'new' },
    });
    expect(aws.reasonOf(stackName, 'UPDATE_ROLLBACK_IN_PROGRESS')).toBe('The following resource(s) failed to update: [A]. ');
  });

  it('takes a replacement back: Update with the new ID and the old properties, then the new one is deleted', async () => {
    await create({ A: custom({ Id: 'one' }) });
    expect(await update({ A: custom({ Id: 'two' }), Bad: failing({ DependsOn: 'A' }) })).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(requestedSince(1)).toEqual(['Update A one', 'Update A two', 'Delete A two']);
    const [, back] = aws.requestsOf('Update', 'A');
    expect(back?.event).toMatchObject({ ResourceProperties: { Id: 'one' }, OldResourceProperties: { Id: 'two' } });
    expect(aws.requestsOf('Delete', 'A')[0]?.event.ResourceProperties).toMatchObject({ Id: 'two' });
    expect(await aws.resources(stackName)).toMatchObject([{ LogicalResourceId: 'A', PhysicalResourceId: 'one' }]);
    expect(await aws.delete(stackName)).toBe('DELETE_COMPLETE');
    expect(requestedSince(4)).toEqual(['Delete A one']);
  });

  it('cancels updates in flight, and sends them an Update back', async () => {
    await create({ A: custom({ Size: 'old' }), Bad: test() });
    aws.functions.respond = async (event) => {
      if (event.ResourceProperties.Size === 'old') await aws.functions.answer(event);
    };
    const settled = update({ A: custom({ Size: 'new' }), Bad: test({ HoldOn: ['update'], FailOn: ['update'], Echo: 'x' }) });
    await Promise.all(['A', 'Bad'].map((name) => aws.nextEvent(({ logicalId }) => logicalId === name)));
    aws.testResources.release();
    // The Update back of Bad is held, too: by its old properties it isn't.
    expect(await settled).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.reasonOf('A', 'UPDATE_FAILED')).toBe('Resource update cancelled');
    expect(requestedSince(1)).toEqual(['Update A id-of-A', 'Update A id-of-A']);
  });

  it('refuses another service token, asking nobody', async () => {
    await create({ A: custom(), B: test() });
    expect(await update({ A: custom({ ServiceToken: 'arn:other' }), B: test() })).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.reasonOf('A', 'UPDATE_FAILED')).toBe('Modifying service token is not allowed.');
    expect(requestedSince(1)).toEqual([]);
  });

  it('restores outputs, template and parameters', async () => {
    const template = (echo: string, more: object): object => ({
      Parameters: { P: { Type: 'String', Default: echo } },
      Resources: { A: test({ Echo: { Ref: 'P' } }), ...more },
      Outputs: { Echo: { Value: { 'Fn::GetAtt': ['A', 'Echo'] } } },
    });
    await aws.create(stackName, template('old', {}));
    await aws.update(stackName, template('new', { Bad: failing({ DependsOn: 'A' }) }));
    expect(await aws.describe(stackName)).toMatchObject({ Outputs: [{ OutputValue: 'old' }], Parameters: [{ ParameterValue: 'old' }] });
  });

  it.each([
    ['Retain', 'DELETE_SKIPPED'],
    ['RetainExceptOnCreate', 'DELETE_COMPLETE'],
  ])('treats what it added with DeletionPolicy %s as %s', async (DeletionPolicy, status) => {
    await create({ A: test() });
    await update({ A: test(), Added: test({}, { DeletionPolicy }), Bad: failing({ DependsOn: 'Added' }) });
    expect(aws.statusesOf('Added').at(-1)).toBe(status);
  });

  it('drops what it cannot delete in the clean-up after three tries', async () => {
    await create({ A: test() });
    expect(await update({ A: test(), Added: custom({ FailOn: ['Delete'] }), Bad: failing({ DependsOn: 'Added' }) })).toBe(
      'UPDATE_ROLLBACK_COMPLETE',
    );
    expect(aws.requestsOf('Delete', 'Added')).toHaveLength(3);
    expect((await aws.resources(stackName)).map(({ LogicalResourceId }) => LogicalResourceId)).toEqual(['A']);
  });

  describe('whose rollback fails', () => {
    const stuck = async (): Promise<string> => {
      await create({ A: test({ Id: 'a', Echo: 'old', FailOn: ['update'] }), B: test({ Echo: 'old' }) });
      return update({
        A: test({ Id: 'a', Echo: 'new' }),
        B: test({ Echo: 'new' }),
        Added: test(),
        Bad: failing({ DependsOn: ['A', 'B', 'Added'] }),
      });
    };

    it('ends in UPDATE_ROLLBACK_FAILED, with the other branches rolled back and nothing deleted', async () => {
      expect(await stuck()).toBe('UPDATE_ROLLBACK_FAILED');
      expect((await aws.describe(stackName)).StackStatusReason).toBe('The following resource(s) failed to update: [A]. ');
      expect(aws.statusesOf('B').at(-1)).toBe('UPDATE_COMPLETE');
      expect(aws.testResources.calls.filter((call) => call.startsWith('delete'))).toEqual([]);
    });

    it('continues, skipping what it is told to', async () => {
      await stuck();
      await aws.client.send(new ContinueUpdateRollbackCommand({ StackName: stackName }));
      expect(await aws.cloudFormation.settled(stackName)).toBe('UPDATE_ROLLBACK_FAILED');
      await aws.client.send(new ContinueUpdateRollbackCommand({ StackName: stackName, ResourcesToSkip: ['A'] }));
      expect(await aws.cloudFormation.settled(stackName)).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(aws.testResources.calls.filter((call) => /update B|delete/.test(call))).toEqual(['update B', 'update B', 'delete Added']);
    });

    it('can be deleted', async () => {
      await stuck();
      aws.testResources.calls.length = 0;
      expect(await aws.delete(stackName)).toBe('DELETE_COMPLETE');
      expect([...aws.testResources.calls].sort()).toEqual(['delete Added', 'delete B', 'delete a']);
    });
  });

  describe('with rollback disabled', () => {
    const fail = async (): Promise<string> => {
      await create({ A: custom({ Id: 'one' }) });
      return update({ A: custom({ Id: 'two' }), Bad: failing({ DependsOn: 'A' }) }, { DisableRollback: true });
    };

    it('ends in UPDATE_FAILED', async () => {
      expect(await fail()).toBe('UPDATE_FAILED');
      expect(requestedSince(1)).toEqual(['Update A one']);
    });

    it('is rolled back when asked', async () => {
      await fail();
      await aws.client.send(new RollbackStackCommand({ StackName: stackName }));
      expect(await aws.cloudFormation.settled(stackName)).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(requestedSince(2)).toEqual(['Update A two', 'Delete A two']);
    });

    it('goes on with the next update, which cleans up for both', async () => {
      await fail();
      expect(await update({ A: custom({ Id: 'two' }), Bad: test() })).toBe('UPDATE_COMPLETE');
      expect(requestedSince(2)).toEqual(['Delete A one']);
    });

    it('has everything deleted with the stack, the replaced ones too', async () => {
      await fail();
      expect(await aws.delete(stackName)).toBe('DELETE_COMPLETE');
      expect(requestedSince(2).sort()).toEqual(['Delete A one', 'Delete A two']);
    });
  });
});

describe('a cancelled update', () => {
  it('rolls back what is under way and what is done', async () => {
    await create({ Done: test({ Echo: 'old' }), Slow: custom({ Size: 'old' }, { DependsOn: 'Done' }) });
    const settled = update({
      Done: test({ Echo: 'new' }),
      Slow: custom({ Size: 'new', SilentOn: ['Update'] }, { DependsOn: 'Done' }),
      Added: custom({}, { DependsOn: 'Slow' }),
    });
    await aws.nextEvent(({ logicalId }) => logicalId === 'Slow');
    await aws.client.send(new CancelUpdateStackCommand({ StackName: stackName }));
    expect(await settled).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.reasonOf(stackName, 'UPDATE_ROLLBACK_IN_PROGRESS')).toBe('User Initiated');
    expect(aws.testResources.calls).toEqual(['update Done', 'update Done']);
    expect(requestedSince(1)).toEqual(['Update Slow id-of-Slow', 'Update Slow id-of-Slow']);
  });

  it('is refused when no update is under way', async () => {
    await create({ A: test() });
    await expect(aws.client.send(new CancelUpdateStackCommand({ StackName: stackName }))).rejects.toThrow(
      'cannot be called from current stack status',
    );
  });
});
