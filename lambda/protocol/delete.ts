import { Failure } from '../aws/errors';
import { say } from '../aws/message';
import { notCreatedIdOf } from '../physical-ids';
import type { Replaced } from './declarations';
import { checkDeletion, type DeletionCheck, type GenuineDeletion } from './deletion-check';
import { failedDeletion, type RemainingWork } from './failure-advice';
import { logDecision } from './log';
import type { Request } from './request';
import type { Answer } from './respond';

/** What the deletion of a resource does. */
export interface Deletion {
  /** What becomes of what the resource stood for when an update gives it another physical ID. */
  readonly replaced: Replaced;
  /** Called only for a deletion that is genuine; absent if the physical ID can't be read, so that nobody knows what to do. */
  readonly run?: (check: GenuineDeletion) => Promise<void>;
  /** What is still to be done where it fails. */
  remainingWork(): RemainingWork;
}

/**
 * The course of a Delete, whatever the resource type: one that isn't genuine is kept.
 *
 * @param kept what the log calls a deletion that does nothing
 * @throws Failure if the deletion failed, or it can't be told whether it is genuine
 */
export async function deleteResource(request: Request, deletion: Deletion, kept = 'kept'): Promise<Answer> {
  let check: DeletionCheck | undefined;
  try {
    check = await checkDeletion(request, deletion.replaced);
    if (check.genuine) {
      await readableRun(request, deletion)(check);
    } else {
      logDecision(request, kept, check.why);
    }
    return { physicalId: request.physicalId ?? notCreatedIdOf(request.logicalId) };
  } catch (error) {
    throw failedDeletion(error, request, check, deletion.remainingWork());
  }
}

/** What the deletion does, if the request tells it: of what begins like one of ours and can't be read, a newer version may know more. */
function readableRun({ physicalId = '', unreadable }: Request, { run }: Deletion) {
  if (!run) {
    const told = say`This version of the teardown function can't read the physical ID '${physicalId}', so nothing was done.`;
    throw new Failure(physicalId === '' ? 'The request has no physical ID, so nothing was done.' : told, { kind: 'permanent' });
  }
  if (unreadable !== undefined) {
    throw new Failure(unreadable, { kind: 'permanent' });
  }
  return run;
}
