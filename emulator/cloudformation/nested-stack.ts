import { randomUpperCase } from '../control/random';
import { CreatedResource, ResourceRequest } from '../resource-provider';
import { hasChanges } from './changes';
import { deploymentOf } from './deployment';
import { Engine, EngineProvider, EngineRequest, EngineUpdate } from './engine';
import { reasonOf, ResourceFailure } from './errors';
import { Deployment } from './model';
import { parameterValues } from './parameters';
import { Stack } from './stack';
import { cleanUp, deleteLeft } from './stack-operations/clean-up';
import { createResources } from './stack-operations/create';
import { deleteStack } from './stack-operations/delete';
import { rollBackUpdate } from './stack-operations/rollback';
import { beginUpdate, updateResources } from './stack-operations/update';
import { isObject, parseTemplate } from './template';

/** AWS::CloudFormation::Stack. A child is updated, rolled back and cleaned up in its parent's phases, never ahead of them. */
export class NestedStacks implements EngineProvider {
  constructor(
    private readonly engine: Engine,
    /** The template at a TemplateURL; throws if there is none. */
    private readonly fetchTemplate: (url: string) => string,
  ) {}

  async create(request: EngineRequest): Promise<CreatedResource> {
    const { engine } = this;
    const parent = engine.stacks.get(request.stack.stackId);
    const child = engine.stacks.add(
      parent.accountId,
      parent.region,
      `${parent.stackName}-${request.logicalId}-${randomUpperCase(12)}`,
      parent,
    );
    child.options = parent.options;
    child.begin('CREATE_STACK');
    child.transition('CREATE_IN_PROGRESS');
    request.initiated(child.stackId);
    await this.run(child, request.signal, async (cancellation) => {
      try {
        await createResources(engine, child, this.deployment(child, request), cancellation);
      } catch (error) {
        child.transition('CREATE_FAILED', reasonOf(error));
      }
    });
    if (child.status === 'CREATE_COMPLETE') return created(child);
    throw new ResourceFailure(
      `Embedded stack ${child.stackId} was not successfully created: ${child.statusReason ?? child.status}`,
      child.stackId,
    );
  }

  async update(request: EngineUpdate): Promise<CreatedResource> {
    const child = this.engine.stacks.get(request.physicalId);
    const deployment = this.deployment(child, request);
    if (!hasChanges(this.engine, child, deployment)) return created(child);
    beginUpdate(child);
    await this.run(
      child,
      request.signal,
      async (cancellation) => void (await updateResources(this.engine, child, deployment, cancellation)),
    );
    if (child.status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') {
      // Its own clean-up, which follows that of its parent, waits for this.
      if (this.engine.settings.nestedCleanUp === 'at-once')
        void this.engine.run(child, async () => void (await deleteLeft(this.engine, child, false)));
      return created(child);
    }
    throw new ResourceFailure(
      `Embedded stack ${child.stackId} was not successfully updated. Currently in ${child.status} with reason: ${child.statusReason ?? ''}`,
      child.stackId,
    );
  }

  async delete({ physicalId }: { readonly physicalId: string }): Promise<void> {
    const child = this.engine.stacks.get(physicalId);
    if (child.isDeleted) return;
    await deleteStack(this.engine, child);
    if (!child.isDeleted)
      throw new ResourceFailure(`Embedded stack ${physicalId} was not successfully deleted: ${child.statusReason ?? child.status}`);
  }

  /** A child that its parent's update has left alone has nothing to roll back. */
  async rollBack(physicalId: string): Promise<CreatedResource> {
    const child = this.engine.stacks.get(physicalId);
    if (!child.stable) return created(child);
    child.begin('ROLLBACK', child.lastOperations);
    if (child.status !== 'UPDATE_ROLLBACK_IN_PROGRESS') child.transition('UPDATE_ROLLBACK_IN_PROGRESS');
    await this.engine.run(child, () => rollBackUpdate(this.engine, child));
    if (child.status === 'UPDATE_ROLLBACK_FAILED') {
      throw new ResourceFailure(
        `Embedded stack ${physicalId} was not successfully updated. Currently in ${child.status} with reason: ${child.statusReason ?? ''}`,
      );
    }
    return created(child);
  }

  async cleanUp(physicalId: string): Promise<void> {
    const child = this.engine.stacks.get(physicalId);
    await this.engine.run(child, () => cleanUp(this.engine, child));
  }

  private deployment(child: Stack, { properties }: ResourceRequest): Deployment {
    const template = parseTemplate(this.fetchTemplate(String(properties.TemplateURL)));
    const given = isObject(properties.Parameters) ? properties.Parameters : {};
    const parameters = Object.entries(given).map(([key, value]) => ({
      key,
      value: Array.isArray(value) ? value.join(',') : String(value),
    }));
    return deploymentOf(child, template, parameterValues(template, parameters), {});
  }

  /** Cancelling the parent's request cancels the child's operation. */
  private async run(child: Stack, signal: AbortSignal, operation: (cancellation: AbortController) => Promise<void>): Promise<void> {
    await this.engine.run(child, async (cancellation) => {
      const cancel = (): void => cancellation.abort();
      if (signal.aborted) cancel();
      signal.addEventListener('abort', cancel, { once: true });
      await operation(cancellation);
      signal.removeEventListener('abort', cancel);
    });
  }
}

function created(child: Stack): CreatedResource {
  return { physicalId: child.stackId, attributes: Object.fromEntries(child.outputs.map(({ key, value }) => [`Outputs.${key}`, value])) };
}
