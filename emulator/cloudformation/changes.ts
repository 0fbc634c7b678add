import { isDeepStrictEqual } from 'node:util';
import { Engine } from './engine';
import { Scope } from './intrinsics';
import { Deployment, ResourceInstance, ResourceChange, ResourceDefinition } from './model';
import { sameProperties } from './properties';
import { resolveProperties, scopeOf } from './scope';
import { Stack } from './stack';

export function resourceChanges(engine: Engine, stack: Stack, deployment: Deployment): ResourceChange[] {
  const scope = scopeOf(engine, stack, deployment);
  const kept = [...deployment.resources.values()].map((definition) => changeOf(stack.live(definition.logicalId), definition, scope));
  const removed = stack
    .liveInstances()
    .filter(({ definition }) => !deployment.resources.has(definition.logicalId))
    .map(({ definition: { logicalId, type }, physicalId }): ResourceChange => ({ action: 'Remove', logicalId, physicalId, type }));
  return [...kept.filter((change) => change !== undefined), ...removed];
}

/** Whether there is anything to update: resources, outputs, parameters or tags. */
export function hasChanges(engine: Engine, stack: Stack, deployment: Deployment): boolean {
  const current = stack.deployment;
  if (!current || !stack.status.endsWith('_COMPLETE')) return true;
  return (
    resourceChanges(engine, stack, deployment).length > 0 ||
    !isDeepStrictEqual(current.template.outputs, deployment.template.outputs) ||
    !isDeepStrictEqual(current.parameters, deployment.parameters) ||
    !isDeepStrictEqual(current.tags, deployment.tags)
  );
}

function changeOf(current: ResourceInstance | undefined, definition: ResourceDefinition, scope: Scope): ResourceChange | undefined {
  const { logicalId, type, declaration } = definition;
  if (!current) return { action: 'Add', logicalId, type };
  const was = current.definition.declaration;
  const properties = changedProperties(current, definition, scope);
  const aspects = ['Metadata', 'DeletionPolicy', 'UpdateReplacePolicy'] as const;
  const changed = aspects.filter((aspect) => !isDeepStrictEqual(was[aspect], declaration[aspect]));
  const scopes = [...(properties.length > 0 ? ['Properties'] : []), ...changed];
  if (type !== current.definition.type) {
    return { action: 'Modify', logicalId, physicalId: current.physicalId, type, scope: ['Properties'], replacement: 'True', properties };
  }
  if (scopes.length === 0) return undefined;
  return { action: 'Modify', logicalId, physicalId: current.physicalId, type, scope: scopes, replacement: 'False', properties };
}

/** What can't be resolved yet depends on what the update is about to change. */
function changedProperties(current: ResourceInstance, definition: ResourceDefinition, scope: Scope): string[] {
  const declared = definition.declaration.Properties ?? {};
  return [...new Set([...Object.keys(declared), ...Object.keys(current.properties)])].filter((name) => {
    try {
      const resolved = name in declared ? resolveProperties({ [name]: declared[name] }, scope) : {};
      return !sameProperties(name in current.properties ? { [name]: current.properties[name] } : {}, resolved);
    } catch {
      return true;
    }
  });
}
