import { createHash } from 'node:crypto';
import { Stack, Stage, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, type IDependable } from 'constructs';
import { RecoveryInstancePolicy } from '../recovery-instance-policy';
import * as statements from './statements';

/** What a disconnection may do beyond the disconnect, and as whom. */
export interface DisconnectionGrants {
  readonly recoveryInstancePolicy?: RecoveryInstancePolicy;
  readonly deleteSourceServer?: boolean;
  readonly assumeRole?: iam.IRole;
}

type Tags = { readonly [key: string]: string };

/** The policies of a teardown function: all resources of the stack share them, whatever their number and their servers. */
export class Grants {
  /** By the options of disconnections: most are alike, and working it out takes longer than all else of them. */
  private readonly ofDisconnections = new Map<string, IDependable[]>();

  constructor(
    /** The teardown function. */
    private readonly scope: Construct,
    private readonly role: iam.IRole,
  ) {}

  /** What the disconnection depends on; `options` are all of its options, so that none is forgotten. */
  forDisconnection(resource: Construct, options: DisconnectionGrants, tags?: Tags): IDependable[] {
    // Two tokens that are not known yet may print the same, so the resource tells them apart.
    const discriminator = Object.values(tags ?? {}).some((value) => Token.isUnresolved(value)) ? resource.node.addr : undefined;
    const key = JSON.stringify([options, tags, discriminator], (_name, value: unknown) =>
      Construct.isConstruct(value) ? value.node.addr : value,
    );
    const grants = this.ofDisconnections.get(key) ?? this.disconnection(options, tags, discriminator);
    this.ofDisconnections.set(key, grants);
    return grants;
  }

  /** To look into the subnets, and to delete what DRS has made, in that VPC alone. */
  forDrain(vpcArn?: string): IDependable {
    const stack = Stack.of(this.scope);
    return this.addPolicy([...statements.deletionCheck(stack), ...statements.drain(stack, vpcArn)]);
  }

  /** A grant of our own: logGroup.grantWrite would give an imported role a resource policy instead, of which an account may have ten. */
  forLog({ logGroupArn }: logs.ILogGroup): IDependable {
    return this.addPolicy([statements.writeLog(logGroupArn)]);
  }

  private disconnection(options: DisconnectionGrants, tags?: Tags, discriminator?: string): IDependable[] {
    const { recoveryInstancePolicy: policy, deleteSourceServer, assumeRole } = options;
    const stack = Stack.of(this.scope);
    const check = statements.deletionCheck(stack);
    if (assumeRole) {
      const isOfThisApp = Stage.of(assumeRole) === Stage.of(this.scope);
      return [this.addPolicy(check), this.assumption(assumeRole), ...(isOfThisApp ? [assumeRole] : [])];
    }
    const disconnect = statements.onSourceServers(stack, 'drs:DisconnectSourceServer', tags);
    const always = [statements.describeServers(), ...check];
    return [
      ...(tags ? [this.addPolicy([disconnect], discriminator), this.addPolicy(always)] : [this.addPolicy([disconnect, ...always])]),
      ...(deleteSourceServer ? [this.addPolicy([statements.onSourceServers(stack, 'drs:DeleteSourceServer', tags)], discriminator)] : []),
      ...(policy === RecoveryInstancePolicy.DISCONNECT ? [this.addPolicy(statements.disconnectRecoveryInstances(stack))] : []),
      ...(policy === RecoveryInstancePolicy.TERMINATE_DRILLS ? [this.addPolicy(statements.terminateDrills(stack))] : []),
    ];
  }

  /** Roles of two stacks may look alike in a template that is not finished yet, so their constructs tell them apart. */
  private assumption(role: iam.IRole): IDependable {
    return this.addPolicy([statements.assumeRole(role.roleArn)], Token.isUnresolved(role.roleArn) ? role.node.addr : undefined);
  }

  /** Never edits a policy: CloudFormation would do that before it sends the deletions that still need what it said. So each content has a policy of its own. */
  private addPolicy(content: iam.PolicyStatement[], discriminator = ''): IDependable {
    const text = JSON.stringify(Stack.of(this.scope).resolve(new iam.PolicyDocument({ statements: content })));
    const id = `Grant${createHash('sha256')
      .update(text + discriminator)
      .digest('hex')
      .slice(0, 8)}`;
    const existing = this.scope.node.tryFindChild(id) as iam.Policy | undefined;
    if (existing) {
      return existing;
    }
    const policy = new iam.Policy(this.scope, id, { document: new iam.PolicyDocument({ statements: content }) });
    this.role.attachInlinePolicy(policy);
    return policy;
  }
}
