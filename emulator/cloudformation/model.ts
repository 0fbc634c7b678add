import { Caller } from '../http/service';
import { Json, ResourceDeclaration, Template } from './template';

/** A resource that the template declares and no condition leaves out. */
export interface ResourceDefinition {
  readonly logicalId: string;
  readonly type: string;
  readonly declaration: ResourceDeclaration;
  /** Logical IDs of the resources that must exist before. */
  readonly dependencies: ReadonlySet<string>;
}

export type Tags = Readonly<Record<string, string>>;

/** What a create or an update is asked to bring about: a template with its parameters. */
export interface Deployment {
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Tags;
  readonly resources: ReadonlyMap<string, ResourceDefinition>;
}

/** What a definition became in AWS. Never changed, only succeeded by another one. */
export interface ResourceInstance {
  readonly definition: ResourceDefinition;
  readonly properties: Json;
  readonly attributes: Json;
  /** Undefined while nothing is known to exist. */
  readonly physicalId?: string;
}

/** What the stack says of a logical ID. */
export interface StackResource {
  readonly instance: ResourceInstance;
  readonly status: string;
  readonly reason?: string;
  readonly time: number;
}

export interface StackEvent {
  readonly eventId: string;
  readonly operationId?: string;
  readonly clientRequestToken?: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  /** Of a resource. */
  readonly properties?: Json;
  readonly status: string;
  readonly reason?: string;
  /** Emulated milliseconds since 1970. */
  readonly time: number;
  /** What the API says, by the wall clock. */
  readonly timestamp: number;
}

export type StackEventListener = (event: StackEvent) => void;

export interface StackOutput {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

export interface Operation {
  readonly operationId: string;
  readonly operationType: OperationType;
}

export type OperationType = 'CREATE_STACK' | 'UPDATE_STACK' | 'DELETE_STACK' | 'CONTINUE_ROLLBACK' | 'ROLLBACK';

/** What an update goes back to if it fails. */
export interface StableState {
  readonly deployment: Deployment;
  readonly outputs: readonly StackOutput[];
  readonly instances: Map<string, ResourceInstance>;
}

/** Of an operation; its nested stacks have that of their root. */
export type DeploymentMode = 'STANDARD' | 'EXPRESS';

export interface StackOptions {
  /** STANDARD if absent. */
  readonly mode?: DeploymentMode;
  readonly onFailure?: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';
  readonly disableRollback?: boolean;
  readonly capabilities?: readonly string[];
}

/** As whom CloudFormation changes the resources of a stack: as the role that it was passed, which it keeps, or as whoever called last. */
export interface Deployer {
  readonly caller: Caller;
  readonly roleArn?: string;
}

export interface StackOperation {
  readonly cancellation: AbortController;
  readonly ended: Promise<void>;
}

/** The clocks of all stacks' events, and whoever listens to them. */
export interface EventLog {
  /** Emulated milliseconds. */
  time(): number;
  /** Milliseconds by the wall clock; never the same twice. */
  timestamp(): number;
  emit(event: StackEvent): void;
}

/** What an update would do to a resource, as far as can be said before. */
export interface ResourceChange {
  readonly action: 'Add' | 'Modify' | 'Remove';
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly type: string;
  /** For a Modify. */
  readonly scope?: readonly string[];
  readonly replacement?: 'True' | 'False' | 'Conditional';
  readonly properties?: readonly string[];
}

export interface ChangeSet {
  readonly changeSetId: string;
  readonly name: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly description?: string;
  /** By the wall clock: the CDK CLI shows the events since then. */
  readonly createdAt: number;
  readonly deployment: Deployment;
  readonly options: StackOptions;
  /** To be deployed with. */
  readonly roleArn?: string;
  readonly changes: readonly ResourceChange[];
  /** CREATE_COMPLETE, or FAILED if nothing would change. */
  readonly status: 'CREATE_COMPLETE' | 'FAILED';
  readonly statusReason?: string;
}
