import type { FailbackState } from '@aws-sdk/client-drs';
import { AwsError } from '../http/service';
import type { DrsAccountState } from './account-state';
import { conflict } from './errors';
import type { KnownRecoveryInstance, KnownSourceServer, RunningJob } from './model';
import type { DrsCall } from './operation';

const failbackUnderWay: readonly (FailbackState | undefined)[] = [
  'FAILBACK_IN_PROGRESS',
  'FAILBACK_READY_FOR_LAUNCH',
  'FAILBACK_NOT_READY_FOR_LAUNCH',
];

/** A recovery instance holds its source server until it is disconnected; how long that takes to spread is not known. */
export function refuseWhileHeld(what: 'disconnect' | 'delete', { sourceServerID }: KnownSourceServer, call: DrsCall): void {
  const { accountState, settings, now } = call;
  const holds = (instance: KnownRecoveryInstance): boolean =>
    instance.sourceServerID === sourceServerID &&
    (settings.disconnectedRecordHolds || !isDisconnected(instance)) &&
    (settings.terminatedInstances === 'holding' || !isGone(instance));
  const isHeld = [...accountState.recoveryInstances.values()].some(holds);
  if (!isHeld && !isRecent(accountState.releases.get(sourceServerID), settings.conflictLingers, now)) return;
  throw conflict(`Cannot ${what} Source Server ${sourceServerID} because it has a Recovery Instance.`, 'SOURCE_SERVER', sourceServerID);
}

export function refuseDuringFailback(what: 'disconnect' | 'terminate', { recoveryInstanceID, failback }: KnownRecoveryInstance): void {
  if (failbackUnderWay.includes(failback.state)) throw cannot(what, recoveryInstanceID, 'a failback is in progress');
}

/** Only one job at a time may act upon a source server. */
export function refuseSecondJob({ sourceServerID, recoveryInstanceID }: KnownRecoveryInstance, accountState: DrsAccountState): void {
  const isBusy = participants(accountState).some((participant) => participant.sourceServerID === sourceServerID);
  if (isBusy) throw cannot('terminate', recoveryInstanceID, 'a job is in progress');
}

export function refuseWhileTerminating({ recoveryInstanceID }: KnownRecoveryInstance, accountState: DrsAccountState): void {
  const isBusy = participants(accountState).some((participant) => participant.recoveryInstanceID === recoveryInstanceID);
  if (isBusy) throw cannot('disconnect', recoveryInstanceID, 'a job is in progress');
}

export function cannot(what: string, recoveryInstanceID: string, why: string): AwsError {
  return conflict(`Cannot ${what} Recovery Instance ${recoveryInstanceID} because ${why}.`, 'RECOVERY_INSTANCE', recoveryInstanceID);
}

export function isDisconnected({ dataReplicationInfo }: KnownSourceServer | KnownRecoveryInstance): boolean {
  return dataReplicationInfo.dataReplicationState === 'DISCONNECTED';
}

/** Whether its EC2 instance is terminated, as DRS shows that. */
export function isGone({ ec2InstanceState }: KnownRecoveryInstance): boolean {
  return ec2InstanceState === 'TERMINATED' || ec2InstanceState === 'NOT_FOUND';
}

/** Whether something happened less than so many seconds ago. */
export function isRecent(time: number | undefined, seconds: number, now: number): boolean {
  return time !== undefined && now < time + seconds * 1000;
}

export function unfinishedJobs(accountState: DrsAccountState): RunningJob[] {
  return [...accountState.jobs.values()].filter(({ job }) => job.status !== 'COMPLETED');
}

function participants(accountState: DrsAccountState): RunningJob['job']['participatingServers'] {
  return unfinishedJobs(accountState).flatMap(({ job }) => job.participatingServers);
}
