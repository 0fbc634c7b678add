import {
  DeleteRecoveryInstanceCommand,
  DeleteSourceServerCommand,
  DescribeJobsCommand,
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DisconnectRecoveryInstanceCommand,
  DisconnectSourceServerCommand,
  DrsClient,
  StopFailbackCommand,
  StopReplicationCommand,
  TerminateRecoveryInstancesCommand,
} from '@aws-sdk/client-drs';
import { defaultAccountId, defaultRegion } from '../../../emulator/defaults';
import { DrsChange } from '../../../emulator/drs/model';
import { SourceServerSeed } from '../../../emulator/drs/seeds';
import { Settings } from '../../../emulator/settings';
import { Services } from '../services';

const sourceServerID = 's-0123456789abcdef0';
const recoveryInstanceID = 'i-0123456789abcdef0';
const minute = 60_000;

let services: Services;
let client: DrsClient;
async function start(settings?: Partial<Settings>): Promise<void> {
  services = await Services.start(settings);
  client = services.drsClient();
}
async function restart(settings: Partial<Settings>): Promise<void> {
  await services.stop();
  await start(settings);
}
beforeEach(() => start());
afterEach(() => services.stop());

const disconnect = (id = sourceServerID) => client.send(new DisconnectSourceServerCommand({ sourceServerID: id }));
const disconnectInstance = () => client.send(new DisconnectRecoveryInstanceCommand({ recoveryInstanceID }));
const deleteInstance = () => client.send(new DeleteRecoveryInstanceCommand({ recoveryInstanceID }));
const terminate = () => client.send(new TerminateRecoveryInstancesCommand({ recoveryInstanceIDs: [recoveryInstanceID] }));
const describeInstances = (filters = {}) => client.send(new DescribeRecoveryInstancesCommand({ filters }));
const stateOf = (id = sourceServerID) => services.drs.sourceServer(id)?.dataReplicationInfo?.dataReplicationState;

function seedRecoveryInstance(seed: { isDrill?: boolean; failbackState?: 'FAILBACK_IN_PROGRESS' | 'FAILBACK_COMPLETED' } = {}): void {
  services.drs.addSourceServer({ sourceServerID });
  services.drs.addRecoveryInstance({ sourceServerID, ec2InstanceID: recoveryInstanceID, ...seed });
}

