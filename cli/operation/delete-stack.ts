import { type DeployedStack, OUR_TYPES } from '../aws/cloudformation';
import type { ResourceDeclaration } from '../template/resolve';
import { type Exports, scopeOfDeployed } from '../template/scope';
import { type Declaration, type Fate, isRetained, readerOf } from './planned-change';

/** What the deletion of a stack does to each of our resources in it, and in what is nested in it, unless all of them have one fate. */
export function planDeletion(stack: DeployedStack, exports: Exports, fate?: Fate, goes: Fate = { kind: 'deleted' }): Declaration[] {
  const { template, resources, nested } = stack;
  const scope = template && scopeOfDeployed(stack, template, exports);
  const ours = [...resources.values()].filter(({ type }) => OUR_TYPES.includes(type));
  const own = ours.map((resource) => {
    const declaration = template?.Resources[resource.logicalId];
    return { stack, resource, read: readerOf(declaration, scope), fate: fate ?? fateByPolicy(declaration) ?? goes };
  });
  const ofNested = Array.from(nested, ([logicalId, child]) => {
    const byPolicy = fateByPolicy(template?.Resources[logicalId], `of the nested stack ${child.identity.name} `);
    return planDeletion(child, exports, fate ?? byPolicy, goes);
  });
  return [...own, ...ofNested.flat()];
}

function fateByPolicy(declaration: ResourceDeclaration | undefined, whose = ''): Fate | undefined {
  const policy = declaration?.DeletionPolicy;
  if (!declaration || isRetained(policy) === undefined) {
    return { kind: 'unknown', why: `the DeletionPolicy ${whose}can't be told` };
  }
  return isRetained(policy) ? { kind: 'kept', why: `the DeletionPolicy ${whose}is ${String(policy)}` } : undefined;
}
