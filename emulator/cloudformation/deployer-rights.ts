import { partition } from '../defaults';
import { AuthorizationContext, KnownRoles } from '../iam/model';
import { list } from '../iam/policy-document';
import { ResourceRequest } from '../resource-provider';
import { EngineProvider } from './engine';
import { reasonOf, ResourceFailure } from './errors';

// What whoever deploys a stack must be allowed to do: only as far as policies here speak of it. Anything else is never refused.

type Change = 'create' | 'update' | 'delete';
export type Right = readonly [action: string, resource: string, context?: AuthorizationContext];
type Changed = Pick<ResourceRequest, 'stack' | 'logicalId' | 'properties'> & { readonly physicalId?: string };
type RightsOf = (changed: Changed, roles: KnownRoles) => Readonly<Record<Change, readonly Right[]>>;

const rights: Readonly<Record<string, RightsOf>> = {
  'AWS::Lambda::Function': (changed) => {
    const { stack, properties } = changed;
    const arn = `arn:${partition}:lambda:${stack.region}:${stack.accountId}:function:${nameOf(changed, 'FunctionName')}`;
    const passRole: Right = ['iam:PassRole', String(properties.Role), { 'iam:PassedToService': 'lambda.amazonaws.com' }];
    return {
      create: [['lambda:CreateFunction', arn], passRole],
      update: [['lambda:UpdateFunctionCode', arn], ['lambda:UpdateFunctionConfiguration', arn], passRole],
      delete: [['lambda:DeleteFunction', arn]],
    };
  },

  'AWS::IAM::Role': (changed) => {
    const { stack, properties } = changed;
    const arn = `arn:${partition}:iam::${stack.accountId}:role${(properties.Path as string | undefined) ?? '/'}${nameOf(changed, 'RoleName')}`;
    const inline = properties.Policies !== undefined;
    const attached = properties.ManagedPolicyArns !== undefined;
    const write: Right[] = [...right(inline, 'iam:PutRolePolicy', arn), ...right(attached, 'iam:AttachRolePolicy', arn)];
    return {
      create: [['iam:CreateRole', arn], ...write],
      update: [['iam:UpdateAssumeRolePolicy', arn], ...write],
      delete: [...right(inline, 'iam:DeleteRolePolicy', arn), ...right(attached, 'iam:DetachRolePolicy', arn), ['iam:DeleteRole', arn]],
    };
  },

  'AWS::IAM::Policy': ({ stack, properties }, roles) => {
    const arns = list(properties.Roles as string[] | undefined).flatMap((name) => roles.find(stack.accountId, name)?.arn ?? []);
    const put = arns.map((arn): Right => ['iam:PutRolePolicy', arn]);
    return { create: put, update: put, delete: arns.map((arn): Right => ['iam:DeleteRolePolicy', arn]) };
  },
};

/** A provider that is asked only if whoever deploys may do what it does. */
export function withRights(
  type: string,
  provider: EngineProvider,
  roles: KnownRoles,
  /** Throws if whoever deploys the stack may not. */
  authorize: (stackId: string, right: Right) => void,
  viaService: boolean,
): EngineProvider {
  const rightsOf = rights[type] ?? (isCustom(type) ? invocation(viaService) : undefined);
  if (!rightsOf) return provider;
  const check = (change: Change, changed: Changed): void => {
    try {
      for (const each of rightsOf(changed, roles)[change]) authorize(changed.stack.stackId, each);
    } catch (error) {
      throw new ResourceFailure(reasonOf(error), undefined, false);
    }
  };
  return {
    create: async (request) => {
      check('create', request);
      return provider.create(request);
    },
    update: async (request) => {
      check('update', request);
      return provider.update(request);
    },
    delete: async (request) => {
      check('delete', request);
      return provider.delete(request);
    },
  };
}

function invocation(viaService: boolean): RightsOf {
  return ({ properties }) => {
    const invoke: Right[] = [['lambda:InvokeFunction', String(properties.ServiceToken), { 'aws:ViaAWSService': String(viaService) }]];
    return { create: invoke, update: invoke, delete: invoke };
  };
}

function right(isNeeded: boolean, action: string, resource: string): Right[] {
  return isNeeded ? [[action, resource]] : [];
}

function isCustom(type: string): boolean {
  return type === 'AWS::CloudFormation::CustomResource' || type.startsWith('Custom::');
}

/** What isn't there yet has no name but how its name will begin. */
function nameOf({ stack, logicalId, properties, physicalId }: Changed, property: 'FunctionName' | 'RoleName'): string {
  return physicalId ?? (properties[property] as string | undefined) ?? `${stack.stackName}-${logicalId}`;
}
