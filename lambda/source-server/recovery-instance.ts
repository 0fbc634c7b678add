import type { RecoveryInstance } from '@aws-sdk/client-drs';
import type { RecoveryInstancePolicy } from './options';

// What DRS tells of a recovery instance, and what the policies make of that.

const NO_FAILBACK = new Set(['FAILBACK_NOT_STARTED', 'FAILBACK_COMPLETED', 'FAILBACK_LAUNCH_STATE_NOT_AVAILABLE']);

/** DRS keeps the record of a recovery instance that was disconnected, and lets go of its source server. */
export function isHolding(instance: RecoveryInstance): boolean {
  return instance.dataReplicationInfo?.dataReplicationState !== 'DISCONNECTED';
}

/** A failback that is under way must be finished or stopped first, whatever else is to happen. */
export function isFailingBack({ failback }: RecoveryInstance): boolean {
  return failback?.state !== undefined && !NO_FAILBACK.has(failback.state);
}

/** Whether DRS names its source server, whose recovery instances were asked for. No policy touches any other. */
export function isAttributed({ sourceServerID }: RecoveryInstance): boolean {
  return sourceServerID !== undefined;
}

/** Whether the policy leaves the recovery instance alone although it holds its source server. A failback is left alone in any state. */
export function isInTheWay(instance: RecoveryInstance, policy: RecoveryInstancePolicy): boolean {
  if (!isAttributed(instance)) {
    return instance.ec2InstanceState !== 'TERMINATED';
  }
  // DRS leaves isDrill out where it doesn't know: then it is taken for real.
  const mayGo = policy === 'DISCONNECT' || (policy === 'TERMINATE_DRILLS' && instance.isDrill === true);
  return isFailingBack(instance) || (isHolding(instance) && !mayGo);
}
