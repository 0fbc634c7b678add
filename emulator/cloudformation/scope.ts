import { staticScope } from './deployment';
import { Engine } from './engine';
import { validationError } from './errors';
import { resolve, resolveCondition, Scope } from './intrinsics';
import { Deployment, ResourceInstance, StackOutput } from './model';
import { Stack } from './stack';
import { Json } from './template';

/** A scope that sees the stack's resources as they stand when asked. */
export function scopeOf(engine: Engine, stack: Stack, { template, parameters }: Deployment): Scope {
  const existing = (logicalId: string): ResourceInstance & { readonly physicalId: string } => {
    const instance = stack.live(logicalId);
    const { physicalId } = instance ?? {};
    if (!instance || physicalId === undefined) throw validationError(`Unresolved resource dependency [${logicalId}]`);
    return { ...instance, physicalId };
  };
  return {
    ...staticScope(stack, template, parameters),
    physicalId: (logicalId) => existing(logicalId).physicalId,
    attribute: (logicalId, name) => {
      const instance = existing(logicalId);
      return Object.hasOwn(instance.attributes, name) ? instance.attributes[name] : engine.missingAttribute(instance, name, stack);
    },
    importValue: (name) => {
      const output = engine.stacks.exporterOf(name, stack)?.outputs.find(({ exportName }) => exportName === name);
      if (!output) throw validationError(`No export named ${name} found.`);
      stack.imports.add(name);
      return output.value;
    },
  };
}

export function resolveProperties(declared: Json | undefined, scope: Scope): Json {
  return resolve(declared ?? {}, scope) as Json;
}

export function resolveOutputs(engine: Engine, stack: Stack, deployment: Deployment): StackOutput[] {
  const scope = scopeOf(engine, stack, deployment);
  const included = Object.entries(deployment.template.outputs).filter(
    ([, { Condition }]) => !Condition || resolveCondition(Condition, scope),
  );
  return included.map(([key, { Value, Description, Export }]) => {
    const exportName = Export && String(resolve(Export.Name, scope));
    const exporter = exportName === undefined ? undefined : engine.stacks.exporterOf(exportName, stack);
    if (exporter && exporter !== stack)
      throw validationError(`Export with name ${exportName} is already exported by stack ${exporter.stackName}.`);
    return {
      key,
      value: String(resolve(Value, scope)),
      ...(Description !== undefined && { description: Description }),
      ...(exportName !== undefined && { exportName }),
    };
  });
}
