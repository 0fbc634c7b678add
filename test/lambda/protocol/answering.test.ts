import { DescribeSourceServersCommand, DisconnectSourceServerCommand } from '@aws-sdk/client-drs';
import * as response from '../../../lambda/protocol/response';
import { drs, handle, LOGICAL_ID, reset, SERVER_ARN, SERVER_ID, serviceError, STACK_ID, stackIs } from '../harness';

beforeEach(() => {
  reset();
  stackIs('DELETE_IN_PROGRESS');
  drs.on(DescribeSourceServersCommand).resolves({ items: [{ sourceServerID: SERVER_ID }] });
  drs.on(DisconnectSourceServerCommand).rejects(serviceError('ServiceQuotaExceededException', 'too much of it', 402));
});

/** All that was written to the log, line by line as it was written. */
const written = () => jest.spyOn(process.stdout, 'write').mock.calls.map(([line]) => String(line));

test.each([
  ['Create', 'SUCCESS'],
  ['Delete', 'FAILED'],
] as const)('a %s is answered once, %s, with the IDs of its request', async (type, Status) => {
  const { response } = await handle({ type });
  expect(response).toMatchObject({
    Status,
    StackId: STACK_ID,
    RequestId: 'request-1',
    LogicalResourceId: LOGICAL_ID,
    PhysicalResourceId: SERVER_ARN,
  });
});

test('a Create that fails gets a physical ID that names no server', async () => {
  const { response } = await handle({ type: 'Create', arn: 'nothing' });
  expect(response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: `cdk-drs:not-created:${LOGICAL_ID}` });
});

test.each([
  ['plenty of time', 900_000, 120_000],
  ['a minute', 60_000, 57_000],
])('with %s left, the delivery ends before the function does', async (_left, remaining, limit) => {
  const start = Date.now();
  await handle({ type: 'Create', remaining });
  const deadline = jest.mocked(response.deliver).mock.calls[0][2];
  expect(deadline - start).toBeGreaterThan(limit - 2_000);
  expect(deadline - start).toBeLessThanOrEqual(limit);
});

test('what can not be delivered throws, and is not logged as answered', async () => {
  jest.mocked(response.deliver).mockRejectedValue(new Error('The response could not be delivered'));
  await expect(handle({ type: 'Create' })).rejects.toThrow('could not be delivered');
  expect(written().join()).not.toContain('answered');
});

test('nothing of a request is left to be done when it is answered', async () => {
  await handle({ type: 'Create' });
  expect(jest.getTimerCount()).toBe(0);
});

test('a failed deletion is counted for its stack and for all stacks', async () => {
  const { log } = await handle({ type: 'Delete' });
  const failed = log.find(({ event }) => event === 'failed');
  expect(failed).toMatchObject({
    FailedDeletions: 1,
    StackName: 'LandingZone',
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [{ Namespace: 'cdk-drs', Dimensions: [['StackName'], []], Metrics: [{ Name: 'FailedDeletions', Unit: 'Count' }] }],
    },
  });
});

test.each([
  ['a failed Create', { type: 'Create', arn: 'nothing' }],
  ['a failed Update', { type: 'Update', arn: 'nothing' }],
  ['a Create that succeeds', { type: 'Create' }],
] as const)('%s is not counted', async (_what, request) => {
  const { log } = await handle(request);
  expect(log.some((line) => '_aws' in line || 'FailedDeletions' in line)).toBe(false);
});

test('each entry of the log is one line', async () => {
  await handle({ type: 'Delete' });
  expect(written().length).toBeGreaterThan(1);
  for (const line of written()) {
    expect(line.indexOf('\n')).toBe(line.length - 1);
  }
});
