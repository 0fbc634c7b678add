import { sleep } from '../sleep';
import { Failure, messageOf } from './failure';
import type { Request } from './request';
import { type DescribedStack, describeWithAncestors, listResources } from './stacks';

/** Whether a Delete means what it says. */
export type Verdict =
  | { readonly genuine: true; readonly during: 'stack deletion' | 'clean-up'; readonly rootStack: string }
  | { readonly genuine: false; readonly why: string };

/** A stack that rests in one of the others, such as UPDATE_ROLLBACK_COMPLETE, rolls nothing back. */
const ROLLING_BACK = new Set([
  'ROLLBACK_IN_PROGRESS',
  'UPDATE_ROLLBACK_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
  'IMPORT_ROLLBACK_IN_PROGRESS',
]);

/** The pauses before a status that fits no deletion is read again, in milliseconds: it may be a moment old. */
const READ_AGAIN = [1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * CloudFormation sends Delete when a stack is deleted and when an update dropped the resource, but also in rollbacks and for resources
 * that are declared elsewhere in the stack. Only the stack's status tells them apart.
 *
 * @throws Failure if it can't be told
 */
export async function judgeDeletion(request: Request): Promise<Verdict> {
  for (let attempt = 0; ; attempt++) {
    const stacks = await describeWithAncestors(request).catch(unreadable);
    const verdict = stacks instanceof Failure ? undefined : judgeByStatus(stacks);
    if (verdict) {
      return verdict.genuine && verdict.during === 'clean-up' ? unlessDeclared(request, verdict) : verdict;
    }
    const pause = READ_AGAIN[attempt];
    if (pause === undefined || Date.now() + pause >= request.deadline) {
      throw stacks instanceof Failure ? stacks : undecided(stacks);
    }
    await sleep(pause);
  }
}

/** Whether the stack, or one that it is nested in, is rolling back. */
export async function isRollingBack(request: Request): Promise<boolean> {
  return (await describeWithAncestors(request)).some(({ status }) => ROLLING_BACK.has(status));
}

function judgeByStatus(stacks: readonly DescribedStack[]): Verdict | undefined {
  const own = stacks[0];
  const root = stacks.at(-1)!;
  const rollingBack = stacks.find(({ status }) => ROLLING_BACK.has(status));
  if (rollingBack) {
    return { genuine: false, why: `the stack ${rollingBack.name} is rolling back (${rollingBack.status})` };
  }
  if (isDeletionOfFailedCreate(root)) {
    return { genuine: false, why: `the stack ${root.name} is deleted because it could not be created` };
  }
  if (own.status === 'DELETE_IN_PROGRESS') {
    return { genuine: true, during: 'stack deletion', rootStack: root.name };
  }
  if (own.status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') {
    return { genuine: true, during: 'clean-up', rootStack: root.name };
  }
  return undefined;
}

/** OnFailure=DELETE has no status of its own. Only the root of nested stacks can have it, and nobody else's operations say whose deletion it is. */
function isDeletionOfFailedCreate({ status, lastOperations }: DescribedStack): boolean {
  return status === 'DELETE_IN_PROGRESS' && lastOperations.length > 0 && !lastOperations.includes('DELETE_STACK');
}

/** A resource that was renamed or moved inside the stack is deleted under its old name, and still declared under the new one. */
async function unlessDeclared(request: Request, verdict: Verdict): Promise<Verdict> {
  const other = (await listResources(request)).find(
    (resource) =>
      resource.ResourceType === request.resourceType &&
      resource.PhysicalResourceId === request.physicalId &&
      resource.LogicalResourceId !== request.logicalId &&
      !resource.ResourceStatus?.startsWith('DELETE_'),
  );
  return other ? { genuine: false, why: `it is still declared in the stack, as ${other.LogicalResourceId}` } : verdict;
}

function unreadable(error: unknown): Failure {
  return new Failure(`CloudFormation did not tell whether this deletion is genuine, so nothing was disconnected. ${messageOf(error)}`);
}

function undecided(stacks: readonly DescribedStack[]): Failure {
  const statuses = stacks.map(({ name, status }) => `${name} is ${status}`).join(', ');
  return new Failure(
    `A deletion was requested, but no stack is being deleted or cleaned up (${statuses}), so nothing was disconnected. ` +
      'Wait until the stack is at rest, then delete it again.',
  );
}
