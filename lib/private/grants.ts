import { createHash } from 'node:crypto';
import { Annotations, Stack, Stage, Token, TokenComparison } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, type IDependable } from 'constructs';
import type { AssumeRoleOptions } from '../assume-role-options';
import { RecoveryInstancePolicy } from '../recovery-instance-policy';
import { ServerGrants } from './server-grants';
import * as statements from './statements';

/** What a disconnection may do beyond the disconnect, and as whom. */
export interface DisconnectionGrants {
  readonly recoveryInstancePolicy?: RecoveryInstancePolicy;
  readonly deleteSourceServer?: boolean;
  readonly assumeRole?: iam.IRole;
  readonly assumeRoleOptions?: AssumeRoleOptions;
}

/** What a disconnection is for: a server, the servers of a Region with these tags, or all of that Region. */
export interface Target {
  readonly region: string;
  readonly tags?: { readonly [key: string]: string };
  readonly sourceServerArn?: string;
}

/** What a grant is for, once it is known where that is. */
type Granted = Omit<Target, 'region'> & { readonly resource: Construct; readonly place: statements.Place; readonly discriminator?: string };

/** The policies of a teardown function: all resources of the stack share them, whatever their number and their servers. */
export class Grants {
  /** By the options of disconnections: most are alike, and working it out takes longer than all else of them. */
  private readonly ofDisconnections = new Map<string, IDependable[]>();
  /** Where any server may be disconnected, because single ones are. */
  private readonly wideRegions = new Set<string>();
  private readonly fleetsByTags: { readonly fleet: Construct; readonly region: string }[] = [];

  constructor(
    /** The teardown function. */
    private readonly scope: Construct,
    private readonly role: iam.IRole,
    /** Present if single servers are granted by their ARNs. */
    private readonly ofServers?: ServerGrants,
  ) {}

  /** What the disconnection depends on; `options` are all of its options, so that none is forgotten. */
  forDisconnection(resource: Construct, options: DisconnectionGrants, target: Target): IDependable[] {
    const { tags, region } = target;
    // Two tokens that are not known yet may print the same, so the resource tells them apart.
    const discriminator = Object.values(tags ?? {}).some((value) => Token.isUnresolved(value)) ? resource.node.addr : undefined;
    const place = statements.placeOf(Stack.of(this.scope), region);
    const sourceServerArn = this.ofServers && target.sourceServerArn;
    if (!options.assumeRole) {
      this.warnOfSharing(resource, { tags, sourceServerArn: target.sourceServerArn, region: place.region });
    }
    const key = JSON.stringify([options, tags, place.region, sourceServerArn, discriminator], (_name, value: unknown) =>
      Construct.isConstruct(value) ? value.node.addr : value,
    );
    const grants = this.ofDisconnections.get(key) ?? this.disconnection(options, { resource, place, tags, sourceServerArn, discriminator });
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

  private disconnection(options: DisconnectionGrants, granted: Granted): IDependable[] {
    const { recoveryInstancePolicy: policy, deleteSourceServer, assumeRole } = options;
    const check = statements.deletionCheck(granted.place.stack);
    if (assumeRole) {
      const isOfThisApp = Stage.of(assumeRole) === Stage.of(this.scope);
      return [this.addPolicy(check), this.assumption(assumeRole, options.assumeRoleOptions), ...(isOfThisApp ? [assumeRole] : [])];
    }
    return [
      this.onServers('drs:DisconnectSourceServer', granted),
      this.addPolicy([statements.describeServers(), ...check]),
      ...(deleteSourceServer ? [this.onServers('drs:DeleteSourceServer', granted)] : []),
      ...(policy === RecoveryInstancePolicy.DISCONNECT ? [this.addPolicy(statements.disconnectRecoveryInstances(granted.place))] : []),
      ...(policy === RecoveryInstancePolicy.TERMINATE_DRILLS ? [this.addPolicy(statements.terminateDrills(granted.place))] : []),
    ];
  }

  private onServers(action: string, { resource, place, tags, sourceServerArn, discriminator }: Granted): IDependable {
    return this.ofServers && sourceServerArn !== undefined
      ? this.ofServers.add(resource, action, sourceServerArn)
      : this.addPolicy([statements.onSourceServers(place, action, tags)], discriminator);
  }

  /** Roles of two stacks may look alike in a template that is not finished yet, so their constructs tell them apart. */
  private assumption(role: iam.IRole, options?: AssumeRoleOptions): IDependable {
    return this.addPolicy([statements.assumeRole(role.roleArn, options)], Token.isUnresolved(role.roleArn) ? role.node.addr : undefined);
  }

  /** The role is the function's, so what single servers need is granted for the servers of fleets, too. */
  private warnOfSharing(resource: Construct, { tags, sourceServerArn, region }: Target) {
    if (tags) {
      this.fleetsByTags.push({ fleet: resource.node.scope ?? resource, region });
    } else if (sourceServerArn !== undefined && !this.ofServers) {
      this.wideRegions.add(region);
    }
    const isWide = (of: string) => [...this.wideRegions].some((wide) => mayBeSameRegion(wide, of));
    this.fleetsByTags.filter((fleet) => isWide(fleet.region)).forEach(({ fleet }) => warnOfSharedFunction(fleet));
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

/** The own Region of a stack may be a token, which may be any Region that somebody names. */
function mayBeSameRegion(one: string, other: string): boolean {
  return one === '*' || other === '*' || Token.compareStrings(one, other) !== TokenComparison.DIFFERENT;
}

function warnOfSharedFunction(fleet: Construct) {
  Annotations.of(fleet).addWarningV2(
    'cdk-drs:fleetSharesFunction',
    'This fleet is chosen by its tags, but its teardown function disconnects single source servers, too: ' +
      'so IAM lets the role of the function disconnect every source server of the Region, whatever tags it has. ' +
      'In a new stack, give the fleet a function of its own:\n' +
      "  const fleetFunction = new TeardownFunction(this, 'FleetTeardownFunction');\n" +
      `  new FleetDisconnection(this, '${fleet.node.id}', { ..., teardownFunction: fleetFunction });\n` +
      'Or set scopeToDeclaredServers of the function that they share. Where the fleet is deployed already, ' +
      'leave its function as it is: CloudFormation refuses to change the ServiceToken of a resource.',
  );
}
