import type {
  DeleteRecoveryInstanceRequest,
  DescribeRecoveryInstancesRequest,
  DescribeRecoveryInstancesResponse,
  DisconnectRecoveryInstanceRequest,
  StopFailbackRequest,
} from '@aws-sdk/client-drs';
import { invalid, resourceNotFound } from './errors';
import type { KnownRecoveryInstance } from './model';
import { authorizeRecoveryInstance, DrsCall, Operation, recoveryInstanceOf } from './operation';
import { page } from './page';
import { cannot, isDisconnected, refuseDuringFailback, refuseWhileTerminating } from './refusals';

export const describeRecoveryInstances: Operation<DescribeRecoveryInstancesRequest> = {
  authorize(_input, call) {
    call.authorize('drs:DescribeRecoveryInstances', '*');
    // Its dependent actions: DRS asks for the caller's source servers and EC2 instances with the caller's own permissions.
    call.authorize('drs:DescribeSourceServers', '*');
    call.authorize('ec2:DescribeInstances', '*', { 'aws:ViaAWSService': 'true' });
  },
  run({ filters = {}, ...request }, { accountState }): DescribeRecoveryInstancesResponse {
    const { recoveryInstanceIDs = [], sourceServerIDs = [] } = filters;
    const matches = ({ recoveryInstanceID, sourceServerID }: KnownRecoveryInstance): boolean =>
      (recoveryInstanceIDs.length === 0 || recoveryInstanceIDs.includes(recoveryInstanceID)) &&
      (sourceServerIDs.length === 0 || sourceServerIDs.includes(sourceServerID));
    return page([...accountState.recoveryInstances.values()].filter(matches), ({ recoveryInstanceID }) => recoveryInstanceID, request);
  },
};

/** Its record stays until it is deleted; its EC2 instance runs on; its source server is free. */
export const disconnectRecoveryInstance: Operation<DisconnectRecoveryInstanceRequest> = {
  authorize: ({ recoveryInstanceID = '' }, call) => authorizeRecoveryInstance('drs:DisconnectRecoveryInstance', recoveryInstanceID, call),
  run({ recoveryInstanceID = '' }, call): undefined {
    const instance = recoveryInstanceOf(recoveryInstanceID, call);
    if (isDisconnected(instance)) return disconnectedAgain(recoveryInstanceID, call);
    refuseDuringFailback('disconnect', instance);
    refuseWhileTerminating(instance, call.accountState);
    instance.dataReplicationInfo.dataReplicationState = 'DISCONNECTED';
    for (const disk of instance.dataReplicationInfo.replicatedDisks ?? []) disk.totalStorageBytes = 0;
    delete instance.dataReplicationInfo.lagDuration;
    const server = call.accountState.sourceServers.get(instance.sourceServerID);
    if (server?.recoveryInstanceId === recoveryInstanceID) delete server.recoveryInstanceId;
    call.accountState.releases.set(instance.sourceServerID, call.now);
    call.changed(instance.sourceServerID, recoveryInstanceID);
    return undefined;
  },
};

/** Deletes the record only. Without a record it succeeds: the service model declares no ResourceNotFoundException here. */
export const deleteRecoveryInstance: Operation<DeleteRecoveryInstanceRequest> = {
  authorize: ({ recoveryInstanceID = '' }, call) => authorizeRecoveryInstance('drs:DeleteRecoveryInstance', recoveryInstanceID, call),
  run({ recoveryInstanceID = '' }, call): undefined {
    const instance = call.accountState.recoveryInstances.get(recoveryInstanceID);
    if (!instance) return undefined;
    if (!isDisconnected(instance)) throw cannot('delete', recoveryInstanceID, 'it is not disconnected');
    call.accountState.recoveryInstances.delete(recoveryInstanceID);
    if (call.settings.disconnectedRecordHolds) call.accountState.releases.set(instance.sourceServerID, call.now);
    call.changed(instance.sourceServerID, recoveryInstanceID);
    return undefined;
  },
};

export const stopFailback: Operation<StopFailbackRequest> = {
  authorize: ({ recoveryInstanceID = '' }, call) => authorizeRecoveryInstance('drs:StopFailback', recoveryInstanceID, call),
  run({ recoveryInstanceID = '' }, call): undefined {
    const instance = recoveryInstanceOf(recoveryInstanceID, call);
    instance.failback.state = 'FAILBACK_NOT_STARTED';
    call.changed(instance.sourceServerID, recoveryInstanceID);
    return undefined;
  },
};

/** What DRS answers is not known, no more than for a source server. */
function disconnectedAgain(recoveryInstanceID: string, { settings }: DrsCall): undefined {
  const error = cannot('disconnect', recoveryInstanceID, 'it is already disconnected');
  if (settings.disconnectedAgain === 'conflict') throw error;
  if (settings.disconnectedAgain === 'validation') throw invalid(error.message);
  if (settings.disconnectedAgain === 'not-found') throw resourceNotFound('RECOVERY_INSTANCE', recoveryInstanceID);
  return undefined;
}
