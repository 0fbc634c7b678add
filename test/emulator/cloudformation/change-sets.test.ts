import {
  CreateChangeSetCommand,
  CreateChangeSetCommandInput,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeChangeSetCommandOutput,
  DescribeStackEventsCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { EmbeddedCloudFormation, newName } from './embedded-cloudformation';

let aws: EmbeddedCloudFormation;
let stackName: string;

beforeEach(async () => {
  aws = await EmbeddedCloudFormation.start();
  stackName = newName();
});
afterEach(() => aws.stop());

const ChangeSetName = 'cdk-deploy-change-set';

async function changeSet(
  Resources: object,
  ChangeSetType: 'CREATE' | 'UPDATE',
  more: Partial<CreateChangeSetCommandInput> = {},
): Promise<DescribeChangeSetCommandOutput> {
  const TemplateBody = JSON.stringify({ Resources });
  await aws.client.send(new CreateChangeSetCommand({ StackName: stackName, ChangeSetName, ChangeSetType, TemplateBody, ...more }));
  return aws.client.send(new DescribeChangeSetCommand({ StackName: stackName, ChangeSetName }));
}

async function execute(): Promise<string> {
  await aws.client.send(new ExecuteChangeSetCommand({ StackName: stackName, ChangeSetName }));
  return aws.cloudFormation.settled(stackName);
}

describe('a change set', () => {
  it('makes its stack in REVIEW_IN_PROGRESS, without a template, and creates it when executed', async () => {
    const described = await changeSet({ A: aws.resource() }, 'CREATE', { Description: 'first' });
    expect(described).toMatchObject({
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'AVAILABLE',
      Description: 'first',
      Changes: [{ Type: 'Resource', ResourceChange: { Action: 'Add', LogicalResourceId: 'A', ResourceType: 'Test::Resource' } }],
    });
    expect((await aws.describe(stackName)).StackStatus).toBe('REVIEW_IN_PROGRESS');
    expect((await aws.client.send(new GetTemplateCommand({ StackName: stackName }))).TemplateBody).toBe('{}');
    expect(await execute()).toBe('CREATE_COMPLETE');
    expect(aws.statusesOf(stackName)).toEqual(['REVIEW_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
  });

  it('is dated by the wall clock, as the events are: the CDK CLI compares both with its own', async () => {
    const before = Date.now();
    const { CreationTime } = await changeSet({ A: aws.resource() }, 'CREATE');
    await execute();
    const { StackEvents = [] } = await aws.client.send(new DescribeStackEventsCommand({ StackName: stackName }));
    const dates = [CreationTime, ...StackEvents.map(({ Timestamp }) => Timestamp)].map((date) => date!.getTime());
    expect(Math.min(...dates)).toBeGreaterThanOrEqual(before);
    // Events of the same millisecond are pushed apart.
    expect(Math.max(...dates)).toBeLessThanOrEqual(Date.now() + StackEvents.length);
  });

  it('says what an update would do', async () => {
    await aws.create(stackName, {
      Resources: { Same: aws.resource(), Changed: aws.resource({ Echo: 'old' }), Gone: aws.resource({ Id: 'gone' }) },
    });
    const { Changes = [] } = await changeSet(
      { Same: aws.resource(), Changed: aws.resource({ Echo: 'new' }), New: aws.resource() },
      'UPDATE',
    );
    expect(Changes.map(({ ResourceChange: change }) => [change?.Action, change?.LogicalResourceId, change?.PhysicalResourceId])).toEqual([
      ['Modify', 'Changed', 'Changed'],
      ['Add', 'New', undefined],
      ['Remove', 'Gone', 'gone'],
    ]);
    expect(Changes[0]?.ResourceChange).toMatchObject({
      Scope: ['Properties'],
      Details: [{ Target: { Attribute: 'Properties', Name: 'Echo' } }],
    });
    expect(await execute()).toBe('UPDATE_COMPLETE');
  });

  it('that would change nothing has failed, in the words that the CDK CLI looks for', async () => {
    await aws.create(stackName, { Resources: { A: aws.resource() } });
    expect(await changeSet({ A: aws.resource() }, 'UPDATE')).toMatchObject({
      Status: 'FAILED',
      StatusReason: expect.stringMatching(/^The submitted information didn't contain changes\./),
    });
    await expect(execute()).rejects.toMatchObject({ name: 'InvalidChangeSetStatusException' });
  });

  it('can be deleted, twice, and is not found then', async () => {
    await aws.create(stackName, { Resources: { A: aws.resource() } });
    await changeSet({ A: aws.resource({ Echo: 'x' }) }, 'UPDATE');
    for (let time = 0; time < 2; time++) await aws.client.send(new DeleteChangeSetCommand({ StackName: stackName, ChangeSetName }));
    await expect(aws.client.send(new DescribeChangeSetCommand({ StackName: stackName, ChangeSetName }))).rejects.toMatchObject({
      name: 'ChangeSetNotFoundException',
    });
  });

  it('is found by its ARN', async () => {
    const { ChangeSetId } = await changeSet({ A: aws.resource() }, 'CREATE');
    expect((await aws.client.send(new DescribeChangeSetCommand({ ChangeSetName: ChangeSetId }))).StackName).toBe(stackName);
  });

  it('leaves a stack that was never created to be deleted', async () => {
    await changeSet({ A: aws.resource() }, 'CREATE');
    expect(await aws.delete(stackName)).toBe('DELETE_COMPLETE');
  });

  it.each(['ROLLBACK', 'DELETE', 'DO_NOTHING'] as const)('is executed with OnStackFailure=%s', async (OnStackFailure) => {
    await changeSet({ Bad: aws.resource({ FailOn: ['create'] }) }, 'CREATE', { OnStackFailure });
    expect(await execute()).toBe({ ROLLBACK: 'ROLLBACK_COMPLETE', DELETE: 'DELETE_COMPLETE', DO_NOTHING: 'CREATE_FAILED' }[OnStackFailure]);
  });
});
