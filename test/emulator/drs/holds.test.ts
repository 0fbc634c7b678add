import {
  DeleteRecoveryInstanceCommand,
  DeleteSourceServerCommand,
  DescribeJobsCommand,
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DisconnectRecoveryInstanceCommand,
  DisconnectSourceServerCommand,
  DrsClient,
  TerminateRecoveryInstancesCommand,
} from '@aws-sdk/client-drs';
import { RecoveryInstanceSeed } from '../../../emulator/drs/seeds';
import { Settings } from '../../../emulator/settings';
import { Services } from '../services';

// What holds a source server, and for how long: much of it AWS doesn't tell, so it is set.

const sourceServerID = 's-0123456789abcdef0';
const recoveryInstanceID = 'i-0123456789abcdef0';
const jobTime = 3 * 60_000;

let services: Services;
let client: DrsClient;
async function start(settings: Partial<Settings>, seed: Partial<RecoveryInstanceSeed> = {}): Promise<void> {
  services = await Services.start(settings);
  client = services.drsClient();
  services.drs.addSourceServer({ sourceServerID });
  services.drs.addRecoveryInstance({ sourceServerID, ec2InstanceID: recoveryInstanceID, ...seed });
}
afterEach(() => services.stop());

const disconnect = () => client.send(new DisconnectSourceServerCommand({ sourceServerID }));
const deleteServer = () => client.send(new DeleteSourceServerCommand({ sourceServerID }));
const disconnectInstance = () => client.send(new DisconnectRecoveryInstanceCommand({ recoveryInstanceID }));
const deleteInstance = () => client.send(new DeleteRecoveryInstanceCommand({ recoveryInstanceID }));
const terminate = () => client.send(new TerminateRecoveryInstancesCommand({ recoveryInstanceIDs: [recoveryInstanceID] }));
const instances = async () => (await client.send(new DescribeRecoveryInstancesCommand({}))).items;
const jobs = async () => (await client.send(new DescribeJobsCommand({}))).items;

const held = {
  name: 'ConflictException',
  message: `Cannot disconnect Source Server ${sourceServerID} because it has a Recovery Instance.`,
};

