import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION } from '../../lib/contract';
import { messageOf } from '../../lambda/aws/errors';
import { checkByDeclarations } from '../../lambda/protocol/deletion-check';
import { readFleet } from '../../lambda/fleet/fleet';
import { readStep } from '../../lambda/drain/step';
import { NESTED_STACK, OUR_TYPES } from '../aws/cloudformation';
import { holds, resolve, type Scope, Unresolved } from '../template/resolve';
import { type Exports, parametersOfUpdate, scopeOfDeployed, scopeOfUpdate } from '../template/scope';
import { readTemplateInside } from '../template/template-file';
import { type PlannedChange, type Change, isRetainPolicy, readerOf } from './planned-change';
import { planDeletion } from './delete-stack';
import {
  type DeployedResource,
  type DeployedStack,
  isRecord,
  lookUp,
  parseTemplate,
  type ResourceDeclaration,
  type Template,
} from '../template/template';

/** What a stack is to be updated to. */
export interface UpdateTarget {
  readonly template: Template;
  /** Where the templates of its nested stacks are. */
  readonly directory: string;
}

const CLEANED_UP: Change = { kind: 'cleaned up' };

/** What the update of a stack does to each of our resources in it, and in what is nested in it. */
export function planUpdate(
  stack: DeployedStack,
  next: UpdateTarget,
  exports: Exports,
  parameters = parametersOfUpdate(stack, next.template),
): PlannedChange[] {
  const { template, resources, nested } = stack;
  const scope = template && scopeOfDeployed(stack, template, exports);
  const update = new Update(stack, next.template, scopeOfUpdate(stack, next.template, parameters, exports));
  const ours = [...resources.values()].filter(({ type }) => OUR_TYPES.includes(type));
  const own = ours.map((resource) => {
    const read = readerOf(lookUp(template?.Resources, resource.logicalId), scope);
    return { stack, resource, read, change: update.changeOf(resource) };
  });
  const ofNested = Array.from(nested, ([logicalId, child]) => planNested(stack, child, logicalId, update, next, exports));
  return [...own, ...ofNested.flat()];
}

function planNested(
  stack: DeployedStack,
  child: DeployedStack,
  logicalId: string,
  update: Update,
  next: UpdateTarget,
  exports: Exports,
): PlannedChange[] {
  const before = lookUp(stack.template?.Resources, logicalId);
  const after = update.declared(logicalId);
  if (!after) {
    // A nested stack that is removed is deleted, whatever else declares by then what it holds.
    const isKept = isRetainPolicy(before?.DeletionPolicy);
    const kept: Change = { kind: 'kept', why: `the nested stack ${child.identity.name} is retained` };
    return planDeletion(child, exports, isKept ? kept : undefined, CLEANED_UP);
  }
  const template = after instanceof Unresolved ? after : told(() => templateOfNested(child, before, after, next));
  if (!template || template instanceof Unresolved || after instanceof Unresolved) {
    const why =
      template instanceof Unresolved
        ? template.message
        : `the new template of the nested stack ${logicalId} is not to be found in ${next.directory}`;
    return planDeletion(child, exports, { kind: 'unknown', why });
  }
  const parameters = { ...parametersOfUpdate({ ...child, parameters: {} }, template), ...update.parametersOf(after) };
  return planUpdate(child, { ...next, template }, exports, parameters);
}

/** The CDK notes in the template where it has put those of nested stacks. */
function templateOfNested(
  child: DeployedStack,
  before: ResourceDeclaration | undefined,
  after: ResourceDeclaration,
  { directory }: UpdateTarget,
): Template | undefined {
  const name = after.Metadata?.['aws:asset:path'];
  if (after.Type === NESTED_STACK && typeof name === 'string' && existsSync(path.resolve(directory, name))) {
    return parseTemplate(readTemplateInside(directory, name));
  }
  const [urlBefore, urlAfter] = [before, after].map((declaration) => JSON.stringify(declaration?.Properties?.TemplateURL));
  return urlBefore === urlAfter ? child.template : undefined;
}

type Resources = Parameters<typeof checkByDeclarations>[1];

/** The update of one stack, as CloudFormation and the handler go about it. */
class Update {
  /** Our resources as they will be listed once it has succeeded. */
  private readonly resources: Resources;
  /** Those of which it can't be told what they will stand for. */
  private readonly unclear: readonly (readonly [type: string, logicalId: string])[];

  constructor(
    private readonly stack: DeployedStack,
    private readonly next: Template,
    private readonly scope: Scope,
  ) {
    const ids = Object.entries(next.Resources)
      .filter(([logicalId, { Type }]) => OUR_TYPES.includes(Type) && this.declared(logicalId))
      .map(([logicalId, { Type }]) => ({ logicalId, type: Type, physicalId: this.physicalIdOf(logicalId) }));
    this.resources = ids.map(({ logicalId, type, physicalId }) => ({
      LogicalResourceId: logicalId,
      ResourceType: type,
      PhysicalResourceId: typeof physicalId === 'string' ? physicalId : undefined,
      LastUpdatedTimestamp: undefined,
      ResourceStatus: 'UPDATE_COMPLETE',
    }));
    this.unclear = ids.filter(({ physicalId }) => typeof physicalId !== 'string').map(({ type, logicalId }) => [type, logicalId] as const);
  }

