import { CreateStackCommandInput } from '@aws-sdk/client-cloudformation';
import { EmbeddedCloudFormation, newName } from './embedded-cloudformation';

let aws: EmbeddedCloudFormation;
let stackName: string;

beforeEach(async () => {
  aws = await EmbeddedCloudFormation.start();
  stackName = newName();
});
afterEach(() => aws.stop());

const create = (template: object, more: Partial<CreateStackCommandInput> = {}): Promise<string> => aws.create(stackName, template, more);
const custom = (properties?: object, more?: object): object => aws.custom(properties, more);
const test = (properties?: object, more?: object): object => aws.resource(properties, more);

describe('creating', () => {
  it('goes through the statuses that AWS shows', async () => {
    expect(await create({ Resources: { A: test({ Id: 'a-1' }) } })).toBe('CREATE_COMPLETE');
    expect(aws.eventsOf(stackName)).toEqual([
      `${stackName} CREATE_IN_PROGRESS`,
      'A CREATE_IN_PROGRESS',
      'A CREATE_IN_PROGRESS',
      'A CREATE_COMPLETE',
      `${stackName} CREATE_COMPLETE`,
    ]);
    expect(aws.reasonOf('A', 'CREATE_IN_PROGRESS')).toBe('Resource creation Initiated');
  });

  it('creates independent resources concurrently and dependent ones in order', async () => {
    const settled = create({
      Resources: {
        Last: test({ Echo: { 'Fn::Sub': '${First}-${Second.Echo}' } }, { DependsOn: 'Third' }),
        First: test({ HoldOn: ['create'] }),
        Second: test({ HoldOn: ['create'] }),
        Third: test({ HoldOn: ['create'] }),
      },
    });
    await Promise.all(['First', 'Second', 'Third'].map((name) => aws.nextEvent(({ logicalId }) => logicalId === name)));
    expect([...aws.testResources.calls].sort()).toEqual(['create First', 'create Second', 'create Third']);
    aws.testResources.release();
    expect(await settled).toBe('CREATE_COMPLETE');
    expect(aws.testResources.calls.at(-1)).toBe('create Last');
  });

  it('leaves out what a condition excludes, and resolves outputs', async () => {
    await create(
      {
        Parameters: {
          Stage: { Type: 'String' },
          Version: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/version' },
        },
        Conditions: { IsProduction: { 'Fn::Equals': [{ Ref: 'Stage' }, 'production'] } },
        Resources: {
          Always: test({ Echo: { 'Fn::If': ['IsProduction', 'big', 'small'] } }, { DependsOn: 'Never' }),
          Never: test({}, { Condition: 'IsProduction' }),
        },
        Outputs: {
          Size: { Value: { 'Fn::GetAtt': ['Always', 'Echo'] } },
          Version: { Value: { Ref: 'Version' } },
          None: { Condition: 'IsProduction', Value: 'x' },
        },
      },
      { Parameters: [{ ParameterKey: 'Stage', ParameterValue: 'test' }] },
    );
    const { Outputs = [] } = await aws.describe(stackName);
    expect(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])).toEqual([
      ['Size', 'small'],
      ['Version', expect.stringMatching(/^\d{2,}$/)],
    ]);
    expect((await aws.resources(stackName)).map(({ LogicalResourceId }) => LogicalResourceId)).toEqual(['Always']);
  });

  it('accepts types that nobody models, and says so once for each', async () => {
    await create({
      Resources: {
        Queue: { Type: 'AWS::SQS::Queue' },
        Other: { Type: 'AWS::SQS::Queue' },
        Metadata: { Type: 'AWS::CDK::Metadata' },
        User: test({ Echo: { 'Fn::Join': ['|', [{ Ref: 'Queue' }, { 'Fn::GetAtt': ['Queue', 'Arn'] }]] } }),
      },
      Outputs: { Echo: { Value: { 'Fn::GetAtt': 'User.Echo' } } },
    });
    expect(aws.unsupportedTypes).toEqual(['AWS::SQS::Queue']);
    const { Outputs = [] } = await aws.describe(stackName);
    expect(Outputs[0]?.OutputValue).toMatch(
      new RegExp(`^${stackName}-Queue-[A-Z0-9]+\\|arn:aws:sqs:eu-central-1:111122223333:${stackName}-Queue-`),
    );
  });

  it('is cancelled by the deletion of the stack', async () => {
    const created = create({
      Resources: { Slow: custom({ SilentOn: ['Create'] }), Waiting: test({}, { DependsOn: 'Slow' }), Done: test() },
    });
    await Promise.all([
      aws.nextEvent(({ logicalId, status }) => logicalId === 'Done' && status === 'CREATE_COMPLETE'),
      aws.nextEvent(({ logicalId }) => logicalId === 'Slow'),
    ]);
    expect(await aws.delete(stackName)).toBe('DELETE_COMPLETE');
    expect(await created).toBe('DELETE_COMPLETE');
    expect(aws.statusesOf('Slow')).toEqual(['CREATE_IN_PROGRESS', 'CREATE_FAILED', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE']);
    expect(aws.statusesOf('Waiting')).toEqual([]);
    expect(aws.statusesOf(stackName)).toEqual(['CREATE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE']);
  });
});

