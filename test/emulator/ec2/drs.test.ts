import { DisconnectRecoveryInstanceCommand, DisconnectSourceServerCommand, TerminateRecoveryInstancesCommand } from '@aws-sdk/client-drs';
import { Instance } from '../../../emulator/ec2/model';
import { Network } from '../../../emulator/ec2/network';
import { Settings } from '../../../emulator/settings';
import { resource, Services } from '../services';
import { ec2Query, filters } from './query';

const minute = 60_000;
const [one, two] = ['s-00000000000000001', 's-00000000000000002'] as const;
const managed = { AWSElasticDisasterRecoveryManaged: 'drs.amazonaws.com' };
const replicationGroup = 'AWS Elastic Disaster Recovery default Replication Server Security Group';
const conversionGroup = 'AWS Elastic Disaster Recovery default Conversion Server Security Group';

let services: Services;
let vpcId: string;
let stagingSubnetId: string;

async function start(settings: Partial<Settings> = {}): Promise<void> {
  await services?.stop();
  services = await Services.start(settings);
  vpcId = await create('AWS::EC2::VPC', { CidrBlock: '10.0.0.0/16' });
  stagingSubnetId = await subnet();
}
beforeEach(() => start());
afterAll(() => services.stop());

async function create(type: string, properties: Record<string, unknown>): Promise<string> {
  const created = await services.ec2.providers[type]?.create(resource('Thing', properties));
  return created?.physicalId ?? '';
}

const subnet = () => create('AWS::EC2::Subnet', { VpcId: vpcId, CidrBlock: '10.0.1.0/24' });
const network = (): Network => services.ec2.network();
const disconnect = (sourceServerID: string) => services.drsClient().send(new DisconnectSourceServerCommand({ sourceServerID }));
const groupNames = () =>
  network()
    .securityGroups.all()
    .map(({ groupName }) => groupName)
    .sort();
const states = (...instances: (Instance | undefined)[]) => instances.map((each) => network().instances.get(each?.instanceId ?? '')?.state);

describe('a replication server', () => {
  const servers = () =>
    network()
      .instances.all()
      .filter(({ tags }) => tags.Name === 'AWS Elastic Disaster Recovery Replication Server');

  test('is an EC2 instance in the staging subnet, in the first of DRS’s two groups, with a network interface', () => {
    services.drs.addSourceServer({ stagingSubnetId });
    expect(groupNames()).toEqual([conversionGroup, replicationGroup, 'default'].sort());
    const groups = network()
      .securityGroups.all()
      .filter(({ groupName }) => groupName !== 'default');
    expect(groups).toMatchObject([
      { vpcId, tags: managed },
      { vpcId, tags: managed },
    ]);
    const groupIds = groups.filter(({ groupName }) => groupName === replicationGroup).map(({ groupId }) => groupId);
    expect(servers()).toMatchObject([{ subnetId: stagingSubnetId, vpcId, state: 'running', groupIds, tags: managed }]);
    expect(services.drs.replicationServers()).toEqual([{ instanceId: servers()[0]?.instanceId, subnetId: stagingSubnetId }]);
    expect(network().interfaces.all()).toMatchObject([{ subnetId: stagingSubnetId, groupIds, instanceId: servers()[0]?.instanceId }]);
  });

  test('can be in groups of its own too', async () => {
    const groupId = await create('AWS::EC2::SecurityGroup', { VpcId: vpcId, GroupDescription: 'replication' });
    services.drs.addSourceServer({ stagingSubnetId, replicationServerSecurityGroupIds: [groupId] });
    expect(servers()[0]?.groupIds).toEqual([expect.any(String), groupId]);
  });

  test('is shared in its subnet; the groups are shared in the VPC', async () => {
    services.drs.addSourceServer({ stagingSubnetId });
    services.drs.addSourceServer({ stagingSubnetId });
    expect(servers()).toHaveLength(1);
    services.drs.addSourceServer({ stagingSubnetId: await subnet() });
    expect(servers()).toHaveLength(2);
    expect(groupNames()).toHaveLength(3);
  });

  test('goes some minutes after the last source server has left; DRS’s groups stay', async () => {
    services.drs.addSourceServer({ sourceServerID: one, stagingSubnetId });
    services.drs.addSourceServer({ sourceServerID: two, stagingSubnetId });
    const [server] = servers();
    await disconnect(one);
    services.clock.pass(60 * minute);
    expect(states(server)).toEqual(['running']);
    await disconnect(two);
    services.clock.pass(10 * minute - 1);
    expect(states(server)).toEqual(['running']);
    services.clock.pass(1);
    expect(states(server)).toEqual(['shutting-down']);
    expect(network().interfaces.size).toBe(1);
    services.clock.pass(minute);
    expect(states(server)).toEqual(['terminated']);
    expect(network().interfaces.size).toBe(0);
    expect(services.drs.replicationServers()).toEqual([]);
    expect(groupNames()).toHaveLength(3);
  });

  test('that is shutting down takes nobody on', async () => {
    services.drs.addSourceServer({ sourceServerID: one, stagingSubnetId });
    await disconnect(one);
    services.clock.pass(10 * minute);
    services.drs.addSourceServer({ stagingSubnetId });
    expect(states(...servers())).toEqual(['shutting-down', 'running']);
    services.clock.pass(60 * minute);
    expect(states(...servers())).toEqual(['terminated', 'running']);
  });

  test.each<[number, string]>([
    [20 * 60, 'terminated'],
    [Infinity, 'running'],
  ])('lingers as it is told to: for %d seconds', async (replicationServerLingers, state) => {
    await start({ replicationServerLingers });
    services.drs.addSourceServer({ sourceServerID: one, stagingSubnetId });
    await disconnect(one);
    services.clock.pass(19 * minute - 1);
    expect(states(...servers())).toEqual(['running']);
    services.clock.pass(minute + 1);
    expect(states(...servers())).toEqual([state]);
  });

  describe('its network interface', () => {
    const shown = async () =>
      (
        await ec2Query(
          { endpoint: services.gateway.endpoint, iam: services.iam },
          'DescribeNetworkInterfaces',
          filters({ 'subnet-id': stagingSubnetId }),
        )
      )
        .all('status')
        .filter((status) => status !== 'attached');

    test('carries DRS’s tag, and goes with it unless told', async () => {
      services.drs.addSourceServer({ sourceServerID: one, stagingSubnetId });
      expect(network().interfaces.all()).toMatchObject([{ tags: managed }]);
      expect(await shown()).toEqual(['in-use']);
      await disconnect(one);
      services.clock.pass(11 * minute);
      expect(await shown()).toEqual([]);
    });

    test('outlasts it as it is told to, attached to nothing', async () => {
      await start({ networkInterfaceLingers: 300 });
      services.drs.addSourceServer({ sourceServerID: one, stagingSubnetId });
      await disconnect(one);
      services.clock.pass(11 * minute);
      expect(await shown()).toEqual(['available']);
      services.clock.pass(5 * minute - 1);
      expect(await shown()).toEqual(['available']);
      services.clock.pass(1);
      expect(await shown()).toEqual([]);
    });

    test('can be deleted once it is attached to nothing', async () => {
      await start({ networkInterfaceLingers: Infinity });
      services.drs.addSourceServer({ sourceServerID: one, stagingSubnetId });
      const [{ networkInterfaceId }] = network().interfaces.all();
      const remove = async () =>
        (
          await ec2Query({ endpoint: services.gateway.endpoint, iam: services.iam }, 'DeleteNetworkInterface', {
            NetworkInterfaceId: networkInterfaceId,
          })
        ).status;
      expect(await remove()).toBe(400);
      await disconnect(one);
      services.clock.pass(24 * 60 * minute);
      expect(await remove()).toBe(200);
      expect(await shown()).toEqual([]);
      expect(await remove()).toBe(400);
    });
  });

  test('in a subnet that isn’t known here is in no VPC, and leaves nothing there', () => {
    services.drs.addSourceServer({ stagingSubnetId: 'subnet-of-somebody' });
    expect(servers()).toMatchObject([{ subnetId: 'subnet-of-somebody', vpcId: undefined, groupIds: [] }]);
    expect(network().interfaces.size).toBe(0);
    expect(groupNames()).toEqual(['default']);
  });
});

