import { isNothingThere } from '../aws/drs';
import { Failure } from '../aws/errors';
import { isNamed } from '../aws/retry';
import { tell } from './messages';
import { retryOnConflict } from './retry-conflict';
import type { Teardown } from './teardown-context';

/**
 * Deletes the record of a server that is disconnected or extended. DRS refuses until the disconnect has spread.
 *
 * @throws Failure if the record is still there
 */
export async function deleteRecord(teardown: Teardown, state: 'extended' | 'disconnected'): Promise<void> {
  const { drs, server, note } = teardown;
  const because = 'Mostly DRS has not yet seen everywhere that it is disconnected: try again in some minutes.';
  const otherwise = `${state === 'extended' ? 'is extended from another account, and' : 'was disconnected, but'} its record was not deleted`;
  // Nothing holds a server that is disconnected, whatever a late list of recovery instances shows.
  await retryOnConflict(teardown, { otherwise, because, releases: state === 'extended' }, async () => {
    try {
      await drs.deleteSourceServer(server.sourceServerId);
    } catch (refusal) {
      if (isNothingThere(refusal)) {
        return;
      }
      if (isNamed(refusal, 'ConflictException')) {
        throw refusal;
      }
      throw new Failure(tell(server, otherwise, refusal), { cause: refusal });
    }
    note('record deleted', server.sourceServerId);
  });
}
