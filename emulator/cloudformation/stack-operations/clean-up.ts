import { Engine } from '../engine';
import { ResourceInstance } from '../model';
import { Stack } from '../stack';
import { Deletion, deleteInstances } from './delete-instances';

const POLICY = 'AWS::IAM::Policy';

/** Ends an update or its rollback: deletes what was removed and replaced, or what had been added. Nested stacks first: they have waited for it. */
export async function cleanUp(engine: Engine, stack: Stack): Promise<void> {
  const rolledBack = stack.status === 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS';
  if (!rolledBack && stack.status !== 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') return;
  const { deployment } = stack;
  const live = stack.liveInstances();
  const kept = live.filter(({ definition }) => deployment?.resources.has(definition.logicalId));
  const removed = live
    .filter((instance) => !kept.includes(instance))
    .map((instance) => ({ instance, retained: isRetained(instance, rolledBack) }));
  const replaced = stack
    .replacedInstances()
    .map((instance) => ({ instance, retained: !rolledBack && instance.definition.declaration.UpdateReplacePolicy === 'Retain' }));
  const deletions: Deletion[] = [...removed, ...replaced];
  const isFirst = ({ instance }: Deletion) => engine.settings.cleanUpOrder === 'policies-first' && instance.definition.type === POLICY;

  await Promise.all(kept.map(async ({ definition, physicalId = '' }) => engine.providerOf(definition.type).cleanUp?.(physicalId)));
  const failures: string[] = [];
  for (const batch of [deletions.filter(isFirst), deletions.filter((deletion) => !isFirst(deletion))]) {
    failures.push(...(await deleteInstances(engine, stack, batch, { attempts: 3, onFailure: 'go-on' })));
  }

  for (const { instance } of removed) stack.resources.delete(instance.definition.logicalId);
  stack.superseded = [];
  stack.stable = undefined;
  const outcome = rolledBack ? 'UPDATE_ROLLBACK_COMPLETE' : 'UPDATE_COMPLETE';
  stack.transition(
    outcome,
    failures.length > 0 && !rolledBack ? 'Update successful. One or more resources could not be deleted.' : undefined,
  );
}

/** RetainExceptOnCreate lets go of what the very operation had created. */
function isRetained({ definition }: ResourceInstance, rolledBack: boolean): boolean {
  const policy = definition.declaration.DeletionPolicy;
  return policy === 'Retain' || (policy === 'RetainExceptOnCreate' && !rolledBack);
}
