import { DescribeSourceServersCommand, DrsClient, GetReplicationConfigurationCommand } from '@aws-sdk/client-drs';
import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  type Instance,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import type { AwsClients } from '../../../cli/aws/clients';
import { DrsReader } from '../../../cli/aws/drs';
import { Ec2Reader } from '../../../cli/aws/ec2';
import type { ClientConfiguration } from '../../../cli/aws/session';
import type { Change } from '../../../cli/operation/planned-change';
import { planDrain } from '../../../cli/plan/drain';
import { outcomeOf } from '../../../cli/plan/outcome';
import type { PlannedFleet, PlannedResource, PlannedServer } from '../../../cli/plan/plan-json';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION, STAGING_AREA_DRAIN } from '../../../lib/contract';
import { deployedStack } from '../stacks';

const [ACCOUNT, REGION] = ['111122223333', 'eu-central-1'];
const [APP, DATABASE] = ['s-1a2b3c4d5e6f70001', 's-1a2b3c4d5e6f70002'];
const SUBNET = 'subnet-1';

const drs = mockClient(DrsClient);
const ec2 = mockClient(EC2Client);
const configuration = { region: REGION } as ClientConfiguration;
const clients = {
  ec2: () => new Ec2Reader(configuration),
  drs: () => Promise.resolve(new DrsReader(configuration)),
} as unknown as AwsClients;

const replicating = (sourceServerID: string) => ({ sourceServerID, dataReplicationInfo: { dataReplicationState: 'CONTINUOUS' as const } });
const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
const recoveryInstance: Instance = { InstanceId: 'i-0c1', SubnetId: SUBNET, State: { Name: 'running' } };
const replicationServer: Instance = {
  ...recoveryInstance,
  InstanceId: 'i-0b1',
  Tags: [{ Key: 'Name', Value: 'AWS Elastic Disaster Recovery Replication Server' }],
};
const machinesAre = (...Instances: Instance[]) => ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances }] });
const serversAre = (...ids: string[]) => drs.on(DescribeSourceServersCommand).resolves({ items: ids.map(replicating) });

const plan = (disconnections: PlannedResource[] = [], change: Change = { kind: 'deleted' }) =>
  planDrain(
    [
      {
        stack: deployedStack(),
        resource: { logicalId: 'Link0', type: STAGING_AREA_DRAIN, physicalId: `drs:drain:${ACCOUNT}:${REGION}:vpc-1:c8:0` },
        change,
        read: () => ({ Drain: 'c8', Link: '0', VpcId: 'vpc-1', SubnetIds: [SUBNET], DeleteSecurityGroups: 'true' }),
      },
    ],
    disconnections,
    clients,
  );

const fleet = (more: Partial<PlannedFleet> = {}): PlannedFleet => ({
  resourceType: FLEET_DISCONNECTION,
  stackName: 'LandingZone',
  logicalId: 'Fleet',
  physicalId: `drs:fleet:${ACCOUNT}:${REGION}:0123456789abcdef`,
  ...outcomeOf('unknown', 'it is not known'),
  sourceServers: [],
  ...more,
});
const planned = (sourceServerId: string, verdict: PlannedServer['verdict']): PlannedServer => ({
  ...{ sourceServerId, accountId: ACCOUNT, region: REGION, hostname: 'app', replicationState: 'CONTINUOUS', lag: 'PT0S' },
  recoveryInstances: [],
  ...outcomeOf(verdict),
});

beforeEach(() => {
  drs.reset();
  ec2.reset();
  machinesAre();
  ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [] });
  ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [] });
  serversAre();
  drs.on(GetReplicationConfigurationCommand).resolves({ stagingAreaSubnetId: SUBNET });
});

test('others replicate there: blocked, and each is named once, though DRS lists it twice while its pages shift', async () => {
  drs.on(DescribeSourceServersCommand).resolves({ items: [replicating(APP)], nextToken: 'next' });
  drs.on(DescribeSourceServersCommand, { nextToken: 'next' }).resolves({ items: [replicating(APP)] });
  const { verdict, reason } = await plan();
  expect(verdict).toBe('blocked');
  expect(String(reason)).toContain(
    `: ${APP}. Disconnect those that nobody needs: \`aws drs disconnect-source-server --source-server-id ${APP} --region ${REGION}\`.`,
  );
});

