/*
 * What the constructs write into a template and the teardown function reads: types and constants only.
 * Stacks that are deployed hold these names, so a name or a shape here is never changed, only added.
 */

/** The resource type of a source server disconnection. Its physical ID is the source server's ARN. */
export const SOURCE_SERVER_DISCONNECTION = 'Custom::DRSSourceServerDisconnection';

/** The properties of a source server disconnection. What is absent is as in the first version: no policy is FAIL, no role is the function's own. */
export interface SourceServerDisconnectionProperties extends OptionProperties {
  readonly SourceServerArn: string;
  /** Present if the server is not to be disconnected when the resource names another one. */
  readonly RetainOnReplace?: 'true';
}

/** The properties that say how far a disconnection may go, and who makes it. */
export interface OptionProperties {
  readonly RecoveryInstancePolicy?: 'DISCONNECT' | 'TERMINATE_DRILLS';
  /** Present if the record of the source server goes, too. */
  readonly DeleteSourceServer?: 'true';
  /** The role to assume for each call of DRS. */
  readonly AssumeRoleArn?: string;
  /** What the session of that role has beside its name. */
  readonly AssumeRoleExternalId?: string;
  readonly AssumeRoleSourceIdentity?: string;
  readonly AssumeRoleSessionTags?: Readonly<Record<string, string>>;
}

/** The attributes of a source server disconnection, as of the last deployment. */
export interface SourceServerDisconnectionAttributes {
  readonly SourceServerHostname: string;
  readonly DataReplicationState: string;
}

/** The resource type of a fleet disconnection. Its physical ID is drs:fleet:ACCOUNT:REGION: and a hash of the selection. */
export const FLEET_DISCONNECTION = 'Custom::DRSFleetDisconnection';

/** The properties of a fleet disconnection. Its account is that of the role, or of the stack. Exactly one of Tags and All is there: a selection that is missing must never mean all servers. */
export interface FleetDisconnectionProperties extends OptionProperties {
  readonly Region: string;
  /** What a server must carry, all of it. */
  readonly Tags?: Readonly<Record<string, string>>;
  readonly All?: 'true';
}

/** The attributes of a fleet disconnection, as of the last deployment. */
export interface FleetDisconnectionAttributes {
  readonly MatchingSourceServerCount: string;
}

/** The resource type of a link of a staging area drain. Its physical ID is drs:drain:ACCOUNT:REGION:VPC:DRAIN:LINK. */
export const STAGING_AREA_DRAIN = 'Custom::DRSStagingAreaDrain';

/** How long one link of a drain waits, in minutes: one run of the function, with something to spare for its start and its answer. */
export const DRAIN_LINK_MINUTES = 14;

/** The properties of a link of a staging area drain. Link 0 is the last to be deleted. */
export interface StagingAreaDrainProperties {
  /** The same for all links of a drain, and for no other. */
  readonly Drain: string;
  readonly Link: string;
  readonly VpcId: string;
  readonly SubnetIds: readonly string[];
  /** Present if the security groups that DRS has made in the VPC go, too. */
  readonly DeleteSecurityGroups?: 'true';
}

/** The variable in the function's environment that holds the ID of its stack: the function serves no other. */
export const STACK_ID_VARIABLE = 'STACK_ID';

/** Says that DRS told nothing: an attribute must never be missing, or CloudFormation fails the deployment. */
export const UNKNOWN = 'UNKNOWN';

/** The form of a source server's ID, from the service model. */
export const SOURCE_SERVER_ID = /^s-[0-9a-zA-Z]{17}$/;

/** The form of a Region's name, in every partition. */
export const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

/** Where the teardown function counts failed deletions. */
export const METRIC_NAMESPACE = 'cdk-drs';
export const FAILED_DELETIONS = 'FailedDeletions';
