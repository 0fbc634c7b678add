import { domainOf } from '../../lambda/aws/region';
import { Evaluation } from './evaluation';
import { type Scope, Unresolved } from './resolve';
import { type DeployedStack, lookUp, type ParameterDeclaration, type Template } from './template';

/** CloudFormation takes no longer value of a parameter, in bytes. */
const LONGEST_PARAMETER = 4_096;

/** Where to look up exports, if the template imports any. */
export type Exports = (name: string) => string | undefined;

/** What the names in the template of a deployed stack stand for. */
export function scopeOfDeployed(stack: DeployedStack, template: Template, exports: Exports): Scope {
  return {
    ...sections(template),
    ref: (name) =>
      pseudoParameter(name, stack) ??
      parameter(name, template, stack.parameters) ??
      physicalId(name, stack) ??
      cannot(`nobody knows ${name}`),
    attribute: (logicalId, name) => attribute(logicalId, name, stack, template) ?? cannot(`${logicalId}.${name} can't be told from here`),
    importValue: (name) => exports(name) ?? cannot(`no stack exports ${name}`),
  };
}

/** What they will stand for once the stack is updated to a template, if that changes no parameter that the stack has. */
export function scopeOfUpdate(stack: DeployedStack, next: Template, parameters: Readonly<Record<string, string>>, exports: Exports): Scope {
  /** Properties that are the same give the same resource; others may replace it. */
  const known = new Map<string, boolean>();
  const stays = (logicalId: string) => {
    const isKnown = known.get(logicalId);
    if (isKnown !== undefined) {
      return isKnown;
    }
    const [before, after] = [lookUp(stack.template?.Resources, logicalId), lookUp(next.Resources, logicalId)];
    const isSame = before?.Type === after?.Type && JSON.stringify(before?.Properties) === JSON.stringify(after?.Properties);
    known.set(logicalId, isSame);
    return isSame;
  };
  const ifItStays = (logicalId: string, found: unknown) =>
    found !== undefined && stays(logicalId) ? found : cannot(`what ${logicalId} is after the update can't be told from here`);
  return {
    ...sections(next),
    ref: (name) => pseudoParameter(name, stack) ?? parameter(name, next, parameters) ?? ifItStays(name, physicalId(name, stack)),
    attribute: (logicalId, name) => ifItStays(logicalId, attribute(logicalId, name, stack, next)),
    importValue: (name) => exports(name) ?? cannot(`no stack exports ${name}`),
  };
}

/** The values of a template's parameters in an update that gives none: those of the stack, or the default of a new one. */
export function parametersOfUpdate({ parameters }: DeployedStack, { Parameters = {} }: Template): Record<string, string> {
  const values = Object.entries(Parameters).map(([name, { Type = '', Default }]) => {
    const isLookedUp = Type.startsWith('AWS::SSM::Parameter::Value<');
    return [name, isLookedUp ? undefined : (lookUp(parameters, name) ?? Default)] as const;
  });
  return Object.fromEntries(values.filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]));
}

function sections({ Mappings = {}, Conditions = {} }: Template): Pick<Scope, 'mappings' | 'conditions' | 'evaluation'> {
  return { mappings: Mappings, conditions: Conditions, evaluation: new Evaluation() };
}

function pseudoParameter(name: string, { identity }: DeployedStack): string | undefined {
  const [, partition = ''] = identity.id.split(':');
  switch (name) {
    case 'AWS::AccountId':
      return identity.accountId;
    case 'AWS::Partition':
      return partition;
    case 'AWS::Region':
      return identity.region;
    case 'AWS::StackId':
      return identity.id;
    case 'AWS::StackName':
      return identity.name;
    case 'AWS::URLSuffix':
      return domainOf(partition);
    default:
      return undefined;
  }
}

function parameter(name: string, { Parameters = {} }: Template, values: Readonly<Record<string, string>>): unknown {
  const declaration: ParameterDeclaration | undefined = lookUp(Parameters, name);
  if (!declaration) {
    return undefined;
  }
  if (String(declaration.NoEcho) === 'true') {
    cannot(`the parameter ${name} is not shown to anybody (NoEcho)`);
  }
  const value = lookUp(values, name) ?? cannot(`the value of the parameter ${name} can't be told from here`);
  if (value.length > LONGEST_PARAMETER) {
    cannot(`the value of the parameter ${name} is longer than CloudFormation takes`);
  }
  return /List\b/.test(declaration.Type ?? '') ? value.split(',').map((item) => item.trim()) : value;
}

function physicalId(logicalId: string, { resources }: DeployedStack): string | undefined {
  return resources.get(logicalId)?.physicalId || undefined;
}

/** The outputs of a nested stack, and what follows from a physical ID. */
function attribute(logicalId: string, name: string, stack: DeployedStack, template: Template): string | undefined {
  const { accountId, id } = stack.identity;
  const declaration = lookUp(template.Resources, logicalId);
  const [, output] = /^Outputs\.(.+)$/.exec(name) ?? [];
  if (output !== undefined) {
    return lookUp(stack.nested.get(logicalId)?.outputs, output);
  }
  // A path would stand before the name.
  const isRole = declaration?.Type === 'AWS::IAM::Role' && declaration.Properties?.Path === undefined;
  return isRole && name === 'Arn' && physicalId(logicalId, stack) !== undefined
    ? `arn:${id.split(':')[1]}:iam::${accountId}:role/${physicalId(logicalId, stack)}`
    : undefined;
}

function cannot(why: string): never {
  throw new Unresolved(why);
}