describe('DisconnectSourceServer', () => {
  test('does at once what its documentation says, and nothing else', async () => {
    const before = services.drs.addSourceServer({
      sourceServerID,
      disks: ['a', 'b'].map((deviceName) => ({ deviceName, bytes: 5 })),
      tags: { a: 'b' },
    });
    const { $metadata, ...answer } = await disconnect();
    expect($metadata.httpStatusCode).toBe(200);
    expect(before.dataReplicationInfo).toMatchObject({ dataReplicationState: 'CONTINUOUS', lagDuration: 'PT0S' });
    const { lagDuration, ...info } = before.dataReplicationInfo ?? {};
    const replicatedDisks = info.replicatedDisks?.map((disk) => ({ ...disk, totalStorageBytes: 0 }));
    expect(answer).toEqual({ ...before, dataReplicationInfo: { ...info, replicatedDisks, dataReplicationState: 'DISCONNECTED' } });
    expect(services.drs.sourceServer(sourceServerID)).toEqual(answer);
    expect(lagDuration).toBe('PT0S');
  });

  test('of an unknown server is not found', async () => {
    await expect(disconnect()).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
      code: 'RESOURCE_NOT_FOUND',
      resourceId: sourceServerID,
      resourceType: 'SOURCE_SERVER',
    });
  });

  test.each([true, false])('is refused while there is a recovery instance (drill: %s)', async (isDrill) => {
    seedRecoveryInstance({ isDrill });
    await expect(disconnect()).rejects.toMatchObject({
      name: 'ConflictException',
      $metadata: { httpStatusCode: 409 },
      message: `Cannot disconnect Source Server ${sourceServerID} because it has a Recovery Instance.`,
      resourceId: sourceServerID,
      resourceType: 'SOURCE_SERVER',
    });
    expect(stateOf()).toBe('CONTINUOUS');
  });

  test('of a server in another Region is not found', async () => {
    services.drs.addSourceServer({ sourceServerID, region: 'eu-west-1' });
    await expect(disconnect()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(stateOf()).toBe('CONTINUOUS');
  });

  test.each(['STOPPED', 'STALLED', 'INITIAL_SYNC', 'PAUSED'] as const)('works from %s', async (state) => {
    services.drs.addSourceServer({ sourceServerID, state });
    await disconnect();
    expect(stateOf()).toBe('DISCONNECTED');
  });

  describe.each<[keyof Settings, Omit<SourceServerSeed, 'sourceServerID'>, Record<string, string | undefined>]>([
    [
      'disconnectedAgain',
      { state: 'DISCONNECTED' },
      { ok: undefined, conflict: 'ConflictException', validation: 'ValidationException', 'not-found': 'ResourceNotFoundException' },
    ],
    ['disconnectExtended', { extended: true }, { ok: undefined, conflict: 'ConflictException', validation: 'ValidationException' }],
    [
      'foreignServer',
      { accountId: '444455556666' },
      { 'not-found': 'ResourceNotFoundException', 'access-denied': 'AccessDeniedException', validation: 'ValidationException' },
    ],
  ])('where the behaviour is not known: %s', (setting, seed, answers) => {
    test.each(Object.entries(answers))('%s', async (value, error) => {
      await restart({ [setting]: value });
      const before = services.drs.addSourceServer({ sourceServerID, ...seed });
      if (error) {
        await expect(disconnect()).rejects.toMatchObject({ name: error });
        expect(services.drs.sourceServer(sourceServerID)).toEqual(before);
      } else {
        await expect(disconnect()).resolves.toMatchObject({ dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' } });
      }
    });
  });
});

describe('replication servers', () => {
  const subnets = () => services.drs.replicationServers().map(({ subnetId }) => subnetId);
  const other = 's-0123456789abcdef1';

  test('are shared in a subnet, and go some minutes after the last source server', async () => {
    services.drs.addSourceServer({ sourceServerID, stagingSubnetId: 'subnet-a' });
    services.drs.addSourceServer({ sourceServerID: other, stagingSubnetId: 'subnet-a' });
    services.drs.addSourceServer({ stagingSubnetId: 'subnet-b' });
    expect(subnets()).toEqual(['subnet-a', 'subnet-b']);
    await disconnect();
    services.clock.pass(90 * minute);
    expect(subnets()).toEqual(['subnet-a', 'subnet-b']);
    await disconnect(other);
    services.clock.pass(11 * minute - 1);
    expect(subnets()).toEqual(['subnet-a', 'subnet-b']);
    services.clock.pass(1);
    expect(subnets()).toEqual(['subnet-b']);
  });

  test('one that is about to go is used again', async () => {
    services.drs.addSourceServer({ sourceServerID });
    const before = services.drs.replicationServers();
    await disconnect();
    services.drs.addSourceServer({ sourceServerID: other });
    services.clock.pass(60 * minute);
    expect(services.drs.replicationServers()).toEqual(before);
  });

  test.each<[string, SourceServerSeed]>([
    ['extended', { extended: true }],
    ['stopped', { state: 'STOPPED' }],
    ['disconnected', { state: 'DISCONNECTED' }],
  ])('an %s server needs none', (_name, seed) => {
    services.drs.addSourceServer(seed);
    expect(subnets()).toEqual([]);
  });
});

describe('DescribeSourceServers', () => {
  const describeServers = async (filters = {}) =>
    (await client.send(new DescribeSourceServersCommand({ filters }))).items?.map(({ sourceServerID: id }) => id);
  const [one, two] = ['s-00000000000000001', 's-00000000000000002'] as const;

  test('leaves out what does not exist, is of another account or of another Region', async () => {
    services.drs.addSourceServer({ sourceServerID: one });
    services.drs.addSourceServer({ sourceServerID: two, accountId: '444455556666' });
    services.drs.addSourceServer({ sourceServerID: 's-00000000000000003', region: 'eu-west-1' });
    expect(await describeServers({ sourceServerIDs: [one, two, 's-00000000000000003', sourceServerID] })).toEqual([one]);
    expect(await describeServers()).toEqual([one]);
  });

  test('filters by staging account', async () => {
    services.drs.addSourceServer({ sourceServerID: one });
    const { stagingArea } = services.drs.addSourceServer({ sourceServerID: two, extended: true });
    expect(stagingArea).toMatchObject({
      status: 'EXTENDED',
      stagingSourceServerArn: expect.stringContaining(stagingArea?.stagingAccountID ?? '-'),
    });
    expect(await describeServers({ stagingAccountIDs: [stagingArea?.stagingAccountID] })).toEqual([two]);
    expect(await describeServers({ stagingAccountIDs: [defaultAccountId] })).toEqual([one]);
    expect(await describeServers({ hardwareId: 'none' })).toEqual([]);
  });

  test.each([
    [undefined, [25, 25, 10]],
    [40, [40, 20]],
    [60, [60]],
    [1000, [60]],
  ])('gives pages of %s', async (maxResults, sizes) => {
    const ids = Array.from({ length: 60 }, () => services.drs.addSourceServer().sourceServerID);
    const pages: (string | undefined)[][] = [];
    let nextToken: string | undefined;
    do {
      const answer = await client.send(new DescribeSourceServersCommand({ maxResults, nextToken }));
      pages.push((answer.items ?? []).map(({ sourceServerID: id }) => id));
      nextToken = answer.nextToken;
    } while (nextToken);
    expect(pages.map(({ length }) => length)).toEqual(sizes);
    expect(pages.flat().sort()).toEqual(ids.sort());
  });

  test('a deletion between two pages skips nothing', async () => {
    for (const digit of '123') services.drs.addSourceServer({ sourceServerID: `s-0000000000000000${digit}`, state: 'DISCONNECTED' });
    const first = await client.send(new DescribeSourceServersCommand({ maxResults: 1 }));
    await client.send(new DeleteSourceServerCommand({ sourceServerID: one }));
    const second = await client.send(new DescribeSourceServersCommand({ maxResults: 1, nextToken: first.nextToken }));
    expect([first.items?.[0]?.sourceServerID, second.items?.[0]?.sourceServerID]).toEqual([one, two]);
  });
});

describe('DeleteSourceServer', () => {
  const remove = () => client.send(new DeleteSourceServerCommand({ sourceServerID }));

  test.each<[string, SourceServerSeed, boolean]>([
    ['a disconnected server', { state: 'DISCONNECTED' }, true],
    ["an extended server's record, at any time", { extended: true }, true],
    ['a replicating server', {}, false],
    ['a stopped server', { state: 'STOPPED' }, false],
  ])('%s', async (_name, seed, deleted) => {
    services.drs.addSourceServer({ sourceServerID, ...seed });
    if (deleted) expect((await remove()).$metadata.httpStatusCode).toBe(204);
    else await expect(remove()).rejects.toMatchObject({ name: 'ConflictException', resourceId: sourceServerID });
    expect(services.drs.sourceServer(sourceServerID) === undefined).toBe(deleted);
  });
});

test('StopReplication leaves a server unprotected, but not disconnected', async () => {
  services.drs.addSourceServer({ sourceServerID, direction: 'FAILBACK' });
  const { sourceServer } = await client.send(new StopReplicationCommand({ sourceServerID }));
  expect(sourceServer).toMatchObject({ replicationDirection: 'FAILBACK', dataReplicationInfo: { dataReplicationState: 'STOPPED' } });
  expect(sourceServer?.dataReplicationInfo?.lagDuration).toBeUndefined();
  await disconnect();
  await expect(client.send(new StopReplicationCommand({ sourceServerID }))).rejects.toMatchObject({ name: 'ConflictException' });
});

describe('recovery instances', () => {
  test('are described by ID and by source server, and their source server names them', async () => {
    seedRecoveryInstance({ isDrill: true });
    services.drs.addRecoveryInstance({ sourceServerID: services.drs.addSourceServer().sourceServerID ?? '' });
    const expected = [
      { recoveryInstanceID, ec2InstanceID: recoveryInstanceID, ec2InstanceState: 'RUNNING', sourceServerID, isDrill: true },
    ];
    expect((await describeInstances()).items).toHaveLength(2);
    expect((await describeInstances({ sourceServerIDs: [sourceServerID] })).items).toMatchObject(expected);
    expect((await describeInstances({ recoveryInstanceIDs: [recoveryInstanceID, 'i-00000000'] })).items).toMatchObject(expected);
    expect((await describeInstances({ sourceServerIDs: ['s-00000000000000001'] })).items).toEqual([]);
    expect(services.drs.sourceServer(sourceServerID)).toMatchObject({
      recoveryInstanceId: recoveryInstanceID,
      lastLaunchResult: 'SUCCEEDED',
    });
  });

  test('the way that was captured live: disconnect the instance, then the server, then delete the server', async () => {
    seedRecoveryInstance();
    await disconnectInstance();
    expect((await describeInstances()).items).toMatchObject([
      {
        recoveryInstanceID,
        ec2InstanceState: 'RUNNING',
        dataReplicationInfo: { dataReplicationState: 'DISCONNECTED', replicatedDisks: [{ totalStorageBytes: 0 }] },
      },
    ]);
    expect(services.drs.sourceServer(sourceServerID)?.recoveryInstanceId).toBeUndefined();
    await disconnect();
    await client.send(new DeleteSourceServerCommand({ sourceServerID }));
    expect(services.drs.sourceServers()).toEqual([]);
  });

  test('a record is deleted once it is disconnected, and deleting what is gone succeeds', async () => {
    seedRecoveryInstance();
    await expect(deleteInstance()).rejects.toMatchObject({
      name: 'ConflictException',
      resourceId: recoveryInstanceID,
      resourceType: 'RECOVERY_INSTANCE',
    });
    await disconnectInstance();
    await deleteInstance();
    expect((await describeInstances()).items).toEqual([]);
    await deleteInstance();
    await disconnect();
  });

  test('an unknown one cannot be disconnected', async () => {
    await expect(disconnectInstance()).rejects.toMatchObject({ name: 'ResourceNotFoundException', resourceType: 'RECOVERY_INSTANCE' });
  });

  test.each<[string, () => Promise<unknown>]>([
    ['disconnected', disconnectInstance],
    ['terminated', terminate],
  ])('in a failback is not %s, until the failback is stopped', async (_name, act) => {
    seedRecoveryInstance({ failbackState: 'FAILBACK_IN_PROGRESS' });
    await expect(act()).rejects.toMatchObject({ name: 'ConflictException', message: expect.stringContaining('a failback is in progress') });
    await client.send(new StopFailbackCommand({ recoveryInstanceID }));
    expect((await describeInstances()).items).toMatchObject([{ failback: { state: 'FAILBACK_NOT_STARTED' } }]);
    await act();
  });

  test.each(['ok', 'conflict', 'validation', 'not-found'] as const)(
    'disconnecting one again answers as set: %s',
    async (disconnectedAgain) => {
      await restart({ disconnectedAgain });
      seedRecoveryInstance();
      await disconnectInstance();
      const names = {
        ok: undefined,
        conflict: 'ConflictException',
        validation: 'ValidationException',
        'not-found': 'ResourceNotFoundException',
      };
      const name = await disconnectInstance().then(
        () => undefined,
        (error: Error) => error.name,
      );
      expect(name).toBe(names[disconnectedAgain]);
    },
  );
});

describe('TerminateRecoveryInstances', () => {
  test('is a job, and the source server is held until it has ended', async () => {
    seedRecoveryInstance({ isDrill: true });
    const { job, $metadata } = await terminate();
    expect($metadata.httpStatusCode).toBe(200);
    expect(job).toEqual({
      jobID: expect.stringMatching(/^drsjob-[0-9a-zA-Z]{17}$/),
      arn: `arn:aws:drs:${defaultRegion}:${defaultAccountId}:job/${job?.jobID}`,
      type: 'TERMINATE',
      initiatedBy: 'TERMINATE_RECOVERY_INSTANCES',
      creationDateTime: new Date(services.clock.now()).toISOString(),
      status: 'STARTED',
      participatingServers: [{ sourceServerID, recoveryInstanceID, launchStatus: 'PENDING' }],
      tags: {},
    });
    await expect(disconnect()).rejects.toMatchObject({ name: 'ConflictException' });
    await expect(terminate()).rejects.toMatchObject({
      name: 'ConflictException',
      message: expect.stringContaining('a job is in progress'),
    });

    services.clock.pass(10 * minute);
    const { items } = await client.send(new DescribeJobsCommand({ filters: { jobIDs: [job?.jobID ?? ''] } }));
    expect(items).toMatchObject([{ jobID: job?.jobID, status: 'COMPLETED', participatingServers: [{ launchStatus: 'TERMINATED' }] }]);
    expect((await describeInstances()).items).toMatchObject([{ ec2InstanceState: 'TERMINATED' }]);
    await expect(terminate()).rejects.toMatchObject({ name: 'ConflictException', message: expect.stringContaining('is terminated') });
    await disconnect();
  });

  test('of an unknown instance starts no job', async () => {
    seedRecoveryInstance();
    const both = new TerminateRecoveryInstancesCommand({ recoveryInstanceIDs: [recoveryInstanceID, 'i-00000000'] });
    await expect(client.send(both)).rejects.toMatchObject({ resourceId: 'i-00000000' });
    expect((await client.send(new DescribeJobsCommand({}))).items).toEqual([]);
  });

  test('runs at most 20 jobs at once', async () => {
    const start1 = () => {
      const { sourceServerID: id = '' } = services.drs.addSourceServer();
      const { recoveryInstanceID: instance = '' } = services.drs.addRecoveryInstance({ sourceServerID: id });
      return client.send(new TerminateRecoveryInstancesCommand({ recoveryInstanceIDs: [instance] }));
    };
    for (let count = 0; count < 20; count++) await start1();
    await expect(start1()).rejects.toMatchObject({ name: 'ServiceQuotaExceededException', $metadata: { httpStatusCode: 402 } });
  });

  test('jobs are listed latest first, and filtered by date', async () => {
    const dates: string[] = [];
    for (const id of ['i-00000001', 'i-00000002']) {
      services.drs.addRecoveryInstance({ sourceServerID: services.drs.addSourceServer().sourceServerID ?? '', ec2InstanceID: id });
      const { job } = await client.send(new TerminateRecoveryInstancesCommand({ recoveryInstanceIDs: [id] }));
      dates.unshift(job?.creationDateTime ?? '');
      services.clock.pass(minute);
    }
    const list = async (filters: object) =>
      (await client.send(new DescribeJobsCommand({ filters }))).items?.map(({ creationDateTime }) => creationDateTime);
    expect(await list({})).toEqual(dates);
    expect(await list({ fromDate: dates[0] })).toEqual([dates[0]]);
    expect(await list({ toDate: dates[1] })).toEqual([dates[1]]);
  });
});

describe('an account that never used DRS', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['DisconnectSourceServer', disconnect],
    ['DescribeSourceServers', () => client.send(new DescribeSourceServersCommand({}))],
    ['DescribeRecoveryInstances', describeInstances],
    ['DisconnectRecoveryInstance', disconnectInstance],
    ['DeleteRecoveryInstance', deleteInstance],
    ['TerminateRecoveryInstances', terminate],
    ['DescribeJobs', () => client.send(new DescribeJobsCommand({}))],
  ])('%s says so', async (_name, act) => {
    services.drs.uninitialize(defaultAccountId, defaultRegion);
    await expect(act()).rejects.toMatchObject({ name: 'UninitializedAccountException', $metadata: { httpStatusCode: 400 } });
  });

  test('is initialized by its first source server, and only there', async () => {
    services.drs.uninitialize(defaultAccountId, defaultRegion);
    services.drs.uninitialize(defaultAccountId, 'eu-west-1');
    services.drs.addSourceServer({ sourceServerID });
    await disconnect();
    const elsewhere = services.drsClient({ region: 'eu-west-1' }).send(new DescribeSourceServersCommand({}));
    await expect(elsewhere).rejects.toMatchObject({ name: 'UninitializedAccountException' });
  });
});

