import { walk } from '../dependencies';
import { Engine, neverAborted, resourceRequest } from '../engine';
import { reasonOf } from '../errors';
import { reasonOfCompletion } from '../express';
import { ResourceInstance } from '../model';
import { Stack } from '../stack';

export interface Deletion {
  readonly instance: ResourceInstance;
  /** Skipped, and left in the account. */
  readonly retained: boolean;
}

export interface DeletionRules {
  readonly attempts: number;
  /** What a failure means for what the resource depends on: it stays, or its deletion goes on all the same. */
  readonly onFailure: 'keep-dependencies' | 'go-on' | 'skip';
}

/** Deletes in the reverse order of the dependencies, independent ones concurrently. Returns the logical IDs that failed. */
export async function deleteInstances(
  engine: Engine,
  stack: Stack,
  deletions: readonly Deletion[],
  rules: DeletionRules,
): Promise<string[]> {
  const dependents = dependentsAmong(deletions);
  const failed: string[] = [];
  await walk(deletions, dependents, async ({ instance, retained }) => {
    if (retained) {
      stack.markGoing(instance, 'DELETE_SKIPPED');
      return true;
    }
    if (await deleted(engine, stack, instance, rules.attempts)) return true;
    failed.push(instance.definition.logicalId);
    if (rules.onFailure === 'skip') stack.markGoing(instance, 'DELETE_SKIPPED');
    return rules.onFailure !== 'keep-dependencies';
  });
  return rules.onFailure === 'skip' ? [] : failed;
}

async function deleted(engine: Engine, stack: Stack, instance: ResourceInstance, attempts: number): Promise<boolean> {
  const { physicalId } = instance;
  if (physicalId === undefined) {
    stack.markGoing(instance, 'DELETE_COMPLETE');
    return true;
  }
  for (let attempt = 1; attempt <= attempts; attempt++) {
    stack.markGoing(instance, 'DELETE_IN_PROGRESS');
    try {
      await engine.providerOf(instance.definition.type).delete({ ...resourceRequest(stack, instance, neverAborted), physicalId });
      stack.markGoing(instance, 'DELETE_COMPLETE', reasonOfCompletion(stack, instance.definition.type));
      return true;
    } catch (error) {
      stack.markGoing(instance, 'DELETE_FAILED', reasonOf(error));
    }
  }
  return false;
}

function dependentsAmong(deletions: readonly Deletion[]): (deletion: Deletion) => readonly Deletion[] {
  const dependents = new Map<string, Deletion[]>();
  for (const deletion of deletions) {
    for (const name of deletion.instance.definition.dependencies) dependents.set(name, [...(dependents.get(name) ?? []), deletion]);
  }
  return ({ instance }) => dependents.get(instance.definition.logicalId) ?? [];
}
