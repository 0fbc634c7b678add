import { Engine } from '../engine';
import { Deployment, ResourceInstance, StableState } from '../model';
import { Stack } from '../stack';
import { cleanUp } from './clean-up';
import { Provisioning } from './provision';
import { rollBackUpdate } from './rollback';

/** What was never complete has no state to go back to. */
export function beginUpdate(stack: Stack, reason?: string): void {
  if (stack.status.endsWith('_COMPLETE')) stack.stable = stableState(stack);
  stack.begin('UPDATE_STACK');
  stack.transition('UPDATE_IN_PROGRESS', reason);
}

/** The update of a stack that is nobody's child. */
export async function updateStack(engine: Engine, stack: Stack, deployment: Deployment, cancellation: AbortController): Promise<void> {
  if ((await updateResources(engine, stack, deployment, cancellation)) || stack.status === 'UPDATE_FAILED') return cleanUp(engine, stack);
  stack.begin('ROLLBACK', stack.lastOperations);
  await rollBackUpdate(engine, stack);
  await cleanUp(engine, stack);
}

/**
 * The update phase: ends in UPDATE_COMPLETE_CLEANUP_IN_PROGRESS, in UPDATE_ROLLBACK_IN_PROGRESS with nothing rolled back yet,
 * or in UPDATE_FAILED if rollback is disabled.
 */
export async function updateResources(
  engine: Engine,
  stack: Stack,
  deployment: Deployment,
  cancellation: AbortController,
): Promise<boolean> {
  const provisioning = new Provisioning(engine, stack, deployment, cancellation);
  const succeeded = await provisioning.run();
  if (succeeded) stack.transition('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  // CancelUpdateStack has said why already.
  else if (stack.status === 'UPDATE_IN_PROGRESS') {
    stack.transition(stack.root.options.disableRollback ? 'UPDATE_FAILED' : 'UPDATE_ROLLBACK_IN_PROGRESS', provisioning.reason);
  }
  return succeeded;
}

function stableState(stack: Stack): StableState {
  const { deployment, outputs } = stack;
  if (!deployment) throw new Error(`${stack.stackName} was never deployed`);
  const instances = stack.liveInstances().map((instance): [string, ResourceInstance] => [instance.definition.logicalId, instance]);
  return { deployment, outputs, instances: new Map(instances) };
}
