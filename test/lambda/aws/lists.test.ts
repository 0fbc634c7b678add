import {
  DeleteSourceServerCommand,
  DescribeJobsCommand,
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DisconnectRecoveryInstanceCommand,
  DisconnectSourceServerCommand,
  TerminateRecoveryInstancesCommand,
} from '@aws-sdk/client-drs';
import {
  DeleteSecurityGroupCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
} from '../../../lambda/drain/ec2-commands';
import { DescribeStacksCommand, ListStackResourcesCommand } from '../../../lambda/aws/cloudformation';
import { FLEET_DISCONNECTION, STAGING_AREA_DRAIN } from '../../../lib/contract';
import {
  ACCOUNT,
  answersInTurn,
  cloudFormation,
  conflict,
  drs,
  ec2,
  handle,
  REGION,
  reset,
  SERVER_ID,
  STACK_ID,
  stackHas,
  stackIs,
} from '../harness';

// An answer without its list is not an empty list: nothing may follow from it, whatever is listed.

const MEMBER = {
  sourceServerID: SERVER_ID,
  tags: { fleet: 'ours' },
  dataReplicationInfo: { dataReplicationState: 'CONTINUOUS' },
  stagingArea: { status: 'NOT_EXTENDED' },
} as const;
const DRILL = { recoveryInstanceID: 'i-1', sourceServerID: SERVER_ID, isDrill: true };
const FLEET = { Region: REGION, Tags: { fleet: 'ours' }, SourceServerArn: undefined };
const DRAIN = { Drain: 'c8', Link: '0', VpcId: 'vpc-1', SubnetIds: ['subnet-1'], DeleteSecurityGroups: 'true' };
const OWN_STACK = { StackId: STACK_ID, StackName: 'LandingZone', StackStatus: 'DELETE_IN_PROGRESS' };

const changed = () =>
  [DisconnectSourceServerCommand, DisconnectRecoveryInstanceCommand, TerminateRecoveryInstancesCommand, DeleteSourceServerCommand].flatMap(
    (command) => drs.commandCalls(command as typeof DisconnectSourceServerCommand),
  ).length + ec2.commandCalls(DeleteSecurityGroupCommand).length;

async function fleetId() {
  drs.on(DescribeSourceServersCommand).resolves({ items: [] });
  return (await handle({ type: 'Create', resourceType: FLEET_DISCONNECTION, properties: FLEET })).response.PhysicalResourceId;
}

const deleteFleet = async () => {
  const physicalId = await fleetId();
  return (answers: () => void) => {
    answers();
    return handle({ type: 'Delete', resourceType: FLEET_DISCONNECTION, properties: FLEET, physicalId });
  };
};
const deleteServer = (properties: object = {}) =>
  Promise.resolve((answers: () => void) => {
    answers();
    return handle({ type: 'Delete', properties });
  });
const deleteDrain = () =>
  Promise.resolve((answers: () => void) => {
    drs.on(DescribeSourceServersCommand).resolves({ items: [] });
    answers();
    return handle({
      type: 'Delete',
      resourceType: STAGING_AREA_DRAIN,
      physicalId: `drs:drain:${ACCOUNT}:${REGION}:vpc-1:c8:0`,
      properties: DRAIN,
    });
  });

/** A listing; how its answers are set; what is sent then; an answer with its list; how many changes the function may make without ever having seen the list. */
type Row = [
  listing: string,
  set: (...answers: object[]) => void,
  request: () => Promise<(answers: () => void) => ReturnType<typeof handle>>,
  whole: object,
  changesBefore: number,
];

