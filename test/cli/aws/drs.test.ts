import {
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DrsClient,
  GetReplicationConfigurationCommand,
} from '@aws-sdk/client-drs';
import { mockClient } from 'aws-sdk-client-mock';
import { DrsReader } from '../../../cli/aws/drs';
import type { ClientConfiguration } from '../../../cli/aws/session';

const drs = mockClient(DrsClient);
const reader = () => new DrsReader({ region: 'eu-central-1' } as ClientConfiguration);
const of = (recoveryInstanceID: string, sourceServerID?: string) => ({ recoveryInstanceID, sourceServerID });
const answers = (...items: (ReturnType<typeof of> & { to?: string })[]) =>
  drs.on(DescribeRecoveryInstancesCommand).callsFake(({ filters }: { filters: { sourceServerIDs: string[] } }) => ({
    items: items
      .filter(({ sourceServerID, to }) => filters.sourceServerIDs.includes(sourceServerID ?? to ?? ''))
      .map(({ recoveryInstanceID, sourceServerID }) => of(recoveryInstanceID, sourceServerID)),
  }));
const asked = () => drs.calls().map(({ args }) => (args[0].input as { filters: { sourceServerIDs: string[] } }).filters.sourceServerIDs);

beforeEach(() => drs.reset());

test('recovery instances of several servers are asked for at once', async () => {
  answers(of('i-1', 's-1'), of('i-2', 's-2'));
  const found = reader();
  expect(await Promise.all(['s-1', 's-2', 's-3'].map((id) => found.recoveryInstancesOf(id)))).toEqual([
    [of('i-1', 's-1')],
    [of('i-2', 's-2')],
    [],
  ]);
  expect(asked()).toEqual([['s-1', 's-2', 's-3']]);
});

test('one of which DRS does not tell the server belongs to the one that it was shown for', async () => {
  answers(of('i-1', 's-1'), { ...of('i-x'), to: 's-2' });
  const found = reader();
  const [one, two] = await Promise.all(['s-1', 's-2'].map((id) => found.recoveryInstancesOf(id)));
  expect([one, two]).toEqual([[of('i-1', 's-1')], [of('i-x')]]);
  expect(asked()).toEqual([['s-1', 's-2'], ['s-1'], ['s-2']]);
});

const refusal = (name: string) => Object.assign(new Error('told by AWS'), { name });
const NEW = { sourceServerID: 's-1', dataReplicationInfo: { dataReplicationState: 'INITIATING' as const } };

describe('source servers', () => {
  const all = () => reader().sourceServers(() => true);

  test('one that moves to a further page meanwhile is there once', async () => {
    drs.on(DescribeSourceServersCommand).resolves({ items: [NEW], nextToken: 'next' });
    drs.on(DescribeSourceServersCommand, { nextToken: 'next' }).resolves({ items: [NEW] });
    expect(await all()).toEqual([NEW]);
  });

  test('an account that never used DRS has none', async () => {
    drs.on(DescribeSourceServersCommand).rejects(refusal('UninitializedAccountException'));
    expect(await all()).toEqual([]);
  });

  test('on a further page nobody is told that it never did', async () => {
    drs.on(DescribeSourceServersCommand).resolves({ items: [NEW], nextToken: 'next' });
    drs.on(DescribeSourceServersCommand, { nextToken: 'next' }).rejects(refusal('UninitializedAccountException'));
    await expect(all()).rejects.toThrow('UninitializedAccountException');
  });

  test('an answer without a list, on any page: all is asked for again', async () => {
    drs.on(DescribeSourceServersCommand).resolves({ items: [NEW], nextToken: 'next' });
    drs.on(DescribeSourceServersCommand, { nextToken: 'next' }).resolvesOnce({}).resolves({ items: [] });
    expect(await all()).toEqual([NEW]);
  });
});

describe('the subnet that a source server replicates into', () => {
  const subnet = () => reader().stagingSubnetOf('s-1');

  test.each([{}, { stagingAreaSubnetId: '' }])('an answer without it, %j: asked again', async (answer) => {
    drs.on(GetReplicationConfigurationCommand).resolvesOnce(answer).resolves({ stagingAreaSubnetId: 'subnet-1' });
    await expect(subnet()).resolves.toBe('subnet-1');
  });

  test('four answers without it: that is said', async () => {
    drs.on(GetReplicationConfigurationCommand).resolves({});
    await expect(subnet()).rejects.toThrow('the answer has no subnet');
    expect(drs.commandCalls(GetReplicationConfigurationCommand)).toHaveLength(4);
  });

  test('a server that is gone, from the listing, too, has none', async () => {
    drs.on(GetReplicationConfigurationCommand).rejects(refusal('ResourceNotFoundException'));
    drs.on(DescribeSourceServersCommand, { filters: { sourceServerIDs: ['s-1'] } }).resolves({ items: [] });
    await expect(subnet()).resolves.toBeUndefined();
  });

  test('one that is listed without a configuration: asked again', async () => {
    drs
      .on(GetReplicationConfigurationCommand)
      .rejectsOnce(refusal('ResourceNotFoundException'))
      .resolves({ stagingAreaSubnetId: 'subnet-1' });
    drs.on(DescribeSourceServersCommand).resolves({ items: [NEW] });
    await expect(subnet()).resolves.toBe('subnet-1');
  });

  test('and is so for ever: that is said', async () => {
    drs.on(GetReplicationConfigurationCommand).rejects(refusal('ResourceNotFoundException'));
    drs.on(DescribeSourceServersCommand).resolves({ items: [NEW] });
    await expect(subnet()).rejects.toThrow('the answer has no replication configuration of s-1, which DRS lists');
  });
});
