import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
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

/** Base ← Stuck ← Top, and Other on its own; Stuck's deletion fails while `isStuck`. */
let isStuck = true;
async function createStuck(): Promise<void> {
  isStuck = true;
  aws.functions.respond = (event) =>
    event.RequestType === 'Delete' && isStuck
      ? aws.functions
          .put(event, { Status: 'FAILED', Reason: 'blocked', PhysicalResourceId: event.PhysicalResourceId })
          .then(() => undefined)
      : aws.functions.answer(event);
  await aws.create(stackName, {
    Resources: { Base: test(), Stuck: custom({}, { DependsOn: 'Base' }), Top: test({}, { DependsOn: 'Stuck' }), Other: test() },
  });
  aws.testResources.calls.length = 0;
  aws.events.length = 0;
}

interface HttpRequest {
  body: string;
}

function force(request: HttpRequest): HttpRequest {
  return Object.assign(request, { body: `${request.body}&DeletionMode=FORCE_DELETE_STACK` });
}

describe('deleting a stack', () => {
  it('deletes in the reverse order of the dependencies, independent resources concurrently', async () => {
    await aws.create(stackName, {
      Resources: {
        Base: test(),
        A: test({ HoldOn: ['delete'] }, { DependsOn: 'Base' }),
        B: test({ HoldOn: ['delete'] }, { DependsOn: 'Base' }),
      },
    });
    aws.testResources.calls.length = 0;
    const settled = aws.delete(stackName);
    await Promise.all(['A', 'B'].map((name) => aws.nextEvent(({ logicalId }) => logicalId === name)));
    expect([...aws.testResources.calls].sort()).toEqual(['delete A', 'delete B']);
    aws.testResources.release();
    expect(await settled).toBe('DELETE_COMPLETE');
    expect(aws.testResources.calls.at(-1)).toBe('delete Base');
    expect(aws.statusesOf(stackName).slice(-2)).toEqual(['DELETE_IN_PROGRESS', 'DELETE_COMPLETE']);
  });

  it('sends a custom resource exactly the documented keys', async () => {
    await aws.create(stackName, { Resources: { A: custom({ Flag: true, Count: 3, Nested: { List: [1, false] } }) } });
    await aws.delete(stackName);
    const [create, deletion] = aws.cloudFormation.customResourceRequests.map(({ event }) => event);
    const common = [
      'LogicalResourceId',
      'RequestId',
      'RequestType',
      'ResourceProperties',
      'ResourceType',
      'ResponseURL',
      'ServiceToken',
      'StackId',
    ];
    expect(Object.keys(create ?? {}).sort()).toEqual(common);
    expect(Object.keys(deletion ?? {}).sort()).toEqual([...common, 'PhysicalResourceId'].sort());
    expect(deletion?.ResourceProperties).toEqual({
      ServiceToken: aws.functions.arn,
      Flag: 'true',
      Count: '3',
      Nested: { List: ['1', 'false'] },
    });
    expect(create?.RequestId).not.toBe(deletion?.RequestId);
  });

  it('that fails keeps what the failed resource depends on, and goes on elsewhere', async () => {
    await createStuck();
    expect(await aws.delete(stackName)).toBe('DELETE_FAILED');
    expect((await aws.describe(stackName)).StackStatusReason).toBe('The following resource(s) failed to delete: [Stuck]. ');
    expect([...aws.testResources.calls].sort()).toEqual(['delete Other', 'delete Top']);
    expect(aws.reasonOf('Stuck', 'DELETE_FAILED')).toMatch(
      /^Received response status \[FAILED\] from custom resource\. Message returned: blocked \(RequestId: [-0-9a-f]{36}\)$/,
    );
  });

  it('again tries what is left, and nothing twice', async () => {
    await createStuck();
    await aws.delete(stackName);
    isStuck = false;
    expect(await aws.delete(stackName)).toBe('DELETE_COMPLETE');
    expect(aws.testResources.calls.filter((call) => call !== 'delete Base').sort()).toEqual(['delete Other', 'delete Top']);
    expect(aws.testResources.calls.at(-1)).toBe('delete Base');
  });

  it('skips what is to be retained', async () => {
    await createStuck();
    await aws.delete(stackName);
    expect(await aws.delete(stackName, { RetainResources: ['Stuck'] })).toBe('DELETE_COMPLETE');
    expect(aws.statusesOf('Stuck').at(-1)).toBe('DELETE_SKIPPED');
    expect(aws.testResources.calls).toContain('delete Base');
  });

  it('retains only in DELETE_FAILED', async () => {
    await createStuck();
    await expect(aws.delete(stackName, { RetainResources: ['Stuck'] })).rejects.toThrow('DELETE_FAILED');
  });

  it('by force skips what fails', async () => {
    await createStuck();
    await aws.delete(stackName);
    const command = new DeleteStackCommand({ StackName: stackName });
    // This SDK client is older than the parameter.
    command.middlewareStack.add((next) => (args) => next({ ...args, request: force(args.request as HttpRequest) }), {
      step: 'serialize',
      priority: 'low',
    });
    await aws.client.send(command);
    expect(await aws.cloudFormation.settled(stackName)).toBe('DELETE_COMPLETE');
    expect(aws.requestsOf('Delete', 'Stuck')).toHaveLength(2);
    expect(aws.testResources.calls).toContain('delete Base');
  });

  it('keeps what has a DeletionPolicy that retains', async () => {
    await aws.create(stackName, {
      Resources: { A: test({}, { DeletionPolicy: 'Retain' }), B: test({}, { DeletionPolicy: 'RetainExceptOnCreate' }), C: test() },
    });
    expect(await aws.delete(stackName)).toBe('DELETE_COMPLETE');
    expect(aws.testResources.calls).toEqual(['create A', 'create B', 'create C', 'delete C']);
  });

  it('that is deleted already, or never was, is no error', async () => {
    await aws.create(stackName, { Resources: { A: test() } });
    const { StackId } = await aws.describe(stackName);
    await aws.delete(stackName);
    expect(await aws.delete(StackId!)).toBe('DELETE_COMPLETE');
    await expect(aws.delete('never-was')).rejects.toThrow('Stack never-was does not exist');
  });
});
