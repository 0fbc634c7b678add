import { physicalName } from '../physical-name';
import { CreatedResource, ResourceProvider, ResourceRequest } from '../resource-provider';
import { ManagedPolicy } from './model';
import { list, parsePolicyDocument } from './policy-document';
import { Roles } from './roles';

interface ManagedPolicyProperties {
  readonly ManagedPolicyName?: string;
  readonly Path?: string;
  readonly Description?: string;
  readonly PolicyDocument: unknown;
  readonly Roles?: readonly string[];
}

/** AWS::IAM::ManagedPolicy */
export class ManagedPolicyProvider implements ResourceProvider {
  constructor(private readonly roles: Roles) {}

  async create(request: ResourceRequest): Promise<CreatedResource> {
    const properties = propertiesOf(request.properties);
    const document = parsePolicyDocument(properties.PolicyDocument, 'identity');
    const name = properties.ManagedPolicyName ?? physicalName(request, 128);
    const policy = this.roles.createManagedPolicy(request.stack.accountId, name, properties.Path ?? '/', document);
    try {
      this.attach(request, policy.arn, list(properties.Roles));
    } catch (error) {
      this.detach(request, policy.arn, list(properties.Roles));
      this.roles.deleteManagedPolicy(policy.arn);
      throw error;
    }
    return created(policy);
  }

  async update(request: ResourceRequest & { physicalId: string; oldProperties: Record<string, unknown> }): Promise<CreatedResource> {
    const properties = propertiesOf(request.properties);
    const old = propertiesOf(request.oldProperties);
    const replaced = (['ManagedPolicyName', 'Path', 'Description'] as const).some((name) => properties[name] !== old[name]);
    const policy = this.roles.findManagedPolicy(request.physicalId);
    if (replaced || !policy) return this.create(request);
    if (JSON.stringify(properties.PolicyDocument) !== JSON.stringify(old.PolicyDocument)) {
      this.roles.setManagedPolicy(policy, parsePolicyDocument(properties.PolicyDocument, 'identity'));
    }
    const left = list(old.Roles).filter((role) => !list(properties.Roles).includes(role));
    this.detach(request, policy.arn, left);
    this.attach(request, policy.arn, list(properties.Roles));
    return created(policy);
  }

  async delete(request: ResourceRequest & { physicalId: string }): Promise<void> {
    this.detach(request, request.physicalId, list(propertiesOf(request.properties).Roles));
    this.roles.deleteManagedPolicy(request.physicalId);
  }

  private attach(request: ResourceRequest, policyArn: string, roleNames: readonly string[]): void {
    for (const name of roleNames) this.roles.attach(this.roles.get(request.stack.accountId, name), policyArn);
  }

  private detach(request: ResourceRequest, policyArn: string, roleNames: readonly string[]): void {
    for (const name of roleNames) this.roles.find(request.stack.accountId, name)?.attachments.delete(policyArn);
  }
}

function propertiesOf(properties: Record<string, unknown>): ManagedPolicyProperties {
  return properties as unknown as ManagedPolicyProperties;
}

function created(policy: ManagedPolicy): CreatedResource {
  return { physicalId: policy.arn, attributes: { PolicyArn: policy.arn, PolicyId: policy.id } };
}
