import { CreateChangeSetCommand, ExecuteChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { EmbeddedCloudFormation, newName } from './embedded-cloudformation';

let aws: EmbeddedCloudFormation;
let stackName: string;

/** Sent with every call: the client is older than express mode. */
let deploymentConfig: Readonly<Record<string, string>>;

async function start(settings: Parameters<typeof EmbeddedCloudFormation.start>[0] = {}) {
  aws = await EmbeddedCloudFormation.start({ providers: { 'AWS::Lambda::Function': lambdaFunction }, ...settings });
  aws.client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: string };
      for (const [name, value] of Object.entries(deploymentConfig)) request.body += `&DeploymentConfig.${name}=${value}`;
      return next(args);
    },
    { step: 'build', priority: 'high' },
  );
}

const lambdaFunction = {
  create: async () => ({ physicalId: 'fake', attributes: { Arn: aws.functions.arn } }),
  update: async () => ({ physicalId: 'fake', attributes: { Arn: aws.functions.arn } }),
  delete: () => Promise.resolve(),
};

beforeEach(() => {
  stackName = newName();
  deploymentConfig = { Mode: 'EXPRESS' };
});
afterEach(() => aws.stop());

const FAILS = { FailOn: ['create'] };
const withFunction = {
  Function: { Type: 'AWS::Lambda::Function', Properties: { Code: {} } },
  Custom: { Type: 'Custom::Thing', Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] } } },
};

describe('in express mode', () => {
  it('nothing is rolled back', async () => {
    await start();
    const resources = { A: aws.resource(), B: aws.resource(FAILS, { DependsOn: 'A' }) };
    expect(await aws.create(stackName, { Resources: resources })).toBe('CREATE_FAILED');
    expect(aws.testResources.calls).toEqual(['create A', 'create B']);
  });

  it('it is rolled back if asked for', async () => {
    await start();
    deploymentConfig = { Mode: 'EXPRESS', DisableRollback: 'false' };
    expect(await aws.create(stackName, { Resources: { A: aws.resource(FAILS) } })).toBe('ROLLBACK_COMPLETE');
  });

  it('an update that fails is not rolled back, and the mode is that of each operation', async () => {
    await start();
    await aws.create(stackName, { Resources: { A: aws.resource() } });
    expect(await aws.update(stackName, { Resources: { A: aws.resource(), B: aws.resource(FAILS) } })).toBe('UPDATE_FAILED');
    expect(await aws.update(stackName, { Resources: { A: aws.resource() } })).toBe('UPDATE_COMPLETE');
    deploymentConfig = {};
    expect(await aws.update(stackName, { Resources: { A: aws.resource(), B: aws.resource(FAILS) } })).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('a custom resource is awaited, in the order of the dependencies, and a function that is pending is tried again', async () => {
    await start();
    expect(await aws.create(stackName, { Resources: withFunction })).toBe('CREATE_COMPLETE');
    expect(aws.statusesOf('Custom')).toEqual(['CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
    expect(aws.reasonOf('Function', 'CREATE_COMPLETE')).toMatch(/Express Mode/);
    expect(aws.reasonOf('Custom', 'CREATE_COMPLETE')).toBeUndefined();
    const [complete, answered] = ['Function', 'Custom'].map(
      (name) => aws.events.find(({ logicalId, status }) => logicalId === name && status === 'CREATE_COMPLETE')!.time,
    );
    expect(answered - complete).toBeGreaterThanOrEqual(10_000);
    expect(await aws.delete(stackName)).toBe('DELETE_COMPLETE');
    expect(aws.reasonOf('Function', 'DELETE_COMPLETE')).toMatch(/Express Mode/);
    expect(aws.requested).toEqual(['Create Custom', 'Delete Custom id-of-Custom']);
  });

  it('a function that is pending fails the resource, if that is set', async () => {
    // At this speed it is pending for a second, in which a busy machine can ask for it.
    await start({ settings: { pendingFunction: 'fails', speed: 10 } });
    expect(await aws.create(stackName, { Resources: withFunction })).toBe('CREATE_FAILED');
    expect(aws.reasonOf('Custom', 'CREATE_FAILED')).toMatch(/state: Pending/);
    expect(await aws.delete(stackName)).toBe('DELETE_COMPLETE');
    expect(aws.requested).toEqual(['Create Custom']);
  });

  it('a nested stack is created so, too', async () => {
    await start();
    const template = { Resources: { Inner: aws.resource(), Fails: aws.resource(FAILS, { DependsOn: 'Inner' }) } };
    aws.objects.set('assets/nested.json', Buffer.from(JSON.stringify(template)));
    const TemplateURL = 'https://s3.eu-central-1.amazonaws.com/assets/nested.json';
    const nested = { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL } };
    expect(await aws.create(stackName, { Resources: { Nested: nested } })).toBe('CREATE_FAILED');
    expect(aws.reasonOf('Inner', 'CREATE_COMPLETE')).toMatch(/Express Mode/);
    expect(aws.testResources.calls).toEqual(['create Inner', 'create Fails']);
  });

  it('a change set says how it will be executed', async () => {
    await start();
    const TemplateBody = JSON.stringify({ Resources: { A: aws.resource(FAILS) } });
    const ChangeSetName = 'change-set';
    await aws.client.send(new CreateChangeSetCommand({ StackName: stackName, ChangeSetName, ChangeSetType: 'CREATE', TemplateBody }));
    deploymentConfig = {};
    await aws.client.send(new ExecuteChangeSetCommand({ StackName: stackName, ChangeSetName }));
    expect(await aws.cloudFormation.settled(stackName)).toBe('CREATE_FAILED');
  });

  it('a mode that does not exist is refused', async () => {
    await start();
    deploymentConfig = { Mode: 'FAST' };
    await expect(aws.create(stackName, { Resources: { A: aws.resource() } })).rejects.toThrow(/deploymentConfig\.mode/);
  });
});
