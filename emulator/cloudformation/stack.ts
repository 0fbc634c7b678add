import { randomUUID } from 'node:crypto';
import { StackIdentity } from '../resource-provider';
import {
  ChangeSet,
  Deployer,
  Deployment,
  EventLog,
  ResourceInstance,
  StackOperation,
  Operation,
  OperationType,
  StableState,
  StackEvent,
  StackOptions,
  StackOutput,
  StackResource,
} from './model';

/** The state of one stack. What changes it is in stack-operations/. */
export class Stack implements StackIdentity {
  createdAt: number;
  readonly resources = new Map<string, StackResource>();
  /** Oldest first. */
  readonly events: StackEvent[] = [];
  readonly changeSets = new Map<string, ChangeSet>();
  /** The current or last operation, then what it follows from. */
  lastOperations: readonly Operation[] = [];
  /** Those before the current one. */
  previousOperations: readonly Operation[] = [];
  status = 'REVIEW_IN_PROGRESS';
  statusReason?: string;
  updatedAt?: number;
  /** When its deletion began. */
  deletedAt?: number;
  deployment?: Deployment;
  outputs: readonly StackOutput[] = [];
  /** Names of other stacks' exports. */
  readonly imports = new Set<string>();
  options: StackOptions = {};
  /** Of a nested stack, its root's counts. */
  deployer?: Deployer;
  terminationProtection = false;
  clientRequestToken?: string;
  /** Set while an update isn't finished. */
  stable?: StableState;
  /** Replaced, and to be deleted in the clean-up. */
  superseded: ResourceInstance[] = [];
  /** The running operation. */
  operation?: StackOperation;

  constructor(
    readonly accountId: string,
    readonly region: string,
    readonly stackName: string,
    readonly stackId: string,
    private readonly log: EventLog,
    readonly parent?: Stack,
  ) {
    this.createdAt = log.time();
  }

  get root(): Stack {
    return this.parent?.root ?? this;
  }

  get isDeleted(): boolean {
    return this.status === 'DELETE_COMPLETE';
  }

  /** @param causes the operations that it follows from by itself, such as the update that a rollback rolls back */
  begin(operationType: OperationType, causes: readonly Operation[] = []): void {
    this.previousOperations = this.lastOperations;
    this.lastOperations = [{ operationId: randomUUID(), operationType }, ...causes];
  }

  /** Lets it be older than it is, with all that has happened to it. */
  age(milliseconds: number): void {
    this.createdAt -= milliseconds;
    this.updatedAt = this.updatedAt && this.updatedAt - milliseconds;
    const older = this.events.map((event) => ({ ...event, time: event.time - milliseconds, timestamp: event.timestamp - milliseconds }));
    this.events.splice(0, this.events.length, ...older);
  }

  transition(status: string, reason?: string): void {
    this.status = status;
    this.statusReason = reason;
    const time = this.log.time();
    if (status === 'DELETE_IN_PROGRESS') this.deletedAt = time;
    else if (status.startsWith('UPDATE')) this.updatedAt = time;
    const type = 'AWS::CloudFormation::Stack';
    this.emit({ logicalId: this.stackName, physicalId: this.stackId, type, status, time, ...(reason !== undefined && { reason }) });
  }

  /** What exists, or may exist, for a logical ID. */
  live(logicalId: string): ResourceInstance | undefined {
    const resource = this.resources.get(logicalId);
    return resource && !isGone(resource.status) ? resource.instance : undefined;
  }

  liveInstances(): ResourceInstance[] {
    return [...this.resources.keys()].map((logicalId) => this.live(logicalId)).filter((instance) => instance !== undefined);
  }

  /** Makes the instance the logical ID's current one, with an event. */
  mark(instance: ResourceInstance, status: string, reason?: string): void {
    const { logicalId } = instance.definition;
    const time = this.log.time();
    this.resources.set(logicalId, { instance, status, time, ...(reason !== undefined && { reason }) });
    this.report(instance, status, reason, time);
  }

  /** Makes it the current one and leaves the status as it is. */
  replace(instance: ResourceInstance): void {
    const resource = this.resources.get(instance.definition.logicalId);
    if (resource) this.resources.set(instance.definition.logicalId, { ...resource, instance });
  }

  /** An event of what is going, and the new status if it is the current instance: a replaced one has no entry any more. */
  markGoing(instance: ResourceInstance, status: string, reason?: string): void {
    // A rollback may have gone back to a replaced one, so that it is the current one too: gone is gone.
    if (isGone(status)) this.superseded = this.superseded.filter((other) => !isSameThing(other, instance));
    if (this.resources.get(instance.definition.logicalId)?.instance === instance) this.mark(instance, status, reason);
    else this.report(instance, status, reason, this.log.time());
  }

  /** What was replaced and still exists. A rollback may have gone back to a replaced one: it is the current one again. */
  replacedInstances(): ResourceInstance[] {
    const live = this.liveInstances();
    return this.superseded.filter(
      (instance, index, all) =>
        !live.some((other) => isSameThing(other, instance)) && !all.slice(0, index).some((other) => isSameThing(other, instance)),
    );
  }

  private report(instance: ResourceInstance, status: string, reason: string | undefined, time: number): void {
    const { definition, physicalId = '', properties } = instance;
    this.emit({
      logicalId: definition.logicalId,
      physicalId,
      type: definition.type,
      properties,
      status,
      time,
      ...(reason !== undefined && { reason }),
    });
  }

  private emit(what: Pick<StackEvent, 'logicalId' | 'physicalId' | 'type' | 'properties' | 'status' | 'reason' | 'time'>): void {
    const event: StackEvent = {
      ...what,
      timestamp: this.log.timestamp(),
      eventId: what.physicalId === this.stackId ? randomUUID() : `${what.logicalId}-${randomUUID()}`,
      operationId: this.lastOperations[0]?.operationId,
      clientRequestToken: this.clientRequestToken,
      stackId: this.stackId,
      stackName: this.stackName,
    };
    this.events.push(event);
    this.log.emit(event);
  }
}

/** The same thing in AWS, whatever its properties are by now. */
function isSameThing(left: ResourceInstance, right: ResourceInstance): boolean {
  return (
    left.physicalId === right.physicalId &&
    left.definition.logicalId === right.definition.logicalId &&
    left.definition.type === right.definition.type
  );
}

function isGone(status: string): boolean {
  return status === 'DELETE_COMPLETE' || status === 'DELETE_SKIPPED';
}
