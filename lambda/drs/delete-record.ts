import { Failure } from '../custom-resource/failure';
import { isNamed } from '../aws/retry';
import { isNothingThere } from './drs';
import { insist, tell } from './insist';
import type { Teardown } from './teardown';

/**
 * Deletes the record of a server that is disconnected or extended. DRS refuses until the disconnect has spread.
 *
 * @throws Failure if the record is still there
 */
export async function deleteRecord(teardown: Teardown, otherwise: string): Promise<void> {
  const { drs, server, note } = teardown;
  await insist(teardown, otherwise, async () => {
    try {
      await drs.deleteSourceServer(server.sourceServerId);
    } catch (refusal) {
      if (isNothingThere(refusal)) {
        return;
      }
      throw isNamed(refusal, 'ConflictException') ? refusal : new Failure(tell(server, otherwise, refusal));
    }
    note('record deleted', server.sourceServerId);
  });
}
