import type { StackResource } from '../aws/cloudformation';
import { Failure } from '../aws/errors';
import { type Message, say } from '../aws/message';
import type { Request } from './request';

/** What becomes of what a resource stood for when an update gives the resource another physical ID. */
export type Replaced = 'disconnect' | 'keep';

/**
 * `removed`: the list shows that it is being deleted.
 * `still listed`: it is listed as if nothing happened to it. The request may be a late one, or the list shows no deletion before its turn.
 * `not told`: the list does not show it.
 */
export type Listed = 'removed' | 'still listed' | 'not told' | Kept;

export interface Kept {
  readonly genuine: false;
  readonly why: Message;
  /** The logical ID of another resource that stands for the same, by the list; its own, if it stands for something else. */
  readonly as: string | undefined;
}

/**
 * What the resources tell in the clean-up of an update that leaves the stack with these resources: one that was renamed or moved inside the stack
 * is deleted under its old name, and still declared under the new one.
 *
 * @param gone the logical IDs under which it is being deleted: the list may show no deletion before its turn
 */
export function checkByDeclarations(
  request: Pick<Request, 'resourceType' | 'logicalId' | 'physicalId'>,
  resources: readonly StackResource[],
  replaced: Replaced,
  gone: ReadonlySet<string | undefined> = new Set(),
): Listed {
  const ofType = resources.filter(({ ResourceType }) => ResourceType === request.resourceType);
  const own = ofType.find(({ LogicalResourceId }) => LogicalResourceId === request.logicalId);
  if (replaced === 'keep' && own && own.PhysicalResourceId !== request.physicalId) {
    return { genuine: false, why: replacedNotRemoved(request.logicalId), as: request.logicalId };
  }
  const isLive = ({ ResourceStatus, LogicalResourceId }: StackResource) =>
    !ResourceStatus?.startsWith('DELETE_') && !gone.has(LogicalResourceId);
  const listed = ofType.filter(({ PhysicalResourceId }) => PhysicalResourceId === request.physicalId);
  const other = listed.find((resource) => resource !== own && isLive(resource));
  if (other) {
    return { genuine: false, why: stillDeclared(other.LogicalResourceId), as: other.LogicalResourceId };
  }
  if (!own || !listed.includes(own)) {
    return 'not told';
  }
  return isLive(own) ? 'still listed' : 'removed';
}

/** Whether it is another one of the type, which this update may have changed. */
export function isUpdatedOther(
  { resourceType, logicalId }: Pick<Request, 'resourceType' | 'logicalId'>,
  { ResourceType, LogicalResourceId, ResourceStatus }: StackResource,
): boolean {
  return ResourceType === resourceType && LogicalResourceId !== logicalId && ResourceStatus === 'UPDATE_COMPLETE';
}

export function stillDeclared(as: string | undefined): Message {
  return say`it is still declared in the stack, as ${as}`;
}

export function replacedNotRemoved(logicalId: string): Message {
  return say`${logicalId} is still a resource of the stack: it was replaced, not removed`;
}

export function stillListed(logicalId: string | undefined): Failure {
  return new Failure(say`${logicalId} is still a resource of the stack, so nothing was disconnected.`);
}
