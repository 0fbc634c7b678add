import type { Job, RecoveryInstance, SourceServer } from '@aws-sdk/client-drs';
import { OperationName } from './input-shapes';

/** The SDK's types, with the members that every record here has. */
export type KnownSourceServer = SourceServer &
  Required<Pick<SourceServer, 'sourceServerID' | 'arn' | 'tags' | 'dataReplicationInfo' | 'stagingArea' | 'sourceProperties'>>;

export type KnownRecoveryInstance = RecoveryInstance &
  Required<
    Pick<RecoveryInstance, 'recoveryInstanceID' | 'ec2InstanceID' | 'sourceServerID' | 'arn' | 'tags' | 'failback' | 'dataReplicationInfo'>
  >;

export interface RunningJob {
  readonly job: Job & Required<Pick<Job, 'creationDateTime' | 'participatingServers'>>;
  /** Emulated milliseconds since 1970. */
  readonly endsAt: number;
  /** Whether it terminates anything. */
  readonly succeeds: boolean;
}

/** DRS's default settings in an account and Region: what a server gets when its agent is installed. By ID. */
export interface ConfigurationTemplates {
  readonly replication: Map<string, ReplicationTarget>;
  readonly launch: Set<string>;
}

/** Where servers replicate to. */
export interface ReplicationTarget {
  readonly subnetId: string;
  readonly securityGroupIds: readonly string[];
}

/** A change that an operation made. */
export interface DrsChange {
  /** Emulated milliseconds since 1970. */
  readonly time: number;
  readonly operation: OperationName;
  readonly accountId: string;
  readonly region: string;
  readonly callerArn: string;
  readonly sourceServerID: string;
  readonly recoveryInstanceID?: string;
}
