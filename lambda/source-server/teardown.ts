import { deleteRecord } from './delete-record';
import { disconnect, type Disconnected } from './disconnect';
import type { SourceServerState } from './source-server';
import type { Teardown } from './teardown-context';

/**
 * Disconnects the server, and deletes its record if that is wanted. Each step is noted when it is done: the next one may fail.
 * Returns how the disconnect ended, or undefined if none was needed.
 *
 * @throws Failure if the server still replicates, or may, or its record is still there
 */
export async function tearDownSourceServer(teardown: Teardown, state: SourceServerState): Promise<Disconnected | undefined> {
  const { options, note, server } = teardown;
  // What DRS makes of the disconnect of an extended server is not known, and what replicates is another account's.
  if (state === 'extended' && options.deletesSourceServer) {
    await deleteRecord(teardown, 'extended');
    return undefined;
  }
  const outcome = await disconnect(teardown);
  note(outcome, server.sourceServerId);
  if (options.deletesSourceServer && outcome !== 'absent') {
    await deleteRecord(teardown, 'disconnected');
  }
  return outcome;
}
