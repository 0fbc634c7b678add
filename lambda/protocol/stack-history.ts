import type { StackEvent } from '../aws/cloudformation';
import { Failure } from '../aws/errors';
import { say } from '../aws/message';
import type { Request } from './request';
import type { DescribedStack } from './stack-status';

/** CloudFormation keeps the events of a stack for about so long, in milliseconds. */
const EVENTS_KEPT = 90 * 86_400_000;

/** OnFailure=DELETE. Both phrases: a stack that was kept after its create had failed may show the first while its user deletes it. */
const FAILED_CREATE = /failed to create[^]*Delete requested by user/;
const BY_USER = 'User Initiated';

/** What its own events tell of a stack. */
export interface History {
  readonly newest?: StackEvent;
  /** Whether a create, an update or an import of it was ever completed; undefined where that can't be told. */
  readonly wasComplete?: boolean;
  /** Whether an update of it was begun. */
  readonly wasUpdated: boolean;
}

/** @param events newest first */
export async function historyOf(stackId: string, events: AsyncIterable<StackEvent>): Promise<History> {
  let newest: StackEvent | undefined;
  let wasUpdated = false;
  for await (const event of events) {
    if (event.PhysicalResourceId === stackId) {
      newest ??= event;
      wasUpdated ||= event.ResourceStatus === 'UPDATE_IN_PROGRESS';
      const wasComplete = wasCompleteIn(event.ResourceStatus);
      if (wasComplete !== undefined) {
        return { newest, wasComplete, wasUpdated };
      }
    }
  }
  return { newest, wasUpdated };
}

/** Whether a stack that has this status was complete before, or is so now; undefined where the status doesn't tell, as in a deletion. */
export function wasCompleteIn(status = ''): boolean | undefined {
  // Only what was complete can be rolled back to. That an update began or failed tells nothing: it may be one of a create that had failed.
  if (/^(CREATE_COMPLETE|UPDATE_(COMPLETE|ROLLBACK).*|IMPORT_(ROLLBACK_)?COMPLETE)$/.test(status)) {
    return true;
  }
  return /^(CREATE|ROLLBACK)_/.test(status) ? false : undefined;
}

/** Whether a stack was created so long ago that its first events are not told any more. */
export function isOlderThanEvents(createdAt: Date | undefined): boolean {
  return createdAt !== undefined && createdAt.getTime() < Date.now() - EVENTS_KEPT;
}

/** Whether DescribeStacks alone tells that a stack is deleted because it could not be created: by two signs that agree. */
export function isFailedCreate({ statusReason = '', lastOperations }: DescribedStack): boolean {
  return lastOperations.includes('CREATE_STACK') && !lastOperations.includes('UPDATE_STACK') && FAILED_CREATE.test(statusReason);
}

/** Whether a stack in DELETE_IN_PROGRESS was ever complete; a failure, if its events don't tell (yet), or contradict what is told of the stack. */
export function wasCompleteByHistory(
  { newest, wasComplete, wasUpdated }: History,
  stack: DescribedStack,
  inCleanUp: boolean,
): boolean | Failure {
  const { name, statusReason = '', lastOperations, createdAt } = stack;
  const { ResourceStatus: status = 'none', ResourceStatusReason: reason = '' } = newest ?? {};
  if (status !== 'DELETE_IN_PROGRESS') {
    return new Failure(
      say`The events of the stack ${name} don't show its deletion (the newest is ${status}), so nothing was disconnected.`,
    );
  }
  const hasFailed = FAILED_CREATE.test(reason) || FAILED_CREATE.test(statusReason);
  if (wasComplete === true ? hasFailed : wasComplete === false && !wasUpdated && lastOperations.includes('UPDATE_STACK')) {
    return new Failure(say`What CloudFormation tells of the stack ${name} contradicts itself, so nothing was disconnected.`);
  }
  if (wasComplete === undefined && !((inCleanUp || reason === BY_USER) && isOlderThanEvents(createdAt))) {
    return new Failure(say`The events of the stack ${name} don't tell whether it was ever complete, so nothing was disconnected.`);
  }
  return wasComplete ?? true;
}