describe('it can not be told which servers a disconnection is for', () => {
  beforeEach(() => serversAre(APP));
  const single = { resourceType: SOURCE_SERVER_DISCONNECTION, stackName: 'LandingZone', logicalId: 'Server' } as const;

  test.each<[string, PlannedResource]>([
    ['a fleet', fleet()],
    ['a fleet whose deletion is blocked before anybody asks DRS', fleet(outcomeOf('blocked', 'no function'))],
    ['a fleet whose physical ID can not be read', fleet({ physicalId: 'drs:fleet:of-a-newer-version' })],
    ['a single one whose physical ID can not be read', { ...single, physicalId: 'arn:?', ...outcomeOf('blocked', 'not readable') }],
  ])('%s: unknown whether others go on replicating, without commands', async (_what, disconnection) => {
    const { verdict, reason, commands } = await plan([disconnection]);
    expect({ verdict, commands }).toEqual({ verdict: 'unknown', commands: [] });
    expect(String(reason)).toBe(
      `Whether source servers go on replicating into the staging area of vpc-1 can't be told, since it can't be told which ones ${disconnection.logicalId} disconnects: ${APP}.`,
    );
  });

  test.each<[string, PlannedResource]>([
    ['a fleet of another Region', fleet({ physicalId: `drs:fleet:${ACCOUNT}:eu-west-1:0123456789abcdef` })],
    ['a fleet of another account', fleet({ physicalId: `drs:fleet:444455556666:${REGION}:0123456789abcdef` })],
    ['a fleet that stays', fleet(outcomeOf('keep'))],
    ['a fleet whose servers are known', fleet({ selection: outcomeOf('keep', 'tags').reason })],
  ])('%s says nothing of others: blocked', async (_what, disconnection) => {
    expect((await plan([disconnection])).verdict).toBe('blocked');
  });

  test('machines that stay: blocked all the same', async () => {
    machinesAre(recoveryInstance);
    expect(await plan([fleet()])).toMatchObject({ verdict: 'blocked', machines: [{ instanceId: 'i-0c1' }] });
  });
});

test('a fleet tells its servers, and of one not what becomes of it: the drain is planned as if it were mended', async () => {
  serversAre(APP);
  machinesAre(replicationServer);
  expect((await plan([fleet({ selection: outcomeOf('keep', 'tags').reason, sourceServers: [planned(APP, 'unknown')] })])).verdict).toBe(
    'drain',
  );
});

describe.each<[string, () => unknown]>([
  ['drs:DescribeSourceServers', () => drs.on(DescribeSourceServersCommand).rejects(denied)],
  ['drs:GetReplicationConfiguration', () => drs.on(GetReplicationConfigurationCommand).rejects(denied)],
  ['ec2:DescribeInstances', () => ec2.on(DescribeInstancesCommand).rejects(denied)],
  ['ec2:DescribeNetworkInterfaces', () => ec2.on(DescribeNetworkInterfacesCommand).rejects(denied)],
  ['ec2:DescribeSecurityGroups', () => ec2.on(DescribeSecurityGroupsCommand).rejects(denied)],
])('%s is denied', (action, refuse) => {
  test('unknown, and it says why', async () => {
    serversAre(...(action.startsWith('drs:') ? [APP] : []));
    refuse();
    const { verdict, reason } = await plan();
    expect(verdict).toBe('unknown');
    expect(String(reason)).toContain(`You may not call ${action}`);
  });

  test('what is known to block is told', async () => {
    serversAre(APP);
    machinesAre(recoveryInstance);
    refuse();
    const { verdict, reason } = await plan();
    expect(verdict).toBe('blocked');
    expect(String(reason)).toContain(action === 'ec2:DescribeInstances' ? APP : 'i-0c1');
  });
});

test('of one server it is not known where it replicates: another one that does is told', async () => {
  serversAre(DATABASE, APP);
  drs.on(GetReplicationConfigurationCommand, { sourceServerID: DATABASE }).rejects(denied);
  const { verdict, reason } = await plan();
  expect(verdict).toBe('blocked');
  expect(String(reason)).toContain(`: ${APP}. Disconnect`);
});

test.each<[string, () => unknown]>([
  ['machines stay', () => machinesAre(recoveryInstance)],
  ['servers go on replicating', () => serversAre(APP)],
])('in the clean-up of an update, %s: blocked, and CloudFormation forgets it', async (_what, arrange) => {
  arrange();
  const { verdict, reason } = await plan([], { kind: 'cleaned up' });
  expect(verdict).toBe('blocked');
  expect(String(reason)).toContain('forgets the resource: the update succeeds, and the subnets stay');
  expect(String((await plan()).reason)).not.toContain('forgets');
});
