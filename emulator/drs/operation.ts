import { partition } from '../defaults';
import { AwsError, Caller } from '../http/service';
import type { AuthorizationContext } from '../iam/model';
import { Settings } from '../settings';
import type { DrsAccountState } from './account-state';
import { accessDenied, invalid, resourceNotFound } from './errors';
import type { KnownRecoveryInstance, KnownSourceServer } from './model';

/** One request, with all that an operation needs to answer it. */
export interface DrsCall {
  readonly now: number;
  readonly caller: Caller;
  readonly accountState: DrsAccountState;
  /** Where a source server or a recovery instance is. */
  holderOf(id: string): DrsAccountState | undefined;
  readonly settings: Settings;
  authorize(action: string, resource: string, context?: AuthorizationContext): void;
  changed(sourceServerID: string, recoveryInstanceID?: string): void;
}

/** An operation; `run` returns the body of the response, if it has one. */
export interface Operation<Input> {
  authorize(input: Input, call: DrsCall): void;
  run(input: Input, call: DrsCall): object | undefined;
}

export function arnOf(accountState: DrsAccountState, kind: 'source-server' | 'recovery-instance' | 'job', id: string): string {
  return `arn:${partition}:drs:${accountState.region}:${accountState.accountId}:${kind}/${id}`;
}

export function authorizeSourceServer(action: string, sourceServerID: string, call: DrsCall): void {
  call.authorize(
    action,
    arnOf(call.accountState, 'source-server', sourceServerID),
    resourceTags(call.accountState.sourceServers.get(sourceServerID)?.tags),
  );
}

export function authorizeRecoveryInstance(action: string, recoveryInstanceID: string, call: DrsCall): void {
  const instance = call.accountState.recoveryInstances.get(recoveryInstanceID);
  call.authorize(action, arnOf(call.accountState, 'recovery-instance', recoveryInstanceID), {
    ...resourceTags(instance?.tags),
    ...(instance && { 'drs:EC2InstanceARN': ec2Arn(call.accountState, 'instance', instance.ec2InstanceID) }),
  });
}

export function ec2Arn(accountState: DrsAccountState, kind: 'instance' | 'volume', id: string): string {
  return `arn:${partition}:ec2:${accountState.region}:${accountState.accountId}:${kind}/${id}`;
}

export function resourceTags(tags: Record<string, string> = {}): AuthorizationContext {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
}

export function sourceServerOf(sourceServerID: string, call: DrsCall): KnownSourceServer {
  const server = call.accountState.sourceServers.get(sourceServerID);
  if (!server) throw absent('SOURCE_SERVER', sourceServerID, call);
  return server;
}

export function recoveryInstanceOf(recoveryInstanceID: string, call: DrsCall): KnownRecoveryInstance {
  const instance = call.accountState.recoveryInstances.get(recoveryInstanceID);
  if (!instance) throw absent('RECOVERY_INSTANCE', recoveryInstanceID, call);
  return instance;
}

/** What DRS says of an ID that exists in another account only is not known: a setting. */
function absent(resourceType: 'SOURCE_SERVER' | 'RECOVERY_INSTANCE', id: string, call: DrsCall): AwsError {
  const holder = call.holderOf(id);
  const foreign = holder !== undefined && holder.accountId !== call.accountState.accountId;
  if (foreign && call.settings.foreignServer === 'access-denied')
    return accessDenied(`User: ${call.caller.arn} is not authorized to access ${id}`);
  if (foreign && call.settings.foreignServer === 'validation')
    return invalid(`${id} does not belong to account ${call.accountState.accountId}.`);
  return resourceNotFound(resourceType, id);
}
