import { Engine } from '../engine';
import { Deployment } from '../model';
import { Stack } from '../stack';
import { deleteAll } from './delete';
import { Provisioning } from './provision';
import { rollBackCreate } from './rollback';

/** Creates the resources; the stack ends in CREATE_COMPLETE, or in CREATE_FAILED with what was created still there. */
export async function createResources(
  engine: Engine,
  stack: Stack,
  deployment: Deployment,
  cancellation: AbortController,
): Promise<boolean> {
  const provisioning = new Provisioning(engine, stack, deployment, cancellation);
  const succeeded = await provisioning.run();
  // The stack's deletion has cancelled the creation, and has the word now.
  if (stack.status !== 'CREATE_IN_PROGRESS') return false;
  if (succeeded) stack.transition('CREATE_COMPLETE');
  else await createFailed(engine, stack, provisioning.reason);
  return succeeded;
}

async function createFailed(engine: Engine, stack: Stack, reason: string): Promise<void> {
  const { disableRollback, onFailure = disableRollback ? 'DO_NOTHING' : 'ROLLBACK' } = stack.options;
  // A nested stack waits for its parent to delete it.
  if (stack.parent || onFailure === 'DO_NOTHING') return stack.transition('CREATE_FAILED', reason);
  if (onFailure === 'ROLLBACK') return rollBackCreate(engine, stack, `${reason}Rollback requested by user.`);
  stack.begin('DELETE_STACK', stack.lastOperations);
  stack.transition('DELETE_IN_PROGRESS', `${reason}Delete requested by user.`);
  await deleteAll(engine, stack);
}