describe('a recovery instance', () => {
  const machine = (id: string | undefined) => network().instances.get(id ?? '');

  test('is an EC2 instance with DRS’s tag and the name of its server', () => {
    services.drs.addSourceServer({ sourceServerID: one, hostname: 'orders' });
    const { ec2InstanceID, recoveryInstanceProperties } = services.drs.addRecoveryInstance({
      sourceServerID: one,
      subnetId: stagingSubnetId,
    });
    const groupIds = network().defaultGroupIdsOf(vpcId);
    expect(machine(ec2InstanceID)).toMatchObject({ subnetId: stagingSubnetId, groupIds, tags: { Name: 'orders', ...managed } });
    expect(network().volumes.has(recoveryInstanceProperties?.disks?.[0]?.ebsVolumeID ?? '')).toBe(true);
  });

  test.each<[Settings['terminationJobs'], string]>([
    ['complete', 'terminated'],
    ['fail', 'running'],
    ['never-end', 'running'],
  ])('is terminated by the job, if that does: %s', async (terminationJobs, state) => {
    await start({ terminationJobs });
    services.drs.addSourceServer({ sourceServerID: one });
    const { ec2InstanceID = '' } = services.drs.addRecoveryInstance({ sourceServerID: one, subnetId: stagingSubnetId });
    await services.drsClient().send(new TerminateRecoveryInstancesCommand({ recoveryInstanceIDs: [ec2InstanceID] }));
    services.clock.pass(2 * minute - 1);
    expect(machine(ec2InstanceID)?.state).toBe('running');
    services.clock.pass(minute + 1);
    expect(machine(ec2InstanceID)?.state).toBe(state);
  });

  test('lives on when it is disconnected', async () => {
    services.drs.addSourceServer({ sourceServerID: one });
    const { ec2InstanceID = '' } = services.drs.addRecoveryInstance({ sourceServerID: one, subnetId: stagingSubnetId });
    await services.drsClient().send(new DisconnectRecoveryInstanceCommand({ recoveryInstanceID: ec2InstanceID }));
    await disconnect(one);
    services.clock.pass(24 * 60 * minute);
    expect(machine(ec2InstanceID)).toMatchObject({ state: 'running', subnetId: stagingSubnetId });
  });
});
