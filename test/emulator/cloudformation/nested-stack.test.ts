import { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
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

let templates = 0;

/** A nested stack of a new template in S3. */
function nested(template: object, Parameters: object = {}, more: object = {}): object {
  const key = `template-${++templates}.json`;
  aws.objects.set(`assets/${key}`, Buffer.from(JSON.stringify(template)));
  const TemplateURL = { 'Fn::Sub': `https://s3.\${AWS::Region}.\${AWS::URLSuffix}/assets/${key}` };
  return { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL, Parameters }, ...more };
}

const childOf = async (name: string): Promise<string> =>
  (await aws.resources(name)).find(({ ResourceType }) => ResourceType === 'AWS::CloudFormation::Stack')?.PhysicalResourceId ?? '';

/** What the stack of each Delete and all its ancestors say of themselves when the request arrives, innermost first. */
function watchDeletes(): string[][] {
  const seen: string[][] = [];
  aws.functions.respond = async (event: CustomResourceEvent) => {
    if (event.RequestType === 'Delete') seen.push(await statusesFrom(event.StackId));
    await aws.functions.answer(event);
  };
  return seen;
}

async function statusesFrom(stackId: string): Promise<string[]> {
  const { StackStatus = '', ParentId } = await aws.describe(stackId);
  return [StackStatus, ...(ParentId ? await statusesFrom(ParentId) : [])];
}

describe('a nested stack', () => {
  const child = {
    Parameters: { Word: { Type: 'String' } },
    Resources: { Thing: { Type: 'Test::Resource', Properties: { Echo: { Ref: 'Word' } } } },
    Outputs: { Echo: { Value: { 'Fn::GetAtt': ['Thing', 'Echo'] } } },
  };

  it('takes parameters, gives outputs, and knows its parent and its root', async () => {
    const middle = {
      Resources: { Inner: nested(child, { Word: 'hello' }) },
      Outputs: { Word: { Value: { 'Fn::GetAtt': ['Inner', 'Outputs.Echo'] } } },
    };
    await aws.create(stackName, {
      Resources: { Middle: nested(middle) },
      Outputs: { Word: { Value: { 'Fn::GetAtt': 'Middle.Outputs.Word' } } },
    });
    const root = await aws.describe(stackName);
    expect(root).toMatchObject({ StackStatus: 'CREATE_COMPLETE', Outputs: [{ OutputValue: 'hello' }] });
    expect(root).not.toHaveProperty('ParentId');
    const middleId = await childOf(stackName);
    const innerId = await childOf(middleId);
    expect(await aws.describe(middleId)).toMatchObject({ ParentId: root.StackId, RootId: root.StackId });
    expect(await aws.describe(innerId)).toMatchObject({
      ParentId: middleId,
      RootId: root.StackId,
      StackName: expect.stringMatching(new RegExp(`^${stackName}-Middle-\\w{12}-Inner-\\w{12}$`)),
    });
  });

  it('has its ID in the events of its parent as soon as it is created', async () => {
    await aws.create(stackName, { Resources: { Nested: nested(child, { Word: 'x' }) } });
    const events = aws.events.filter(({ logicalId, stackName: name }) => logicalId === 'Nested' && name === stackName);
    const firstOfChild = aws.events.findIndex(({ logicalId }) => logicalId === 'Thing');
    expect(aws.events.indexOf(events[1])).toBeLessThan(firstOfChild);
    expect(events[1]?.physicalId).toBe(await childOf(stackName));
  });

  it('is deleted with its parent', async () => {
    const seen = watchDeletes();
    await aws.create(stackName, { Resources: { Nested: nested({ Resources: { Thing: custom() } }) } });
    expect(await aws.delete(stackName)).toBe('DELETE_COMPLETE');
    expect(seen).toEqual([['DELETE_IN_PROGRESS', 'DELETE_IN_PROGRESS']]);
  });

  it('fails the deletion of its parent, and is deleted again with it', async () => {
    await aws.create(stackName, { Resources: { Nested: nested({ Resources: { Thing: custom({ FailOn: ['Delete'] }) } }) } });
    const childId = await childOf(stackName);
    expect(await aws.delete(stackName)).toBe('DELETE_FAILED');
    expect(aws.reasonOf('Nested', 'DELETE_FAILED')).toBe(
      `Embedded stack ${childId} was not successfully deleted: The following resource(s) failed to delete: [Thing]. `,
    );
    expect((await aws.describe(childId)).StackStatus).toBe('DELETE_FAILED');
    aws.functions.respond = (event) =>
      aws.functions.put(event, { Status: 'SUCCESS', PhysicalResourceId: event.PhysicalResourceId }).then(() => undefined);
    expect(await aws.delete(stackName)).toBe('DELETE_COMPLETE');
  });

  it('says DELETE_IN_PROGRESS when only its parent says that a create is rolled back', async () => {
    const seen = watchDeletes();
    await aws.create(stackName, {
      Resources: { Nested: nested({ Resources: { Thing: custom() } }), Bad: test({ FailOn: ['create'] }, { DependsOn: 'Nested' }) },
    });
    expect(seen).toEqual([['DELETE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS']]);
  });

  it('that fails to be created fails its parent, which deletes it', async () => {
    const seen = watchDeletes();
    const template = { Resources: { Thing: custom(), Bad: test({ FailOn: ['create'] }, { DependsOn: 'Thing' }) } };
    expect(await aws.create(stackName, { Resources: { Nested: nested(template) } })).toBe('ROLLBACK_COMPLETE');
    expect(aws.reasonOf('Nested', 'CREATE_FAILED')).toMatch(
      /^Embedded stack arn:\S+ was not successfully created: The following resource\(s\) failed to create: \[Bad\]\. $/,
    );
    expect(seen).toEqual([['DELETE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS']]);
  });

  it('is cancelled with its parent', async () => {
    const settled = aws.create(stackName, {
      Resources: {
        Nested: nested({ Resources: { Slow: custom({ SilentOn: ['Create'] }) } }),
        Bad: test({ HoldOn: ['create'], FailOn: ['create'] }),
      },
    });
    await Promise.all(['Slow', 'Bad'].map((name) => aws.nextEvent(({ logicalId }) => logicalId === name)));
    aws.testResources.release();
    expect(await settled).toBe('ROLLBACK_COMPLETE');
    expect(aws.reasonOf('Slow', 'CREATE_FAILED')).toBe('Resource creation cancelled');
    expect(aws.requestsOf('Delete', 'Slow')[0]?.event.PhysicalResourceId).toMatch(/-Slow-[A-Z0-9]{12}$/);
  });

  it('that its template cannot be read for fails its parent', async () => {
    const missing = {
      Type: 'AWS::CloudFormation::Stack',
      Properties: { TemplateURL: 'https://s3.eu-central-1.amazonaws.com/assets/none.json' },
    };
    expect(await aws.create(stackName, { Resources: { Nested: missing } })).toBe('ROLLBACK_COMPLETE');
    expect(aws.reasonOf('Nested', 'CREATE_FAILED')).toContain('S3 error: The specified key does not exist');
  });
});

