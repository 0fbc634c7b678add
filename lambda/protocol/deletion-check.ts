import { Failure, messageOf } from '../aws/errors';
import { join, say, type Told } from '../aws/message';
import { sleep } from '../aws/sleep';
import { logDecision } from './log';
import type { Request } from './request';
import { type DescribedStack, describeWithAncestors, listResources } from './stack-status';

/** Whether a Delete means what it says. */
export type DeletionCheck = GenuineDeletion | { readonly genuine: false; readonly why: Told };

export interface GenuineDeletion {
  readonly genuine: true;
  /** The stack whose deletion this is, to be deleted again if it fails; absent in the clean-up of an update. */
  readonly deletedStack?: string;
}

/** What becomes of what a resource stood for when an update gives the resource another physical ID. */
export type Replaced = 'disconnect' | 'keep';

/** A stack that rests in one of the others, such as UPDATE_ROLLBACK_COMPLETE, rolls nothing back. */
const ROLLING_BACK = new Set([
  'ROLLBACK_IN_PROGRESS',
  'UPDATE_ROLLBACK_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
  'IMPORT_ROLLBACK_IN_PROGRESS',
]);

const CLEAN_UP = 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS';

/** Why it can't be told yet: an ancestor may still roll back. It is waited for. */
class OpenAncestor extends Failure {}

