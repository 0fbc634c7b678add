import { DescribeSourceServersCommand } from '@aws-sdk/client-drs';
import {
  cloudFormation,
  drs,
  handle,
  LOGICAL_ID,
  reset,
  SERVER_ARN,
  SERVER_ID,
  serviceError,
  STACK_ID,
  stackHas,
  stackIs,
} from '../harness';

beforeEach(reset);

test('a response carries the IDs of its request', async () => {
  drs.on(DescribeSourceServersCommand).resolves({ items: [{ sourceServerID: SERVER_ID }] });
  const { response } = await handle({ type: 'Create' });
  expect(response).toMatchObject({ StackId: STACK_ID, RequestId: 'request-1', LogicalResourceId: 'Disconnection1A2B3C4D' });
});

type Limited = ['Create' | 'Update' | 'Delete', number, Partial<Parameters<typeof handle>[0]>];

const limited: Limited[] = [
  ['Create', 120_000, {}],
  ['Update', 120_000, {}],
  ['Delete', 240_000, {}],
  ['Create', 120_000, { properties: { RecoveryInstancePolicy: 'TERMINATE_DRILLS' } }],
  ['Delete', 240_000, { properties: { RecoveryInstancePolicy: 'DISCONNECT' } }],
  ['Delete', 240_000, { resourceType: 'Custom::DRSSomethingNew' }],
];

test.each(limited)('a %s that AWS answers with errors only is answered FAILED after %d ms (%j)', async (type, limit, more) => {
  drs.onAnyCommand().rejects(serviceError('InternalServerException', 'oops', 500));
  cloudFormation.onAnyCommand().rejects(serviceError('InternalFailure', 'oops', 500));
  const start = Date.now();
  const { response } = await handle({ type, arn: SERVER_ARN.replace(/0$/, '1'), ...more });
  expect(response.Status).toBe('FAILED');
  expect(Date.now() - start).toBeLessThanOrEqual(limit + 6_000);
});

// A Delete may have to wait for as long as it is throttled, so nobody gives it up before.
test.each(limited.map(([type, limit, more]): Limited => [type, type === 'Delete' ? 870_000 : limit, more]))(
  'a %s whose calls never return is answered FAILED by itself, after %d ms (%j)',
  async (type, limit, more) => {
    drs.onAnyCommand().callsFake(() => new Promise(() => undefined));
    cloudFormation.onAnyCommand().callsFake(() => new Promise(() => undefined));
    const start = Date.now();
    const { response } = await handle({ type, arn: SERVER_ARN.replace(/0$/, '1'), ...more });
    expect(response.Status).toBe('FAILED');
    expect(Date.now() - start).toBeLessThanOrEqual(limit + 6_000);
  },
);

test('a function that has little time left answers before it ends', async () => {
  drs.on(DescribeSourceServersCommand).rejects(serviceError('ThrottlingException', 'slow down', 429));
  const start = Date.now();
  const { response } = await handle({ type: 'Create', remaining: 60_000 });
  expect(response.Status).toBe('FAILED');
  expect(Date.now() - start).toBeLessThan(40_000);
});

describe('a resource type that this version does not know', () => {
  test.each(['Create', 'Update'] as const)('%s: FAILED', async (type) => {
    const { response } = await handle({ type, resourceType: 'Custom::DRSSomethingNew' });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('Custom::DRSSomethingNew') });
  });

  // After a downgrade the resources of the newer version are still there.
  test.each([
    ['whose Create failed', 'cdk-drs:not-created:Fleet', 'CREATE_COMPLETE', 'SUCCESS'],
    ['with a physical ID that CloudFormation made up', 'LandingZone-Fleet-1ABCDEFGHIJK', 'DELETE_IN_PROGRESS', 'SUCCESS'],
    ['in a rollback', 'drs:fleet:111122223333:eu-central-1:0123', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'SUCCESS'],
    ['that is deleted genuinely', 'drs:fleet:111122223333:eu-central-1:0123', 'DELETE_IN_PROGRESS', 'FAILED'],
  ])('Delete of one %s (%s, %s): %s', async (_what, physicalId, status, expected) => {
    stackIs(status);
    const { response, calls } = await handle({ type: 'Delete', resourceType: 'Custom::DRSSomethingNew', physicalId });
    expect(response).toMatchObject({ Status: expected, PhysicalResourceId: physicalId });
    expect(response.Reason ?? '').not.toMatch(/deploy/i);
    expect(calls).toEqual([]);
  });

  test('Delete of one that an update replaced: FAILED, since nobody knows what becomes of what it stood for', async () => {
    stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    stackHas({ logicalId: LOGICAL_ID, physicalId: 'drs:new:2', status: 'UPDATE_COMPLETE', type: 'Custom::DRSSomethingNew' });
    const { response } = await handle({ type: 'Delete', resourceType: 'Custom::DRSSomethingNew', physicalId: 'drs:new:1' });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('knows no resource type') });
  });
});

test('the log is one line of JSON for each decision, without the response URL', async () => {
  const hostile = 'app\n{"forged":true}';
  drs.on(DescribeSourceServersCommand).rejects(serviceError('ValidationException', hostile));
  const { log } = await handle({ type: 'Create' });
  expect(log.map(({ event }) => event)).toEqual(['failed', 'answered']);
  expect(JSON.stringify(log)).not.toMatch(/Signature|secret|example\.invalid/);
  expect(log.some((entry) => 'forged' in entry)).toBe(false);
});
