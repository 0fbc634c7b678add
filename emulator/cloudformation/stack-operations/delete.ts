import { Engine } from '../engine';
import { Stack } from '../stack';
import { deleteInstances } from './delete-instances';
import { failed } from './provision';

export interface DeleteOptions {
  /** Logical IDs to leave behind. */
  readonly retain?: readonly string[];
  /** FORCE_DELETE_STACK: what can't be deleted is left behind. */
  readonly force?: boolean;
}

/** Deletes a stack; a creation that is still running is cancelled first. */
export async function deleteStack(engine: Engine, stack: Stack, options: DeleteOptions = {}): Promise<void> {
  stack.begin('DELETE_STACK');
  stack.transition('DELETE_IN_PROGRESS', stack.parent ? undefined : 'User Initiated');
  await engine.run(stack, () => deleteAll(engine, stack, options));
}

/** Deletes everything that is left of a stack in DELETE_IN_PROGRESS. */
export async function deleteAll(engine: Engine, stack: Stack, { retain = [], force = false }: DeleteOptions = {}): Promise<void> {
  const current = stack.liveInstances().map((instance) => ({
    instance,
    retained: retain.includes(instance.definition.logicalId) || /^Retain/.test(instance.definition.declaration.DeletionPolicy ?? ''),
  }));
  const superseded = stack
    .replacedInstances()
    .map((instance) => ({ instance, retained: instance.definition.declaration.UpdateReplacePolicy === 'Retain' }));
  const failures = await deleteInstances(engine, stack, [...current, ...superseded], {
    attempts: 1,
    onFailure: force ? 'skip' : engine.settings.failedDeletion === 'stays' ? 'keep-dependencies' : 'go-on',
  });
  if (failures.length > 0) return stack.transition('DELETE_FAILED', failed('delete', failures));
  stack.transition('DELETE_COMPLETE');
}