  /** What the new template says of a logical ID; undefined if it is not there, or its condition does not hold. */
  declared(logicalId: string): ResourceDeclaration | Unresolved | undefined {
    const declaration: ResourceDeclaration | undefined = lookUp(this.next.Resources, logicalId);
    return told(() => (declaration && holds(declaration.Condition, this.scope) ? declaration : undefined));
  }

  /** What it gives a nested stack for parameters, as far as that can be told. */
  parametersOf({ Properties = {} }: ResourceDeclaration): Record<string, string> {
    const given = isRecord(Properties.Parameters) ? Object.entries(Properties.Parameters) : [];
    const values = given.map(([name, value]) => [name, told(() => resolve(value, this.scope))] as const);
    return Object.fromEntries(values.filter(([, value]) => !(value instanceof Unresolved)).map(([name, value]) => [name, String(value)]));
  }

  changeOf(resource: DeployedResource): Change {
    const before: ResourceDeclaration | undefined = lookUp(this.stack.template?.Resources, resource.logicalId);
    const after = this.declared(resource.logicalId);
    if (after instanceof Unresolved) {
      return unknown(after.message);
    }
    if (!before) {
      return unknown('the template that is deployed is not JSON, or does not hold it');
    }
    if (!after) {
      return retention(before.DeletionPolicy, 'DeletionPolicy') ?? this.unlessDeclared(resource);
    }
    const physicalId = this.physicalIdOf(resource.logicalId);
    if (after.Type !== resource.type || physicalId instanceof Unresolved) {
      return unknown(physicalId instanceof Unresolved ? physicalId.message : 'its type changes, which CloudFormation refuses');
    }
    if (physicalId === resource.physicalId) {
      return { kind: 'kept', why: 'it is still declared' };
    }
    const isRefusable = resource.type === SOURCE_SERVER_DISCONNECTION && after.Properties?.RetainOnReplace !== 'true';
    return { ...this.changeOfReplaced(resource, before, after), isRefusable };
  }

  private changeOfReplaced(resource: DeployedResource, before: ResourceDeclaration, after: ResourceDeclaration): Change {
    const [policy, newPolicy] = [before.UpdateReplacePolicy, after.UpdateReplacePolicy];
    if (isRetainPolicy(policy) !== isRetainPolicy(newPolicy)) {
      return unknown('its UpdateReplacePolicy changes together with what it stands for, and AWS does not document which one counts');
    }
    return retention(policy, 'UpdateReplacePolicy') ?? this.unlessDeclared(resource);
  }

  /** By the function's own check of a clean-up. */
  private unlessDeclared({ type, logicalId, physicalId }: DeployedResource): Change {
    const request = { resourceType: type, logicalId, physicalId };
    const check = checkByDeclarations(
      request,
      this.resources,
      { genuine: true },
      type === SOURCE_SERVER_DISCONNECTION ? 'disconnect' : 'keep',
    );
    if (check instanceof Error || !check.genuine) {
      return { kind: 'kept', why: check instanceof Error ? check.message : check.why };
    }
    const [, other] = this.unclear.find(([unclear, id]) => unclear === type && id !== logicalId) ?? [];
    return other === undefined
      ? CLEANED_UP
      : unknown(`it may still be declared, as ${other}, of which it can't be told what it stands for`);
  }

  /** What a resource of the new template stands for, in the form of a physical ID. */
  private physicalIdOf(logicalId: string): string | Unresolved {
    const read = readerOf(lookUp(this.next.Resources, logicalId), this.scope);
    const { identity } = this.stack;
    return told(() => {
      switch (lookUp(this.next.Resources, logicalId)?.Type) {
        case SOURCE_SERVER_DISCONNECTION:
          return String(read((name) => name === 'SourceServerArn').SourceServerArn);
        case FLEET_DISCONNECTION:
          return readFleet({ stack: identity, properties: read() }).physicalId;
        default:
          return readStep({ stack: identity, properties: read() }).physicalId;
      }
    });
  }
}

function told<T>(look: () => T): T | Unresolved {
  try {
    return look();
  } catch (error) {
    return error instanceof Unresolved ? error : new Unresolved(String(messageOf(error)));
  }
}

function unknown(why: string): Change {
  return { kind: 'unknown', why };
}

function retention(policy: unknown, name: string): Change | undefined {
  const isKept = isRetainPolicy(policy);
  return isKept === undefined
    ? unknown(`its ${name} can't be told`)
    : isKept
      ? { kind: 'kept', why: `its ${name} is ${String(policy)}` }
      : undefined;
}
