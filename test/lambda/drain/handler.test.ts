import { DescribeSourceServersCommand, GetReplicationConfigurationCommand, type SourceServer } from '@aws-sdk/client-drs';
import type { Instance, NetworkInterface, SecurityGroup } from '@aws-sdk/client-ec2';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION, STAGING_AREA_DRAIN } from '../../../lib/contract';
import {
  DeleteSecurityGroupCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
} from '../../../lambda/drain/ec2-commands';
import { sleep } from '../../../lambda/aws/sleep';
import {
  ACCOUNT,
  answersInTurn,
  cloudFormation,
  drs,
  ec2,
  eventsAre,
  handle,
  LOGICAL_ID,
  ofResource,
  ofStack,
  REGION,
  reset,
  SERVER_ARN,
  serviceError,
  stackHas,
  stackIs,
} from '../harness';

const VPC = 'vpc-0a1b2c3d4e5f60001';
const SUBNETS = ['subnet-0a1b2c3d4e5f60001', 'subnet-0a1b2c3d4e5f60002'];
const DRAIN = 'c8f0a1';
const physicalIdOf = (link: number) => `drs:drain:${ACCOUNT}:${REGION}:${VPC}:${DRAIN}:${link}`;

const send = (
  type: 'Create' | 'Update' | 'Delete',
  { link = 0, properties = {}, remaining = 900_000, physicalId = physicalIdOf(link) } = {},
) =>
  handle({
    type,
    resourceType: STAGING_AREA_DRAIN,
    physicalId,
    remaining,
    arn: undefined,
    properties: { SourceServerArn: undefined, Drain: DRAIN, Link: String(link), VpcId: VPC, SubnetIds: SUBNETS, ...properties },
  });

const replicationServer: Instance = {
  InstanceId: 'i-0b1',
  SubnetId: SUBNETS[0],
  State: { Name: 'running' },
  Tags: [{ Key: 'Name', Value: 'AWS Elastic Disaster Recovery Replication Server' }],
};
const conversionServer: Instance = {
  ...replicationServer,
  InstanceId: 'i-0e1',
  Tags: [{ Key: 'Name', Value: 'AWS Elastic Disaster Recovery Conversion Server' }],
};
const recoveryInstance: Instance = {
  InstanceId: 'i-0c1',
  SubnetId: SUBNETS[1],
  State: { Name: 'running' },
  Tags: [{ Key: 'Name', Value: 'app-01' }],
};
const networkInterface: NetworkInterface = { NetworkInterfaceId: 'eni-0a1', SubnetId: SUBNETS[0], Status: 'available' };
const group = (what: string, GroupId: string): SecurityGroup => ({
  GroupId,
  VpcId: VPC,
  GroupName: `AWS Elastic Disaster Recovery default ${what} Server Security Group`,
});

const machinesAre = (...turns: Instance[][]) =>
  answersInTurn(
    ec2.on(DescribeInstancesCommand),
    ...turns.map((Instances) => ({ Reservations: Instances.map((one) => ({ Instances: [one] })) })),
  );
const interfacesAre = (...turns: NetworkInterface[][]) =>
  answersInTurn(ec2.on(DescribeNetworkInterfacesCommand), ...turns.map((NetworkInterfaces) => ({ NetworkInterfaces })));
const groupsAre = (...turns: SecurityGroup[][]) =>
  answersInTurn(ec2.on(DescribeSecurityGroupsCommand), ...turns.map((SecurityGroups) => ({ SecurityGroups })));
const calls = () => ec2.calls().map(({ args }) => args[0].constructor.name.replace(/Command$/, ''));
const deletedGroups = () => ec2.commandCalls(DeleteSecurityGroupCommand).map(({ args }) => args[0].input.GroupId);
const TWO_LOOKS = Array(2).fill(['DescribeInstances', 'DescribeNetworkInterfaces']).flat() as string[];
/** A disconnection of the stack, which is deleted now. */
const disconnectedNow = (type = SOURCE_SERVER_DISCONNECTION) =>
  stackHas({ logicalId: 'App', physicalId: SERVER_ARN, status: 'DELETE_COMPLETE', type });

beforeEach(() => {
  reset();
  stackIs('DELETE_IN_PROGRESS');
  stackHas();
  machinesAre([]);
  interfacesAre([]);
  groupsAre([]);
  ec2.on(DeleteSecurityGroupCommand).resolves({});
  drs.on(DescribeSourceServersCommand).resolves({ items: [] });
});

test.each(['Create', 'Update'] as const)('%s: SUCCESS, and nobody is asked', async (type) => {
  const { response } = await send(type, { link: 3 });
  expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: physicalIdOf(3) });
  expect([calls(), cloudFormation.calls()]).toEqual([[], []]);
});

test.each([
  ['no subnets', { SubnetIds: [] }],
  ['subnets that are no list', { SubnetIds: SUBNETS[0] }],
  ['an empty subnet', { SubnetIds: [''] }],
  ['no VPC', { VpcId: '' }],
])('Create with %s: FAILED', async (_what, properties) => {
  expect((await send('Create', { properties })).response.Status).toBe('FAILED');
});

