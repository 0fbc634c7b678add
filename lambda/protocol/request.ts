import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { parseStackId, type StackIdentity } from '../aws/stack-id';

/** What CloudFormation asks for, without what no rule may see: the response URL. */
export interface Request {
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly requestId: string;
  readonly resourceType: string;
  readonly logicalId: string;
  /** Absent on Create. */
  readonly physicalId?: string;
  readonly properties: Properties;
  /** Those before an Update; none otherwise. */
  readonly oldProperties: Properties;
  readonly stack: StackIdentity;
  /** When the rules give up, in milliseconds since 1970. */
  readonly deadline: number;
}

type Properties = Readonly<Record<string, unknown>>;

/** What is left of the function's time to deliver the answer, in milliseconds. */
const RESERVE = 30_000;

/** `limit` tells how long the rules of a request may take by themselves, in milliseconds. */
export function readRequest(event: CloudFormationCustomResourceEvent, context: Context, limit: (request: Request) => number): Request {
  const now = Date.now();
  const request = {
    type: event.RequestType,
    requestId: event.RequestId,
    resourceType: event.ResourceType,
    logicalId: event.LogicalResourceId,
    physicalId: event.RequestType === 'Create' ? undefined : event.PhysicalResourceId,
    properties: event.ResourceProperties,
    oldProperties: event.RequestType === 'Update' ? event.OldResourceProperties : {},
    stack: parseStackId(event.StackId),
    deadline: now + context.getRemainingTimeInMillis() - RESERVE,
  };
  return { ...request, deadline: Math.min(request.deadline, now + limit(request)) };
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
