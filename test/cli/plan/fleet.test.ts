import type { RecoveryInstance } from '@aws-sdk/client-drs';
import type { AwsClients } from '../../../cli/aws/clients';
import type { Change } from '../../../cli/operation/planned-change';
import { planFleet } from '../../../cli/plan/fleet';
import { FLEET_DISCONNECTION } from '../../../lib/contract';
import { Failure } from '../../../lambda/aws/errors';
import { readFleet } from '../../../lambda/fleet/fleet';
import { deployedStack } from '../stacks';

const [APP, DATABASE] = ['s-1a2b3c4d5e6f70001', 's-1a2b3c4d5e6f70002'];
const properties = { Region: 'eu-central-1', Tags: { fleet: 'ours' } };
const stack = deployedStack();
const { physicalId } = readFleet({ stack: stack.identity, properties });
const real: RecoveryInstance = { recoveryInstanceID: 'i-0r', ec2InstanceID: 'i-0r', sourceServerID: APP, isDrill: false };

/** The plan of a fleet whose servers have these recovery instances. */
const plan = (instances: Record<string, RecoveryInstance[] | Error>, change: Change = { kind: 'deleted' }) => {
  const drs = {
    sourceServers: () =>
      Promise.resolve(
        Object.keys(instances).map((sourceServerID) => ({ sourceServerID, dataReplicationInfo: { dataReplicationState: 'CONTINUOUS' } })),
      ),
    recoveryInstancesOf: (id: string) =>
      instances[id] instanceof Error ? Promise.reject(instances[id]) : Promise.resolve(instances[id] ?? []),
  };
  const clients = { drs: () => Promise.resolve(drs) } as unknown as AwsClients;
  return planFleet(
    { stack, resource: { logicalId: 'Fleet', type: FLEET_DISCONNECTION, physicalId }, change, read: () => properties },
    clients,
  );
};
const denied = new Failure('You may not call drs:DescribeRecoveryInstances');

test('recovery instances that can not be read: its servers are there, unknown, and it says why', async () => {
  const { verdict, reason, selection, sourceServers } = await plan({ [APP]: denied, [DATABASE]: [] });
  expect([verdict, String(reason)]).toEqual(['unknown', 'You may not call drs:DescribeRecoveryInstances']);
  expect(String(selection)).toContain('ours');
  expect(sourceServers.map((server) => [server.sourceServerId, server.verdict])).toEqual([
    [APP, 'unknown'],
    [DATABASE, 'disconnect'],
  ]);
});

test.each<[Change, string]>([
  [{ kind: 'deleted' }, "1 of 2 would be left, of 1 it can't be told. You may not call drs:DescribeRecoveryInstances"],
  [
    { kind: 'cleaned up' },
    "1 of 2 would be left, of 1 it can't be told. You may not call drs:DescribeRecoveryInstances. CloudFormation tries the deletion three times",
  ],
])('and another one has a recovery instance, %j: blocked', async (change, told) => {
  const { verdict, reason } = await plan({ [APP]: [real], [DATABASE]: denied }, change);
  expect(verdict).toBe('blocked');
  expect(String(reason)).toContain(told);
});

test('credentials that expired are of no use for the rest', async () => {
  await expect(plan({ [APP]: new Failure('expired', { kind: 'expired' }) })).rejects.toThrow('expired');
});