/** The pauses before a status that fits no deletion is read again, in milliseconds: it may be a moment old. */
const READ_AGAIN = [1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * CloudFormation sends Delete when a stack is deleted and when an update dropped the resource, but also in rollbacks and for resources
 * that are declared elsewhere in the stack. Only the stack's status tells them apart.
 *
 * @throws Failure if it can't be told
 */
export async function checkDeletion(request: Request, replaced: Replaced): Promise<DeletionCheck> {
  for (let attempt = 0; ; attempt++) {
    const check = await checkOnce(request, replaced);
    if (!(check instanceof Failure)) {
      return check;
    }
    const pause = READ_AGAIN[attempt] ?? (check instanceof OpenAncestor ? READ_AGAIN.at(-1) : undefined);
    if (pause === undefined || Date.now() + pause >= request.deadline) {
      throw check;
    }
    await sleep(pause);
  }
}

/** What is known now, or why it can't be told yet. */
async function checkOnce(request: Request, replaced: Replaced): Promise<DeletionCheck | Failure> {
  try {
    const stacks = await describeWithAncestors(request);
    const check = checkByStatus(stacks) ?? undecided(stacks);
    const inCleanUp = stacks[0]?.status === CLEAN_UP;
    return inCleanUp && !(check instanceof Failure) && check.genuine
      ? checkByDeclarations(request, await listResources(request), check, replaced)
      : check;
  } catch (error) {
    const failure = new Failure(
      say`CloudFormation did not tell whether this deletion is genuine, so nothing was disconnected. ${messageOf(error)}`,
      { cause: error },
    );
    if (error instanceof Failure) {
      // It was tried for long enough already.
      throw failure;
    }
    return failure;
  }
}

/** Whether the stack, or one that it is nested in, is rolling back. Where that can't be read, an update goes on as usual: it disconnects nobody either way. */
export async function isKnownToRollBack(request: Request): Promise<boolean> {
  try {
    return (await describeWithAncestors(request)).some(({ status }) => ROLLING_BACK.has(status));
  } catch (error) {
    logDecision(request, 'status unknown', messageOf(error), 'warning');
    return false;
  }
}

/** What the stack and its ancestors tell, itself first; undefined if none of them is being deleted or cleaned up. */
export function checkByStatus(stacks: readonly DescribedStack[]): DeletionCheck | undefined {
  const own = stacks[0];
  const root = stacks.at(-1)!;
  const rollingBack = stacks.find(({ status }) => ROLLING_BACK.has(status));
  if (rollingBack) {
    return { genuine: false, why: say`the stack ${rollingBack.name} is rolling back (${rollingBack.status})` };
  }
  if (isDeletionOfFailedCreate(root)) {
    return { genuine: false, why: say`the stack ${root.name} is deleted because it could not be created` };
  }
  if ((own.status !== 'DELETE_IN_PROGRESS' && own.status !== CLEAN_UP) || openAncestor(stacks)) {
    return undefined;
  }
  // A nested stack is deleted by the deletion of an ancestor, or by the clean-up of an ancestor's update.
  const inCleanUp = stacks.some(({ status }) => status === CLEAN_UP);
  const deleted = [...stacks].reverse().find(({ status }) => status === 'DELETE_IN_PROGRESS');
  return { genuine: true, deletedStack: inCleanUp ? undefined : deleted?.name };
}

/** OnFailure=DELETE has no status of its own. Only the root of nested stacks can have it, and only the root's words say whose deletion it is. */
function isDeletionOfFailedCreate({ status, statusReason = '', lastOperations }: DescribedStack): boolean {
  // A stack that was ever updated was created before.
  const byOperations = lastOperations.length > 0 && !lastOperations.some((type) => type === 'DELETE_STACK' || type === 'UPDATE_STACK');
  // Both phrases: a stack that was kept after its create had failed may show the first while its user deletes it.
  const byReason = /failed to create[^]*Delete requested by user/.test(statusReason);
  return status === 'DELETE_IN_PROGRESS' && (byOperations || byReason);
}

/**
 * What the resources tell in the clean-up of an update that leaves the stack with these resources: one that was renamed or moved inside the stack
 * is deleted under its old name, and still declared under the new one.
 */
export function checkByDeclarations(
  request: Pick<Request, 'resourceType' | 'logicalId' | 'physicalId'>,
  resources: Awaited<ReturnType<typeof listResources>>,
  byStatus: GenuineDeletion,
  replaced: Replaced,
): DeletionCheck | Failure {
  const ofType = resources.filter(({ ResourceType }) => ResourceType === request.resourceType);
  const own = ofType.find(({ LogicalResourceId }) => LogicalResourceId === request.logicalId);
  if (replaced === 'keep' && own && own.PhysicalResourceId !== request.physicalId) {
    return { genuine: false, why: say`${request.logicalId} is still a resource of the stack: it was replaced, not removed` };
  }
  const declared = ofType.filter(
    ({ PhysicalResourceId, ResourceStatus }) => PhysicalResourceId === request.physicalId && !ResourceStatus?.startsWith('DELETE_'),
  );
  const other = declared.find((resource) => resource !== own);
  if (other) {
    return { genuine: false, why: say`it is still declared in the stack, as ${other.LogicalResourceId}` };
  }
  // Then this request is one of an earlier operation that arrives late, or the list does.
  return declared.length > 0
    ? new Failure(say`${request.logicalId} is still a resource of the stack, so nothing was disconnected.`)
    : byStatus;
}

/** One in the middle of a create or an update, or that failed in it, may go either way. One that is deleted, cleans up or rests can't. */
export function openAncestor([, ...ancestors]: readonly DescribedStack[]): DescribedStack | undefined {
  return ancestors.find(({ status }) => status !== CLEAN_UP && !status.startsWith('DELETE_') && !status.endsWith('_COMPLETE'));
}

function undecided(stacks: readonly DescribedStack[]): Failure {
  const statuses = join(
    stacks.map(({ name, status }) => say`${name} is ${status}`),
    ', ',
  );
  const open = openAncestor(stacks);
  if (open) {
    return new OpenAncestor(
      join([
        say`The stack ${open.name}, which ${stacks[0].name} is nested in, may still roll back (${statuses}), so nothing was disconnected.`,
        'Wait until it is at rest.',
      ]),
    );
  }
  return new Failure(
    join([
      say`A deletion was requested, but no stack is being deleted or cleaned up (${statuses}), so nothing was disconnected.`,
      'Wait until the stack is at rest, then delete it again.',
    ]),
  );
}
