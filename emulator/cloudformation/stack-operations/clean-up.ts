import { Engine } from '../engine';
import { ResourceInstance } from '../model';
import { Stack } from '../stack';
import { Deletion, deleteInstances } from './delete-instances';

const POLICY = 'AWS::IAM::Policy';

/** Ends an update or its rollback: deletes what was removed and replaced, or what had been added. Nested stacks first: they have waited for it. */
export async function cleanUp(engine: Engine, stack: Stack): Promise<void> {
  const rolledBack = stack.status === 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS';
  if (!rolledBack && stack.status !== 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') return;
  const nested = stack.liveInstances().filter((instance) => isKept(stack, instance));
  await Promise.all(nested.map(async ({ definition, physicalId = '' }) => engine.providerOf(definition.type).cleanUp?.(physicalId)));
  const { removed, failures } = await deleteLeft(engine, stack, rolledBack);

  for (const { instance } of removed) stack.resources.delete(instance.definition.logicalId);
  stack.superseded = [];
  stack.stable = undefined;
  const outcome = rolledBack ? 'UPDATE_ROLLBACK_COMPLETE' : 'UPDATE_COMPLETE';
  stack.transition(
    outcome,
    failures.length > 0 && !rolledBack ? 'Update successful. One or more resources could not be deleted.' : undefined,
  );
}

/** Deletes what the stack has left behind. A rollback may still follow, as long as the stack is in this phase. */
export async function deleteLeft(
  engine: Engine,
  stack: Stack,
  rolledBack: boolean,
): Promise<{ readonly removed: readonly Deletion[]; readonly failures: readonly string[] }> {
  const removed = stack
    .liveInstances()
    .filter((instance) => !isKept(stack, instance))
    .map((instance) => ({ instance, retained: isRetained(instance, rolledBack) }));
  const replaced = stack
    .replacedInstances()
    .map((instance) => ({ instance, retained: !rolledBack && instance.definition.declaration.UpdateReplacePolicy === 'Retain' }));
  const deletions: Deletion[] = [...removed, ...replaced];
  const isFirst = ({ instance }: Deletion) => engine.settings.cleanUpOrder === 'policies-first' && instance.definition.type === POLICY;

  const failures: string[] = [];
  for (const batch of [deletions.filter(isFirst), deletions.filter((deletion) => !isFirst(deletion))]) {
    failures.push(...(await deleteInstances(engine, stack, batch, { attempts: 3, onFailure: 'go-on' })));
  }
  return { removed, failures };
}

function isKept({ deployment }: Stack, { definition }: ResourceInstance): boolean {
  return deployment?.resources.has(definition.logicalId) === true;
}

/** RetainExceptOnCreate lets go of what the very operation had created. */
function isRetained({ definition }: ResourceInstance, rolledBack: boolean): boolean {
  const policy = definition.declaration.DeletionPolicy;
  return policy === 'Retain' || (policy === 'RetainExceptOnCreate' && !rolledBack);
}
