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
import { Services } from '../services';

const sourceServerID = 's-0123456789abcdef0';
const recoveryInstanceID = 'i-0123456789abcdef0';
const server = `arn:aws:drs:eu-central-1:111122223333:source-server/${sourceServerID}`;
const instance = `arn:aws:drs:eu-central-1:111122223333:recovery-instance/${recoveryInstanceID}`;
const ec2 = 'arn:aws:ec2:eu-central-1:111122223333';

let services: Services;
beforeEach(async () => {
  services = await Services.start();
  services.drs.addSourceServer({ sourceServerID, tags: { env: 'dr' } });
  services.drs.addRecoveryInstance({ sourceServerID, ec2InstanceID: recoveryInstanceID });
});
afterEach(() => services.stop());

/** The action that a caller with these statements lacks, by the error's words; undefined if it lacks none. */
async function lacking(send: (client: DrsClient) => Promise<unknown>, statements: object[]): Promise<string | undefined> {
  const credentials = await services.roleWith(...statements);
  return send(services.drsClient({ credentials })).then(
    () => undefined,
    (error: Error) => (error.name === 'AccessDeniedException' ? /perform: (\S+)/.exec(error.message)?.[1] : undefined),
  );
}

const allow = (Action: string, Resource: string, Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const managed = { Null: { 'aws:ResourceTag/AWSElasticDisasterRecoveryManaged': 'false' }, Bool: { 'aws:ViaAWSService': 'true' } };

describe.each<[string, (client: DrsClient) => Promise<unknown>, object[]]>([
  [
    'DisconnectSourceServer',
    (client) => client.send(new DisconnectSourceServerCommand({ sourceServerID })),
    [allow('drs:DisconnectSourceServer', server)],
  ],
  [
    'DeleteSourceServer',
    (client) => client.send(new DeleteSourceServerCommand({ sourceServerID })),
    [allow('drs:DeleteSourceServer', server)],
  ],
  ['StopReplication', (client) => client.send(new StopReplicationCommand({ sourceServerID })), [allow('drs:StopReplication', server)]],
  ['DescribeSourceServers', (client) => client.send(new DescribeSourceServersCommand({})), [allow('drs:DescribeSourceServers', '*')]],
  ['DescribeJobs', (client) => client.send(new DescribeJobsCommand({})), [allow('drs:DescribeJobs', '*')]],
  [
    'DescribeRecoveryInstances',
    (client) => client.send(new DescribeRecoveryInstancesCommand({})),
    [allow('drs:DescribeRecoveryInstances', '*'), allow('drs:DescribeSourceServers', '*'), allow('ec2:DescribeInstances', '*')],
  ],
  [
    'DisconnectRecoveryInstance',
    (client) => client.send(new DisconnectRecoveryInstanceCommand({ recoveryInstanceID })),
    [allow('drs:DisconnectRecoveryInstance', instance)],
  ],
  [
    'DeleteRecoveryInstance',
    (client) => client.send(new DeleteRecoveryInstanceCommand({ recoveryInstanceID })),
    [allow('drs:DeleteRecoveryInstance', instance)],
  ],
  ['StopFailback', (client) => client.send(new StopFailbackCommand({ recoveryInstanceID })), [allow('drs:StopFailback', instance)]],
  [
    'TerminateRecoveryInstances',
    (client) => client.send(new TerminateRecoveryInstancesCommand({ recoveryInstanceIDs: [recoveryInstanceID] })),
    [
      allow('drs:TerminateRecoveryInstances', instance),
      allow('drs:DescribeSourceServers', '*'),
      allow('ec2:DescribeInstances', '*'),
      allow('ec2:DescribeVolumes', '*'),
      allow('ec2:TerminateInstances', `${ec2}:instance/${recoveryInstanceID}`, managed),
      allow('ec2:DeleteVolume', `${ec2}:volume/*`, managed),
    ],
  ],
])('%s', (_name, send, statements) => {
  test('is allowed with these statements', async () => {
    expect(await lacking(send, statements)).toBeUndefined();
  });

  test.each(statements.map((statement) => [(statement as { Action: string }).Action]))('and needs %s', async (action) => {
    const others = statements.filter((statement) => (statement as { Action: string }).Action !== action);
    expect(await lacking(send, others)).toBe(action);
  });
});

describe('a condition', () => {
  const disconnect = (client: DrsClient) => client.send(new DisconnectSourceServerCommand({ sourceServerID }));
  const disconnectInstance = (client: DrsClient) => client.send(new DisconnectRecoveryInstanceCommand({ recoveryInstanceID }));
  const ec2Arn = (id: string) => ({ ArnEquals: { 'drs:EC2InstanceARN': `${ec2}:instance/${id}` } });

  test.each<[string, (client: DrsClient) => Promise<unknown>, string, object, boolean]>([
    ['on a tag that the server has', disconnect, 'drs:DisconnectSourceServer', { StringEquals: { 'aws:ResourceTag/env': 'dr' } }, true],
    ['on another value of the tag', disconnect, 'drs:DisconnectSourceServer', { StringEquals: { 'aws:ResourceTag/env': 'x' } }, false],
    [
      'on a tag that the server lacks',
      disconnect,
      'drs:DisconnectSourceServer',
      { StringEquals: { 'aws:ResourceTag/other': 'dr' } },
      false,
    ],
    ['on the Region', disconnect, 'drs:DisconnectSourceServer', { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } }, true],
    ['on another Region', disconnect, 'drs:DisconnectSourceServer', { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } }, false],
    ['on the EC2 instance', disconnectInstance, 'drs:DisconnectRecoveryInstance', ec2Arn(recoveryInstanceID), true],
    ['on another EC2 instance', disconnectInstance, 'drs:DisconnectRecoveryInstance', ec2Arn('i-00000000'), false],
  ])('%s', async (_name, send, action, condition, allowed) => {
    expect(await lacking(send, [allow(action, '*', condition)])).toBe(allowed ? undefined : action);
  });
});

