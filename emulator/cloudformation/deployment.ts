import { partition } from '../defaults';
import { StackIdentity } from '../resource-provider';
import { circular, namesIn } from './dependencies';
import { validationError } from './errors';
import { resolveCondition, Scope } from './intrinsics';
import { Deployment, ResourceDefinition, Tags } from './model';
import { parameterReference } from './parameters';
import { Json, Template } from './template';

export function deploymentOf(
  identity: StackIdentity,
  template: Template,
  parameters: Readonly<Record<string, string>>,
  tags: Tags,
): Deployment {
  const scope = staticScope(identity, template, parameters);
  const included = Object.entries(template.resources).filter(([, { Condition }]) => !Condition || resolveCondition(Condition, scope));
  const names = new Set(included.map(([logicalId]) => logicalId));
  const resources = new Map<string, ResourceDefinition>();
  for (const [logicalId, declaration] of included) {
    const named = [...namesIn(declaration)];
    const unresolved = named.filter((name) => !(name in template.resources) && !(name in scope.parameters) && name !== 'AWS::NoValue');
    if (unresolved.length > 0) {
      throw validationError(
        `Template format error: Unresolved resource dependencies [${unresolved.join(', ')}] in the Resources block of the template`,
      );
    }
    resources.set(logicalId, {
      logicalId,
      type: declaration.Type,
      declaration,
      dependencies: new Set(named.filter((name) => names.has(name))),
    });
  }
  const circle = circular(new Map([...resources].map(([logicalId, { dependencies }]) => [logicalId, dependencies])));
  if (circle.length > 0) throw validationError(`Circular dependency between resources: [${circle.join(', ')}]`);
  return { template, parameters, tags, resources };
}

/** A scope for what needs no resource: conditions. */
export function staticScope(identity: StackIdentity, template: Template, parameters: Readonly<Record<string, string>>): Scope {
  const unavailable = (): never => {
    throw validationError('Template format error: conditions can depend on parameters only');
  };
  return {
    parameters: { ...pseudoParameters(identity), ...references(template, parameters) },
    mappings: template.mappings,
    conditions: template.conditions,
    region: identity.region,
    physicalId: unavailable,
    attribute: unavailable,
    importValue: unavailable,
  };
}

function references(template: Template, parameters: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(
    Object.entries(template.parameters).map(([key, declaration]) => [key, parameterReference(declaration, parameters[key] ?? '')]),
  );
}

function pseudoParameters(identity: StackIdentity): Json {
  return {
    'AWS::AccountId': identity.accountId,
    'AWS::NotificationARNs': [],
    'AWS::Partition': partition,
    'AWS::Region': identity.region,
    'AWS::StackId': identity.stackId,
    'AWS::StackName': identity.stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };
}
