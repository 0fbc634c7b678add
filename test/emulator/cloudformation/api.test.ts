import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  GetTemplateSummaryCommand,
  ListStackResourcesCommand,
  ListExportsCommand,
  ListStacksCommand,
  paginateDescribeStackEvents,
  paginateListStackResources,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { defaultAccountId, defaultRegion } from '../../../emulator/defaults';
import { EmbeddedCloudFormation, newName } from './embedded-cloudformation';

let aws: EmbeddedCloudFormation;
let stackName: string;

beforeEach(async () => {
  aws = await EmbeddedCloudFormation.start();
  stackName = newName();
});
afterEach(() => aws.stop());

const small = (): object => ({ Resources: { A: aws.resource({ Id: 'a' }) } });
const many = (count: number): object => ({
  Resources: Object.fromEntries(Array.from({ length: count }, (_, index) => [`R${index}`, aws.resource()])),
});

describe('DescribeStacks', () => {
  it('describes a stack', async () => {
    const template = {
      Description: 'for <tests> & "more"',
      Parameters: { Word: { Type: 'String' }, Secret: { Type: 'String', NoEcho: true } },
      ...small(),
      Outputs: { Out: { Value: { Ref: 'Word' }, Description: 'the word', Export: { Name: 'word' } } },
    };
    await aws.create(stackName, template, {
      Parameters: [
        { ParameterKey: 'Word', ParameterValue: "it's <here>\n& there" },
        { ParameterKey: 'Secret', ParameterValue: 'x' },
      ],
      Tags: [{ Key: 'team', Value: 'dr' }],
      Capabilities: ['CAPABILITY_IAM'],
      EnableTerminationProtection: true,
    });
    expect(await aws.describe(stackName)).toMatchObject({
      StackName: stackName,
      StackId: expect.stringMatching(new RegExp(`^arn:aws:cloudformation:eu-central-1:111122223333:stack/${stackName}/[-0-9a-f]{36}$`)),
      StackStatus: 'CREATE_COMPLETE',
      Description: 'for <tests> & "more"',
      CreationTime: expect.any(Date),
      Parameters: [
        { ParameterKey: 'Word', ParameterValue: "it's <here>\n& there" },
        { ParameterKey: 'Secret', ParameterValue: '****' },
      ],
      Tags: [{ Key: 'team', Value: 'dr' }],
      Outputs: [{ OutputKey: 'Out', OutputValue: "it's <here>\n& there", Description: 'the word', ExportName: 'word' }],
      Capabilities: ['CAPABILITY_IAM'],
      EnableTerminationProtection: true,
      DisableRollback: false,
    });
  });

  it('finds a deleted stack by its ID only', async () => {
    await aws.create(stackName, small());
    const { StackId } = await aws.describe(stackName);
    await aws.delete(stackName);
    await expect(aws.describe(stackName)).rejects.toMatchObject({
      name: 'ValidationError',
      message: `Stack with id ${stackName} does not exist`,
    });
    expect(await aws.describe(StackId!)).toMatchObject({ StackStatus: 'DELETE_COMPLETE', DeletionTime: expect.any(Date) });
    expect(await aws.create(stackName, small())).toBe('CREATE_COMPLETE');
    expect((await aws.describe(stackName)).StackId).not.toBe(StackId);
  });

  it('knows nothing of the stacks of another Region or account', async () => {
    await aws.create(stackName, small());
    const { StackId = '' } = await aws.describe(stackName);
    const { endpoint } = aws;
    const elsewhere = [
      new CloudFormationClient({ endpoint, region: 'us-east-1', credentials: aws.iam.operatorCredentials(defaultAccountId) }),
      new CloudFormationClient({ endpoint, region: defaultRegion, credentials: aws.iam.operatorCredentials('444455556666') }),
    ];
    for (const client of elsewhere) {
      for (const name of [stackName, StackId]) {
        await expect(client.send(new DescribeStacksCommand({ StackName: name }))).rejects.toThrow('does not exist');
      }
      expect((await client.send(new DescribeStacksCommand({}))).Stacks).toEqual([]);
      client.destroy();
    }
  });

  it('is refused to a role without permission, by the ARN of the stack', async () => {
    await aws.create(stackName, small());
    const { StackId = '' } = await aws.describe(stackName);
    const role = aws.iam.issueCredentials(`arn:aws:iam::${defaultAccountId}:role/nobody`, 'session');
    const client = new CloudFormationClient({ endpoint: aws.endpoint, region: defaultRegion, credentials: role });
    await expect(client.send(new DescribeStacksCommand({ StackName: stackName }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`is not authorized to perform: cloudformation:DescribeStacks on resource: ${StackId}`),
      $metadata: expect.objectContaining({ httpStatusCode: 403, requestId: expect.any(String) }),
    });
    client.destroy();
  });
});