/** What the events of its stack tell of a resource. */
export interface Fate {
  /** The newest status of what is to be deleted; absent if there is none. */
  readonly status?: string;
  /** Whether the same operation deletes something else under the logical ID. */
  readonly isAnother: boolean;
  /** Whether CloudFormation gave it up in an earlier operation that was no deletion of the stack. */
  readonly wasGivenUp: boolean;
}

/**
 * @param events newest first
 * @param isWhole whether to look beyond the operation that runs now
 */
export async function fateOf(request: Request, events: AsyncIterable<StackEvent>, isWhole: boolean): Promise<Fate> {
  let isAnother = false;
  let isOver = false;
  for await (const event of events) {
    const { ResourceStatus: status = '', PhysicalResourceId } = event;
    if (isOf(request, event)) {
      if (PhysicalResourceId === request.physicalId) {
        return { status, isAnother, wasGivenUp: isOver && status === 'DELETE_FAILED' && !(await isOfDeletion(request, event, events)) };
      }
      isAnother ||= !isOver && status.startsWith('DELETE_');
    }
    isOver ||= isBeginning(request, event);
    if (isOver && !isWhole) {
      break;
    }
  }
  return { isAnother, wasGivenUp: false };
}

/** Whether this happened in a deletion of the stack: the next one goes on with what it left. */
async function isOfDeletion({ stack }: Request, event: StackEvent, events: AsyncIterable<StackEvent>): Promise<boolean> {
  let isOlder = false;
  for await (const older of events) {
    isOlder ||= older === event;
    if (isOlder && older.PhysicalResourceId === stack.id) {
      return older.ResourceStatus === 'DELETE_IN_PROGRESS';
    }
  }
  return false;
}

/** What the events tell of the update that is being cleaned up. */
export interface Update {
  /** The logical IDs under which it is being deleted what is to be deleted. */
  readonly gone: ReadonlySet<string | undefined>;
  /** The logical ID under which the update has left that; the own one, if that was replaced. */
  readonly as?: string;
}

/**
 * What an update that failed without a rollback has replaced, the clean-up of the next one deletes: both count, as far back as the stack was complete.
 *
 * @param ofOwn whether it matters that the own logical ID has another physical ID by now
 */
export async function updateOf(request: Request, ofOwn: boolean, events: AsyncIterable<StackEvent>): Promise<Update> {
  const gone = new Set<string | undefined>();
  const known = new Set<string | undefined>();
  let hasBegun = false;
  for await (const event of events) {
    const { LogicalResourceId: as, PhysicalResourceId, ResourceStatus: status = '', ResourceType } = event;
    if (ResourceType === request.resourceType) {
      const isSame = PhysicalResourceId === request.physicalId;
      if (isSame && status.startsWith('DELETE_')) {
        gone.add(as);
      }
      if (/^(CREATE|UPDATE)_COMPLETE$/.test(status) && !known.has(as)) {
        if (as === request.logicalId ? ofOwn && !isSame : isSame && !gone.has(as)) {
          return { gone, as };
        }
        // What it stood for before counts no more.
        known.add(as);
      }
    }
    if (hasBegun && PhysicalResourceId === request.stack.id && wasCompleteIn(status)) {
      break;
    }
    hasBegun ||= isBeginning(request, event);
  }
  return { gone };
}

function isOf({ logicalId, resourceType }: Request, { LogicalResourceId, ResourceType }: StackEvent): boolean {
  return LogicalResourceId === logicalId && ResourceType === resourceType;
}

/** Whether an update or a deletion of the stack began with this event. */
function isBeginning({ stack }: Request, { PhysicalResourceId, ResourceStatus = '' }: StackEvent): boolean {
  return PhysicalResourceId === stack.id && ['UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS'].includes(ResourceStatus);
}
