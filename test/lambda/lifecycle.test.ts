import { DescribeSourceServersCommand } from '@aws-sdk/client-drs';
import { drs, handle, reset, SERVER_ARN, SERVER_ID, serviceError, STACK_ID } from './harness';

beforeEach(reset);

test('a response carries the IDs of its request', async () => {
  drs.on(DescribeSourceServersCommand).resolves({ items: [{ sourceServerID: SERVER_ID }] });
  const { response } = await handle({ type: 'Create' });
  expect(response).toMatchObject({ StackId: STACK_ID, RequestId: 'request-1', LogicalResourceId: 'Disconnection1A2B3C4D' });
});

test.each([
  ['Create', 120_000],
  ['Update', 120_000],
  ['Delete', 240_000],
] as const)('a %s whose calls never return is answered FAILED by itself', async (type, limit) => {
  drs.onAnyCommand().callsFake(() => new Promise(() => undefined));
  const { cloudFormation } = await import('./harness');
  cloudFormation.onAnyCommand().callsFake(() => new Promise(() => undefined));
  const start = Date.now();
  const { response } = await handle({ type, arn: SERVER_ARN.replace(/0$/, '1') });
  expect(response.Status).toBe('FAILED');
  expect(Date.now() - start).toBeLessThanOrEqual(limit + 6_000);
});

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

  test('Delete: SUCCESS, since nothing was created', async () => {
    const { response, calls } = await handle({ type: 'Delete', resourceType: 'Custom::DRSSomethingNew' });
    expect(response.Status).toBe('SUCCESS');
    expect(calls).toEqual([]);
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
