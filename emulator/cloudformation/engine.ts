import { setMaxListeners } from 'node:events';
import { Clock } from '../control/clock';
import { CreatedResource, ResourceRequest } from '../resource-provider';
import { Settings } from '../settings';
import { ResourceInstance } from './model';
import { Stack } from './stack';
import { Stacks } from './stacks';

/** A request of the engine: nested stacks have an ID long before they are complete. */
export interface EngineRequest extends ResourceRequest {
  initiated(physicalId: string): void;
}

export type EngineUpdate = EngineRequest & { readonly physicalId: string; readonly oldProperties: Record<string, unknown> };

/** A `ResourceProvider`, or CloudFormation's own nested stacks, which take part in their parent's phases. */
export interface EngineProvider {
  create(request: EngineRequest): Promise<CreatedResource>;
  update(request: EngineUpdate): Promise<CreatedResource>;
  delete(request: EngineRequest & { readonly physicalId: string }): Promise<void>;
  /** Instead of an update to the old properties. */
  rollBack?(physicalId: string): Promise<CreatedResource>;
  /** In the clean-up of the parent, after its update or its rollback. */
  cleanUp?(physicalId: string): Promise<void>;
}

/** What the operations on stacks need. */
export interface Engine {
  readonly clock: Clock;
  readonly settings: Settings;
  readonly stacks: Stacks;
  providerOf(type: string): EngineProvider;
  /** An attribute that the instance lacks; throws what CloudFormation would say. */
  missingAttribute(instance: ResourceInstance, name: string, stack: Stack): unknown;
  /** Runs an operation on a stack. One that is running already is cancelled, and waited for. */
  run(stack: Stack, operation: (cancellation: AbortController) => Promise<void>): Promise<void>;
}

export function resourceRequest(
  stack: Stack,
  instance: ResourceInstance,
  signal: AbortSignal,
  initiated: (physicalId: string) => void = () => undefined,
): EngineRequest {
  const { logicalId, type } = instance.definition;
  return { stack, logicalId, resourceType: type, properties: instance.properties, signal, initiated };
}

/** For what nothing cancels: rollbacks and deletions. */
export const neverAborted = new AbortController().signal;
setMaxListeners(0, neverAborted);
