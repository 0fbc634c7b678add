import { deleteRecord } from './delete-record';
import { disconnect } from './disconnect';
import type { SourceServerState } from './source-server';
import type { Teardown } from './teardown-context';

/**
 * Disconnects the server, and deletes its record if that is wanted. Each step is noted when it is done: the next one may fail.
 *
 * @throws Failure if the server still replicates, or may, or its record is still there
 */
export async function tearDownSourceServer(teardown: Teardown, state: SourceServerState): Promise<void> {
  const { options, note, server } = teardown;
  // What DRS makes of the disconnect of an extended server is not known, and what replicates is another account's.
  if (state === 'extended' && options.deletesSourceServer) {
    await deleteRecord(teardown, 'extended');
    return;
  }
  const outcome = await disconnect(teardown);
  note(outcome, server.sourceServerId);
  if (options.deletesSourceServer && outcome !== 'absent') {
    await deleteRecord(teardown, 'disconnected');
  }
}