const LISTINGS: Row[] = [
  [
    'the source servers of a fleet',
    (...answers) => answersInTurn(drs.on(DescribeSourceServersCommand), ...answers),
    deleteFleet,
    { items: [MEMBER] },
    0,
  ],
  [
    'the recovery instances of a server',
    (...answers) => {
      let isHeld = true;
      answersInTurn(drs.on(DescribeRecoveryInstancesCommand), ...answers);
      drs.on(DisconnectRecoveryInstanceCommand).callsFake(() => {
        isHeld = false;
        return {};
      });
      drs.on(DisconnectSourceServerCommand).callsFake(() => {
        if (isHeld) {
          throw conflict;
        }
        return { ...MEMBER, dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' } };
      });
    },
    () => deleteServer({ RecoveryInstancePolicy: 'DISCONNECT' }),
    { items: [DRILL] },
    1,
  ],
  [
    'the jobs that terminate a drill',
    (...answers) => {
      let isHeld = true;
      drs.on(DescribeRecoveryInstancesCommand).callsFake(() => ({ items: isHeld ? [DRILL] : [] }));
      drs.on(TerminateRecoveryInstancesCommand).callsFake(() => {
        isHeld = false;
        return { job: { jobID: 'drsjob-1' } };
      });
      answersInTurn(drs.on(DescribeJobsCommand), ...answers);
      drs.on(DisconnectSourceServerCommand).callsFake(() => {
        if (isHeld) {
          throw conflict;
        }
        return { ...MEMBER, dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' } };
      });
    },
    () => deleteServer({ RecoveryInstancePolicy: 'TERMINATE_DRILLS' }),
    { items: [{ jobID: 'drsjob-1', status: 'COMPLETED' }] },
    2,
  ],
  [
    'the machines in subnets',
    (...answers) => answersInTurn(ec2.on(DescribeInstancesCommand), ...answers),
    deleteDrain,
    { Reservations: [] },
    0,
  ],
  [
    'the machines of a reservation',
    (...answers) => answersInTurn(ec2.on(DescribeInstancesCommand), ...answers.map((one) => ({ Reservations: [one] }))),
    deleteDrain,
    { Instances: [] },
    0,
  ],
  [
    'the network interfaces in subnets',
    (...answers) => answersInTurn(ec2.on(DescribeNetworkInterfacesCommand), ...answers),
    deleteDrain,
    { NetworkInterfaces: [] },
    0,
  ],
  [
    'the source servers that may be in subnets',
    (...answers) => answersInTurn(drs.on(DescribeSourceServersCommand), ...answers),
    deleteDrain,
    { items: [] },
    0,
  ],
  [
    'the security groups of a VPC',
    (...answers) => answersInTurn(ec2.on(DescribeSecurityGroupsCommand), ...answers),
    deleteDrain,
    { SecurityGroups: [] },
    0,
  ],
  [
    'the stacks',
    (...answers) => answersInTurn(cloudFormation.on(DescribeStacksCommand), ...answers),
    deleteServer,
    { Stacks: [OWN_STACK] },
    0,
  ],
  [
    'the resources of a stack that is cleaned up',
    (...answers) => {
      stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      answersInTurn(cloudFormation.on(ListStackResourcesCommand), ...answers);
    },
    deleteServer,
    { StackResourceSummaries: [] },
    0,
  ],
];

beforeEach(() => {
  reset();
  stackIs('DELETE_IN_PROGRESS');
  stackHas();
  drs.on(DisconnectSourceServerCommand).resolves({ ...MEMBER, dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' } });
  drs.on(DescribeRecoveryInstancesCommand).resolves({ items: [] });
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [] });
  ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [] });
});

test.each(LISTINGS)('%s: an answer without them is asked for again', async (_listing, set, request, whole) => {
  const send = await request();
  expect((await send(() => set({}, {}, whole, whole, whole))).response).toMatchObject({ Status: 'SUCCESS' });
});

test.each(LISTINGS)(
  '%s: answers without them until the end are a failure, and nothing follows from them',
  async (_listing, set, request, _whole, changesBefore) => {
    const send = await request();
    const { response } = await send(() => set({}));
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('the answer has no list') });
    expect(changed()).toBeLessThanOrEqual(changesBefore);
  },
);

test('a page of a listing that has none: what came before does not count as all', async () => {
  const send = await deleteFleet();
  const { response } = await send(() => {
    drs.on(DescribeSourceServersCommand).resolves({ items: [], nextToken: 'next' });
    drs.on(DescribeSourceServersCommand, { nextToken: 'next' }).resolves({});
  });
  expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('the answer has no list') });
});

test('a server that was declared is not called absent by it', async () => {
  drs.on(DescribeSourceServersCommand).resolves({});
  const { response } = await handle({ type: 'Create' });
  expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('the answer has no list') });
});