test('tells listeners of changes, and of nothing else', async () => {
  const changes: DrsChange[] = [];
  const stopListening = services.drs.onChange((change) => changes.push(change));
  seedRecoveryInstance();
  await expect(disconnect()).rejects.toThrow();
  await describeInstances();
  await disconnectInstance();
  await disconnect();
  stopListening();
  await client.send(new DeleteSourceServerCommand({ sourceServerID }));
  const common = {
    time: services.clock.now(),
    accountId: defaultAccountId,
    region: defaultRegion,
    callerArn: 'arn:aws:iam::111122223333:user/operator',
    sourceServerID,
  };
  expect(changes).toEqual([
    { ...common, operation: 'DisconnectRecoveryInstance', recoveryInstanceID },
    { ...common, operation: 'DisconnectSourceServer' },
  ]);
});

test.each<[string, () => unknown, string]>([
  ['a source server twice', () => services.drs.addSourceServer({ sourceServerID, region: 'eu-west-1' }), 'already'],
  [
    'a recovery instance of no server',
    () => services.drs.addRecoveryInstance({ sourceServerID: 's-00000000000000000' }),
    'no source server',
  ],
])('cannot be seeded with %s', (_name, seed, message) => {
  services.drs.addSourceServer({ sourceServerID });
  expect(seed).toThrow(message);
});
