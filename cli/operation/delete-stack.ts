import { OUR_TYPES } from '../aws/cloudformation';
import { type Exports, scopeOfDeployed } from '../template/scope';
import { type PlannedChange, type Change, isRetainPolicy, readerOf } from './planned-change';
import { type DeployedStack, lookUp, type ResourceDeclaration } from '../template/template';

/** What the deletion of a stack does to each of our resources in it, and in what is nested in it, unless the same happens to all of them. */
export function planDeletion(stack: DeployedStack, exports: Exports, change?: Change, goes: Change = { kind: 'deleted' }): PlannedChange[] {
  const { template, resources, nested } = stack;
  const scope = template && scopeOfDeployed(stack, template, exports);
  const ours = [...resources.values()].filter(({ type }) => OUR_TYPES.includes(type));
  const own = ours.map((resource) => {
    const declaration = lookUp(template?.Resources, resource.logicalId);
    return { stack, resource, read: readerOf(declaration, scope), change: change ?? changeByPolicy(declaration) ?? goes };
  });
  const ofNested = Array.from(nested, ([logicalId, child]) => {
    const byPolicy = changeByPolicy(lookUp(template?.Resources, logicalId), `of the nested stack ${child.identity.name} `);
    return planDeletion(child, exports, change ?? byPolicy, goes);
  });
  return [...own, ...ofNested.flat()];
}

function changeByPolicy(declaration: ResourceDeclaration | undefined, whose = ''): Change | undefined {
  const policy = declaration?.DeletionPolicy;
  if (!declaration || isRetainPolicy(policy) === undefined) {
    return { kind: 'unknown', why: `the DeletionPolicy ${whose}can't be told` };
  }
  return isRetainPolicy(policy) ? { kind: 'kept', why: `the DeletionPolicy ${whose}is ${String(policy)}` } : undefined;
}
