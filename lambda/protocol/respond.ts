import type { Context } from 'aws-lambda';
import { FAILED_DELETIONS, METRIC_NAMESPACE } from '../../lib/contract';
import { Failure, messageOf } from '../aws/errors';
import type { Message } from '../aws/message';
import { within } from '../aws/sleep';
import { notCreatedIdOf } from '../physical-ids';
import { explainForeignStack } from './foreign-stack';
import { log, logDecision } from './log';
import { isDeletionOfNothing, receive, type ReceivedRequest, type Request, requestFields } from './request';
import { deliver, type Response, serialize } from './response';

/** What a handler answers when it succeeds; it throws when it fails. */
export interface Answer {
  readonly physicalId: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** Answers the requests of one resource type. */
export interface ResourceHandler {
  answer(request: Request): Promise<Answer>;
  /** How long it may take for a request, in milliseconds; Infinity for as long as the function may run. */
  limit(request: Request): number;
}

/** What the protocol has to know of the resource types. */
export interface ResourceTypes {
  /** The handler of a type; that of unknown types, if there is none. */
  handlerOf(resourceType: string): ResourceHandler | Promise<ResourceHandler>;
  /** The commands that do by hand what the deletion of a resource does. */
  manualCommands(request: Request): Message;
}

/** How long the delivery of an answer is tried in one run, in milliseconds: when it fails, Lambda runs the request again. */
const DELIVERY = 120_000;
/** How long before the function's own end the delivery stops, in milliseconds. */
const MARGIN = 3_000;
/** How much longer than its deadline a handler may take before it is given up, in milliseconds: only a mistake of ours does. */
const GRACE = 5_000;
/** How long what was ended may take to end, in milliseconds: only a mistake of ours takes any time. */
const ENDING = 1_000;

/** A log event has 256 KB, and a message that others wrote may have more. */
const LONGEST_STACK = 4_000;

/** Answers a request: exactly one response, whatever happens. */
export async function respond(event: unknown, context: Context, types: ResourceTypes): Promise<void> {
  const received = receive(event, context);
  const { request, responseUrl } = received;
  if (responseUrl.isUnchecked) {
    log({ level: 'warning', event: 'response URL unchecked', partition: received.ownFunction.partition, ...requestFields(request) });
  }
  const response = await run(received, types);
  const deadline = Date.now() + Math.min(DELIVERY, context.getRemainingTimeInMillis() - MARGIN);
  await deliver(responseUrl.url, serialize(response), deadline);
  log({ event: 'answered', ...requestFields(request), status: response.Status });
}

async function run(received: ReceivedRequest, types: ResourceTypes): Promise<Response> {
  const { request } = received;
  const ids = { StackId: request.stack.id, RequestId: request.requestId, LogicalResourceId: request.logicalId };
  try {
    const { physicalId, data } = await answer(received, types);
    return { Status: 'SUCCESS', PhysicalResourceId: physicalId, ...ids, Data: data };
  } catch (error) {
    const reason = messageOf(error);
    logFailure(received, reason, error);
    return { Status: 'FAILED', Reason: reason, PhysicalResourceId: request.physicalId ?? notCreatedIdOf(request.logicalId), ...ids };
  }
}

async function answer({ request, end, ownFunction, problem }: ReceivedRequest, types: ResourceTypes): Promise<Answer> {
  if (problem !== undefined) {
    throw new Failure(problem);
  }
  const { physicalId = '' } = request;
  if (isDeletionOfNothing(request)) {
    logDecision(request, 'kept', 'the physical ID is not one of ours: nothing was declared');
    return { physicalId };
  }
  const foreign = explainForeignStack(request, ownFunction, types.manualCommands(request));
  if (foreign !== undefined) {
    throw new Failure(foreign);
  }
  if (request.type === 'Create' && request.unreadable !== undefined) {
    throw new Failure(request.unreadable);
  }
  const begun = Date.now();
  const handler = await types.handlerOf(request.resourceType);
  const deadline = Math.min(request.deadline, begun + handler.limit(request));
  // Where many resources are deleted at once, some have their turn late.
  const throttledUntil = request.type === 'Delete' ? request.deadline : deadline;
  return beforeDeadline({ ...request, deadline, throttledUntil }, end, handler);
}

async function beforeDeadline(request: Request, end: AbortController, handler: ResourceHandler): Promise<Answer> {
  const work = handler.answer(request);
  try {
    const answered = await within((request.throttledUntil ?? request.deadline) + GRACE - Date.now(), work);
    if (!answered) {
      throw new Error('The function ran out of time before it knew the outcome. Try again.');
    }
    return answered;
  } finally {
    // What is still under way must change nothing once CloudFormation has its answer. In Lambda it would thaw in the next request.
    end.abort();
    await within(ENDING, Promise.allSettled([work]));
  }
}

function logFailure({ request, ownFunction }: ReceivedRequest, reason: Message, error: unknown) {
  const entry = {
    event: 'failed',
    ...requestFields(request),
    reason,
    stack: error instanceof Error ? error.stack?.slice(0, LONGEST_STACK) : undefined,
  };
  const isOwn = request.stack.id === ownFunction.stackId;
  log(request.type === 'Delete' ? { ...entry, ...failedDeletionMetric(request, isOwn) } : entry);
}

/** CloudWatch makes a metric of such a line: one for the stack, one for all stacks of the account and Region. Names that a stranger made up get none. */
function failedDeletionMetric(request: Request, isOwn: boolean) {
  const metrics = [{ Name: FAILED_DELETIONS, Unit: 'Count' }];
  return {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: isOwn ? [['StackName'], []] : [[]], Metrics: metrics }],
    },
    StackName: request.stack.name,
    [FAILED_DELETIONS]: 1,
  };
}
