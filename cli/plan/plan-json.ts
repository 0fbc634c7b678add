/*
 * What a plan says: the shape that --json prints, and docs/plan.md documents. Scripts read it, so a name or a meaning here is never changed, only added.
 * A message and a command are strings there.
 */

import type { Command, Message } from '../../lambda/aws/message';

/** What becomes of something, from the worst to the best. */
export const VERDICTS = ['blocked', 'unknown', 'disconnect', 'delete-record', 'drain', 'nothing', 'keep'] as const;

export type PlanVerdict = (typeof VERDICTS)[number];

export interface Outcome {
  readonly verdict: PlanVerdict;
  /** Why, and what to do about it: commands stand between backticks. Empty where the verdict says it all. */
  readonly reason: Message;
  /** The commands of the reason. */
  readonly commands: readonly Command[];
}

export interface Plan {
  readonly version: 1;
  readonly operation: 'delete' | 'update';
  readonly stack: {
    readonly name: string;
    readonly id: string;
    readonly accountId: string;
    readonly region: string;
    readonly status: string;
  };
  /** Whether nothing blocks, and everything could be told: exit code 0. */
  readonly clear: boolean;
  /** What blocks the operation as a whole. */
  readonly blockers: readonly Message[];
  /** What else is good to know. */
  readonly notes: readonly Message[];
  readonly resources: readonly PlannedResource[];
  /** How many source servers each verdict is on; one that two resources name counts twice. */
  readonly counts: Readonly<Partial<Record<PlanVerdict, number>>>;
}

export type PlannedResource = PlannedDisconnection | PlannedFleet | PlannedDrain;

export interface Planned extends Outcome {
  readonly stackName: string;
  readonly logicalId: string;
  readonly physicalId: string;
}

export interface PlannedDisconnection extends Planned {
  readonly resourceType: 'Custom::DRSSourceServerDisconnection';
  /** Absent if none was ever declared. */
  readonly sourceServer?: PlannedServer;
}

export interface PlannedFleet extends Planned {
  readonly resourceType: 'Custom::DRSFleetDisconnection';
  /** In words; absent if it can't be told. */
  readonly selection?: Message;
  /** Those that it selects at this moment. */
  readonly sourceServers: readonly PlannedServer[];
}

/** All links of a drain are one. */
export interface PlannedDrain extends Planned {
  readonly resourceType: 'Custom::DRSStagingAreaDrain';
  readonly links: number;
  readonly vpcId?: string;
  readonly subnetIds: readonly string[];
  /** What DRS has in the subnets at this moment. */
  readonly machines: readonly PlannedMachine[];
  /** Those of DRS in the subnets that are of none of these machines. */
  readonly networkInterfaces: readonly PlannedNetworkInterface[];
  /** The security groups that DRS has made in the VPC. */
  readonly securityGroupIds: readonly string[];
}

export interface PlannedServer extends Outcome {
  readonly sourceServerId: string;
  readonly accountId: string;
  readonly region: string;
  /** UNKNOWN, as the two that follow, where DRS tells none. */
  readonly hostname: string;
  readonly replicationState: string;
  /** As DRS writes it, such as PT1M30S. */
  readonly lag: string;
  readonly recoveryInstances: readonly PlannedRecoveryInstance[];
}

export interface PlannedRecoveryInstance {
  readonly recoveryInstanceId: string;
  readonly ec2InstanceId: string;
  readonly ec2InstanceState: string;
  /** Null where DRS doesn't know: then it is taken for a real recovery. */
  readonly isDrill: boolean | null;
  readonly replicationState: string;
  readonly failbackState: string;
  /** What the operation does to it, before it disconnects the source server. */
  readonly then: 'disconnected' | 'terminated' | 'left alone';
}

export interface PlannedMachine {
  readonly instanceId: string;
  readonly kind: string;
  readonly state: string;
  readonly subnetId: string;
}

export interface PlannedNetworkInterface {
  readonly networkInterfaceId: string;
  readonly status: string;
  readonly subnetId: string;
}
