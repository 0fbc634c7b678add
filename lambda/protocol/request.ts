import { setMaxListeners } from 'node:events';
import type { Context } from 'aws-lambda';
import { beginning, bytesOf, join, type Message, say } from '../aws/message';
import type { Term } from '../aws/sleep';
import { parseStackId, type StackIdentity } from '../aws/stack-id';
import { isOfCreated } from '../physical-ids';
import { type OwnFunction, readOwnFunction } from './own-function';
import { readResponseUrl, type ResponseUrl } from './response-url';

/** What CloudFormation asks for, without what no rule may see: the response URL. */
export interface Request extends Term {
  readonly type: RequestType;
  readonly requestId: string;
  readonly resourceType: string;
  readonly logicalId: string;
  /** Absent on Create. */
  readonly physicalId?: string;
  readonly properties: Properties;
  /** Those before an Update; none otherwise. */
  readonly oldProperties: Properties;
  /** Why the properties can't be read, if so: they count for nothing then, and a rule that needs them fails. */
  readonly unreadable?: string;
  readonly stack: StackIdentity;
  /** When they give up while they only wait for others, such as a service that throttles. As the deadline, if absent. */
  readonly throttledUntil?: number;
}

/** A request as it came in. */
export interface ReceivedRequest {
  readonly request: Request;
  /** Ends whatever of the request is still under way. */
  readonly end: AbortController;
  readonly responseUrl: ResponseUrl;
  readonly ownFunction: OwnFunction;
  /** What is wrong with it, if anything is: then nothing is asked and nothing is changed. */
  readonly problem?: Message;
}

type Properties = Readonly<Record<string, unknown>>;
type RequestType = (typeof TYPES)[number];

const TYPES = ['Create', 'Update', 'Delete'] as const;

/** What is left of the function's time to deliver the answer, in milliseconds. */
const RESERVE = 30_000;

/** CloudFormation allows no longer ones, in bytes; they go back in a response that has a limit, too. */
const LONGEST_NAME = 255;
const LONGEST_PHYSICAL_ID = 1024;

/**
 * Reads a request, which anybody may have written who may invoke the function, before anything is asked of anybody.
 *
 * @throws Error if there is nowhere to send an answer
 */
export function receive(event: unknown, context: Context): ReceivedRequest {
  const ownFunction = readOwnFunction(context);
  const said = isRecord(event) ? event : {};
  const responseUrl = readResponseUrl(said.ResponseURL, ownFunction.partition);
  const end = new AbortController();
  // Each call and each pause listens, and there may be many at once.
  setMaxListeners(0, end.signal);
  const request = {
    // Whatever else it says is refused, below.
    type: said.RequestType as RequestType,
    requestId: textOf(said.RequestId, LONGEST_NAME),
    resourceType: textOf(said.ResourceType, LONGEST_NAME),
    logicalId: textOf(said.LogicalResourceId, LONGEST_NAME),
    physicalId: said.RequestType === 'Create' ? undefined : textOf(said.PhysicalResourceId, LONGEST_PHYSICAL_ID) || undefined,
    properties: recordOf(said.ResourceProperties),
    oldProperties: said.RequestType === 'Update' ? recordOf(said.OldResourceProperties) : {},
    unreadable: unreadable(said),
    stack: parseStackId(said.StackId) ?? {
      id: textOf(said.StackId, LONGEST_PHYSICAL_ID),
      name: '',
      partition: '',
      accountId: '',
      region: '',
    },
    deadline: Date.now() + context.getRemainingTimeInMillis() - RESERVE,
    signal: end.signal,
  };
  return { request, end, responseUrl, ownFunction, problem: problemOf(said, responseUrl, ownFunction) };
}

/** A Create that failed, or that CloudFormation cancelled, left nothing to delete, whoever sends the Delete. */
export function isDeletionOfNothing({ type, physicalId }: Request): boolean {
  return type === 'Delete' && physicalId !== undefined && !isOfCreated(physicalId);
}

/** Describes the request in every line of the log. */
export function requestFields(request: Request) {
  return {
    request: request.type,
    requestId: request.requestId,
    stackId: request.stack.id,
    logicalId: request.logicalId,
    physicalId: request.physicalId,
  };
}

/** What of the request is not as CloudFormation writes it to this function. */
function problemOf(said: Properties, { outsideOf }: ResponseUrl, { partition, region, accountId }: OwnFunction): Message | undefined {
  const stack = parseStackId(said.StackId);
  const isOwn = stack?.partition === partition && stack.region === region && stack.accountId === accountId;
  const problems: [isProblem: boolean, what: string][] = [
    [outsideOf !== undefined, `its response URL is not under ${outsideOf}`],
    [!TYPES.some((type) => type === said.RequestType), `its RequestType is none of ${TYPES.join(', ')}`],
    [!isOwn, `its StackId is not the ARN of a stack in account ${accountId}, Region ${region}, partition ${partition}`],
    ...['RequestId', 'LogicalResourceId', 'ResourceType'].map((name): [boolean, string] => [!isName(said[name]), `its ${name} is no name`]),
    [bytesOf(textOf(said.PhysicalResourceId, Infinity)) > LONGEST_PHYSICAL_ID, 'its PhysicalResourceId is too long'],
  ];
  const found = problems.filter(([isProblem]) => isProblem).map(([, what]) => what);
  return found.length === 0
    ? undefined
    : join([
        say`This request is not one that CloudFormation sends to this function, so nothing was asked and nothing was changed: ${join(found, '; ')}.`,
        'The trail of Lambda data events in CloudTrail, if there is one, tells who invoked the function.',
      ]);
}

function unreadable({ RequestType, ResourceProperties, OldResourceProperties }: Properties): string | undefined {
  const isReadable = isRecord(ResourceProperties) && (RequestType !== 'Update' || isRecord(OldResourceProperties));
  return isReadable ? undefined : 'The request has no properties that can be read, so nothing was changed.';
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && bytesOf(value) <= LONGEST_NAME;
}

function textOf(value: unknown, longest: number): string {
  return typeof value === 'string' ? beginning(value, longest) : '';
}

function recordOf(value: unknown): Properties {
  return isRecord(value) ? value : {};
}

export function isRecord(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
