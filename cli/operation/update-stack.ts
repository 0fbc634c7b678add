import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION } from '../../lib/contract';
import { messageOf } from '../../lambda/aws/errors';
import { checkByDeclarations } from '../../lambda/protocol/declarations';
import { readFleet } from '../../lambda/fleet/fleet';
import { readStep } from '../../lambda/drain/step';
import { OUR_TYPES } from '../aws/cloudformation';
import { isRecord } from '../../lambda/protocol/request';
import { holds, resolve, type Scope, Unresolved } from '../template/resolve';
import { type Exports, parametersOfUpdate, scopeOfDeployed, scopeOfUpdate } from '../template/scope';
import { macroIn } from '../template/macros';
import { type PlannedChange, type Change, isRetainPolicy, readerOf } from './planned-change';
import { planDeletion } from './delete-stack';
import { type DeployedResource, type DeployedStack, lookUp, type ResourceDeclaration, type Template } from '../template/template';
import { templateOfNested } from './nested-template';

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
  const macro = macroIn(next.template);
  if (macro !== undefined) {
    return planDeletion(stack, exports, unknown(`${macro} makes another template of the new one, which can't be told from here`));
  }
  const { template, resources, nested } = stack;
  const scope = template && scopeOfDeployed(stack, template, exports);
  const update = new Update(stack, scope, next.template, scopeOfUpdate(stack, next.template, parameters, exports));
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
  const template = after instanceof Unresolved ? after : told(() => update.templateOfNested(child, before, after, next.directory));
  if (template instanceof Unresolved || after instanceof Unresolved) {
    const why = `the new template of the nested stack ${logicalId} can't be told: ${(template as Unresolved).message}`;
    return planDeletion(child, exports, unknown(why));
  }
  const parameters = { ...parametersOfUpdate({ ...child, parameters: {} }, template), ...update.parametersOf(after) };
  return planUpdate(child, { ...next, template }, exports, parameters);
}

type Resources = Parameters<typeof checkByDeclarations>[1];

/** The update of one stack, as CloudFormation and the handler go about it. */
class Update {
  /** Our resources as they will be listed once it has succeeded. */
  private readonly resources: Resources;
  /** Those of which it can't be told what they will stand for. */
  private readonly unclear: readonly (readonly [type: string, logicalId: string, why: string])[];
  /** Those that our deployed resources have, in the form of `functionOf`. */
  private readonly functions: readonly string[];

  constructor(
    private readonly stack: DeployedStack,
    /** Of the deployed template, if that can be read. */
    private readonly deployed: Scope | undefined,
    private readonly next: Template,
    private readonly scope: Scope,
  ) {
    const ours = [...stack.resources.values()].filter(({ type }) => OUR_TYPES.includes(type));
    this.functions = ours.map(({ logicalId }) => this.functionBefore(logicalId));
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
    this.unclear = ids.flatMap(({ type, logicalId, physicalId }) =>
      physicalId instanceof Unresolved ? [[type, logicalId, physicalId.message] as const] : [],
    );
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
    const texts = values.filter(([, value]) => typeof value === 'string' || Array.isArray(value));
    return Object.fromEntries(texts.map(([name, value]) => [name, String(value)]));
  }

  /** @throws Unresolved if it can't be told */
  templateOfNested(child: DeployedStack, before: ResourceDeclaration | undefined, after: ResourceDeclaration, directory: string): Template {
    const urlBefore = this.deployed && told(() => resolve(before?.Properties?.TemplateURL, this.deployed!));
    return templateOfNested(child, after, { before: urlBefore, after: resolve(after.Properties?.TemplateURL, this.scope) }, directory);
  }

  private functionBefore(logicalId: string): string {
    const { template } = this.stack;
    return this.deployed ? functionOf(lookUp(template?.Resources, logicalId), this.deployed) : '';
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
    if (after.Type !== resource.type) {
      return unknown('its type changes, which CloudFormation refuses');
    }
    if (functionOf(after, this.scope) !== this.functionBefore(resource.logicalId)) {
      return unknown('its ServiceToken changes, which CloudFormation refuses');
    }
    const physicalId = this.physicalIdOf(resource.logicalId);
    if (physicalId instanceof Unresolved) {
      return unknown(physicalId.message);
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
    const check = checkByDeclarations(request, this.resources, type === SOURCE_SERVER_DISCONNECTION ? 'disconnect' : 'keep');
    if (typeof check !== 'string') {
      return { kind: 'kept', why: check.why };
    }
    const [, other, why] = this.unclear.find(([unclear, id]) => unclear === type && id !== logicalId) ?? [];
    return other === undefined
      ? CLEANED_UP
      : unknown(`it may still be declared, as ${other}, of which it can't be told what it stands for: ${why}`);
  }

  /** What a resource of the new template stands for, in the form of a physical ID. */
  private physicalIdOf(logicalId: string): string | Unresolved {
    const declaration = lookUp(this.next.Resources, logicalId);
    const read = readerOf(declaration, this.scope);
    const { identity } = this.stack;
    if (!this.functions.includes(functionOf(declaration, this.scope))) {
      return new Unresolved('its ServiceToken is another function than that of what is deployed');
    }
    return told(() => {
      switch (declaration?.Type) {
        case SOURCE_SERVER_DISCONNECTION:
          return textIn(
            read((name) => name === 'SourceServerArn'),
            'SourceServerArn',
          );
        case FLEET_DISCONNECTION:
          return readFleet({ stack: identity, properties: read() }).physicalId;
        default:
          return readStep({ stack: identity, properties: read() }).physicalId;
      }
    });
  }
}

/** The function of a resource, in a form that can be compared: its ARN, or what stands for it. */
function functionOf(declaration: ResourceDeclaration | undefined, scope: Scope): string {
  const token = declaration?.Properties?.ServiceToken;
  const found = told(() => resolve(token, scope));
  return typeof found === 'string' ? found : JSON.stringify(token ?? '');
}

function textIn(properties: Readonly<Record<string, unknown>>, name: string): string {
  const value = properties[name];
  if (typeof value !== 'string') {
    throw new Unresolved(`its property ${name} is no text`);
  }
  return value;
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
