import { walk } from '../dependencies';
import { Engine, resourceRequest } from '../engine';
import { reasonOf, ResourceFailure } from '../errors';
import { reasonOfCompletion } from '../express';
import { Scope } from '../intrinsics';
import { Deployment, ResourceInstance, ResourceDefinition } from '../model';
import { sameProperties } from '../properties';
import { resolveOutputs, resolveProperties, scopeOf } from '../scope';
import { Stack } from '../stack';
import { Json } from '../template';

/** Creates and updates resources until the stack is what the deployment says; at the first failure the others are cancelled. */
export class Provisioning {
  private readonly failedToCreate: string[] = [];
  private readonly failedToUpdate: string[] = [];
  private readonly scope: Scope;
  private outputFailure?: string;

  constructor(
    private readonly engine: Engine,
    private readonly stack: Stack,
    private readonly deployment: Deployment,
    private readonly cancellation: AbortController,
  ) {
    this.scope = scopeOf(engine, stack, deployment);
  }

  /** Whether everything succeeded. */
  async run(): Promise<boolean> {
    const { engine, stack, deployment, cancellation } = this;
    stack.deployment = deployment;
    const dependencies = (definition: ResourceDefinition): ResourceDefinition[] =>
      [...definition.dependencies].flatMap((name) => deployment.resources.get(name) ?? []);
    await walk(deployment.resources.values(), dependencies, (definition) => this.visit(definition));
    if (cancellation.signal.aborted) return false;
    try {
      stack.outputs = resolveOutputs(engine, stack, deployment);
      return true;
    } catch (error) {
      this.outputFailure = reasonOf(error);
      return false;
    }
  }

  /** Why it failed, as the stack says it. */
  get reason(): string {
    const sentences = [
      failed('create', this.failedToCreate),
      failed('update', this.failedToUpdate),
      ...(this.outputFailure === undefined ? [] : [`${this.outputFailure}. `]),
    ];
    return sentences.join('');
  }

  private async visit(definition: ResourceDefinition): Promise<boolean> {
    if (this.cancellation.signal.aborted) return false;
    const resource = this.stack.resources.get(definition.logicalId);
    const current = this.stack.live(definition.logicalId);
    const usable = current && resource?.status !== 'CREATE_FAILED' && current.definition.type === definition.type;
    if (current && !usable) this.stack.superseded.push(current);

    let properties: Json;
    try {
      properties = resolveProperties(definition.declaration.Properties, this.scope);
    } catch (error) {
      return usable
        ? this.updateFailed(current, reasonOf(error))
        : this.createFailed({ definition, properties: {}, attributes: {} }, reasonOf(error));
    }
    if (!usable) return this.create({ definition, properties, attributes: {} });
    const unchanged = sameProperties(properties, current.properties) && resource?.status.endsWith('_COMPLETE');
    // A nested stack is always looked into: only it knows whether its own template has changed.
    if (!unchanged || definition.type === 'AWS::CloudFormation::Stack') return this.update(current, definition, properties);
    this.stack.replace({ ...current, definition });
    return true;
  }

  private async create(begun: ResourceInstance): Promise<boolean> {
    const { stack, engine, cancellation } = this;
    let instance = begun;
    stack.mark(instance, 'CREATE_IN_PROGRESS');
    const initiated = (physicalId: string): void => {
      if (instance.physicalId !== undefined || cancellation.signal.aborted) return;
      instance = { ...instance, physicalId };
      stack.mark(instance, 'CREATE_IN_PROGRESS', 'Resource creation Initiated');
    };
    const cancelled = this.onCancel(() => {
      stack.mark(instance, 'CREATE_FAILED', 'Resource creation cancelled');
      this.failedToCreate.push(instance.definition.logicalId);
    });
    try {
      const created = await engine
        .providerOf(instance.definition.type)
        .create(resourceRequest(stack, instance, cancellation.signal, initiated));
      initiated(created.physicalId);
      instance = { ...instance, ...created };
      if (cancelled()) return this.keepAsIs(instance);
      stack.mark(instance, 'CREATE_COMPLETE', reasonOfCompletion(stack, instance.definition.type));
      return true;
    } catch (error) {
      const physicalId = error instanceof ResourceFailure ? error.physicalId : instance.physicalId;
      instance = { ...instance, ...(physicalId !== undefined && { physicalId }) };
      return cancelled() ? this.keepAsIs(instance) : this.createFailed(instance, reasonOf(error));
    }
  }

  private async update(current: ResourceInstance, definition: ResourceDefinition, properties: Json): Promise<boolean> {
    const { stack, engine, cancellation } = this;
    const attempted: ResourceInstance = { ...current, definition, properties };
    stack.mark(current, 'UPDATE_IN_PROGRESS');
    const cancelled = this.onCancel(() => {
      stack.mark(attempted, 'UPDATE_FAILED', 'Resource update cancelled');
      this.failedToUpdate.push(definition.logicalId);
    });
    try {
      const request = resourceRequest(stack, attempted, cancellation.signal);
      const updated = await engine
        .providerOf(definition.type)
        .update({ ...request, physicalId: current.physicalId ?? '', oldProperties: current.properties });
      const instance: ResourceInstance = { definition, properties, ...updated };
      if (instance.physicalId !== current.physicalId) stack.superseded.push(current);
      if (cancelled()) return this.keepAsIs(instance);
      if (instance.physicalId !== current.physicalId) {
        stack.mark(instance, 'UPDATE_IN_PROGRESS', 'Requested update required the provider to create a new physical resource');
      }
      stack.mark(instance, 'UPDATE_COMPLETE', reasonOfCompletion(stack, definition.type));
      return true;
    } catch (error) {
      const failure = error instanceof ResourceFailure ? error : undefined;
      const { physicalId = current.physicalId, began = true } = failure ?? {};
      if (physicalId !== current.physicalId) stack.superseded.push(current);
      const left = began ? { ...attempted, ...(physicalId !== undefined && { physicalId }) } : current;
      return cancelled() ? this.keepAsIs(left) : this.updateFailed(left, reasonOf(error));
    }
  }

  /** Calls back if the operation is cancelled; the returned function ends that and says whether it was. */
  private onCancel(callback: () => void): () => boolean {
    const { signal } = this.cancellation;
    signal.addEventListener('abort', callback, { once: true });
    return () => {
      signal.removeEventListener('abort', callback);
      return signal.aborted;
    };
  }

  /** What a cancelled request left behind: the events have been written already. */
  private keepAsIs(instance: ResourceInstance): false {
    this.stack.replace(instance);
    return false;
  }

  private createFailed(instance: ResourceInstance, reason: string): false {
    this.stack.mark(instance, 'CREATE_FAILED', reason);
    this.failedToCreate.push(instance.definition.logicalId);
    this.cancellation.abort();
    return false;
  }

  private updateFailed(instance: ResourceInstance, reason: string): false {
    this.stack.mark(instance, 'UPDATE_FAILED', reason);
    this.failedToUpdate.push(instance.definition.logicalId);
    this.cancellation.abort();
    return false;
  }
}

export function failed(verb: 'create' | 'update' | 'delete', logicalIds: readonly string[]): string {
  return logicalIds.length === 0 ? '' : `The following resource(s) failed to ${verb}: [${logicalIds.join(', ')}]. `;
}
