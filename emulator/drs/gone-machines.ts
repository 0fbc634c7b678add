import type { Settings } from '../settings';
import type { DrsAccountState } from './account-state';
import type { KnownRecoveryInstance } from './model';
import { isDisconnected, isGone } from './refusals';

/** What becomes of a recovery instance whose EC2 instance is terminated is a setting: DRS forgets it at once, or shows it for as long as EC2 shows the EC2 instance. */
export function settleGoneMachines(accountState: DrsAccountState, settings: Settings, now: number): void {
  const { instances: machines } = accountState.network();
  for (const instance of accountState.recoveryInstances.values()) {
    const machine = machines.get(instance.ec2InstanceID);
    if (machine && machine.state !== 'terminated') continue;
    if (!machine || settings.terminatedInstances === 'forgotten') accountState.recoveryInstances.delete(instance.recoveryInstanceID);
    const letsGo = settings.terminatedInstances !== 'holding' || !machine;
    if (letsGo && !isGone(instance) && !isDisconnected(instance)) release(instance, accountState, machine?.terminatedAt ?? now);
    instance.ec2InstanceState = settings.terminatedState;
  }
}

function release({ sourceServerID, recoveryInstanceID }: KnownRecoveryInstance, accountState: DrsAccountState, time: number): void {
  accountState.releases.set(sourceServerID, time);
  const server = accountState.sourceServers.get(sourceServerID);
  if (server?.recoveryInstanceId === recoveryInstanceID) delete server.recoveryInstanceId;
}