describe('LastOperations', () => {
  const failing = (): object => ({
    Resources: { Bad: aws.resource({ FailOn: ['create', 'delete'] }), Stuck: aws.custom({ FailOn: ['Delete'] }) },
  });

  /** Read from the wire: this SDK client is older than the member. */
  async function lastOperations(name: string): Promise<string[] | undefined> {
    const response = await aws.cloudFormation.handle({
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from(new URLSearchParams({ Action: 'DescribeStacks', StackName: name }).toString()),
      region: defaultRegion,
      caller: { kind: 'operator', accountId: defaultAccountId, arn: 'arn:aws:iam::111122223333:user/operator' },
    });
    const body = String(response.body);
    return body.includes('<LastOperations>') ? [...body.matchAll(/<OperationType>(\w+)</g)].map(([, type = '']) => type) : undefined;
  }

  it.each([
    ['absent', undefined, undefined],
    ['current', ['DELETE_STACK'], ['DELETE_STACK']],
    ['current-and-cause', ['DELETE_STACK', 'CREATE_STACK'], ['DELETE_STACK']],
    ['lagging', ['DELETE_STACK', 'CREATE_STACK'], ['DELETE_STACK']],
  ] as const)('of an OnFailure=DELETE, and of a deletion after it, when %s', async (setting, afterFailure, afterDeletion) => {
    await aws.stop();
    aws = await EmbeddedCloudFormation.start({ settings: { lastOperations: setting } });
    const template = failing();
    const settled = aws.create(stackName, template, { OnFailure: 'DELETE' });
    expect(await settled).toBe('DELETE_FAILED');
    expect(await lastOperations(stackName)).toEqual(afterFailure);
    expect(await aws.delete(stackName)).toBe('DELETE_FAILED');
    expect(await lastOperations(stackName)).toEqual(afterDeletion);
  });

  it('names an update and its rollback', async () => {
    await aws.create(stackName, small());
    await aws.update(stackName, { Resources: { A: aws.resource({ Id: 'a' }), Bad: aws.resource({ FailOn: ['create'] }) } });
    expect(await lastOperations(stackName)).toEqual(['ROLLBACK', 'UPDATE_STACK']);
  });
});

