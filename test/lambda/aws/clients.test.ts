import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DisconnectSourceServerCommand,
  type DrsClient,
} from '@aws-sdk/client-drs';
import { ACCOUNT, cloudFormation, drs, handle, OTHER_ID, reset, SERVER_ID, stackHas, stackIs } from '../harness';

// A server may replicate to another Region than its stack's: there it is looked for and disconnected.
const ARN = `arn:aws:drs:us-west-2:${ACCOUNT}:source-server/${SERVER_ID}`;
const OTHER = `arn:aws:drs:ap-south-1:${ACCOUNT}:source-server/${OTHER_ID}`;

beforeEach(() => {
  reset();
  const server = (sourceServerID: string) => ({ sourceServerID, dataReplicationInfo: { dataReplicationState: 'CONTINUOUS' as const } });
  drs.on(DescribeSourceServersCommand).resolves({ items: [server(SERVER_ID), server(OTHER_ID)] });
  drs.on(DescribeRecoveryInstancesCommand).resolves({ items: [] });
  drs
    .on(DisconnectSourceServerCommand)
    .resolves({ dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' }, stagingArea: { status: 'NOT_EXTENDED' } });
  stackIs('DELETE_IN_PROGRESS');
});

const clients = () => [...drs.calls(), ...cloudFormation.calls()].map(({ thisValue }) => thisValue as DrsClient | CloudFormationClient);
const regions = async () => Promise.all(drs.calls().map(async ({ thisValue }) => (thisValue as DrsClient).config.region()));

test('a Create looks in the Region of the server', async () => {
  await handle({ type: 'Create', arn: ARN });
  expect(await regions()).toEqual(['us-west-2']);
});

test('an Update looks at the old server and at the new one, each in its Region', async () => {
  stackIs('UPDATE_IN_PROGRESS');
  await handle({ type: 'Update', physicalId: ARN, arn: OTHER });
  expect(await regions()).toEqual(['ap-south-1', 'us-west-2', 'us-west-2']);
});

test('an Update of the same server looks in its Region', async () => {
  await handle({ type: 'Update', physicalId: ARN, arn: ARN });
  expect(await regions()).toEqual(['us-west-2']);
});

test('a Delete disconnects in the Region of the server', async () => {
  await handle({ type: 'Delete', physicalId: ARN });
  expect(await regions()).toEqual(['us-west-2']);
});

test('CloudFormation is asked in the Region of the stack', async () => {
  stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  stackHas();
  await handle({ type: 'Delete', physicalId: ARN });
  const asked = cloudFormation.calls().map(({ thisValue }) => (thisValue as CloudFormationClient).config.region());
  expect(await Promise.all(asked)).toEqual(['eu-central-1', 'eu-central-1', 'eu-central-1']);
});

test('every client leaves retries to us, and tells CloudTrail for which stack it works', async () => {
  await handle({ type: 'Delete', physicalId: ARN });
  expect(new Set(clients()).size).toBe(2);
  for (const { config } of clients()) {
    expect(await config.maxAttempts()).toBe(1);
    expect(config.customUserAgent).toEqual([['cdk-drs'], ['stack', 'LandingZone']]);
  }
});

test('no client outlives its request: nothing of one request reaches the next', async () => {
  await handle({ type: 'Delete', physicalId: ARN });
  await handle({ type: 'Delete', physicalId: ARN });
  expect(new Set(clients()).size).toBe(4);
});