describe('a failed create', () => {
  const failing = (): object => ({
    Resources: {
      A: test({ Id: 'a' }),
      B: test({ Id: 'b', Echo: { Ref: 'A' } }),
      Bad: test({ FailOn: ['create'] }, { DependsOn: 'B' }),
      Never: custom({}, { DependsOn: 'Bad' }),
    },
  });

  it('is rolled back in the reverse order; what never began gets no Delete', async () => {
    expect(await create(failing())).toBe('ROLLBACK_COMPLETE');
    expect(aws.statusesOf(stackName)).toEqual(['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE']);
    expect(aws.reasonOf(stackName, 'ROLLBACK_IN_PROGRESS')).toBe(
      'The following resource(s) failed to create: [Bad]. Rollback requested by user.',
    );
    expect(aws.testResources.calls).toEqual(['create a', 'create b', 'create Bad', 'delete b', 'delete a']);
    expect(aws.requested).toEqual([]);
  });

  it.each<[string, Partial<CreateStackCommandInput>, string[]]>([
    ['OnFailure=DO_NOTHING', { OnFailure: 'DO_NOTHING' }, ['CREATE_IN_PROGRESS', 'CREATE_FAILED']],
    ['DisableRollback', { DisableRollback: true }, ['CREATE_IN_PROGRESS', 'CREATE_FAILED']],
    ['OnFailure=ROLLBACK', { OnFailure: 'ROLLBACK' }, ['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE']],
    ['OnFailure=DELETE', { OnFailure: 'DELETE' }, ['CREATE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE']],
  ])('with %s', async (_, options, statuses) => {
    expect(await create(failing(), options)).toBe(statuses.at(-1));
    expect(aws.statusesOf(stackName)).toEqual(statuses);
  });

  it('ends in ROLLBACK_FAILED if a deletion fails, and deleting the stack tries again', async () => {
    const resources = { Stuck: test({ FailOn: ['delete'] }), Bad: test({ FailOn: ['create'] }, { DependsOn: 'Stuck' }) };
    expect(await create({ Resources: resources })).toBe('ROLLBACK_FAILED');
    expect(aws.reasonOf(stackName, 'ROLLBACK_FAILED')).toBe('The following resource(s) failed to delete: [Stuck]. ');
    expect(await aws.delete(stackName)).toBe('DELETE_FAILED');
    expect(aws.testResources.calls).toEqual(['create Stuck', 'create Bad', 'delete Stuck', 'delete Stuck']);
  });

  it.each([
    ['Retain', 'DELETE_SKIPPED'],
    ['RetainExceptOnCreate', 'DELETE_COMPLETE'],
    ['Delete', 'DELETE_COMPLETE'],
    ['Snapshot', 'DELETE_COMPLETE'],
  ])('treats DeletionPolicy %s as %s', async (DeletionPolicy, status) => {
    await create({ Resources: { A: test({}, { DeletionPolicy }), Bad: test({ FailOn: ['create'] }, { DependsOn: 'A' }) } });
    expect(aws.statusesOf('A').at(-1)).toBe(status);
  });

  it('cancels siblings in flight and deletes them with a made-up physical ID, while their Create still runs', async () => {
    let createRequest: Parameters<NonNullable<typeof aws.functions.respond>>[0] | undefined;
    aws.functions.respond = async (event) => {
      if (event.RequestType === 'Create') createRequest = event;
      else await aws.functions.answer(event);
    };
    const settled = create({ Resources: { Slow: custom({ Id: 'slow' }), Bad: test({ HoldOn: ['create'], FailOn: ['create'] }) } });
    await aws.nextEvent(({ logicalId }) => logicalId === 'Bad');
    aws.testResources.release();
    expect(await settled).toBe('ROLLBACK_COMPLETE');
    expect(aws.reasonOf('Slow', 'CREATE_FAILED')).toBe('Resource creation cancelled');
    expect(aws.reasonOf(stackName, 'ROLLBACK_IN_PROGRESS')).toMatch(/\[(Bad, Slow|Slow, Bad)\]/);
    const [deletion] = aws.requestsOf('Delete', 'Slow');
    expect(deletion?.event.PhysicalResourceId).toMatch(new RegExp(`^${stackName}-Slow-[A-Z0-9]{12}$`));
    // The Create answers after all: too late to matter.
    expect(await aws.functions.put(createRequest!, { Status: 'SUCCESS', PhysicalResourceId: 'slow' })).toBe(200);
    expect(aws.requestsOf('Create', 'Slow')[0]).toMatchObject({ outcome: 'cancelled', responses: [{ verdict: 'ignored' }] });
  });

  it('deletes a failed Create with the physical ID that it answered', async () => {
    expect(await create({ Resources: { Bad: custom({ Id: 'half-made', FailOn: ['Create'] }) } })).toBe('ROLLBACK_COMPLETE');
    expect(aws.requested).toEqual(['Create Bad', 'Delete Bad half-made']);
  });

  it('is what a missing function comes to, and then there is nothing to delete', async () => {
    expect(await create({ Resources: { Bad: { Type: 'Custom::Thing', Properties: { ServiceToken: 'arn:dead' } } } })).toBe(
      'ROLLBACK_COMPLETE',
    );
    expect(aws.reasonOf('Bad', 'CREATE_FAILED')).toBe('Lambda function ARN not found: arn:dead');
    expect(aws.requested).toEqual(['Create Bad']);
  });

  it('is what a WaitCondition that nobody signals comes to', async () => {
    const resources = {
      Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
      Wait: { Type: 'AWS::CloudFormation::WaitCondition', Properties: { Handle: { Ref: 'Handle' }, Timeout: '5' } },
    };
    expect(await create({ Resources: resources })).toBe('ROLLBACK_COMPLETE');
    expect(aws.reasonOf('Wait', 'CREATE_FAILED')).toBe('WaitCondition timed out. Received 0 conditions when expecting 1');
  });

  it('fails on an attribute that the response lacks', async () => {
    expect(
      await create({
        Resources: { Thing: custom({ Data: { Known: 'x' } }), User: test({ Echo: { 'Fn::GetAtt': ['Thing', 'Unknown'] } }) },
      }),
    ).toBe('ROLLBACK_COMPLETE');
    expect(aws.reasonOf('User', 'CREATE_FAILED')).toContain(
      "CustomResource attribute error: Vendor response doesn't contain Unknown key in object",
    );
  });

  it('fails on an output that cannot be resolved', async () => {
    expect(await create({ Resources: { Thing: custom() }, Outputs: { X: { Value: { 'Fn::GetAtt': ['Thing', 'Unknown'] } } } })).toBe(
      'ROLLBACK_COMPLETE',
    );
    expect(aws.reasonOf(stackName, 'ROLLBACK_IN_PROGRESS')).toContain("Vendor response doesn't contain Unknown key");
  });
});