describe('lists', () => {
  it('come in pages, with nothing missing and nothing twice', async () => {
    await aws.create(stackName, many(130));
    const first = await aws.client.send(new ListStackResourcesCommand({ StackName: stackName }));
    expect(first.StackResourceSummaries).toHaveLength(100);
    const resources = new Set<string | undefined>();
    for await (const page of paginateListStackResources({ client: aws.client }, { StackName: stackName })) {
      for (const { LogicalResourceId } of page.StackResourceSummaries ?? []) resources.add(LogicalResourceId);
    }
    expect(resources.size).toBe(130);
    const times: number[] = [];
    for await (const page of paginateDescribeStackEvents({ client: aws.client }, { StackName: stackName })) {
      for (const { Timestamp } of page.StackEvents ?? []) times.push(Timestamp!.getTime());
    }
    expect(times).toHaveLength(130 * 3 + 2);
    expect(times.every((time, index) => index === 0 || time < times[index - 1])).toBe(true);
  });

  it('of stacks can be filtered, and have deleted ones', async () => {
    await aws.create(stackName, small());
    await aws.delete(stackName);
    const { StackSummaries = [] } = await aws.client.send(new ListStacksCommand({ StackStatusFilter: ['DELETE_COMPLETE'] }));
    expect(StackSummaries.map(({ StackName }) => StackName)).toEqual([stackName]);
    expect((await aws.client.send(new ListStacksCommand({ StackStatusFilter: ['CREATE_COMPLETE'] }))).StackSummaries).toEqual([]);
  });

  it('of exports have those of living stacks', async () => {
    await aws.create(stackName, {
      ...small(),
      Outputs: { Id: { Value: 'a', Export: { Name: 'the-id' } }, Other: { Value: 'b' } },
    });
    const exported = async () => (await aws.client.send(new ListExportsCommand({}))).Exports;
    expect(await exported()).toEqual([{ ExportingStackId: expect.stringContaining(`/${stackName}/`), Name: 'the-id', Value: 'a' }]);
    await aws.delete(stackName);
    expect(await exported()).toEqual([]);
  });

  it('of resources have all of them, or the one asked for', async () => {
    await aws.create(stackName, small());
    const { StackResources } = await aws.client.send(new DescribeStackResourcesCommand({ StackName: stackName }));
    expect(StackResources).toMatchObject([
      {
        StackName: stackName,
        LogicalResourceId: 'A',
        PhysicalResourceId: 'a',
        ResourceStatus: 'CREATE_COMPLETE',
        Timestamp: expect.any(Date),
      },
    ]);
    const one = await aws.client.send(new DescribeStackResourceCommand({ StackName: stackName, LogicalResourceId: 'A' }));
    expect(one.StackResourceDetail).toMatchObject({ PhysicalResourceId: 'a', LastUpdatedTimestamp: expect.any(Date) });
    await expect(aws.client.send(new DescribeStackResourceCommand({ StackName: stackName, LogicalResourceId: 'B' }))).rejects.toThrow(
      `Resource B does not exist for stack ${stackName}`,
    );
  });

  it('of events say everything of an event', async () => {
    await aws.create(stackName, small(), { ClientRequestToken: 'token-1' });
    const { StackEvents = [] } = await aws.client.send(new DescribeStackEventsCommand({ StackName: stackName }));
    expect(StackEvents[0]).toMatchObject({
      LogicalResourceId: stackName,
      ResourceType: 'AWS::CloudFormation::Stack',
      ResourceStatus: 'CREATE_COMPLETE',
      ClientRequestToken: 'token-1',
    });
    expect(StackEvents[1]).toMatchObject({
      LogicalResourceId: 'A',
      PhysicalResourceId: 'a',
      ResourceType: 'Test::Resource',
      ResourceStatus: 'CREATE_COMPLETE',
    });
    expect(new Set(StackEvents.map(({ EventId }) => EventId)).size).toBe(StackEvents.length);
    await expect(aws.client.send(new DescribeStackEventsCommand({ StackName: 'none' }))).rejects.toThrow('Stack [none] does not exist');
  });
});

