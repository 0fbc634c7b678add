import {
  DescribeJobsCommand,
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DisconnectRecoveryInstanceCommand,
  type RecoveryInstance,
  type SourceServer,
  TerminateRecoveryInstancesCommand,
} from '@aws-sdk/client-drs';
import type { Instance, NetworkInterface } from '@aws-sdk/client-ec2';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { FLEET_DISCONNECTION, STAGING_AREA_DRAIN } from '../../../lib/contract';
import { DescribeStacksCommand, ListStackResourcesCommand } from '../../../lambda/aws/cloudformation';
import {
  DeleteSecurityGroupCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
} from '../../../lambda/drain/ec2-commands';
import { readFleet } from '../../../lambda/fleet/fleet';
import { HOSTILE_VALUES, wrongIn } from '../hostile-values';
import {
  ACCOUNT,
  cloudFormation,
  conflict,
  disconnectSays,
  drs,
  drsHasInstances,
  drill,
  ec2,
  extended,
  handle,
  real,
  REGION,
  reset,
  server,
  SERVER_ARN,
  SERVER_ID,
  serviceError,
  STACK,
  STACK_ID,
  stackHas,
  stackIs,
  sts,
} from '../harness';

// Every hostile value, in every field that others can write, against every output: Reason, attributes, physical ID, log.

type Requested = Parameters<typeof handle>[0];
/** Puts the value where somebody can write it; what is requested then. */
type Field = readonly [where: string, write: (value: string) => Requested];

const del: Requested = { type: 'Delete', remaining: 60_000 };
const create: Requested = { type: 'Create', remaining: 60_000 };

const serverIs = (more: Partial<SourceServer>) => drs.on(DescribeSourceServersCommand).resolves({ items: [server('CONTINUOUS', more)] });
const held = (instance: RecoveryInstance): Requested => {
  disconnectSays(conflict);
  serverIs({});
  drsHasInstances(instance);
  return del;
};
const text = (value: string) => value as never;

const fleetWith = (Tags: Readonly<Record<string, string>>, type: Requested['type'] = 'Delete'): Requested => {
  const properties = { SourceServerArn: undefined, Region: REGION, Tags };
  const { physicalId } = readFleet({ stack: STACK, properties });
  return { type, resourceType: FLEET_DISCONNECTION, physicalId, arn: undefined, properties, remaining: 60_000 };
};
const fleetOf = (more: Partial<SourceServer>): Requested => {
  drs.on(DescribeSourceServersCommand).resolves({ items: [server('CONTINUOUS', { tags: { team: 'payments' }, ...more })] });
  disconnectSays(serviceError('ValidationException'));
  return fleetWith({ team: 'payments' });
};

const drainWith = (
  properties: object = {},
  physicalId = `drs:drain:${ACCOUNT}:${REGION}:vpc-1:c8f0a1:0`,
  type: Requested['type'] = 'Delete',
) => ({
  type,
  resourceType: STAGING_AREA_DRAIN,
  physicalId,
  arn: undefined,
  properties: { Drain: 'c8f0a1', Link: '0', VpcId: 'vpc-1', SubnetIds: ['subnet-1'], ...properties },
  remaining: 60_000,
});
const machine: Instance = { InstanceId: 'i-0c1', SubnetId: 'subnet-1', State: { Name: 'running' } };
const networkInterface: NetworkInterface = { NetworkInterfaceId: 'eni-1', SubnetId: 'subnet-1', Status: 'available' };
const drainFinds = (more: object): Requested => {
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [{ ...machine, ...more }] }] });
  ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [] });
  return drainWith();
};
const drainFindsInterface = (more: object): Requested => {
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [{ ...networkInterface, ...more }] });
  return drainWith();
};
const groupIs = (GroupId: string, error: Error): Requested => {
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [] });
  drs.on(DescribeSourceServersCommand).resolves({ items: [] });
  const GroupName = 'AWS Elastic Disaster Recovery default Replication Server Security Group';
  ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [{ GroupId, VpcId: 'vpc-1', GroupName }] });
  ec2.on(DeleteSecurityGroupCommand).rejects(error);
  return drainWith({ DeleteSecurityGroups: 'true' });
};
const stackSays = (more: object): Requested => {
  cloudFormation
    .on(DescribeStacksCommand)
    .resolves({ Stacks: [{ StackId: STACK_ID, StackName: 'LandingZone', StackStatus: 'CREATE_COMPLETE', ...more }] });
  return del;
};
const forge = (forged: object, request: Requested = del): Requested => ({ ...request, forged });

