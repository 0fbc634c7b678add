import type { SourceServer } from '@aws-sdk/client-drs';
import { Failure } from '../custom-resource/failure';
import { deleteRecord } from './delete-record';
import { disconnect, type Disconnected } from './disconnect';
import { tell } from './insist';
import { isExtended } from './source-server';
import type { Teardown } from './teardown';

/**
 * Disconnects the server, and deletes its record if that is wanted.
 *
 * @throws Failure if the server still replicates, or may, or its record is still there
 */
export async function tearDownSourceServer(teardown: Teardown): Promise<Disconnected | 'record deleted'> {
  if (!teardown.options.deletesSourceServer) {
    return disconnect(teardown);
  }
  // Asked first: what DRS makes of the disconnect of an extended server is not known, and what replicates is another account's.
  const found = await find(teardown);
  if (found && isExtended(found)) {
    await deleteRecord(teardown, 'is extended from another account, and its record was not deleted');
    return 'record deleted';
  }
  const outcome = await disconnect(teardown);
  if (outcome !== 'absent') {
    await deleteRecord(teardown, 'was disconnected, but its record was not deleted');
  }
  return outcome;
}

async function find({ drs, server }: Teardown): Promise<SourceServer | undefined> {
  try {
    return await drs.findSourceServer(server.sourceServerId);
  } catch (error) {
    throw new Failure(tell(server, 'was not disconnected', error));
  }
}
