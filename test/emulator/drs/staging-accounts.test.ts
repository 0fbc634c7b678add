import { DeleteSourceServerCommand, DescribeSourceServersCommand, DisconnectSourceServerCommand, SourceServer } from '@aws-sdk/client-drs';
import { Services } from '../services';

const sourceServerID = 's-0123456789abcdef0';
const stagingServerID = 's-0123456789abcdef1';
const stagingAccount = '444455556666';

let services: Services;
let staging: SourceServer;
beforeEach(async () => {
  services = await Services.start();
  staging = services.drs.addSourceServer({ sourceServerID: stagingServerID, accountId: stagingAccount });
  services.drs.addSourceServer({ sourceServerID, extendedFrom: staging.arn });
});
afterEach(() => services.stop());

test('an extended server names the one that replicates in the staging account', async () => {
  const { items } = await services.drsClient().send(new DescribeSourceServersCommand({}));
  expect(items).toMatchObject([
    { sourceServerID, stagingArea: { status: 'EXTENDED', stagingAccountID: stagingAccount, stagingSourceServerArn: staging.arn } },
  ]);
  expect(services.drs.replicationServers()).toEqual([]);
});

test("deleting the extended server's record leaves the staging account's server replicating", async () => {
  const replicating = services.drs.replicationServers(stagingAccount);
  expect(replicating).toHaveLength(1);
  await services.drsClient().send(new DeleteSourceServerCommand({ sourceServerID }));
  services.clock.pass(90 * 60_000);
  expect(services.drs.sourceServer(sourceServerID)).toBeUndefined();
  expect(services.drs.sourceServer(stagingServerID)).toEqual(staging);
  expect(services.drs.replicationServers(stagingAccount)).toEqual(replicating);
});

test('the staging account disconnects its own', async () => {
  await services.drsClient({ accountId: stagingAccount }).send(new DisconnectSourceServerCommand({ sourceServerID: stagingServerID }));
  expect(services.drs.sourceServer(stagingServerID)?.dataReplicationInfo?.dataReplicationState).toBe('DISCONNECTED');
});

test('an extended server of nothing cannot be seeded', () => {
  const extendedFrom = staging.arn?.replace(stagingAccount, '777788889999');
  expect(() => services.drs.addSourceServer({ extendedFrom })).toThrow(`There is no source server ${extendedFrom}.`);
});
