import { physicalName } from '../physical-name';
import { CreatedResource, ResourceProvider, ResourceRequest } from '../resource-provider';
import { list, parsePolicyDocument } from './policy-document';
import { Roles } from './roles';

interface PolicyProperties {
  readonly PolicyName: string;
  readonly PolicyDocument: unknown;
  readonly Roles?: readonly string[];
}

/** AWS::IAM::Policy: an inline policy of one or more roles. */
export class PolicyProvider implements ResourceProvider {
  constructor(private readonly roles: Roles) {}

  async create(request: ResourceRequest): Promise<CreatedResource> {
    const properties = propertiesOf(request.properties);
    try {
      this.put(request, properties);
    } catch (error) {
      this.remove(request, properties.PolicyName, list(properties.Roles));
      throw error;
    }
    return created(physicalName(request, 128));
  }

  async update(request: ResourceRequest & { physicalId: string; oldProperties: Record<string, unknown> }): Promise<CreatedResource> {
    const properties = propertiesOf(request.properties);
    const old = propertiesOf(request.oldProperties);
    this.put(request, properties, old);
    const left = list(old.Roles).filter((role) => properties.PolicyName !== old.PolicyName || !list(properties.Roles).includes(role));
    this.remove(request, old.PolicyName, left);
    return created(request.physicalId);
  }

  async delete(request: ResourceRequest & { physicalId: string }): Promise<void> {
    const { PolicyName, Roles: names } = request.properties as unknown as PolicyProperties;
    this.remove(request, PolicyName, list(names));
  }

  private put(request: ResourceRequest, properties: PolicyProperties, old?: PolicyProperties): void {
    const document = parsePolicyDocument(properties.PolicyDocument, 'identity');
    const roles = list(properties.Roles).map((name) => this.roles.get(request.stack.accountId, name));
    const edited =
      properties.PolicyName !== old?.PolicyName || JSON.stringify(properties.PolicyDocument) !== JSON.stringify(old.PolicyDocument);
    for (const role of roles) {
      if (edited || !list(old?.Roles).includes(role.name)) this.roles.putInlinePolicy(role, properties.PolicyName, document);
    }
  }

  private remove(request: ResourceRequest, policyName: string, roleNames: readonly string[]): void {
    for (const name of roleNames) this.roles.find(request.stack.accountId, name)?.inlinePolicies.delete(policyName);
  }
}

function propertiesOf(properties: Record<string, unknown>): PolicyProperties {
  const policy = properties as unknown as PolicyProperties;
  if (list(policy.Roles).length === 0) throw new Error('At least one of [Groups,Roles,Users] must be non-empty.');
  return policy;
}

function created(physicalId: string): CreatedResource {
  return { physicalId, attributes: { Id: physicalId } };
}
