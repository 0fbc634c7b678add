import type { SourceServer } from '@aws-sdk/client-drs';

const EXTENDED = ['EXTENDED', 'EXTENSION_ERROR'];

/** One that is stopped or disconnected holds no subnet; an extended one replicates in another account. */
export function isReplicatingHere({ dataReplicationInfo, stagingArea }: SourceServer): boolean {
  const state = dataReplicationInfo?.dataReplicationState;
  return state !== 'DISCONNECTED' && state !== 'STOPPED' && !EXTENDED.includes(stagingArea?.status ?? '');
}
