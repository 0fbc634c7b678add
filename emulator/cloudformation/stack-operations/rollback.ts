import { walk } from '../dependencies';
import { Engine, neverAborted, resourceRequest } from '../engine';
import { reasonOf } from '../errors';
import { ResourceInstance, StableState } from '../model';
import { Stack } from '../stack';
import { deleteInstances } from './delete-instances';
import { failed } from './provision';

/** Deletes what a failed create has made. */
export async function rollBackCreate(engine: Engine, stack: Stack, reason?: string): Promise<void> {
  stack.begin('ROLLBACK', stack.lastOperations);
  stack.transition('ROLLBACK_IN_PROGRESS', reason);
  const current = stack
    .liveInstances()
    .map((instance) => ({ instance, retained: instance.definition.declaration.DeletionPolicy === 'Retain' }));
  const superseded = stack.replacedInstances().map((instance) => ({ instance, retained: false }));
  const failures = await deleteInstances(engine, stack, [...current, ...superseded], { attempts: 1, onFailure: 'keep-dependencies' });
  if (failures.length > 0) stack.transition('ROLLBACK_FAILED', failed('delete', failures));
  else stack.transition('ROLLBACK_COMPLETE');
}

/**
 * Takes every resource that the update touched back to its old properties; the stack's status is UPDATE_ROLLBACK_IN_PROGRESS already.
 * What the update added is deleted later, in the clean-up.
 */
export async function rollBackUpdate(engine: Engine, stack: Stack, skipped: readonly string[] = []): Promise<void> {
  const { stable } = stack;
  if (!stable) throw new Error(`${stack.stackName} has no update to roll back`);
  const failures: string[] = [];
  const before = (stableInstance: ResourceInstance): ResourceInstance[] =>
    [...stableInstance.definition.dependencies].flatMap((name) => stable.instances.get(name) ?? []);
  await walk([...stable.instances.values()], before, async (old) => {
    const { logicalId } = old.definition;
    try {
      if (skipped.includes(logicalId)) skip(stack, stable, logicalId);
      else stable.instances.set(logicalId, await restore(engine, stack, old));
      return true;
    } catch (error) {
      const current = stack.live(logicalId) ?? old;
      stack.mark(current, 'UPDATE_FAILED', reasonOf(error));
      failures.push(logicalId);
      return false;
    }
  });
  if (failures.length > 0) return stack.transition('UPDATE_ROLLBACK_FAILED', failed('update', failures));
  stack.deployment = stable.deployment;
  stack.outputs = stable.outputs;
  stack.transition('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
}

/** Returns the instance that stands for the old one now. */
async function restore(engine: Engine, stack: Stack, old: ResourceInstance): Promise<ResourceInstance> {
  const { logicalId, type } = old.definition;
  const current = stack.live(logicalId);
  if (current && isUntouched(current, old)) {
    // Only its declaration may have changed, or a request that was never sent.
    const wasRefused =
      stack.resources.get(logicalId)?.status !== 'UPDATE_COMPLETE' && stack.resources.get(logicalId)?.status !== 'CREATE_COMPLETE';
    if (wasRefused) stack.mark(old, 'UPDATE_COMPLETE');
    else stack.replace(old);
    return old;
  }
  const provider = engine.providerOf(type);
  if (!current) {
    // A nested stack may have cleaned up before its root failed.
    const created = { ...old, ...(await provider.create(resourceRequest(stack, old, neverAborted))) };
    stack.mark(created, 'UPDATE_COMPLETE');
    return created;
  }
  if (current.definition.type !== type) {
    stack.superseded.push(current);
    stack.mark(old, 'UPDATE_COMPLETE');
    return old;
  }
  stack.mark(current, 'UPDATE_IN_PROGRESS');
  const physicalId = current.physicalId ?? '';
  const restored = provider.rollBack
    ? await provider.rollBack(physicalId)
    : await provider.update({ ...resourceRequest(stack, old, neverAborted), physicalId, oldProperties: current.properties });
  if (restored.physicalId !== physicalId) stack.superseded.push(current);
  const instance = { ...old, ...restored };
  stack.mark(instance, 'UPDATE_COMPLETE');
  return instance;
}

function isUntouched(current: ResourceInstance, old: ResourceInstance): boolean {
  return current.properties === old.properties && current.attributes === old.attributes && current.physicalId === old.physicalId;
}

function skip(stack: Stack, stable: StableState, logicalId: string): void {
  const current = stack.live(logicalId);
  if (!current) return;
  stack.mark(current, 'UPDATE_COMPLETE', 'Resource skipped during UpdateRollback');
  stable.instances.set(logicalId, current);
}