describe('the update of a parent', () => {
  const childTemplate = (resources: object): object => ({ Resources: { Kept: aws.resource(), ...resources } });

  it('leaves a child alone that has not changed', async () => {
    const unchanged = nested(childTemplate({}));
    await aws.create(stackName, { Resources: { Nested: unchanged, A: test() } });
    await aws.update(stackName, { Resources: { Nested: unchanged, A: test({ Echo: 'x' }) } });
    expect((await aws.describe(await childOf(stackName))).StackStatus).toBe('CREATE_COMPLETE');
  });

  it('updates a changed child; its clean-up waits for the whole update', async () => {
    const seen = watchDeletes();
    await aws.create(stackName, { Resources: { Nested: nested(childTemplate({ Gone: custom() })), A: test() } });
    const childId = await childOf(stackName);
    const settled = aws.update(stackName, {
      Resources: { Nested: nested(childTemplate({})), A: test({ Echo: 'x', HoldOn: ['update'] }, { DependsOn: 'Nested' }) },
    });
    await aws.nextEvent(({ logicalId }) => logicalId === 'A');
    expect((await aws.describe(childId)).StackStatus).toBe('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    expect(seen).toEqual([]);
    aws.testResources.release();
    expect(await settled).toBe('UPDATE_COMPLETE');
    expect(seen).toEqual([['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS']]);
    expect((await aws.describe(childId)).StackStatus).toBe('UPDATE_COMPLETE');
  });

  it('deletes a removed child in its clean-up', async () => {
    const seen = watchDeletes();
    await aws.create(stackName, { Resources: { Nested: nested(childTemplate({ Thing: custom() })), A: test() } });
    await aws.update(stackName, { Resources: { A: test() } });
    expect(seen).toEqual([['DELETE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS']]);
  });

  it('that fails rolls an updated child back; what the child had removed was never deleted', async () => {
    const seen = watchDeletes();
    await aws.create(stackName, { Resources: { Nested: nested(childTemplate({ Gone: custom({ Id: 'gone' }) })), A: test() } });
    const childId = await childOf(stackName);
    const update = {
      Nested: nested(childTemplate({ Added: custom({ Id: 'added' }) })),
      Bad: test({ FailOn: ['create'] }, { DependsOn: 'Nested' }),
    };
    expect(await aws.update(stackName, { Resources: { ...update, A: test() } })).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.statusesOf(childId.split('/')[1]).slice(2)).toEqual([
      'UPDATE_IN_PROGRESS',
      'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_ROLLBACK_IN_PROGRESS',
      'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(aws.requested).toEqual(['Create Gone', 'Create Added', 'Delete Added added']);
    expect(seen).toEqual([['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS']]);
    expect(await aws.delete(stackName)).toBe('DELETE_COMPLETE');
    expect(aws.requested.at(-1)).toBe('Delete Gone gone');
  });

  it('fails with a child that fails, and both are rolled back', async () => {
    await aws.create(stackName, { Resources: { Nested: nested(childTemplate({ Thing: custom({ Size: 'old' }) })) } });
    const childId = await childOf(stackName);
    const update = childTemplate({ Thing: custom({ Size: 'new' }), Bad: test({ FailOn: ['create'] }, { DependsOn: 'Thing' }) });
    expect(await aws.update(stackName, { Resources: { Nested: nested(update) } })).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.reasonOf('Nested', 'UPDATE_FAILED')).toBe(
      `Embedded stack ${childId} was not successfully updated. Currently in UPDATE_ROLLBACK_IN_PROGRESS with reason: The following resource(s) failed to create: [Bad]. `,
    );
    expect((await aws.describe(childId)).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.requestsOf('Update', 'Thing').map(({ event }) => event.ResourceProperties.Size)).toEqual(['new', 'old']);
  });

  it('that fails deletes an added child: DELETE_IN_PROGRESS below a clean-up of a rollback', async () => {
    const seen = watchDeletes();
    await aws.create(stackName, { Resources: { A: test() } });
    await aws.update(stackName, {
      Resources: {
        A: test(),
        Nested: nested(childTemplate({ Thing: custom() })),
        Bad: test({ FailOn: ['create'] }, { DependsOn: 'Nested' }),
      },
    });
    expect(seen).toEqual([['DELETE_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS']]);
  });
});