describe('conflictLingers', () => {
  test.each<[string, Partial<Settings>, () => Promise<unknown>, number]>([
    ['disconnected', {}, disconnectInstance, 0],
    ['terminated, counted from the end of the job', {}, terminate, jobTime],
    [
      'deleted, where its record had held too',
      { disconnectedRecordHolds: true },
      async () => {
        await disconnectInstance();
        services.clock.pass(60_000);
        await deleteInstance();
      },
      0,
    ],
  ])('once its recovery instance was %s', async (_name, settings, release, time) => {
    await start({ conflictLingers: 30, ...settings });
    await release();
    services.clock.pass(time + 29_999);
    await expect(disconnect()).rejects.toMatchObject(held);
    services.clock.pass(1);
    await expect(disconnect()).resolves.toMatchObject({ dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' } });
  });

  test('deleting a record that held nothing begins nothing anew', async () => {
    await start({ conflictLingers: 30 });
    await disconnectInstance();
    services.clock.pass(30_000);
    await deleteInstance();
    await disconnect();
  });

  test('is of one source server', async () => {
    await start({ conflictLingers: 30 });
    const other = services.drs.addSourceServer().sourceServerID;
    await disconnectInstance();
    await client.send(new DisconnectSourceServerCommand({ sourceServerID: other }));
  });
});

test('disconnectedRecordHolds: the record has to go too', async () => {
  await start({ disconnectedRecordHolds: true });
  await disconnectInstance();
  await expect(disconnect()).rejects.toMatchObject(held);
  await deleteInstance();
  await disconnect();
});

describe('disconnectedRecord', () => {
  const states = async () =>
    (await client.send(new DescribeSourceServersCommand({}))).items?.map(
      ({ dataReplicationInfo }) => dataReplicationInfo?.dataReplicationState,
    );

  test.each<[Settings['disconnectedRecord'], string, string[]]>([
    ['stays', 'DISCONNECTED', ['CONTINUOUS', 'DISCONNECTED']],
    ['goes', 'DISCONNECTED', ['CONTINUOUS']],
    ['goes-unseen', 'CONTINUOUS', ['CONTINUOUS']],
    ['goes-with-account', 'CONTINUOUS', ['CONTINUOUS']],
  ])('%s', async (disconnectedRecord, answered, left) => {
    await start({ disconnectedRecord });
    const last = services.drs.addSourceServer().sourceServerID;
    await disconnectInstance();
    expect(await disconnect()).toMatchObject({ dataReplicationInfo: { dataReplicationState: answered } });
    expect((await states())?.sort()).toEqual(left);
    if (disconnectedRecord === 'goes-with-account') {
      await client.send(new DisconnectSourceServerCommand({ sourceServerID: last }));
      await expect(states()).rejects.toMatchObject({ name: 'UninitializedAccountException' });
    }
  });
});

test('disconnectShows: for a while a server is shown as it was before its disconnect', async () => {
  await start({ disconnectShows: 20, disconnectedAgain: 'ok' });
  await disconnectInstance();
  const replicating = { dataReplicationInfo: { dataReplicationState: 'CONTINUOUS', lagDuration: 'PT0S' } };
  const shown = async () => (await client.send(new DescribeSourceServersCommand({}))).items;
  expect(await disconnect()).toMatchObject({ ...replicating, stagingArea: { status: 'NOT_EXTENDED' } });
  services.clock.pass(19_999);
  expect(await disconnect()).toMatchObject(replicating);
  expect(await shown()).toMatchObject([replicating]);
  expect(services.drs.sourceServer(sourceServerID)?.dataReplicationInfo?.dataReplicationState).toBe('DISCONNECTED');
  services.clock.pass(1);
  expect(await shown()).toMatchObject([{ dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' } }]);
});

test('recordLingers: a server counts as connected for a while after its disconnect', async () => {
  await start({ recordLingers: 30 });
  await disconnectInstance();
  await disconnect();
  services.clock.pass(29_999);
  await expect(deleteServer()).rejects.toMatchObject({
    name: 'ConflictException',
    $metadata: { httpStatusCode: 409 },
    message: `Cannot delete Source Server ${sourceServerID} because it is not disconnected.`,
  });
  services.clock.pass(1);
  await deleteServer();
  expect(services.drs.sourceServer(sourceServerID)).toBeUndefined();
});

describe('while its termination job runs, a recovery instance', () => {
  beforeEach(async () => {
    await start({});
    expect(await instances()).toMatchObject([{ ec2InstanceState: 'RUNNING' }]);
    await terminate();
  });

  test('shows that it is shutting down', async () => {
    expect(await instances()).toMatchObject([{ ec2InstanceState: 'SHUTTING-DOWN' }]);
  });

  test('cannot be disconnected', async () => {
    await expect(disconnectInstance()).rejects.toMatchObject({
      name: 'ConflictException',
      $metadata: { httpStatusCode: 409 },
      message: `Cannot disconnect Recovery Instance ${recoveryInstanceID} because a job is in progress.`,
      resourceId: recoveryInstanceID,
      resourceType: 'RECOVERY_INSTANCE',
    });
  });

  test('does not keep another one of its source server from being disconnected', async () => {
    const other = services.drs.addRecoveryInstance({ sourceServerID }).recoveryInstanceID;
    await client.send(new DisconnectRecoveryInstanceCommand({ recoveryInstanceID: other }));
  });
});

describe('a recovery instance whose machine is terminated', () => {
  const hour = 60 * 60_000;

  test.each<[Settings['terminatedInstances'], Settings['terminatedState'], object[], boolean]>([
    ['forgotten', 'TERMINATED', [], false],
    ['listed', 'TERMINATED', [{ ec2InstanceState: 'TERMINATED' }], false],
    ['listed', 'NOT_FOUND', [{ ec2InstanceState: 'NOT_FOUND' }], false],
    ['holding', 'TERMINATED', [{ ec2InstanceState: 'TERMINATED' }], true],
  ])('is %s, as %s', async (terminatedInstances, terminatedState, shown, isHeld) => {
    await start({ terminatedInstances, terminatedState });
    await terminate();
    services.clock.pass(jobTime);
    expect(await instances()).toMatchObject(shown);
    await (isHeld ? expect(disconnect()).rejects.toMatchObject(held) : disconnect());
  });

  test('holds its server until it is disconnected, or until EC2 forgets its machine', async () => {
    await start({ terminatedInstances: 'holding' });
    const other = services.drs.addSourceServer().sourceServerID;
    const { recoveryInstanceID: another = '' } = services.drs.addRecoveryInstance({ sourceServerID: other! });
    await client.send(new TerminateRecoveryInstancesCommand({ recoveryInstanceIDs: [recoveryInstanceID, another] }));
    services.clock.pass(jobTime);
    await disconnectInstance();
    await disconnect();
    services.clock.pass(hour);
    expect(await instances()).toEqual([]);
    await client.send(new DisconnectSourceServerCommand({ sourceServerID: other }));
  });
});

describe('terminationJobs', () => {
  test('never-end: the job goes on, and the source server is held for good', async () => {
    await start({ terminationJobs: 'never-end' });
    await terminate();
    services.clock.pass(1000 * jobTime);
    const [job] = (await jobs()) ?? [];
    expect(job).toMatchObject({ status: 'STARTED', participatingServers: [{ launchStatus: 'PENDING' }] });
    expect(job).not.toHaveProperty('endDateTime');
    expect(await instances()).toMatchObject([{ ec2InstanceState: 'SHUTTING-DOWN' }]);
    await expect(disconnect()).rejects.toMatchObject(held);
  });

  test('fail: the job completes, and the recovery instance is still there', async () => {
    await start({ terminationJobs: 'fail' });
    await terminate();
    services.clock.pass(jobTime);
    expect(await jobs()).toMatchObject([
      {
        status: 'COMPLETED',
        endDateTime: new Date(services.clock.now()).toISOString(),
        participatingServers: [{ sourceServerID, recoveryInstanceID, launchStatus: 'FAILED' }],
      },
    ]);
    expect(await instances()).toMatchObject([{ recoveryInstanceID, ec2InstanceState: 'RUNNING' }]);
    expect(services.drs.sourceServer(sourceServerID)?.recoveryInstanceId).toBe(recoveryInstanceID);
    await expect(disconnect()).rejects.toMatchObject(held);
    await disconnectInstance();
    await disconnect();
  });
});

test.each([
  [true, 'DRILL'],
  [false, 'RECOVERY'],
  ['unknown', undefined],
] as const)('whether a recovery instance is a drill may be unknown, and then is in no answer: %s', async (isDrill, type) => {
  await start({}, { isDrill });
  const [instance = {}] = (await instances()) ?? [];
  expect('isDrill' in instance).toBe(isDrill !== 'unknown');
  expect(instance.isDrill).toBe(isDrill === 'unknown' ? undefined : isDrill);
  expect(services.drs.sourceServer(sourceServerID)?.lifeCycle?.lastLaunch?.initiated?.type).toBe(type);
});
