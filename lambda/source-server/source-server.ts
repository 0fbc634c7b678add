import type { SourceServer } from '@aws-sdk/client-drs';
import { type SourceServerDisconnectionAttributes, UNKNOWN } from '../../lib/contract';
import { type Message, nameFrom, say } from '../aws/message';
import type { NamedServer } from '../physical-ids';

/** How messages name a server. */
export function nameOf({ sourceServerId, accountId, region }: NamedServer): Message {
  return say`source server ${sourceServerId} (account ${accountId}, Region ${region})`;
}

export function replicationStateOf(server: SourceServer | undefined): string {
  return nameFrom(server?.dataReplicationInfo?.dataReplicationState || UNKNOWN);
}

export function isDisconnected(server: SourceServer): boolean {
  return replicationStateOf(server) === 'DISCONNECTED';
}

/** An extended source server shows a server of another, the staging account: only there it can be disconnected. */
export function isExtended({ stagingArea }: SourceServer): boolean {
  // EXTENSION_ERROR: its staging account can't be reached, and may be gone.
  return stagingArea?.status === 'EXTENDED' || stagingArea?.status === 'EXTENSION_ERROR';
}

/** What a deletion has to know of a server before it begins. */
export type SourceServerState = 'extended' | 'disconnected' | 'replicating';

export function stateOf(server: SourceServer): SourceServerState {
  return isExtended(server) ? 'extended' : isDisconnected(server) ? 'disconnected' : 'replicating';
}

export function hostnameOf(server: SourceServer | undefined): string {
  return nameFrom(server?.sourceProperties?.identificationHints?.hostname || UNKNOWN);
}

export function attributesOf(server: SourceServer | undefined): SourceServerDisconnectionAttributes {
  return { SourceServerHostname: hostnameOf(server), DataReplicationState: replicationStateOf(server) };
}