describe('who terminates a recovery instance lends DRS the permission for its EC2 instance and volumes', () => {
  const terminate = (client: DrsClient) =>
    client.send(new TerminateRecoveryInstancesCommand({ recoveryInstanceIDs: [recoveryInstanceID] }));
  const others = ['drs:TerminateRecoveryInstances', 'drs:DescribeSourceServers', 'ec2:DescribeInstances', 'ec2:DescribeVolumes'];
  const lent = (Condition: object) => ({
    Effect: 'Allow',
    Action: ['ec2:TerminateInstances', 'ec2:DeleteVolume'],
    Resource: '*',
    Condition,
  });
  const tag = 'aws:ResourceTag/AWSElasticDisasterRecoveryManaged';

  test.each<[string, object, boolean]>([
    ['which DRS made, and through DRS', managed, true],
    ["which have DRS's tag with its value", { StringEquals: { [tag]: 'drs.amazonaws.com' } }, true],
    ['which have no tag of DRS', { ...managed, Null: { [tag]: 'true' } }, false],
    ['but not through DRS', { ...managed, Bool: { 'aws:ViaAWSService': 'false' } }, false],
  ])('%s', async (_name, condition, allowed) => {
    const statements = [...others.map((action) => allow(action, '*')), lent(condition)];
    expect(await lacking(terminate, statements)).toBe(allowed ? undefined : 'ec2:TerminateInstances');
  });
});

test('comes before whether there is such a server, and after what the service model says', async () => {
  const [unknown, malformed] = ['s-00000000000000000', 's-0'].map((id) => new DisconnectSourceServerCommand({ sourceServerID: id }));
  const client = services.drsClient({ credentials: await services.roleWith() });
  await expect(client.send(unknown)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await expect(client.send(malformed)).rejects.toMatchObject({ name: 'ValidationException' });
});
