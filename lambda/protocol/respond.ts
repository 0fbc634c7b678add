import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { FAILED_DELETIONS, METRIC_NAMESPACE } from '../../lib/contract';
import { messageOf } from '../aws/errors';
import { within } from '../aws/sleep';
import { notCreatedIdOf } from '../physical-ids';
import { log } from './log';
import { requestFields, readRequest, type Request } from './request';
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

/** How long the delivery of an answer is tried in one run, in milliseconds: when it fails, Lambda runs the request again. */
const DELIVERY = 120_000;
/** How long before the function's own end the delivery stops, in milliseconds. */
const MARGIN = 3_000;
/** How much longer than its deadline a handler may take before it is given up, in milliseconds: only a mistake of ours does. */
const GRACE = 5_000;

/** A log event has 256 KB, and a message that others wrote may have more. */
const LONGEST_STACK = 4_000;

/** Lets the handler answer the request: exactly one response, whatever happens. */
export async function respond(event: CloudFormationCustomResourceEvent, context: Context, handler: ResourceHandler): Promise<void> {
  const request = readRequest(event, context, (received) => handler.limit(received));
  const response = await run(request, handler);
  const deadline = Date.now() + Math.min(DELIVERY, context.getRemainingTimeInMillis() - MARGIN);
  await deliver(event.ResponseURL, serialize(response), deadline);
  log({ event: 'answered', ...requestFields(request), status: response.Status });
}

async function run(request: Request, handler: ResourceHandler): Promise<Response> {
  const ids = { StackId: request.stack.id, RequestId: request.requestId, LogicalResourceId: request.logicalId };
  try {
    const { physicalId, data } = await beforeDeadline(request, handler);
    return { Status: 'SUCCESS', PhysicalResourceId: physicalId, ...ids, Data: data };
  } catch (error) {
    const reason = messageOf(error);
    logFailure(request, reason, error);
    return { Status: 'FAILED', Reason: reason, PhysicalResourceId: request.physicalId ?? notCreatedIdOf(request.logicalId), ...ids };
  }
}

async function beforeDeadline(request: Request, handler: ResourceHandler): Promise<Answer> {
  const answered = await within(request.deadline + GRACE - Date.now(), handler.answer(request));
  if (!answered) {
    throw new Error('The function ran out of time before it knew the outcome. Try again.');
  }
  return answered;
}

function logFailure(request: Request, reason: string, error: unknown) {
  const entry = {
    event: 'failed',
    ...requestFields(request),
    reason,
    stack: error instanceof Error ? error.stack?.slice(0, LONGEST_STACK) : undefined,
  };
  log(request.type === 'Delete' ? { ...entry, ...failedDeletionMetric(request) } : entry);
}

/** CloudWatch makes a metric of such a line: one for the stack, one for all stacks of the account and Region. */
function failedDeletionMetric(request: Request) {
  const metrics = [{ Name: FAILED_DELETIONS, Unit: 'Count' }];
  return {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [['StackName'], []], Metrics: metrics }],
    },
    StackName: request.stack.name,
    [FAILED_DELETIONS]: 1,
  };
}
