import { deleteRecord } from './delete-record';
import { disconnect, type Disconnected } from './disconnect';
import type { SourceServerState } from './source-server';
import type { Teardown } from './teardown';

/**
 * Disconnects the server, and deletes its record if that is wanted.
 *
 * @throws Failure if the server still replicates, or may, or its record is still there
 */
export async function tearDownSourceServer(teardown: Teardown, state: SourceServerState): Promise<Disconnected | 'record deleted'> {
  const { deletesSourceServer } = teardown.options;
  // What DRS makes of the disconnect of an extended server is not known, and what replicates is another account's.
  if (state === 'extended' && deletesSourceServer) {
    await deleteRecord(teardown, 'is extended from another account, and its record was not deleted');
    return 'record deleted';
  }
  const outcome = state === 'disconnected' ? 'disconnected already' : await disconnect(teardown);
  if (deletesSourceServer && outcome !== 'absent') {
    await deleteRecord(teardown, 'was disconnected, but its record was not deleted');
  }
  return outcome;
}
