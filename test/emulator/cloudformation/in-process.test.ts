import { EmbeddedCloudFormation, newName } from './embedded-cloudformation';

/** What only tests and the rehearsal use: listeners, `settled`, `stop`. */
describe('in the same process', () => {
  it('a listener sees the state that its event tells of', async () => {
    const aws = await EmbeddedCloudFormation.start();
    const stackName = newName();
    const seen: Promise<unknown>[] = [];
    aws.cloudFormation.onEvent(({ status, logicalId }) => {
      if (status === 'CREATE_COMPLETE' && logicalId === 'A') seen.push(aws.resources(stackName));
    });
    await aws.create(stackName, { Resources: { A: aws.resource() } });
    expect(await Promise.all(seen)).toMatchObject([[{ LogicalResourceId: 'A', ResourceStatus: 'CREATE_COMPLETE' }]]);
    await aws.stop();
  });

  it('a listener can be taken away', async () => {
    const aws = await EmbeddedCloudFormation.start();
    const listener = jest.fn();
    aws.cloudFormation.onEvent(listener)();
    await aws.create(newName(), { Resources: { A: aws.resource() } });
    expect(listener).not.toHaveBeenCalled();
    await aws.stop();
  });

  it('settled answers at once where nothing runs, and rejects for an unknown stack', async () => {
    const aws = await EmbeddedCloudFormation.start();
    const stackName = newName();
    await aws.create(stackName, { Resources: { A: aws.resource() } });
    expect(await aws.cloudFormation.settled(stackName)).toBe('CREATE_COMPLETE');
    await expect(aws.cloudFormation.settled('none')).rejects.toThrow('Stack none does not exist');
    await aws.stop();
  });

  it('stop ends what waits: afterwards nothing is sent any more', async () => {
    const aws = await EmbeddedCloudFormation.start({ settings: { speed: 1 } });
    const held = aws.resource({ HoldOn: ['create'] });
    const resources = { Held: held, Next: aws.custom({}, { DependsOn: 'Held' }), Silent: aws.custom({ SilentOn: ['Create'] }) };
    const stackName = newName();
    const settled = aws.create(stackName, { Resources: resources });
    await Promise.all(['Held', 'Silent'].map((name) => aws.nextEvent(({ logicalId }) => logicalId === name)));
    await aws.describe(stackName);
    await aws.stop();
    aws.testResources.release();
    expect(await settled).toBe('ROLLBACK_FAILED');
    expect(aws.requested).toEqual(['Create Silent']);
  });
});
