import { REGION, SOURCE_SERVER_ID } from '../lib/contract';

// The physical IDs of all resource types, written and read. Deployed stacks hold them, so a form is never changed.

/** A source server as its ARN names it, which is the physical ID of its disconnection. */
export interface NamedServer {
  readonly region: string;
  readonly accountId: string;
  readonly sourceServerId: string;
}

/** All that the ARN says. */
export interface SourceServerArn extends NamedServer {
  readonly partition: string;
}

const SOURCE_SERVER_ARN = /^arn:(aws[a-z-]*):drs:([^:]+):(\d{12}):source-server\/([^/]+)$/;

/** Reads the ARN of a source server; undefined for anything else. */
export function parseSourceServerArn(arn: unknown): SourceServerArn | undefined {
  const [, partition, region, accountId, sourceServerId] = (typeof arn === 'string' && SOURCE_SERVER_ARN.exec(arn)) || [];
  if (!partition || !region || !accountId || !sourceServerId) {
    return undefined;
  }
  const isNamed = REGION.test(region) && SOURCE_SERVER_ID.test(sourceServerId);
  return isNamed ? { partition, region, accountId, sourceServerId } : undefined;
}

export interface FleetId {
  readonly accountId: string;
  readonly region: string;
  /** The same for the same selection. */
  readonly selectionHash: string;
}

const FLEET_ID = /^drs:fleet:(\d{12}):([^:]+):([0-9a-f]{16})$/;

export function fleetIdOf({ accountId, region, selectionHash }: FleetId): string {
  return `drs:fleet:${accountId}:${region}:${selectionHash}`;
}

/** Reads the physical ID of a fleet disconnection; undefined for anything else. */
export function parseFleetId(physicalId = ''): FleetId | undefined {
  const [, accountId, region, selectionHash] = FLEET_ID.exec(physicalId) ?? [];
  return accountId && region && selectionHash && REGION.test(region) ? { accountId, region, selectionHash } : undefined;
}

export interface DrainStepId {
  readonly accountId: string;
  readonly region: string;
  readonly vpcId: string;
  readonly drain: string;
  /** Step 0 is the last one. */
  readonly step: string;
}

const DRAIN_STEP_ID = /^drs:drain:([^:]*):([^:]*):([^:]*):(.*):([^:]*)$/;

export function drainStepIdOf({ accountId, region, vpcId, drain, step }: DrainStepId): string {
  return `drs:drain:${accountId}:${region}:${vpcId}:${drain}:${step}`;
}

/** Whether a drain was declared with it, even if its form is that of another version and can't be read. */
export function isOfDrain(physicalId = ''): boolean {
  return physicalId.startsWith('drs:drain:');
}

/** Reads the physical ID of a step of a drain; undefined for anything else. */
export function parseDrainStepId(physicalId = ''): DrainStepId | undefined {
  const [whole, accountId = '', region = '', vpcId = '', drain = '', step = ''] = DRAIN_STEP_ID.exec(physicalId) ?? [];
  return whole === undefined ? undefined : { accountId, region, vpcId, drain, step };
}

/** Of a resource whose Create failed. It is none of the others, so its Delete changes nothing. */
export function notCreatedIdOf(logicalId: string): string {
  return `cdk-drs:not-created:${logicalId}`;
}

/** Whether it may be the physical ID of a resource that was created, by this version or by a newer one: all others are made up by CloudFormation, in a form that nobody knows. */
export function isOfCreated(physicalId: string): boolean {
  return /^\s*(arn|drs):/.test(physicalId);
}
