import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { OptionProperties } from '../contract';
import type { DisconnectionOptions } from '../disconnection-options';
import { RecoveryInstancePolicy } from '../recovery-instance-policy';
import { assumeRoleProperties } from './assume-role';

// What the constructs that disconnect share; not exported.

/** What the options say in a template. What is as by default is left out, so that a template of an earlier version says the same. */
export function propertiesOf({
  recoveryInstancePolicy: policy = RecoveryInstancePolicy.FAIL,
  deleteSourceServer,
  ...options
}: DisconnectionOptions): OptionProperties {
  return {
    ...(policy !== RecoveryInstancePolicy.FAIL && { RecoveryInstancePolicy: policy }),
    ...(deleteSourceServer && { DeleteSourceServer: 'true' }),
    ...assumeRoleProperties(options),
  };
}

export function isRetained({ removalPolicy }: DisconnectionOptions): boolean {
  return removalPolicy === RemovalPolicy.RETAIN || removalPolicy === RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
}

/** The account whose source servers the function can reach. */
export function drsAccount(scope: Construct, { assumeRole }: DisconnectionOptions): string {
  return assumeRole?.env.account ?? Stack.of(scope).account;
}

/** What is disconnected is deleted before the drain, which then waits for what DRS has still to do. */
export function deleteBefore(resource: Construct, drain: Construct | undefined) {
  if (drain) {
    resource.node.addDependency(drain);
  }
}
