import { neverAborted } from '../../../emulator/cloudformation/engine';
import { defaultAccountId, defaultRegion } from '../../../emulator/defaults';
import { StackIdentity } from '../../../emulator/resource-provider';
import { defaultSettings } from '../../../emulator/settings';
import { Services } from '../services';

// DRS's default settings, as CloudFormation makes them.

const REPLICATION = 'AWS::DRS::ReplicationConfigurationTemplate';
const LAUNCH = 'AWS::DRS::LaunchConfigurationTemplate';
const stack: StackIdentity = { stackId: 'id', stackName: 'Zone', accountId: defaultAccountId, region: defaultRegion };

let services: Services;
beforeEach(async () => (services = await Services.start()));
afterEach(() => services.stop());

const create = async (resourceType: string, properties: Record<string, unknown> = {}) => {
  const types = { ...services.ec2.providers, ...services.drs.providers };
  return (await types[resourceType].create({ stack, logicalId: resourceType, resourceType, properties, signal: neverAborted })).physicalId;
};

const remove = (resourceType: string, physicalId: string) =>
  services.drs.providers[resourceType].delete({
    stack,
    logicalId: 'Template',
    resourceType,
    properties: {},
    signal: neverAborted,
    physicalId,
  });

async function stagingArea() {
  const VpcId = await create('AWS::EC2::VPC', { CidrBlock: '10.0.0.0/16' });
  const StagingAreaSubnetId = await create('AWS::EC2::Subnet', { VpcId, CidrBlock: '10.0.0.0/24' });
  const group = await create('AWS::EC2::SecurityGroup', { VpcId, GroupDescription: 'Replication servers' });
  return { StagingAreaSubnetId, ReplicationServersSecurityGroupsIDs: [group] };
}

test('a new server replicates into the subnet of the replication template, through its groups', async () => {
  const area = await stagingArea();
  const template = await create(REPLICATION, area);
  services.drs.addSourceServer();
  expect(services.drs.replicationServers()).toMatchObject([{ subnetId: area.StagingAreaSubnetId }]);
  const [{ groupIds }] = services.ec2.network().interfaces.all();
  expect(groupIds).toEqual(expect.arrayContaining(area.ReplicationServersSecurityGroupsIDs));

  await remove(REPLICATION, template);
  services.drs.addSourceServer();
  expect(services.drs.replicationServers()).toHaveLength(2);
});

test('servers that replicate elsewhere can be given the default settings', async () => {
  services.drs.addSourceServer();
  services.drs.addSourceServer();
  services.drs.addSourceServer({ state: 'STOPPED' });
  const [{ instanceId }] = services.drs.replicationServers();
  const area = await stagingArea();
  await create(REPLICATION, area);
  services.drs.applyDefaultSettings();
  services.clock.pass(defaultSettings.replicationServerLingers * 1000);
  const replicationServers = services.drs.replicationServers();
  expect(replicationServers).toMatchObject([{ subnetId: area.StagingAreaSubnetId }]);
  expect(replicationServers[0].instanceId).not.toBe(instanceId);
});

test.each(['StagingAreaSubnetId', 'ReplicationServersSecurityGroupsIDs'])('%s must exist', async (name) => {
  const absent = { StagingAreaSubnetId: 'subnet-0', ReplicationServersSecurityGroupsIDs: ['sg-0'] }[name];
  await expect(create(REPLICATION, { ...(await stagingArea()), [name]: absent })).rejects.toThrow(/(subnet|sg)-0 does not exist/);
});

test('an account has one launch template in a Region; where it goes, there is room for another one', async () => {
  const first = await create(LAUNCH);
  await expect(create(LAUNCH)).rejects.toThrow('Max number of launch configuration templates per AWS account: 1');
  await remove(LAUNCH, first);
  await create(LAUNCH);
});

test.each([REPLICATION, LAUNCH])('%s: not where DRS was never set up', async (type) => {
  services.drs.uninitialize();
  await expect(create(type)).rejects.toThrow('Account is not initialized');
});
