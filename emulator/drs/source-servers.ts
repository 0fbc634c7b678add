import type {
  DeleteSourceServerRequest,
  DescribeSourceServersRequest,
  DescribeSourceServersResponse,
  DisconnectSourceServerRequest,
  GetReplicationConfigurationRequest,
  ReplicationConfiguration,
  SourceServer,
  StopReplicationRequest,
  StopReplicationResponse,
} from '@aws-sdk/client-drs';
import { conflict, invalid, resourceNotFound } from './errors';
import type { KnownSourceServer } from './model';
import { authorizeSourceServer, DrsCall, Operation, sourceServerOf } from './operation';
import { page } from './page';
import { isDisconnected, isRecent, refuseWhileHeld } from './refusals';
import { defaultStagingSubnetId } from './seeds';

export const describeSourceServers: Operation<DescribeSourceServersRequest> = {
  authorize: (_input, call) => call.authorize('drs:DescribeSourceServers', '*'),
  run({ filters = {}, ...request }, call): DescribeSourceServersResponse {
    const { sourceServerIDs = [], hardwareId, stagingAccountIDs = [] } = filters;
    const matches = ({ sourceServerID, sourceProperties: { identificationHints: hints }, stagingArea }: KnownSourceServer): boolean =>
      (sourceServerIDs.length === 0 || sourceServerIDs.includes(sourceServerID)) &&
      (!hardwareId || hints?.vmWareUuid === hardwareId || hints?.awsInstanceID === hardwareId) &&
      (stagingAccountIDs.length === 0 || stagingAccountIDs.includes(stagingArea.stagingAccountID ?? ''));
    const shown = [...call.accountState.sourceServers.values()].filter(matches).map((server) => asShown(server, call));
    return page(shown, ({ sourceServerID }) => sourceServerID, request);
  },
};

export const disconnectSourceServer: Operation<DisconnectSourceServerRequest> = {
  authorize: ({ sourceServerID = '' }, call) => authorizeSourceServer('drs:DisconnectSourceServer', sourceServerID, call),
  run({ sourceServerID = '' }, call): SourceServer {
    const server = sourceServerOf(sourceServerID, call);
    refuseAsSet(server, call);
    if (isDisconnected(server)) return asShown(server, call);
    refuseWhileHeld('disconnect', server, call);
    const before = structuredClone(server);
    server.dataReplicationInfo.dataReplicationState = 'DISCONNECTED';
    for (const disk of server.dataReplicationInfo.replicatedDisks ?? []) disk.totalStorageBytes = 0;
    delete server.dataReplicationInfo.lagDuration;
    call.accountState.replicationServers.leave(sourceServerID);
    call.accountState.disconnections.set(sourceServerID, { time: call.now, before: before.dataReplicationInfo });
    leaveRecordAsSet(sourceServerID, call);
    call.changed(sourceServerID);
    return ['stays', 'goes'].includes(call.settings.disconnectedRecord) ? asShown(server, call) : before;
  },
};

export const deleteSourceServer: Operation<DeleteSourceServerRequest> = {
  authorize: ({ sourceServerID = '' }, call) => authorizeSourceServer('drs:DeleteSourceServer', sourceServerID, call),
  run({ sourceServerID = '' }, call): undefined {
    const server = sourceServerOf(sourceServerID, call);
    refuseWhileHeld('delete', server, call);
    // The record of an extended server may go at any time: what replicates is in the staging account.
    const hasSpread = !isRecent(call.accountState.disconnections.get(sourceServerID)?.time, call.settings.recordLingers, call.now);
    if (server.stagingArea.status !== 'EXTENDED' && !(isDisconnected(server) && hasSpread)) {
      throw conflict(`Cannot delete Source Server ${sourceServerID} because it is not disconnected.`, 'SOURCE_SERVER', sourceServerID);
    }
    call.accountState.sourceServers.delete(sourceServerID);
    call.changed(sourceServerID);
    return undefined;
  },
};

/** Where it replicates to; of one that doesn't replicate here, where it did. */
export const getReplicationConfiguration: Operation<GetReplicationConfigurationRequest> = {
  authorize: ({ sourceServerID = '' }, call) => authorizeSourceServer('drs:GetReplicationConfiguration', sourceServerID, call),
  run({ sourceServerID = '' }, call): ReplicationConfiguration {
    const server = sourceServerOf(sourceServerID, call);
    const stagingAreaSubnetId = call.accountState.replicationServers.subnetOf(sourceServerID) ?? defaultStagingSubnetId;
    return { sourceServerID: server.sourceServerID, stagingAreaSubnetId };
  },
};

export const stopReplication: Operation<StopReplicationRequest> = {
  authorize: ({ sourceServerID = '' }, call) => authorizeSourceServer('drs:StopReplication', sourceServerID, call),
  run({ sourceServerID = '' }, call): StopReplicationResponse {
    const server = sourceServerOf(sourceServerID, call);
    if (isDisconnected(server)) {
      throw conflict(
        `Cannot stop replication of Source Server ${sourceServerID} because it is disconnected.`,
        'SOURCE_SERVER',
        sourceServerID,
      );
    }
    server.dataReplicationInfo.dataReplicationState = 'STOPPED';
    delete server.dataReplicationInfo.lagDuration;
    call.accountState.replicationServers.leave(sourceServerID);
    call.changed(sourceServerID);
    return { sourceServer: server };
  },
};

/** When DRS shows that a server is disconnected is not known. */
function asShown(server: KnownSourceServer, { accountState, settings, now }: DrsCall): KnownSourceServer {
  const disconnection = accountState.disconnections.get(server.sourceServerID);
  const isLate = isDisconnected(server) && isRecent(disconnection?.time, settings.disconnectShows, now);
  return disconnection && isLate ? { ...server, dataReplicationInfo: disconnection.before } : server;
}

/** Whether a disconnect takes the record along is not known. */
function leaveRecordAsSet(sourceServerID: string, { accountState, settings }: DrsCall): void {
  if (settings.disconnectedRecord === 'stays') return;
  accountState.sourceServers.delete(sourceServerID);
  if (settings.disconnectedRecord === 'goes-with-account' && accountState.sourceServers.size === 0) accountState.initialized = false;
}

/** What DRS answers to these is not known. */
function refuseAsSet(server: KnownSourceServer, { settings }: DrsCall): void {
  const { sourceServerID, stagingArea } = server;
  const refuse = (answer: 'ok' | 'conflict' | 'validation' | 'not-found', why: string): void => {
    const message = `Cannot disconnect Source Server ${sourceServerID} because it is ${why}.`;
    if (answer === 'conflict') throw conflict(message, 'SOURCE_SERVER', sourceServerID);
    if (answer === 'validation') throw invalid(message);
    if (answer === 'not-found') throw resourceNotFound('SOURCE_SERVER', sourceServerID);
  };
  if (isDisconnected(server)) refuse(settings.disconnectedAgain, 'already disconnected');
  else if (stagingArea.status === 'EXTENDED') refuse(settings.disconnectExtended, 'extended from another account');
}