const FIELDS: readonly Field[] = [
  // DRS
  ['the hostname', (hostname) => (serverIs({ sourceProperties: { identificationHints: { hostname } } }), create)],
  ['the replication state', (state) => (serverIs({ dataReplicationInfo: { dataReplicationState: text(state) } }), create)],
  [
    'the replication state after a disconnect',
    (state) => {
      disconnectSays(server('CONTINUOUS'));
      serverIs({ dataReplicationInfo: { dataReplicationState: text(state) } });
      return del;
    },
  ],
  ...(['stagingAccountID', 'stagingSourceServerArn', 'errorMessage'] as const).map((name): Field => [
    `stagingArea.${name}`,
    (value) => (serverIs({ stagingArea: { ...extended.stagingArea, [name]: value } }), create),
  ]),
  [
    'the message of an error of DRS',
    (message) => (drs.on(DescribeSourceServersCommand).rejects(serviceError('ValidationException', message)), create),
  ],
  ['the name of an error of DRS', (name) => (drs.on(DescribeSourceServersCommand).rejects(serviceError(name)), create)],
  ['the message of a refusal', (message) => (disconnectSays(serviceError('ConflictException', message, 409)), serverIs({}), del)],
  ['the message of a denial', (message) => (disconnectSays(serviceError('AccessDeniedException', message, 403)), serverIs({}), del)],
  ...(['recoveryInstanceID', 'ec2InstanceID', 'ec2InstanceState'] as const).map((name): Field => [
    `the ${name} of a drill`,
    (value) => held({ ...drill, [name]: value }),
  ]),
  [
    'the recoveryInstanceID of one that let go',
    (recoveryInstanceID) => held({ ...real, recoveryInstanceID, dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' } }),
  ],
  ['the state of a failback', (state) => held({ ...real, failback: { state: text(state) } })],
  ['the state of a recovery instance', (state) => held({ ...real, dataReplicationInfo: { dataReplicationState: text(state) } })],
  [
    'the refusal to disconnect a recovery instance',
    (message) => {
      drs.on(DisconnectRecoveryInstanceCommand).rejects(serviceError('ValidationException', message));
      return { ...held(real), properties: { RecoveryInstancePolicy: 'DISCONNECT' } };
    },
  ],
  ...(['jobID', 'status', 'recoveryInstanceID'] as const).map((name): Field => [
    `the ${name} of a job`,
    (value) => {
      const jobID = name === 'jobID' ? value : 'drsjob-1';
      drs.on(TerminateRecoveryInstancesCommand).resolves({ job: { jobID } });
      const failed = { launchStatus: 'FAILED' as const, recoveryInstanceID: value };
      const job = { jobID, status: name === 'status' ? text(value) : 'COMPLETED', participatingServers: [failed] };
      drs.on(DescribeJobsCommand).resolves({ items: [job as never] });
      return { ...held(drill), properties: { RecoveryInstancePolicy: 'TERMINATE_DRILLS' } };
    },
  ]),
  ['the hostname of a server of a fleet', (hostname) => fleetOf({ sourceProperties: { identificationHints: { hostname } } })],
  ['the ID of a server of a fleet', (sourceServerID) => fleetOf({ sourceServerID })],
  // STS
  [
    'the message of an error of STS',
    (message) => (
      sts.on(AssumeRoleCommand).rejects(serviceError('AccessDenied', message, 403)),
      { ...create, properties: { AssumeRoleArn: `arn:aws:iam::${ACCOUNT}:role/x` } }
    ),
  ],
  // EC2
  ['the ID of a machine', (InstanceId) => drainFinds({ InstanceId })],
  ['the state of a machine', (Name) => drainFinds({ State: { Name } })],
  ['the subnet of a machine', (SubnetId) => drainFinds({ SubnetId })],
  ['the ID of a network interface', (NetworkInterfaceId) => drainFindsInterface({ NetworkInterfaceId })],
  ['the status of a network interface', (Status) => drainFindsInterface({ Status })],
  ['the subnet of a network interface', (SubnetId) => drainFindsInterface({ SubnetId })],
  ['the name of a machine', (Value) => drainFinds({ Tags: [{ Key: 'Name', Value }] })],
  [
    'the name of a machine that looks like a replication server',
    (value) => drainFinds({ Tags: [{ Key: 'Name', Value: `Replication Server ${value}` }] }),
  ],
  ['the ID of a security group', (id) => groupIs(id, serviceError('DependencyViolation'))],
  ['the message of an error of EC2', (message) => groupIs('sg-1', serviceError('DependencyViolation', message))],
  // CloudFormation
  ['the name of a stack', (StackName) => stackSays({ StackName })],
  ['the status of a stack', (StackStatus) => stackSays({ StackStatus })],
  [
    'the name of a stack that is deleted',
    (StackName) => (disconnectSays(serviceError('ValidationException')), stackSays({ StackName, StackStatus: 'DELETE_IN_PROGRESS' })),
  ],
  ['the name of a stack that rolls back', (StackName) => stackSays({ StackName, StackStatus: 'UPDATE_ROLLBACK_IN_PROGRESS' })],
  ['the reason of a status', (StackStatusReason) => stackSays({ StackStatus: 'DELETE_IN_PROGRESS', StackStatusReason })],
  ['the parent of a stack', (ParentId) => stackSays({ ParentId })],
  [
    'the message of an error of CloudFormation',
    (message) => (cloudFormation.on(DescribeStacksCommand).rejects(serviceError('ValidationError', message)), del),
  ],
  [
    'the logical ID of another resource',
    (logicalId) => {
      stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      stackHas({ logicalId, physicalId: SERVER_ARN, status: 'UPDATE_COMPLETE' });
      return del;
    },
  ],
  [
    'the message of an error of a listing',
    (message) => (
      stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'),
      cloudFormation.on(ListStackResourcesCommand).rejects(serviceError('ValidationError', message)),
      del
    ),
  ],
  // The template, by the request's properties
  ['SourceServerArn', (arn) => ({ ...create, arn })],
  ['the ID in a SourceServerArn', (id) => ({ ...create, arn: SERVER_ARN.replace(SERVER_ID, id) })],
  ['AssumeRoleArn', (AssumeRoleArn) => ({ ...create, properties: { AssumeRoleArn } })],
  ['the name in an AssumeRoleArn', (name) => ({ ...create, properties: { AssumeRoleArn: `arn:aws:iam::${ACCOUNT}:role/${name}` } })],
  ['RecoveryInstancePolicy', (RecoveryInstancePolicy) => ({ ...del, properties: { RecoveryInstancePolicy } })],
  [
    'the Region of a fleet',
    (Region) => ({ ...fleetWith({ team: 'payments' }, 'Create'), properties: { Region, Tags: { team: 'payments' } } }),
  ],
  ['the key of a tag', (key) => (fleetOf({ tags: { [key]: 'payments' } }), fleetWith({ [key]: 'payments' }))],
  ['the value of a tag', (value) => (fleetOf({ tags: { team: value } }), fleetWith({ team: value }))],
  ['tags that are none', (Tags) => ({ ...fleetWith({ team: 'payments' }, 'Create'), properties: { Region: REGION, Tags } })],
  ['VpcId', (VpcId) => drainWith({ VpcId })],
  ['VpcId, as it was declared', (VpcId) => drainWith({ VpcId }, `drs:drain:${ACCOUNT}:${REGION}:${VpcId}:c8f0a1:0`)],
  ['a subnet', (subnet) => (drainFinds({}), drainWith({ SubnetIds: [subnet] }))],
  ['the name of a drain', (Drain) => drainWith({ Drain }, undefined, 'Create')],
  // The request
  [
    'LogicalResourceId',
    (LogicalResourceId) => (
      disconnectSays(serviceError('ValidationException')),
      forge({ LogicalResourceId: `${LogicalResourceId.slice(0, 254)};` })
    ),
  ],
  ['PhysicalResourceId', (value) => forge({ PhysicalResourceId: `arn:${value}`.slice(0, 1_000) })],
  ['ResourceType', (value) => forge({ ResourceType: `Custom::${value}`.slice(0, 255) }, create)],
  ['StackId', (StackId) => forge({ StackId })],
  ['the name of the stack in StackId', (name) => forge({ StackId: STACK_ID.replace('LandingZone', name) })],
  ['RequestType', (RequestType) => forge({ RequestType })],
];

/** They go back as they came, so that CloudFormation knows whose answer it is: JSON keeps them apart from all else. */
const ECHOED = ['PhysicalResourceId', 'StackId', 'RequestId', 'LogicalResourceId'];

beforeEach(() => {
  reset();
  stackIs('DELETE_IN_PROGRESS');
  stackHas();
  drs.on(DescribeSourceServersCommand).resolves({ items: [server('CONTINUOUS')] });
  drs.on(DescribeRecoveryInstancesCommand).resolves({ items: [] });
});

describe.each(FIELDS)('%s', (_where, write) => {
  test.each(HOSTILE_VALUES)('$what', async ({ value }) => {
    const { response, log, bytes } = await handle(write(value));
    expect(Object.keys(response).filter((name) => ![...ECHOED, 'Status', 'Reason', 'Data'].includes(name))).toEqual([]);
    expect(wrongIn(response.Reason ?? '')).toEqual([]);
    Object.values(response.Data ?? {}).forEach((attribute) => expect(attribute).toMatch(/^[\w.?-]{1,255}$/));
    expect(bytes).toBeLessThanOrEqual(4096);
    expect(log).not.toEqual([]);
    for (const [line] of jest.spyOn(process.stdout, 'write').mock.calls) {
      expect(
        wrongIn(
          String(line)
            .replace(/\n$/, '')
            .replaceAll(response.Reason ?? '', ''),
        ),
      ).toEqual([]);
    }
    expect(stringsIn(log).flatMap(wrongIn)).toEqual([]);
  });
});

/** The rules read them, and tell nobody. */
const NEVER_TOLD = [
  'the state of a recovery instance',
  'the name of a machine',
  'the name of a machine that looks like a replication server',
  'the reason of a status',
];

test('each field was written: a harmless value is told', async () => {
  const silent: string[] = [];
  for (const [where, write] of FIELDS) {
    reset();
    stackIs('DELETE_IN_PROGRESS');
    stackHas();
    drs.on(DescribeSourceServersCommand).resolves({ items: [server('CONTINUOUS')] });
    const { response, log } = await handle(write('HARMLESS'));
    silent.push(...(JSON.stringify([response, log]).toUpperCase().includes('HARMLESS') ? [] : [where]));
  }
  expect(silent).toEqual(NEVER_TOLD);
});

function stringsIn(value: unknown): string[] {
  return typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
