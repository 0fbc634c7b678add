import { Clock } from '../control/clock';
import { randomUpperCase } from '../control/random';
import { partition } from '../defaults';
import { AwsError } from '../http/service';
import { awsManagedPolicy } from './aws-managed-policies';
import { KnownRoles, ManagedPolicy, Role } from './model';
import { PolicyDocument, policySize } from './policy-document';
import { Propagated } from './propagated';
import { withRoleIds } from './trust';

/** IAM's quotas; sizes without white space. */
const quotas = { trustPolicySize: 2048, inlinePoliciesSize: 10_240, managedPolicySize: 6144, managedPoliciesPerRole: 10 };

/** The roles and managed policies of every account, with IAM's own rules and messages. */
export class Roles implements KnownRoles {
  private readonly roles = new Map<string, Role>();
  private readonly managedPolicies = new Map<string, ManagedPolicy>();

  constructor(
    private readonly clock: Clock,
    /** How long what is written from now on takes to spread, in seconds. */
    public propagation: number,
  ) {}

  find(accountId: string, name: string | undefined): Role | undefined {
    return this.roles.get(`${accountId}/${name}`);
  }

  findByArn(roleArn: string): Role | undefined {
    return [...this.roles.values()].find(({ arn }) => arn === roleArn);
  }

  get(accountId: string, name: string): Role {
    const role = this.find(accountId, name);
    if (!role) throw new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404);
    return role;
  }

  /** The documents that count for a role at this moment. */
  policiesOf(role: Role): PolicyDocument[] {
    const attached = [...role.attachments]
      .filter(([, attachment]) => attachment.seen)
      .map(([arn]) => this.managedPolicies.get(arn)?.document.seen ?? awsManagedPolicy(arn));
    return [...[...role.inlinePolicies.values()].map(({ seen }) => seen), ...attached].filter((document) => document !== undefined);
  }

  create(accountId: string, name: string, path: string, trust: PolicyDocument): Role {
    if (this.find(accountId, name)) throw new AwsError('EntityAlreadyExists', `Role with name ${name} already exists.`, 409);
    checkTrustPolicySize(trust);
    const role: Role = {
      accountId,
      name,
      arn: `arn:${partition}:iam::${accountId}:role${path}${name}`,
      id: `AROA${randomUpperCase(17)}`,
      trust: this.propagated(withRoleIds(trust, this)),
      inlinePolicies: new Map(),
      attachments: new Map(),
    };
    this.roles.set(`${accountId}/${name}`, role);
    return role;
  }

  setTrust(role: Role, trust: PolicyDocument): void {
    checkTrustPolicySize(trust);
    role.trust.set(withRoleIds(trust, this));
  }

  delete(role: Role): void {
    if (role.attachments.size > 0) throw new AwsError('DeleteConflict', 'Cannot delete entity, must detach all policies first.', 409);
    if (role.inlinePolicies.size > 0) throw new AwsError('DeleteConflict', 'Cannot delete entity, must delete policies first.', 409);
    this.roles.delete(`${role.accountId}/${role.name}`);
  }

  putInlinePolicy(role: Role, policyName: string, document: PolicyDocument): void {
    const others = [...role.inlinePolicies].filter(([name]) => name !== policyName).map(([, { written }]) => policySize(written));
    if (others.reduce((sum, size) => sum + size, policySize(document)) > quotas.inlinePoliciesSize) {
      throw limitExceeded(`Maximum policy size of ${quotas.inlinePoliciesSize} bytes exceeded for role ${role.name}`);
    }
    this.write(role.inlinePolicies, policyName, document);
  }

  attach(role: Role, policyArn: string): void {
    if (role.attachments.has(policyArn)) return;
    if (!this.managedPolicies.has(policyArn) && !isAwsManaged(policyArn)) {
      throw new AwsError('NoSuchEntity', `Policy ${policyArn} does not exist or is not attachable.`, 404);
    }
    if (role.attachments.size >= quotas.managedPoliciesPerRole) {
      throw limitExceeded(`Cannot exceed quota for PoliciesPerRole: ${quotas.managedPoliciesPerRole}`);
    }
    role.attachments.set(policyArn, this.propagated<true>(true));
  }

  createManagedPolicy(accountId: string, name: string, path: string, document: PolicyDocument): ManagedPolicy {
    const arn = `arn:${partition}:iam::${accountId}:policy${path}${name}`;
    if (this.managedPolicies.has(arn))
      throw new AwsError('EntityAlreadyExists', `A policy called ${name} already exists. Duplicate names are not allowed.`, 409);
    checkManagedPolicySize(document);
    const policy = { arn, id: `ANPA${randomUpperCase(17)}`, document: this.propagated(document) };
    this.managedPolicies.set(arn, policy);
    return policy;
  }

  findManagedPolicy(arn: string): ManagedPolicy | undefined {
    return this.managedPolicies.get(arn);
  }

  setManagedPolicy(policy: ManagedPolicy, document: PolicyDocument): void {
    checkManagedPolicySize(document);
    policy.document.set(document);
  }

  deleteManagedPolicy(arn: string): void {
    if ([...this.roles.values()].some(({ attachments }) => attachments.has(arn))) {
      throw new AwsError('DeleteConflict', 'Cannot delete a policy attached to entities.', 409);
    }
    this.managedPolicies.delete(arn);
  }

  private write(policies: Map<string, Propagated<PolicyDocument>>, name: string, document: PolicyDocument): void {
    const existing = policies.get(name);
    if (existing) existing.set(document);
    else policies.set(name, this.propagated(document));
  }

  private propagated<T>(value: T): Propagated<T> {
    return new Propagated(this.clock, this.propagation, value);
  }
}

function isAwsManaged(policyArn: string): boolean {
  return policyArn.startsWith(`arn:${partition}:iam::aws:policy/`);
}

function checkTrustPolicySize(document: PolicyDocument): void {
  if (policySize(document) > quotas.trustPolicySize)
    throw limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${quotas.trustPolicySize}`);
}

function checkManagedPolicySize(document: PolicyDocument): void {
  if (policySize(document) > quotas.managedPolicySize)
    throw limitExceeded(`Cannot exceed quota for PolicySize: ${quotas.managedPolicySize}`);
}

function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceeded', message, 409);
}
