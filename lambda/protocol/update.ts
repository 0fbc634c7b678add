import { Failure } from '../aws/errors';
import { isKnownToRollBack } from './deletion-check';
import type { Request } from './request';

/** What an Update does, unless it belongs to a rollback: one that fails then leaves a stack that cannot be used any more. */
export async function unlessRollingBack<T>(request: Request, update: () => Promise<T>, inRollback: () => Promise<T>): Promise<T> {
  if (await isKnownToRollBack(request)) {
    return inRollback();
  }
  try {
    if (request.unreadable !== undefined) {
      throw new Failure(request.unreadable);
    }
    return await update();
  } catch (error) {
    // The status may have been a moment old.
    if (await isKnownToRollBack(request)) {
      return inRollback();
    }
    throw error;
  }
}
