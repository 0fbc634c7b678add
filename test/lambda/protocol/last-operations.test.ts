import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SOURCE_SERVER_DISCONNECTION } from '../../../lib/contract';
import { cloudFormation, LOGICAL_ID, SERVER_ARN, STACK, STACK_ID } from '../harness';
import { checkDeletion } from '../../../lambda/protocol/deletion-check';

// Only a stack in DELETE_IN_PROGRESS can be one whose creation failed. CloudFormation tells the last operations of every other one, too.

let server: Server;
let status: string;
let operation: string;

beforeAll(async () => {
  cloudFormation.restore();
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      const stack =
        `<StackId>${STACK_ID}</StackId><StackName>LandingZone</StackName><StackStatus>${status}</StackStatus><CreationTime>2026-11-23T00:00:00Z</CreationTime>` +
        `<LastOperations><member><OperationType>${operation}</OperationType></member></LastOperations>`;
      response.end(
        `<Response><DescribeStacksResult><Stacks><member>${stack}</member></Stacks></DescribeStacksResult><ListStackResourcesResult><StackResourceSummaries/></ListStackResourcesResult></Response>`,
      );
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.AWS_ACCESS_KEY_ID = process.env.AWS_SECRET_ACCESS_KEY = 'test';
});

afterAll(async () => {
  delete process.env.AWS_ENDPOINT_URL;
  await once(server.close(), 'close');
});

test.each([
  ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_STACK', true],
  ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'CREATE_CHANGESET', true],
  ['DELETE_IN_PROGRESS', 'DELETE_STACK', true],
  ['DELETE_IN_PROGRESS', 'CREATE_STACK', false],
])('%s after %s: genuine %s', async (now, last, genuine) => {
  [status, operation] = [now, last];
  const request = {
    type: 'Delete' as const,
    requestId: 'request-1',
    resourceType: SOURCE_SERVER_DISCONNECTION,
    logicalId: LOGICAL_ID,
    physicalId: SERVER_ARN,
    properties: {},
    oldProperties: {},
    stack: STACK,
    deadline: Date.now() + 10_000,
    signal: new AbortController().signal,
  };
  const verdict = await checkDeletion(request, 'disconnect');
  expect(verdict.genuine).toBe(genuine);
});
