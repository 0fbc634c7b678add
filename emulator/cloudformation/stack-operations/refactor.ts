import { deploymentOf } from '../deployment';
import { validationError } from '../errors';
import { Deployment, ResourceInstance } from '../model';
import { Stack } from '../stack';
import { parseTemplate } from '../template';

/** A stack as it is to be afterwards. */
export interface StackDefinition {
  readonly stack: Stack;
  readonly templateBody: string;
}

/** A resource, and where it is afterwards. */
export interface ResourceMapping {
  readonly source: { readonly stack: Stack; readonly logicalId: string };
  readonly destination: { readonly stack: Stack; readonly logicalId: string };
}

/** Moves and renames resources: nothing is asked of their providers, and each keeps its physical ID and its properties. */
export function refactor(
  definitions: readonly StackDefinition[],
  mappings: readonly ResourceMapping[],
  mayMoveCustomResources: boolean,
): void {
  const deployments = new Map(definitions.map((definition) => [definition.stack, deploymentAfter(definition)]));
  const instances = mappings.map((mapping) => movable(mapping, mayMoveCustomResources));
  for (const [stack, deployment] of deployments) {
    stack.begin('UPDATE_STACK');
    stack.transition('UPDATE_IN_PROGRESS');
    stack.deployment = deployment;
  }
  mappings.forEach(({ source }) => source.stack.resources.delete(source.logicalId));
  mappings.forEach(({ destination: { stack, logicalId } }, index) => {
    const definition = stack.deployment?.resources.get(logicalId);
    if (!definition) throw validationError(`Resource ${logicalId} does not exist in the template of stack ${stack.stackName}`);
    stack.mark({ ...instances[index], definition }, 'IMPORT_COMPLETE');
  });
  for (const stack of deployments.keys()) stack.transition('UPDATE_COMPLETE');
}

function deploymentAfter({ stack, templateBody }: StackDefinition): Deployment {
  if (!/^(CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK)_COMPLETE$/.test(stack.status)) {
    throw validationError(`Stack ${stack.stackName} is in ${stack.status} state and can not be refactored.`);
  }
  return deploymentOf(stack, parseTemplate(templateBody), stack.deployment?.parameters ?? {}, stack.deployment?.tags ?? {});
}

/** What CloudFormation can't move is refused, and nothing is moved then. */
function movable({ source: { stack, logicalId } }: ResourceMapping, mayMoveCustomResources: boolean): ResourceInstance {
  const instance = stack.live(logicalId);
  if (!instance) throw validationError(`Resource ${logicalId} does not exist in stack ${stack.stackName}`);
  const { declaration, type } = instance.definition;
  if (/AWS::Stack(Id|Name)/.test(JSON.stringify(declaration))) {
    throw validationError(`Resource ${logicalId} can not be refactored: it uses the pseudo parameter AWS::StackId or AWS::StackName.`);
  }
  if (type.startsWith('Custom::') && !mayMoveCustomResources) {
    throw validationError(`Stack refactoring is not supported for the resource type ${type} of ${logicalId}.`);
  }
  return instance;
}
