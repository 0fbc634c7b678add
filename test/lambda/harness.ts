import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  type DataReplicationState,
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DisconnectSourceServerCommand,
  DrsClient,
  type RecoveryInstance,
  type SourceServer,
} from '@aws-sdk/client-drs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { STSClient } from '@aws-sdk/client-sts';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { SOURCE_SERVER_DISCONNECTION, STACK_ID_VARIABLE } from '../../lib/contract';
import { handler } from '../../lambda';
import {
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type StackEvent,
} from '../../lambda/aws/cloudformation';
import { parseStackId } from '../../lambda/aws/stack-id';
import { completeOnce } from '../../lambda/protocol/deletion-check';
import * as response from '../../lambda/protocol/response';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';
export const SERVER_ID = 's-1234567890abcdef0';
export const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:teardown`;
export const SERVER_ARN = `arn:aws:drs:${REGION}:${ACCOUNT}:source-server/${SERVER_ID}`;
export const OTHER_ID = 's-1234567890abcdef1';
export const OTHER_ARN = `arn:aws:drs:${REGION}:${ACCOUNT}:source-server/${OTHER_ID}`;
export const STACK_ID = stackIdOf('LandingZone');
export const STACK = parseStackId(STACK_ID)!;
export const LOGICAL_ID = 'Disconnection1A2B3C4D';

export function stackIdOf(name: string): string {
  return `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${name}/00000000-0000-4000-8000-000000000000`;
}

export const drs = mockClient(DrsClient);
export const cloudFormation = mockClient(CloudFormationClient);
export const sts = mockClient(STSClient);
export const ec2 = mockClient(EC2Client);

/** The server of the requests, in this state; in its own account unless told. */
export const server = (state?: DataReplicationState, more: Partial<SourceServer> = {}): SourceServer => ({
  sourceServerID: SERVER_ID,
  stagingArea: { status: 'NOT_EXTENDED' },
  sourceProperties: { identificationHints: { hostname: 'app-01' } },
  ...(state ? { dataReplicationInfo: { dataReplicationState: state } } : {}),
  ...more,
});
export const extended = server('CONTINUOUS', { stagingArea: { status: 'EXTENDED', stagingAccountID: '444455556666' } });
export const extendedDisconnected = server('DISCONNECTED', { stagingArea: extended.stagingArea });
export const drill: RecoveryInstance = {
  recoveryInstanceID: 'i-0d1',
  ec2InstanceID: 'i-0d1',
  ec2InstanceState: 'RUNNING',
  isDrill: true,
  sourceServerID: SERVER_ID,
};
export const real: RecoveryInstance = { recoveryInstanceID: 'i-0a1', ec2InstanceID: 'i-0a1', isDrill: false, sourceServerID: SERVER_ID };
export const disconnected: RecoveryInstance = { ...real, dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' } };
export const conflict = serviceError(
  'ConflictException',
  `Cannot disconnect Source Server ${SERVER_ID} because it has a Recovery Instance.`,
  409,
);

export function drsHas(...servers: SourceServer[]) {
  drs.on(DescribeSourceServersCommand).callsFake((input: { filters?: { sourceServerIDs?: string[] } }) => ({
    items: servers.filter(({ sourceServerID }) => input.filters?.sourceServerIDs?.includes(sourceServerID!)),
  }));
}

export function drsHasInstances(...items: RecoveryInstance[]) {
  drs.on(DescribeRecoveryInstancesCommand).resolves({ items });
}

/** The command is answered in turn, and with the last answer for ever. */
export function answersInTurn(command: { callsFake(answer: () => unknown): unknown }, ...answers: (object | Error)[]) {
  let index = 0;
  command.callsFake(() => {
    const answer = answers[Math.min(index++, answers.length - 1)];
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  });
}

export const disconnectSays = (...answers: (SourceServer | Error)[]) => answersInTurn(drs.on(DisconnectSourceServerCommand), ...answers);

/** An error as a service sends it: known by its name alone. */
export function serviceError(name: string, message = `${name} happened`, status = 400, members: object = {}): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status }, ...members });
}

/** Lets DescribeStacks answer with the given stack and its ancestors, the stack itself first. */
export function stackIs(...statuses: string[]) {
  statuses.forEach((StackStatus, depth) => {
    const [StackId, ParentId] = [ancestorId(depth), depth + 1 < statuses.length ? ancestorId(depth + 1) : undefined];
    const StackName = StackId.split('/')[1];
    cloudFormation.on(DescribeStacksCommand, { StackName: StackId }).resolves({
      Stacks: [{ StackId, StackName, StackStatus, ParentId }],
    });
  });
}

/** CloudFormation knows of no stack again; of any, it tells the usual events. */
export function resetCloudFormation() {
  cloudFormation.reset();
  cloudFormation.on(DescribeStackEventsCommand).callsFake(({ StackName }: { StackName: string }) => ({
    StackEvents: usualEvents(StackName, requested),
  }));
}

/** An event of a stack itself. */
export const ofStack = (ResourceStatus: string, ResourceStatusReason?: string, stackId = STACK_ID): StackEvent => ({
  LogicalResourceId: stackId.split('/')[1],
  PhysicalResourceId: stackId,
  ResourceType: 'AWS::CloudFormation::Stack',
  ResourceStatus,
  ResourceStatusReason,
});

/** An event of the resource that the requests are about, or of another one. */
export const ofResource = (ResourceStatus: string, more: Partial<StackEvent> = {}): StackEvent => ({
  LogicalResourceId: LOGICAL_ID,
  PhysicalResourceId: SERVER_ARN,
  ResourceType: SOURCE_SERVER_DISCONNECTION,
  ResourceStatus,
  ...more,
});

/** Lets DescribeStackEvents tell these, newest first, of the stack that the requests are of, or another one. */
export function eventsAre(events: StackEvent[], stackId = STACK_ID) {
  cloudFormation.on(DescribeStackEventsCommand, { StackName: stackId }).resolves({ StackEvents: events });
}

/** What events tell unless a test says otherwise: a stack that was complete, and is now being deleted or cleaned up with the resource of the request. */
function usualEvents(stackId: string, { ResourceType, LogicalResourceId, PhysicalResourceId }: StackEvent): StackEvent[] {
  return [
    ofResource('DELETE_IN_PROGRESS', { ResourceType, LogicalResourceId, PhysicalResourceId }),
    ofStack('DELETE_IN_PROGRESS', 'User Initiated', stackId),
    ofStack('CREATE_COMPLETE', undefined, stackId),
    ofStack('CREATE_IN_PROGRESS', 'User Initiated', stackId),
  ];
}

function ancestorId(depth: number): string {
  return depth === 0 ? STACK_ID : stackIdOf(`Ancestor${depth}`);
}

export function stackHas(...resources: { logicalId: string; physicalId: string; status: string; type?: string; at?: Date }[]) {
  cloudFormation.on(ListStackResourcesCommand).resolves({
    StackResourceSummaries: resources.map(({ logicalId, physicalId, status, type, at }) => ({
      LogicalResourceId: logicalId,
      PhysicalResourceId: physicalId,
      ResourceStatus: status,
      ResourceType: type ?? SOURCE_SERVER_DISCONNECTION,
      LastUpdatedTimestamp: at ?? new Date(),
    })),
  });
}

interface Requested {
  /** What a forger writes in the place of what CloudFormation does; `undefined` leaves it out. */
  readonly forged?: object;
  /** The function's own ARN, and the stack in its environment. */
  readonly functionArn?: string;
  readonly ownStackId?: string | null;
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly resourceType?: string;
  readonly physicalId?: string;
  readonly arn?: unknown;
  readonly remaining?: number;
  /** More properties than the ARN. */
  readonly properties?: object;
  /** Those before an Update. */
  readonly oldProperties?: object;
}

export interface Handled {
  readonly response: Omit<response.Response, 'Reason'> & { readonly Reason?: string };
  readonly log: readonly Record<string, unknown>[];
  /** Everything that was asked of DRS, by operation. */
  readonly calls: readonly string[];
  readonly bytes: number;
}

let delivered: string[] = [];
/** The resource of the request that is being handled. */
let requested: StackEvent = {};

/** Call in beforeEach: time is fake, so that waiting takes none, and nothing is sent anywhere. */
export function reset() {
  jest.useFakeTimers({ now: new Date('2026-11-23T03:00:00Z') });
  drs.reset();
  resetCloudFormation();
  sts.reset();
  ec2.reset();
  completeOnce.clear();
  delivered = [];
  jest.restoreAllMocks();
  jest.spyOn(response, 'deliver').mockImplementation((_url, body) => {
    delivered.push(body);
    return Promise.resolve();
  });
}

/** Sends a request through the handler, and lets time pass until it has answered. */
export async function handle({
  type,
  resourceType,
  physicalId,
  arn = SERVER_ARN,
  remaining = 900_000,
  properties = {},
  oldProperties = {},
  forged = {},
  functionArn = FUNCTION_ARN,
  ownStackId = STACK_ID,
}: Requested): Promise<Handled> {
  const lines: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const event = {
    RequestType: type,
    ServiceToken: FUNCTION_ARN,
    ResponseURL: 'https://responses.s3.eu-central-1.amazonaws.com/response?X-Amz-Signature=secret',
    StackId: STACK_ID,
    RequestId: 'request-1',
    LogicalResourceId: LOGICAL_ID,
    ResourceType: resourceType ?? SOURCE_SERVER_DISCONNECTION,
    ResourceProperties: { ServiceToken: 'token', SourceServerArn: arn, ...properties },
    ...(type === 'Create' ? {} : { PhysicalResourceId: physicalId ?? SERVER_ARN }),
    ...(type === 'Update' ? { OldResourceProperties: { ServiceToken: 'token', SourceServerArn: SERVER_ARN, ...oldProperties } } : {}),
    ...forged,
  } as unknown as CloudFormationCustomResourceEvent;
  requested = {
    ResourceType: event.ResourceType,
    LogicalResourceId: event.LogicalResourceId,
    PhysicalResourceId: 'PhysicalResourceId' in event ? event.PhysicalResourceId : undefined,
  };
  const end = Date.now() + remaining;
  let done = false;
  delete process.env[STACK_ID_VARIABLE];
  if (ownStackId !== null) {
    process.env[STACK_ID_VARIABLE] = ownStackId;
  }
  const context = { invokedFunctionArn: functionArn, getRemainingTimeInMillis: () => end - Date.now() } as Context;
  const handling = handler(event, context).finally(() => (done = true));
  handling.catch(() => undefined);
  // Lambda would end it then. A handler that goes on must not keep its test going.
  while (!done && Date.now() < end) {
    await jest.advanceTimersByTimeAsync(1_000);
  }
  if (!done) {
    throw new Error(`The handler did not end in ${remaining} milliseconds.`);
  }
  await handling;
  const [body, ...more] = delivered.splice(0);
  expect(more).toEqual([]);
  return {
    response: JSON.parse(body ?? '') as Handled['response'],
    bytes: Buffer.byteLength(body ?? ''),
    log: lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    calls: drs.calls().map((call) => call.args[0].constructor.name.replace(/Command$/, '')),
  };
}