describe('Delete, genuine', () => {
  test('nothing is there, and nobody was disconnected: two looks, and SUCCESS', async () => {
    const { response, log } = await send('Delete');
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: physicalIdOf(0) });
    expect(log).toContainEqual(expect.objectContaining({ decision: 'drained' }));
    expect(calls()).toEqual(TWO_LOOKS);
    expect(ec2.commandCalls(DescribeInstancesCommand)[0].args[0].input.Filters).toEqual([
      { Name: 'subnet-id', Values: SUBNETS },
      { Name: 'tag-key', Values: ['AWSElasticDisasterRecoveryManaged'] },
      { Name: 'instance-state-name', Values: ['pending', 'running', 'shutting-down', 'stopping', 'stopped'] },
    ]);
    expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)[0].args[0].input.Filters).toEqual([
      { Name: 'subnet-id', Values: SUBNETS },
      { Name: 'tag-key', Values: ['AWSElasticDisasterRecoveryManaged'] },
    ]);
  });

  test('waits until the subnets were empty twice in a row', async () => {
    machinesAre([replicationServer], [], [replicationServer], [], []);
    const { response, log } = await send('Delete');
    expect(response.Status).toBe('SUCCESS');
    expect(calls()).toHaveLength(10);
    expect(log.filter(({ event }) => event === 'progress').map(({ machines }) => machines)).toEqual([1, 0, 1, 0]);
  });

  describe('a network interface of DRS is left, and no machine', () => {
    test('waits until the subnets were empty twice in a row', async () => {
      interfacesAre([networkInterface], [], [networkInterface], [], []);
      const { response, log } = await send('Delete');
      expect(response.Status).toBe('SUCCESS');
      const looks = log.filter(({ event }) => event === 'progress');
      expect(looks.map(({ machines, networkInterfaces }) => [machines, networkInterfaces])).toEqual([
        [0, 1],
        [0, 0],
        [0, 1],
        [0, 0],
      ]);
    });

    test('what stands on any page counts', async () => {
      ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [], NextToken: 'next' });
      answersInTurn(
        ec2.on(DescribeNetworkInterfacesCommand, { NextToken: 'next' }),
        { NetworkInterfaces: [networkInterface] },
        { NetworkInterfaces: [] },
      );
      expect((await send('Delete')).response.Status).toBe('SUCCESS');
      expect(calls()).toHaveLength(9);
    });

    test('the agents of a disconnection that was deleted have ten minutes', async () => {
      disconnectedNow();
      interfacesAre([networkInterface], []);
      const start = Date.now();
      expect((await send('Delete')).response.Status).toBe('SUCCESS');
      expect(Date.now() - start).toBeGreaterThanOrEqual(600_000);
    });

    test('link 0 still finds it at the deadline: FAILED, names it, and says how to delete it', async () => {
      interfacesAre([networkInterface]);
      const { response } = await send('Delete');
      expect(response.Status).toBe('FAILED');
      expect(response.Reason).toContain(
        `Network interfaces of DRS are still in the staging area of ${VPC}, so its subnets can't be deleted: eni-0a1 (network interface, available in ${SUBNETS[0]}).`,
      );
      expect(response.Reason).toContain(`\`aws ec2 delete-network-interface --network-interface-id eni-0a1 --region ${REGION}\``);
    });

    test('a hundred of them: twenty are named, with five commands, and what to do next', async () => {
      const id = (index: number) => `eni-${String(index).padStart(17, '0')}`;
      interfacesAre(Array.from({ length: 100 }, (_, index) => ({ ...networkInterface, NetworkInterfaceId: id(index) })));
      const { response } = await send('Delete');
      expect(response.Reason).toContain(' and 80 more.');
      expect(response.Reason?.match(/delete-network-interface/g)).toHaveLength(5);
      expect(response.Reason).toContain('--retain-resources');
    });

    test('another link still finds it at the deadline: SUCCESS, it hands over', async () => {
      interfacesAre([networkInterface]);
      const { response, log } = await send('Delete', { link: 2 });
      expect(response.Status).toBe('SUCCESS');
      expect(log).toContainEqual(expect.objectContaining({ decision: 'handed over', why: expect.stringContaining('eni-0a1') }));
    });

    test('the security groups stay until it is gone', async () => {
      interfacesAre([networkInterface]);
      groupsAre([group('Replication', 'sg-1')]);
      await send('Delete', { properties: { DeleteSecurityGroups: 'true' } });
      expect(deletedGroups()).toEqual([]);
    });
  });

  test('link 0 finds a machine with its network interface, and another one: each is named once', async () => {
    machinesAre([replicationServer]);
    interfacesAre([
      { ...networkInterface, NetworkInterfaceId: 'eni-0b1', Status: 'in-use', Attachment: { InstanceId: 'i-0b1' } },
      { ...networkInterface, NetworkInterfaceId: 'eni-0c1', Status: 'in-use', Attachment: { InstanceId: 'i-of-others' } },
    ]);
    const { response, log } = await send('Delete');
    expect(response.Reason).toContain(
      `i-0b1 (replication server, running in ${SUBNETS[0]}), eni-0c1 (network interface, in-use in ${SUBNETS[0]}).`,
    );
    expect(response.Reason).not.toContain('eni-0b1');
    expect(log).toContainEqual(expect.objectContaining({ event: 'progress', machines: 1, networkInterfaces: 1 }));
  });

  test('the stack is deleted, and link 0 is still to go: another link waits all the same', async () => {
    stackHas({ logicalId: 'Link0', physicalId: physicalIdOf(0), status: 'CREATE_COMPLETE', type: STAGING_AREA_DRAIN });
    await send('Delete', { link: 5 });
    expect(calls()).toEqual(TWO_LOOKS);
  });

  test('an empty page is not the end', async () => {
    ec2.on(DescribeInstancesCommand).resolves({ Reservations: [], NextToken: 'next' });
    answersInTurn(
      ec2.on(DescribeInstancesCommand, { NextToken: 'next' }),
      { Reservations: [{ Instances: [replicationServer] }] },
      { Reservations: [] },
    );
    expect((await send('Delete')).response.Status).toBe('SUCCESS');
    expect(calls()).toHaveLength(9);
  });

  test('what stands on an earlier page counts, too', async () => {
    answersInTurn(
      ec2.on(DescribeInstancesCommand),
      { Reservations: [{ Instances: [replicationServer] }], NextToken: 'next' },
      { Reservations: [] },
    );
    ec2.on(DescribeInstancesCommand, { NextToken: 'next' }).resolves({ Reservations: [] });
    expect((await send('Delete')).response.Status).toBe('SUCCESS');
    expect(calls()).toHaveLength(7);
  });

  test.each([SOURCE_SERVER_DISCONNECTION, FLEET_DISCONNECTION])(
    'a %s of the stack was deleted: its agents have ten minutes',
    async (type) => {
      disconnectedNow(type);
      machinesAre([replicationServer], []);
      const start = Date.now();
      expect((await send('Delete')).response.Status).toBe('SUCCESS');
      expect(Date.now() - start).toBeGreaterThanOrEqual(600_000);
      expect(Date.now() - start).toBeLessThan(660_000);
    },
  );

  test('several disconnections were deleted: the agents of the last one have ten minutes', async () => {
    const [first, last] = [new Date(Date.now() - 400_000), new Date(Date.now() - 200_000)];
    const app = { physicalId: SERVER_ARN, status: 'DELETE_COMPLETE' };
    stackHas({ ...app, logicalId: 'App1', at: first }, { ...app, logicalId: 'App2', at: last }, { ...app, logicalId: 'App3', at: first });
    machinesAre([replicationServer], []);
    const start = Date.now();
    expect((await send('Delete')).response.Status).toBe('SUCCESS');
    expect(Date.now() - start).toBeGreaterThanOrEqual(400_000);
    expect(Date.now() - start).toBeLessThan(460_000);
  });

  test.each([
    ['no machine of DRS was ever seen: nobody was disconnected', () => disconnectedNow()],
    ['no disconnection of the stack was deleted', () => machinesAre([replicationServer], [])],
    [
      'the disconnection stays, and other resources were deleted',
      () => {
        machinesAre([replicationServer], []);
        stackHas(
          { logicalId: 'App', physicalId: SERVER_ARN, status: 'CREATE_COMPLETE' },
          { logicalId: 'Queue', physicalId: 'queue', status: 'DELETE_COMPLETE', type: 'AWS::SQS::Queue' },
        );
      },
    ],
    [
      'it was deleted an hour ago, and the stack is deleted again',
      () => {
        machinesAre([replicationServer], []);
        stackHas({ logicalId: 'App', physicalId: SERVER_ARN, status: 'DELETE_COMPLETE', at: new Date(Date.now() - 3_600_000) });
      },
    ],
  ])('nobody waits for agents: %s', async (_what, arrange) => {
    arrange();
    const start = Date.now();
    expect((await send('Delete')).response.Status).toBe('SUCCESS');
    expect(Date.now() - start).toBeLessThan(60_000);
  });

  test('link 0 still finds machines at the deadline: FAILED, and names them', async () => {
    ec2.on(DescribeInstancesCommand).resolves({
      Reservations: [{ Instances: [replicationServer, conversionServer] }, { Instances: [recoveryInstance] }],
    });
    const { response } = await send('Delete');
    expect(response.Status).toBe('FAILED');
    const machines = ['i-0b1 (replication server, running', 'i-0e1 (conversion server, running', 'i-0c1 (a recovery instance'];
    for (const part of [VPC, ...machines, '`aws cloudformation delete-stack']) {
      expect(response.Reason).toContain(part);
    }
  });

  test.each(['app-Conversion Server', 'AWS Elastic Disaster Recovery Conversion Server 2', 'Replication Server', ''])(
    'a machine named %j is none that DRS has made for itself',
    async (Value) => {
      machinesAre([{ ...replicationServer, Tags: Value === '' ? [] : [{ Key: 'Name', Value }] }]);
      expect((await send('Delete')).response.Reason).toContain('i-0b1 (a recovery instance, or a machine of its kind, running');
    },
  );

  test('a hundred machines at the deadline: twenty are named, and what to do about them', async () => {
    machinesAre(Array.from({ length: 100 }, (_, index) => ({ ...replicationServer, InstanceId: `i-${String(index).padStart(17, '0')}` })));
    const { response } = await send('Delete');
    expect(response.Reason).toContain(' and 80 more.');
    expect(response.Reason).toContain('`aws drs describe-source-servers`');
    expect(response.Reason).toContain('--retain-resources');
  });

  test('another link still finds machines at the deadline: SUCCESS, it hands over', async () => {
    machinesAre([replicationServer]);
    const { response, log } = await send('Delete', { link: 2 });
    expect(response).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: physicalIdOf(2) });
    expect(log).toContainEqual(expect.objectContaining({ decision: 'handed over' }));
  });

  test.each([
    [0, 'FAILED', /i-0b1 \(replication server, running/],
    [2, 'SUCCESS', /^$/],
  ])(
    'a look just before the deadline would get no answer in time: link %d tells what the one before it saw',
    async (link, Status, reason) => {
      // The looks are at 0, 15, 30 and 45 seconds; one at 60 would have a second.
      const deadline = Date.now() + 61_000;
      const machines = { Reservations: [{ Instances: [replicationServer] }] };
      ec2
        .on(DescribeInstancesCommand)
        .callsFake(() =>
          Date.now() + 14_000 > deadline ? Promise.reject(serviceError('InternalError', 'no', 500)) : Promise.resolve(machines),
        );
      const { response } = await send('Delete', { link, remaining: 91_000 });
      expect(response.Status).toBe(Status);
      expect(response.Reason ?? '').toMatch(reason);
    },
  );

  describe('the subnets were seen empty only once when the deadline comes', () => {
    // Looks are fifteen seconds apart, and a request that has forty seconds gives up after ten: one look, and the second comes too late.
    beforeEach(() => {
      let looks = 0;
      ec2.on(DescribeInstancesCommand).callsFake(() => {
        looks++;
        return new Promise((resolve) => setTimeout(() => resolve({ Reservations: [] }), looks === 1 ? 9_000 : 0));
      });
    });

    test('link 0: FAILED, and deleting again looks again', async () => {
      const { response } = await send('Delete', { remaining: 40_000 });
      expect(response).toMatchObject({
        Status: 'FAILED',
        Reason: expect.stringMatching(/found empty, but not for long enough.*delete the stack again/),
      });
      expect((await send('Delete')).response.Status).toBe('SUCCESS');
    });

    test('another link: SUCCESS, it hands over', async () => {
      const { response, log } = await send('Delete', { link: 2, remaining: 40_000 });
      expect(response.Status).toBe('SUCCESS');
      expect(log).toContainEqual(expect.objectContaining({ decision: 'handed over' }));
      expect(log).not.toContainEqual(expect.objectContaining({ decision: 'drained' }));
    });
  });

  test('the properties are of another VPC than the physical ID: FAILED, and nobody is asked', async () => {
    const { response } = await send('Delete', { physicalId: physicalIdOf(0).replace(VPC, 'vpc-other') });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/vpc-other.*--retain-resources/) });
    expect(calls()).toEqual([]);
    // What the physical ID names was accepted; the properties may be of an update that failed.
    expect(response.Reason).toContain('Name=vpc-id,Values=vpc-other ');
  });

  test('a nested stack was deleted, which may have had disconnections: their agents have ten minutes', async () => {
    disconnectedNow('AWS::CloudFormation::Stack');
    machinesAre([replicationServer], []);
    const start = Date.now();
    expect((await send('Delete')).response.Status).toBe('SUCCESS');
    expect(Date.now() - start).toBeGreaterThanOrEqual(600_000);
  });

  describe.each([
    ['DescribeInstances', DescribeInstancesCommand],
    ['DescribeNetworkInterfaces', DescribeNetworkInterfacesCommand],
  ])('%s is not answered', (operation, Command) => {
    const refusedAfter = (looks: number, error: Error) => {
      let calls = 0;
      const seen =
        operation === 'DescribeInstances'
          ? { Reservations: [{ Instances: [replicationServer] }] }
          : { NetworkInterfaces: [networkInterface] };
      ec2.on(Command).callsFake(() => (calls++ < looks ? Promise.resolve(seen) : Promise.reject(error)));
    };
    const outOfOrder = serviceError('InternalError', 'no', 500);

    test.each([0, 3])('it is denied: link %d FAILED, since nobody knows what is there', async (link) => {
      refusedAfter(0, serviceError('UnauthorizedOperation', 'no', 403));
      expect((await send('Delete', { link })).response).toMatchObject({
        Status: 'FAILED',
        Reason: expect.stringContaining(`may not call ec2:${operation}`),
      });
    });

    test('it is denied after something was seen: another link FAILED, too', async () => {
      refusedAfter(3, serviceError('UnauthorizedOperation', 'no', 403));
      expect((await send('Delete', { link: 3 })).response.Status).toBe('FAILED');
    });

    test.each([0, 3])('EC2 is out of order all the time: link %d FAILED, since nobody knows what is there', async (link) => {
      refusedAfter(0, outOfOrder);
      expect((await send('Delete', { link })).response).toMatchObject({
        Status: 'FAILED',
        Reason: expect.stringContaining(`ec2:${operation} did not succeed in time`),
      });
    });

    test('EC2 is out of order from the second look on: link 0 FAILED', async () => {
      refusedAfter(1, outOfOrder);
      expect((await send('Delete')).response).toMatchObject({
        Status: 'FAILED',
        Reason: expect.stringContaining(`ec2:${operation} did not succeed in time`),
      });
    });

    test('EC2 is out of order from the second look on: another link SUCCESS, it hands over', async () => {
      refusedAfter(1, outOfOrder);
      const { response, log } = await send('Delete', { link: 3 });
      expect(response.Status).toBe('SUCCESS');
      expect(log).toContainEqual(
        expect.objectContaining({ decision: 'handed over', why: expect.stringContaining('did not succeed in time') }),
      );
    });
  });

  describe('source servers that DRS says replicate into the subnets, once they are empty', () => {
    const ID = 's-1234567890abcdef0';
    const newServer: SourceServer = { sourceServerID: ID, dataReplicationInfo: { dataReplicationState: 'INITIATING' } };
    beforeEach(() => {
      drs.on(DescribeSourceServersCommand).resolves({ items: [newServer] });
      drs.on(GetReplicationConfigurationCommand).resolves({ stagingAreaSubnetId: SUBNETS[1] });
    });

    test('link 0: FAILED with its ID and the command, and the security groups stay', async () => {
      groupsAre([group('Replication', 'sg-1')]);
      const { response } = await send('Delete', { properties: { DeleteSecurityGroups: 'true' } });
      expect(response.Status).toBe('FAILED');
      expect(response.Reason).toContain(
        `Source servers still replicate into the staging area of ${VPC}, so its subnets can't be deleted: ${ID}.`,
      );
      expect(response.Reason).toContain(`\`aws drs disconnect-source-server --source-server-id ${ID} --region ${REGION}\``);
      expect(deletedGroups()).toEqual([]);
    });

    test('another link, which deletes no security groups: SUCCESS, and DRS is not asked', async () => {
      expect((await send('Delete', { link: 2 })).response.Status).toBe('SUCCESS');
      expect((await send('Delete', { link: 2, properties: { DeleteSecurityGroups: 'true' } })).response.Status).toBe('SUCCESS');
      groupsAre([group('Replication', 'sg-1')]);
      expect((await send('Delete', { link: 2 })).response.Status).toBe('SUCCESS');
      expect(drs.calls()).toEqual([]);
    });

    test('another link, before it deletes security groups: FAILED with its ID, and they stay', async () => {
      groupsAre([group('Replication', 'sg-1')]);
      const { response } = await send('Delete', { link: 2, properties: { DeleteSecurityGroups: 'true' } });
      expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(`can't be deleted: ${ID}.`) });
      expect(deletedGroups()).toEqual([]);
    });

    test('a hundred of them: five commands, and what to do next', async () => {
      const items = Array.from({ length: 100 }, (_, index) => ({ ...newServer, sourceServerID: `s-${String(index).padStart(17, '0')}` }));
      drs.on(DescribeSourceServersCommand).resolves({ items });
      const { response } = await send('Delete');
      expect(response.Reason?.match(/disconnect-source-server/g)).toHaveLength(5);
      expect(response.Reason).toContain('--retain-resources');
    });

    test('one on a further page counts', async () => {
      drs.on(DescribeSourceServersCommand).resolves({ items: [], nextToken: 'next' });
      drs.on(DescribeSourceServersCommand, { nextToken: 'next' }).resolves({ items: [newServer] });
      expect((await send('Delete')).response.Status).toBe('FAILED');
    });

    test('one that moves to a page that was read already counts', async () => {
      answersInTurn(drs.on(DescribeSourceServersCommand, {}), { items: [], nextToken: 'next' }, { items: [newServer], nextToken: 'next' });
      drs.on(DescribeSourceServersCommand, { nextToken: 'next' }).resolves({ items: [] });
      expect((await send('Delete')).response.Status).toBe('FAILED');
    });

    test.each(['UninitializedAccountException', 'ResourceNotFoundException'])(
      '%s on a further page ends no listing: FAILED',
      async (name) => {
        drs.on(DescribeSourceServersCommand, {}).resolves({ items: [], nextToken: 'next' });
        drs.on(DescribeSourceServersCommand, { nextToken: 'next' }).rejects(serviceError(name, 'no', 400));
        expect((await send('Delete')).response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(name) });
      },
    );

    describe('it has no replication configuration, DRS says', () => {
      const notFound = serviceError('ResourceNotFoundException', 'no', 404);
      const nowItIs = (...items: SourceServer[]) =>
        drs.on(DescribeSourceServersCommand, { filters: { sourceServerIDs: [ID] } }).resolves({ items });

      test('and lists it: asked again, and what is answered then counts', async () => {
        answersInTurn(drs.on(GetReplicationConfigurationCommand), notFound, { stagingAreaSubnetId: SUBNETS[1] });
        expect((await send('Delete')).response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(`${ID}. Disconnect`) });
      });

      test('and lists it for ever: FAILED at the deadline, and says so', async () => {
        drs.on(GetReplicationConfigurationCommand).rejects(notFound);
        const { response } = await send('Delete');
        expect(response).toMatchObject({
          Status: 'FAILED',
          Reason: expect.stringContaining(`the answer has no replication configuration of ${ID}, which DRS lists`),
        });
      });

      test('and its list has no list: asked again', async () => {
        drs.on(GetReplicationConfigurationCommand).rejects(notFound);
        drs.on(DescribeSourceServersCommand, { filters: { sourceServerIDs: [ID] } }).resolves({});
        expect((await send('Delete')).response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('no list') });
      });

      test('and that it was disconnected meanwhile: SUCCESS', async () => {
        drs.on(GetReplicationConfigurationCommand).rejects(notFound);
        nowItIs({ ...newServer, dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' } });
        expect((await send('Delete')).response.Status).toBe('SUCCESS');
      });
    });

    test('a thousand of them: DRS is asked about twenty at once', async () => {
      const items = Array.from({ length: 1_000 }, (_, index) => ({ ...newServer, sourceServerID: `s-${String(index).padStart(17, '0')}` }));
      drs.on(DescribeSourceServersCommand).resolves({ items });
      let underWay = 0;
      const counts: number[] = [];
      drs.on(GetReplicationConfigurationCommand).callsFake(async () => {
        counts.push(++underWay);
        await sleep(5_000, new AbortController().signal);
        underWay--;
        return { stagingAreaSubnetId: 'subnet-other' };
      });
      expect((await send('Delete')).response.Status).toBe('SUCCESS');
      expect([counts.length, Math.max(...counts)]).toEqual([1_000, 20]);
    });

    test.each<[string, () => unknown]>([
      [
        'it replicates into another subnet',
        () => drs.on(GetReplicationConfigurationCommand).resolves({ stagingAreaSubnetId: 'subnet-other' }),
      ],
      [
        'it is disconnected',
        () =>
          drs
            .on(DescribeSourceServersCommand)
            .resolves({ items: [{ ...newServer, dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' } }] }),
      ],
      [
        'it is stopped',
        () =>
          drs
            .on(DescribeSourceServersCommand)
            .resolves({ items: [{ ...newServer, dataReplicationInfo: { dataReplicationState: 'STOPPED' } }] }),
      ],
      [
        'it is extended from another account',
        () => drs.on(DescribeSourceServersCommand).resolves({ items: [{ ...newServer, stagingArea: { status: 'EXTENDED' } }] }),
      ],
      [
        'it is extended from an account that can not be reached',
        () => drs.on(DescribeSourceServersCommand).resolves({ items: [{ ...newServer, stagingArea: { status: 'EXTENSION_ERROR' } }] }),
      ],
      [
        'it is gone by the time, from the listing, too',
        () => {
          drs.on(GetReplicationConfigurationCommand).rejects(serviceError('ResourceNotFoundException', 'gone', 404));
          drs.on(DescribeSourceServersCommand, { filters: { sourceServerIDs: [ID] } }).resolves({ items: [] });
        },
      ],
      [
        'it was the last of the account, and is gone by the time',
        () => {
          const gone = serviceError('UninitializedAccountException', 'no', 400);
          drs.on(GetReplicationConfigurationCommand).rejects(gone);
          drs.on(DescribeSourceServersCommand, { filters: { sourceServerIDs: [ID] } }).rejects(gone);
        },
      ],
      ['DRS was never used', () => drs.on(DescribeSourceServersCommand).rejects(serviceError('UninitializedAccountException', 'no', 400))],
    ])('%s: SUCCESS', async (_what, arrange) => {
      arrange();
      expect((await send('Delete')).response.Status).toBe('SUCCESS');
    });

    test.each<[string, () => unknown, RegExp]>([
      [
        'drs:DescribeSourceServers is denied',
        () => drs.on(DescribeSourceServersCommand).rejects(serviceError('AccessDeniedException', 'no', 403)),
        /may not call drs:DescribeSourceServers/,
      ],
      [
        'drs:GetReplicationConfiguration is denied',
        () => drs.on(GetReplicationConfigurationCommand).rejects(serviceError('AccessDeniedException', 'no', 403)),
        /may not call drs:GetReplicationConfiguration/,
      ],
      ['an answer has no list', () => drs.on(DescribeSourceServersCommand).resolves({}), /the answer has no list/],
      [
        'the subnet of an answer is empty',
        () => drs.on(GetReplicationConfigurationCommand).resolves({ stagingAreaSubnetId: '' }),
        /the answer has no subnet/,
      ],
      ['an answer has no subnet', () => drs.on(GetReplicationConfigurationCommand).resolves({}), /the answer has no subnet/],
    ])('%s: FAILED', async (_what, arrange, reason) => {
      arrange();
      expect((await send('Delete')).response).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(reason) });
    });
  });

  describe('the security groups that DRS has made', () => {
    const properties = { DeleteSecurityGroups: 'true' };
    const both = [group('Replication', 'sg-1'), group('Conversion', 'sg-2')];

    test('are deleted once nothing is left', async () => {
      machinesAre([replicationServer], []);
      groupsAre(both);
      const { response, log } = await send('Delete', { properties });
      expect(response.Status).toBe('SUCCESS');
      expect(deletedGroups()).toEqual(['sg-1', 'sg-2']);
      expect(log.filter(({ decision }) => decision === 'security group deleted').map(({ why }) => why)).toEqual(['sg-1', 'sg-2']);
      expect(calls().indexOf('DeleteSecurityGroup')).toBeGreaterThan(calls().lastIndexOf('DescribeInstances'));
    });

    test('stay while something is left, and if nobody wants them to go', async () => {
      groupsAre(both);
      await send('Delete');
      await send('Delete', { properties: { DeleteSecurityGroups: 'false' } });
      machinesAre([replicationServer]);
      await send('Delete', { properties });
      await send('Delete', { properties, link: 1 });
      expect(deletedGroups()).toEqual([]);
    });

    test('are known by their exact name, and their VPC', async () => {
      groupsAre([
        { ...both[0], GroupName: `${both[0].GroupName} of mine` },
        { ...both[1], VpcId: 'vpc-other' },
      ]);
      await send('Delete', { properties });
      expect(deletedGroups()).toEqual([]);
      expect(ec2.commandCalls(DescribeSecurityGroupsCommand)[0].args[0].input.Filters).toEqual([
        { Name: 'vpc-id', Values: [VPC] },
        { Name: 'group-name', Values: both.map(({ GroupName }) => GroupName) },
        { Name: 'tag-key', Values: ['AWSElasticDisasterRecoveryManaged'] },
      ]);
    });

    test('are found on every page', async () => {
      ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [both[0]], NextToken: 'next' });
      ec2.on(DescribeSecurityGroupsCommand, { NextToken: 'next' }).resolves({ SecurityGroups: [both[1]] });
      expect((await send('Delete', { properties })).response.Status).toBe('SUCCESS');
      expect(deletedGroups()).toEqual(['sg-1', 'sg-2']);
    });

    test('EC2 is too busy to delete one: tried again', async () => {
      groupsAre([both[0]]);
      answersInTurn(ec2.on(DeleteSecurityGroupCommand), serviceError('RequestLimitExceeded', 'slow down', 503), {});
      expect((await send('Delete', { properties })).response.Status).toBe('SUCCESS');
      expect(deletedGroups()).toEqual(['sg-1', 'sg-1']);
    });

    test('EC2 says anything else: FAILED at once, with name and message', async () => {
      groupsAre(both);
      ec2.on(DeleteSecurityGroupCommand).rejects(serviceError('CannotDelete', 'no'));
      expect((await send('Delete', { properties })).response).toMatchObject({
        Status: 'FAILED',
        Reason: expect.stringMatching(/^CannotDelete: no/),
      });
      expect(deletedGroups()).toEqual(['sg-1']);
    });

    test('are tried again while they are in use', async () => {
      groupsAre(both, both, [both[0]], []);
      answersInTurn(ec2.on(DeleteSecurityGroupCommand), serviceError('DependencyViolation', 'in use'), {});
      expect((await send('Delete', { properties })).response.Status).toBe('SUCCESS');
      expect(deletedGroups()).toEqual(['sg-1', 'sg-2', 'sg-1']);
    });

    test.each([
      // As IAM says it, whose condition asks for the VPC and the tag of a group.
      serviceError('UnauthorizedOperation', 'no', 403),
      serviceError('InvalidGroup.NotFound', "The security group 'sg-1' does not exist"),
      serviceError('InvalidGroupId.NotFound', 'gone'),
    ])('that are gone by the time are done: $name', async (error) => {
      groupsAre(both, [both[1]]);
      ec2.on(DeleteSecurityGroupCommand, { GroupId: 'sg-1' }).rejects(error);
      expect((await send('Delete', { properties })).response.Status).toBe('SUCCESS');
      expect(deletedGroups().filter((id) => id === 'sg-2')).toHaveLength(1);
    });

    test('a group that is gone just before the deadline is no group in use', async () => {
      groupsAre(both);
      ec2.on(DeleteSecurityGroupCommand).rejects(serviceError('InvalidGroup.NotFound', 'gone'));
      expect((await send('Delete', { properties, remaining: 48_000 })).response.Status).toBe('SUCCESS');
    });

    test('may not be deleted: FAILED, naming the action', async () => {
      groupsAre(both);
      ec2.on(DeleteSecurityGroupCommand).rejects(serviceError('UnauthorizedOperation', 'no', 403));
      expect((await send('Delete', { properties })).response).toMatchObject({
        Status: 'FAILED',
        Reason: expect.stringContaining('may not call ec2:DeleteSecurityGroup'),
      });
    });

    test.each<[string, () => unknown]>([
      ['are in use for ever', () => ec2.on(DeleteSecurityGroupCommand).rejects(serviceError('DependencyViolation', 'in use'))],
      ['can not be deleted in time', () => ec2.on(DeleteSecurityGroupCommand).rejects(serviceError('InternalError', 'no', 500))],
    ])('%s: another link SUCCESS, it hands over', async (_what, arrange) => {
      groupsAre(both);
      arrange();
      const { response, log } = await send('Delete', { properties, link: 1 });
      expect(response.Status).toBe('SUCCESS');
      expect(log).toContainEqual(expect.objectContaining({ decision: 'handed over' }));
      expect(log).not.toContainEqual(expect.objectContaining({ decision: 'drained' }));
    });

    test('may not be deleted: another link FAILED, too', async () => {
      groupsAre(both);
      ec2.on(DeleteSecurityGroupCommand).rejects(serviceError('UnauthorizedOperation', 'no', 403));
      expect((await send('Delete', { properties, link: 1 })).response.Status).toBe('FAILED');
    });

    test('are in use for ever: FAILED at the deadline', async () => {
      groupsAre(both);
      ec2.on(DeleteSecurityGroupCommand).rejects(serviceError('DependencyViolation', 'resource sg-1 has a dependent object'));
      expect((await send('Delete', { properties })).response).toMatchObject({
        Status: 'FAILED',
        Reason: expect.stringMatching(/still in use in vpc-.*dependent object/),
      });
    });
  });
});

