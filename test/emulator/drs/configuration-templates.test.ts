import {
  CreateReplicationConfigurationTemplateCommand,
  DeleteReplicationConfigurationTemplateCommand,
  DeleteSourceServerCommand,
  DescribeReplicationConfigurationTemplatesCommand,
  DisconnectSourceServerCommand,
  GetReplicationConfigurationCommand,
  UpdateReplicationConfigurationTemplateCommand,
} from '@aws-sdk/client-drs';
import { neverAborted } from '../../../emulator/cloudformation/engine';
import { defaultAccountId, defaultRegion } from '../../../emulator/defaults';
import { StackIdentity } from '../../../emulator/resource-provider';
import { defaultSettings, Settings } from '../../../emulator/settings';
import { Services } from '../services';

// DRS's default settings, as CloudFormation makes them.

const REPLICATION = 'AWS::DRS::ReplicationConfigurationTemplate';
const LAUNCH = 'AWS::DRS::LaunchConfigurationTemplate';
const stack: StackIdentity = { stackId: 'id', stackName: 'Zone', accountId: defaultAccountId, region: defaultRegion };

let services: Services;
const start = async (settings: Partial<Settings> = {}) => {
  await services?.stop();
  services = await Services.start(settings);
};
beforeEach(() => start());
afterAll(() => services.stop());

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
  await start({ configurationTemplateDeletion: 'never' });
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

describe('the deletion of a template', () => {
  const [server] = ['s-00000000000000001'];
  const disconnect = () => services.drsClient().send(new DisconnectSourceServerCommand({ sourceServerID: server }));
  const forget = () => services.drsClient().send(new DeleteSourceServerCommand({ sourceServerID: server }));

  test.each<[Settings['configurationTemplateDeletion'], boolean, boolean]>([
    ['never', true, true],
    ['while-replicating', false, true],
    ['while-records-or-jobs', false, false],
  ])(
    'refused %s: while a server replicates %p, once it is disconnected %p, and without its record',
    async (setting, replicating, disconnected) => {
      await start({ configurationTemplateDeletion: setting });
      const isDeleted = async (type: string) => {
        const template = await create(type, type === LAUNCH ? {} : await stagingArea());
        return remove(type, template).then(
          () => true,
          () => false,
        );
      };
      services.drs.addSourceServer({ sourceServerID: server });
      expect(await isDeleted(LAUNCH)).toBe(replicating);
      if (!replicating) await start({ configurationTemplateDeletion: setting });
      if (!replicating) services.drs.addSourceServer({ sourceServerID: server });
      await disconnect();
      expect(await isDeleted(REPLICATION)).toBe(disconnected);
      await forget();
      if (disconnected) expect(await isDeleted(LAUNCH)).toBe(true);
    },
  );

  test('of one that is gone already is no failure', async () => {
    const template = await create(LAUNCH);
    await remove(LAUNCH, template);
    await remove(LAUNCH, template);
  });
});

test.each([
  [1, false],
  [Infinity, true],
])('of replication templates there may be %p', async (replicationTemplates, isTaken) => {
  await start({ replicationTemplates });
  await create(REPLICATION, await stagingArea());
  const second = create(REPLICATION, await stagingArea()).then(
    () => true,
    () => false,
  );
  expect(await second).toBe(isTaken);
});

test('the API makes, changes, shows and deletes them, and tells where a server replicates to', async () => {
  const { StagingAreaSubnetId: stagingAreaSubnetId, ReplicationServersSecurityGroupsIDs: replicationServersSecurityGroupsIDs } =
    await stagingArea();
  const client = services.drsClient();
  const replication = {
    ...{ stagingAreaSubnetId, replicationServersSecurityGroupsIDs, stagingAreaTags: {}, associateDefaultSecurityGroup: false },
    ...{ dataPlaneRouting: 'PRIVATE_IP' as const, createPublicIP: false, replicationServerInstanceType: 't3.small' },
    ...{
      useDedicatedReplicationServer: false,
      defaultLargeStagingDiskType: 'AUTO' as const,
      ebsEncryption: 'DEFAULT' as const,
      bandwidthThrottling: 0,
    },
    pitPolicy: [{ ruleID: 1, units: 'MINUTE' as const, interval: 10, retentionDuration: 60, enabled: true }],
  };
  const made = await client.send(
    new CreateReplicationConfigurationTemplateCommand({
      ...replication,
      replicationServersSecurityGroupsIDs: [...replicationServersSecurityGroupsIDs],
    }),
  );
  const { replicationConfigurationTemplateID } = made;
  expect(made).toMatchObject({ replicationConfigurationTemplateID: expect.stringMatching(/^rct-/), stagingAreaSubnetId });
  const server = services.drs.addSourceServer();
  const configuration = new GetReplicationConfigurationCommand({ sourceServerID: server.sourceServerID });
  expect(await client.send(configuration)).toMatchObject({ stagingAreaSubnetId });
  const other = (await stagingArea()).StagingAreaSubnetId;
  await client.send(new UpdateReplicationConfigurationTemplateCommand({ replicationConfigurationTemplateID, stagingAreaSubnetId: other }));
  expect(await client.send(new DescribeReplicationConfigurationTemplatesCommand({}))).toMatchObject({
    items: [{ replicationConfigurationTemplateID, stagingAreaSubnetId: other, replicationServersSecurityGroupsIDs }],
  });
  const remove = new DeleteReplicationConfigurationTemplateCommand({ replicationConfigurationTemplateID });
  await expect(client.send(remove)).rejects.toThrow(/while it is in use/);
});
