import { checkDeletion, type DeletionCheck, type GenuineDeletion, type Replaced } from './deletion-check';
import { failedDeletion, type RemainingWork } from './failure-advice';
import { logDecision } from './log';
import type { Request } from './request';
import type { Answer } from './respond';

/** What the deletion of a resource does. */
export interface Deletion {
  /** What becomes of what the resource stood for when an update gives it another physical ID. */
  readonly replaced: Replaced;
  /** Called only for a deletion that is genuine. */
  run(check: GenuineDeletion): Promise<void>;
  /** What is still to be done where it fails. */
  remainingWork(): RemainingWork;
}

/**
 * The course of a Delete, whatever the resource type: what was never declared, and what isn't genuine, is kept.
 *
 * @param deletion undefined if the physical ID is none of the resource type
 * @param kept what the log calls a deletion that does nothing
 * @throws Failure if the deletion failed, or it can't be told whether it is genuine
 */
export async function deleteResource(request: Request, deletion: Deletion | undefined, kept = 'kept'): Promise<Answer> {
  const { physicalId = '' } = request;
  if (!deletion) {
    logDecision(request, kept, 'the physical ID is not one of ours: nothing was declared');
    return { physicalId };
  }
  let check: DeletionCheck | undefined;
  try {
    check = await checkDeletion(request, deletion.replaced);
    if (check.genuine) {
      await deletion.run(check);
    } else {
      logDecision(request, kept, check.why);
    }
    return { physicalId };
  } catch (error) {
    throw failedDeletion(error, request, check, deletion.remainingWork());
  }
}