describe('Delete in the clean-up of an update', () => {
  beforeEach(() => stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'));

  test('the timeout is shorter, and link 0 stays: SUCCESS at once', async () => {
    stackHas({ logicalId: 'Link0', physicalId: physicalIdOf(0), status: 'UPDATE_COMPLETE', type: STAGING_AREA_DRAIN });
    const { response, log } = await send('Delete', { link: 5 });
    expect(response.Status).toBe('SUCCESS');
    expect(calls()).toEqual([]);
    expect(log).toContainEqual(
      expect.objectContaining({ decision: 'nothing drained', why: expect.stringContaining('still in the stack') }),
    );
  });

  test.each([
    ['link 0 of another drain', { logicalId: 'Other', physicalId: physicalIdOf(0).replace(DRAIN, 'other'), status: 'CREATE_COMPLETE' }],
    ['link 0, which goes, too', { logicalId: 'Link0', physicalId: physicalIdOf(0), status: 'DELETE_IN_PROGRESS' }],
    ['link 10', { logicalId: 'Link10', physicalId: physicalIdOf(10), status: 'CREATE_COMPLETE' }],
  ])('there is only %s: it drains', async (_what, resource) => {
    stackHas({ ...resource, type: STAGING_AREA_DRAIN });
    await send('Delete', { link: 5 });
    expect(calls()).toEqual(TWO_LOOKS);
  });

  test('machines stay: FAILED says how to look by hand', async () => {
    machinesAre([replicationServer]);
    const { response } = await send('Delete');
    expect(response.Reason).toContain(`\`aws ec2 describe-instances --filters Name=vpc-id,Values=${VPC} `);
  });

  test('the VPC of the drain was replaced: SUCCESS at once', async () => {
    const successor = physicalIdOf(0).replace(VPC, 'vpc-new');
    stackHas({ logicalId: LOGICAL_ID, physicalId: successor, status: 'UPDATE_COMPLETE', type: STAGING_AREA_DRAIN });
    eventsAre([
      ofResource('DELETE_IN_PROGRESS', { PhysicalResourceId: physicalIdOf(0), ResourceType: STAGING_AREA_DRAIN }),
      ofStack('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'),
      ofResource('UPDATE_COMPLETE', { PhysicalResourceId: successor, ResourceType: STAGING_AREA_DRAIN }),
      ofStack('UPDATE_IN_PROGRESS'),
    ]);
    expect((await send('Delete')).response.Status).toBe('SUCCESS');
    expect(calls()).toEqual([]);
  });
});

test('Delete, genuine: the physical ID begins like that of a drain, and can not be read: FAILED, nothing is looked at', async () => {
  stackIs('DELETE_IN_PROGRESS');
  const { response } = await send('Delete', { physicalId: 'drs:drain:of-a-newer-version' });
  expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('which is not drs:drain:of-a-newer-version') });
  expect(calls()).toEqual([]);
});

describe('Delete, not genuine', () => {
  test('a rollback: SUCCESS, and nobody waits', async () => {
    stackIs('ROLLBACK_IN_PROGRESS');
    machinesAre([replicationServer]);
    const { response, log } = await send('Delete');
    expect(response.Status).toBe('SUCCESS');
    expect(log).toContainEqual(expect.objectContaining({ decision: 'nothing drained', why: expect.stringContaining('rolling back') }));
    expect(calls()).toEqual([]);
  });

  test('a physical ID that is not ours: SUCCESS, without asking anybody', async () => {
    const { response } = await send('Delete', { physicalId: 'Stack-Link0-1ABCDEF' });
    expect(response.Status).toBe('SUCCESS');
    expect([calls(), cloudFormation.calls()]).toEqual([[], []]);
  });
});
