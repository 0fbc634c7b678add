import type { RecoveryInstance } from '@aws-sdk/client-drs';
import type { RecoveryInstancePolicy } from './options';

// What DRS tells of a recovery instance, and what the policies make of that.

/** How long DRS must say that it finds no machine before that counts, in milliseconds. */
export const NOT_FOUND_FOR = 30_000;

const NO_FAILBACK = new Set(['FAILBACK_NOT_STARTED', 'FAILBACK_COMPLETED', 'FAILBACK_LAUNCH_STATE_NOT_AVAILABLE']);

/** DRS keeps the record of a recovery instance that was disconnected, and lets go of its source server. */
export function isHolding(instance: RecoveryInstance): boolean {
  return instance.dataReplicationInfo?.dataReplicationState !== 'DISCONNECTED';
}

/** DRS shows a recovery instance whose machine is gone for a while. That one is in nobody's way, but its record may still hold the source server. */
export function isGone({ ec2InstanceState }: RecoveryInstance): boolean {
  return ec2InstanceState === 'TERMINATED' || isNotFound({ ec2InstanceState });
}

/** DRS finds no machine; a moment later it may find it all the same. */
export function isNotFound({ ec2InstanceState }: RecoveryInstance): boolean {
  return ec2InstanceState === 'NOT_FOUND';
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
    return !isGone(instance);
  }
  // DRS leaves isDrill out where it doesn't know: then it is taken for real.
  const mayGo = isGone(instance) || policy === 'DISCONNECT' || (policy === 'TERMINATE_DRILLS' && instance.isDrill === true);
  return isFailingBack(instance) || (isHolding(instance) && !mayGo);
}
