import { DescribeStacksCommand } from '../../../lambda/aws/cloudformation';
import { Failure } from '../../../lambda/aws/errors';
import type { Request } from '../../../lambda/protocol/request';
import { unlessRollingBack } from '../../../lambda/protocol/update';
import { SOURCE_SERVER_DISCONNECTION } from '../../../lib/contract';
import { cloudFormation, LOGICAL_ID, reset, SERVER_ARN, serviceError, STACK, stackIs } from '../harness';

beforeEach(() => {
  reset();
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});

const request = (): Request => ({
  type: 'Update',
  requestId: 'request-1',
  resourceType: SOURCE_SERVER_DISCONNECTION,
  logicalId: LOGICAL_ID,
  physicalId: SERVER_ARN,
  properties: {},
  oldProperties: {},
  stack: STACK,
  deadline: Date.now() + 60_000,
  signal: new AbortController().signal,
});

const failure = new Failure('the new server is not there');
const succeeds = jest.fn(() => Promise.resolve('updated'));
const fails = jest.fn(() => Promise.reject<string>(failure));
const inRollback = jest.fn(() => Promise.resolve('kept'));
const looks = () => cloudFormation.commandCalls(DescribeStacksCommand).length;

afterEach(() => jest.clearAllMocks());

test('the stack rolls back: the update is not tried', async () => {
  stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
  await expect(unlessRollingBack(request(), succeeds, inRollback)).resolves.toBe('kept');
  expect(succeeds).not.toHaveBeenCalled();
});

test('the stack does not roll back: the update is made, and the stack is looked at once', async () => {
  stackIs('UPDATE_IN_PROGRESS');
  await expect(unlessRollingBack(request(), succeeds, inRollback)).resolves.toBe('updated');
  expect([inRollback.mock.calls.length, looks()]).toEqual([0, 1]);
});

test('the update fails, and the rollback shows only then: it is as in a rollback', async () => {
  stackIs('UPDATE_IN_PROGRESS');
  fails.mockImplementationOnce(() => {
    stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    return Promise.reject(failure);
  });
  await expect(unlessRollingBack(request(), fails, inRollback)).resolves.toBe('kept');
});

test('the update fails, and nothing rolls back: it fails as the update did', async () => {
  stackIs('UPDATE_IN_PROGRESS');
  await expect(unlessRollingBack(request(), fails, inRollback)).rejects.toBe(failure);
  expect([inRollback.mock.calls.length, looks()]).toEqual([0, 2]);
});

test.each([
  ['succeeds', succeeds, 'updated'],
  ['fails', fails, failure],
])('the status can not be read, and the update %s: it counts alone', async (_what, update, outcome) => {
  cloudFormation.on(DescribeStacksCommand).rejects(serviceError('ValidationError', 'no'));
  await expect(unlessRollingBack(request(), update, inRollback).catch((error: unknown) => error)).resolves.toBe(outcome);
  expect(inRollback).not.toHaveBeenCalled();
});