describe('templates', () => {
  it('come back as they were given', async () => {
    await aws.create(stackName, small());
    const { TemplateBody } = await aws.client.send(new GetTemplateCommand({ StackName: stackName }));
    expect(JSON.parse(TemplateBody ?? '')).toEqual(small());
  });

  it('are read from S3 by either form of URL', async () => {
    aws.objects.set('assets/dir/t.json', Buffer.from(JSON.stringify(many(2))));
    for (const TemplateURL of [
      'https://s3.eu-central-1.amazonaws.com/assets/dir/t.json',
      'https://assets.s3.eu-central-1.amazonaws.com/dir/t.json',
      `${aws.endpoint}/assets/dir/t.json`,
    ]) {
      const { ResourceTypes } = await aws.client.send(new GetTemplateSummaryCommand({ TemplateURL }));
      expect(ResourceTypes).toEqual(['Test::Resource']);
    }
  });

  it('over 51,200 bytes must come from S3', async () => {
    const template = { ...small(), Description: 'x'.repeat(51_200) };
    await expect(aws.create(stackName, template)).rejects.toThrow('less than or equal to 51200');
    aws.objects.set('assets/t.json', Buffer.from(JSON.stringify(template)));
    await aws.client.send(new CreateStackCommand({ StackName: stackName, TemplateURL: 'https://s3.amazonaws.com/assets/t.json' }));
    expect(await aws.cloudFormation.settled(stackName)).toBe('CREATE_COMPLETE');
  });

  it('are summarized with their parameters and the capabilities they need', async () => {
    const TemplateBody = JSON.stringify({
      Parameters: { P: { Type: 'String', Default: 'd' } },
      Resources: { Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r' } } },
    });
    expect(await aws.client.send(new GetTemplateSummaryCommand({ TemplateBody }))).toMatchObject({
      Parameters: [{ ParameterKey: 'P', DefaultValue: 'd', ParameterType: 'String', NoEcho: false }],
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    });
  });
});

describe('what is refused', () => {
  it.each<[string, () => Promise<unknown>, object]>([
    ['a second stack of the same name', () => aws.create(stackName, small()), { name: 'AlreadyExistsException' }],
    [
      'an update that changes nothing',
      () => aws.update(stackName, small()),
      { name: 'ValidationError', message: 'No updates are to be performed.' },
    ],
    ['an update of an unknown stack', () => aws.update('none', small()), { message: 'Stack [none] does not exist' }],
    [
      'a template that is no JSON',
      () => aws.client.send(new UpdateStackCommand({ StackName: stackName, TemplateBody: 'Resources:' })),
      { message: expect.stringContaining('Template format error') },
    ],
    [
      'IAM resources without the capability',
      () => aws.update(stackName, { Resources: { R: { Type: 'AWS::IAM::Role' } } }),
      { name: 'InsufficientCapabilitiesException', message: 'Requires capabilities : [CAPABILITY_IAM]' },
    ],
    [
      'a parameter without a value',
      () => aws.update(stackName, { ...small(), Parameters: { P: { Type: 'String' } } }),
      { message: 'Parameters: [P] must have values' },
    ],
    [
      'an unknown parameter',
      () => aws.update(stackName, small(), { Parameters: [{ ParameterKey: 'P', ParameterValue: 'x' }] }),
      { message: 'Parameters: [P] do not exist in the template' },
    ],
    [
      'a name with other characters',
      () => aws.create('no_underscores', small()),
      { message: expect.stringContaining("at 'stackName' failed to satisfy constraint") },
    ],
  ])('%s', async (_, call, error) => {
    await aws.create(stackName, small());
    await expect(call()).rejects.toMatchObject(error);
  });

  it('is the deletion of a protected stack, until it is protected no more', async () => {
    await aws.create(stackName, small(), { EnableTerminationProtection: true });
    await expect(aws.delete(stackName)).rejects.toThrow('cannot be deleted while TerminationProtection is enabled');
    await aws.client.send(new UpdateTerminationProtectionCommand({ StackName: stackName, EnableTerminationProtection: false }));
    expect(await aws.delete(stackName)).toBe('DELETE_COMPLETE');
  });

  it('is anything but patience while an operation runs', async () => {
    await aws.create(stackName, small());
    const settled = aws.update(stackName, { Resources: { A: aws.resource({ Id: 'a', HoldOn: ['update'] }) } });
    await aws.nextEvent(({ logicalId }) => logicalId === 'A');
    await expect(aws.update(stackName, many(1))).rejects.toThrow('is in UPDATE_IN_PROGRESS state and can not be updated.');
    await expect(aws.delete(stackName)).rejects.toThrow('cannot be deleted while in status UPDATE_IN_PROGRESS');
    aws.testResources.release();
    expect(await settled).toBe('UPDATE_COMPLETE');
  });

  it('leaves no stack behind', async () => {
    await expect(aws.create(stackName, { Resources: {} })).rejects.toThrow('At least one Resources member must be defined.');
    await expect(aws.describe(stackName)).rejects.toThrow('does not exist');
  });
});

describe('parameters and exports', () => {
  it('keep their previous value if told to', async () => {
    const template = (echo: string): object => ({
      Parameters: { P: { Type: 'String' } },
      Resources: { A: aws.resource({ Echo: { 'Fn::Sub': `\${P} ${echo}` } }) },
      Outputs: { Echo: { Value: { 'Fn::GetAtt': 'A.Echo' } } },
    });
    await aws.create(stackName, template('one'), { Parameters: [{ ParameterKey: 'P', ParameterValue: 'kept' }] });
    await aws.update(stackName, template('two'), { Parameters: [{ ParameterKey: 'P', UsePreviousValue: true }] });
    expect((await aws.describe(stackName)).Outputs?.[0]?.OutputValue).toBe('kept two');
  });

  it('let one stack use what another one exports, which then cannot be deleted', async () => {
    const importer = newName();
    await aws.create(stackName, { ...small(), Outputs: { Id: { Value: { Ref: 'A' }, Export: { Name: 'the-id' } } } });
    await aws.create(importer, {
      Resources: { B: aws.resource({ Echo: { 'Fn::ImportValue': 'the-id' } }) },
      Outputs: { Echo: { Value: { 'Fn::GetAtt': 'B.Echo' } } },
    });
    expect((await aws.describe(importer)).Outputs?.[0]?.OutputValue).toBe('a');
    await expect(aws.delete(stackName)).rejects.toThrow(`Export the-id cannot be deleted as it is in use by ${importer}`);
    await aws.delete(importer);
    expect(await aws.delete(stackName)).toBe('DELETE_COMPLETE');
  });
});
