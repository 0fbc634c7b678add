import { physicalName } from '../physical-name';
import { CreatedResource, ResourceProvider, ResourceRequest } from '../resource-provider';
import { Role } from './model';
import { list, parsePolicyDocument } from './policy-document';
import { Roles } from './roles';

interface RoleProperties {
  readonly RoleName?: string;
  readonly Path?: string;
  readonly AssumeRolePolicyDocument?: unknown;
  readonly Policies?: readonly { readonly PolicyName: string; readonly PolicyDocument: unknown }[];
  readonly ManagedPolicyArns?: readonly string[];
  readonly PermissionsBoundary?: string;
}

/** AWS::IAM::Role */
export class RoleProvider implements ResourceProvider {
  constructor(private readonly roles: Roles) {}

  async create(request: ResourceRequest): Promise<CreatedResource> {
    const properties = propertiesOf(request.properties);
    const trust = parsePolicyDocument(properties.AssumeRolePolicyDocument, 'trust');
    const name = properties.RoleName ?? physicalName(request, 64);
    const role = this.roles.create(request.stack.accountId, name, properties.Path ?? '/', trust);
    try {
      this.grant(role, {}, properties);
    } catch (error) {
      this.strip(role, properties);
      this.roles.delete(role);
      throw error;
    }
    return created(role);
  }

  async update(request: ResourceRequest & { physicalId: string; oldProperties: Record<string, unknown> }): Promise<CreatedResource> {
    const properties = propertiesOf(request.properties);
    const old = propertiesOf(request.oldProperties);
    if (properties.RoleName !== old.RoleName || properties.Path !== old.Path) return this.create(request);
    const role = this.roles.get(request.stack.accountId, request.physicalId);
    if (JSON.stringify(properties.AssumeRolePolicyDocument) !== JSON.stringify(old.AssumeRolePolicyDocument)) {
      this.roles.setTrust(role, parsePolicyDocument(properties.AssumeRolePolicyDocument, 'trust'));
    }
    this.grant(role, old, properties);
    return created(role);
  }

  async delete(request: ResourceRequest & { physicalId: string }): Promise<void> {
    const role = this.roles.find(request.stack.accountId, request.physicalId);
    if (!role) return;
    this.strip(role, propertiesOf(request.properties));
    this.roles.delete(role);
  }

  private grant(role: Role, old: RoleProperties, properties: RoleProperties): void {
    const policies = list(properties.Policies);
    const arns = list(properties.ManagedPolicyArns);
    for (const { PolicyName } of list(old.Policies)) {
      if (!policies.some((policy) => policy.PolicyName === PolicyName)) role.inlinePolicies.delete(PolicyName);
    }
    for (const arn of list(old.ManagedPolicyArns)) {
      if (!arns.includes(arn)) role.attachments.delete(arn);
    }
    for (const { PolicyName, PolicyDocument } of policies) {
      const before = list(old.Policies).find((policy) => policy.PolicyName === PolicyName);
      if (JSON.stringify(before?.PolicyDocument) === JSON.stringify(PolicyDocument)) continue;
      this.roles.putInlinePolicy(role, PolicyName, parsePolicyDocument(PolicyDocument, 'identity'));
    }
    for (const arn of arns) this.roles.attach(role, arn);
  }

  /** Takes away what the role's own properties gave it, and nothing that other resources did. */
  private strip(role: Role, properties: RoleProperties): void {
    for (const { PolicyName } of list(properties.Policies)) role.inlinePolicies.delete(PolicyName);
    for (const arn of list(properties.ManagedPolicyArns)) role.attachments.delete(arn);
  }
}

function propertiesOf(properties: Record<string, unknown>): RoleProperties {
  const role = properties as RoleProperties;
  if (role.PermissionsBoundary !== undefined) throw new Error('PermissionsBoundary is not modelled by the embedded AWS.');
  return role;
}

function created(role: Role): CreatedResource {
  return { physicalId: role.name, attributes: { Arn: role.arn, RoleId: role.id } };
}
