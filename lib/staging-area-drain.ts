import { Annotations, Aspects, CfnResource, CustomResource, Duration, type RemovalPolicy, Resource, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct, type IConstruct, type IDependable } from 'constructs';
import { DRAIN_LINK_MINUTES, STAGING_AREA_DRAIN, type StagingAreaDrainProperties } from './contract';
import { LONG_SERVICE_TIMEOUT, teardownFunctionFor } from './private/provider';
import { validationError } from './private/validation';
import type { TeardownFunction } from './teardown-function';

/**
 * Properties of a staging area drain.
 */
export interface StagingAreaDrainProps {
  /**
   * The VPC that the source servers replicate into.
   */
  readonly vpc: ec2.IVpc;

  /**
   * The staging subnets, which DRS puts its replication servers into.
   *
   * @default - all subnets of the VPC
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * How long to wait for DRS to leave, at most. DRS promises to take no more than 90 minutes. At most two hours.
   *
   * @default Duration.minutes(90)
   */
  readonly timeout?: Duration;

  /**
   * Whether the two security groups that DRS has made in the VPC are deleted, once nothing uses them. DRS never deletes them, and a VPC can't go before them.
   *
   * @default - true if the VPC belongs to this stack
   */
  readonly deleteSecurityGroups?: boolean;

  /**
   * What else must not be deleted before DRS has left, such as security groups of the replication servers and the endpoints that the agents need,
   * where they are declared outside of the VPC's construct.
   *
   * @default - only the VPC, with all that is declared inside its construct
   */
  readonly dependencies?: IDependable[];

  /**
   * What happens to the drain when the stack is deleted. With `RETAIN` nobody waits.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The function that does the work. It must belong to the same stack.
   *
   * @default - the stack's default teardown function
   */
  readonly teardownFunction?: TeardownFunction;
}

const LONGEST = Duration.hours(2);

/**
 * Waits, when the stack is deleted, until DRS has left the staging area, and then deletes the security groups that DRS leaves behind: only then its subnets and its VPC can go.
 *
 * A disconnected server's replication servers stay in the staging subnets for minutes, and CloudFormation fails on a subnet that something is in. Disconnections that name the drain
 * as their `stagingAreaDrain` go before it, the VPC goes after it. It is a chain of custom resources, each waiting for some minutes, since one may take no more than an hour.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { Vpc } from 'aws-cdk-lib/aws-ec2';
 * import { FleetDisconnection, SourceServerSelection, StagingAreaDrain } from 'cdk-drs';
 *
 * declare const stack: Stack;
 * const vpc = new Vpc(stack, 'Vpc');
 * new FleetDisconnection(stack, 'Fleet', {
 *   selection: SourceServerSelection.withTags({ 'landing-zone': 'payments' }),
 *   stagingAreaDrain: new StagingAreaDrain(stack, 'StagingAreaDrain', { vpc }),
 * });
 */
export class StagingAreaDrain extends Construct {
  /** The function that does the work: the one that was passed, or the stack's default. */
  public readonly teardownFunction: TeardownFunction;

  /**
   * Declares that the deletion of the stack waits until DRS has left the staging area.
   *
   * @param scope the construct that this one belongs to: not the VPC, nor one inside of it
   * @param id the ID of this construct
   * @param props which staging area, and how long to wait
   * @throws if it is declared inside the VPC's construct, if the timeout is longer than two hours or not known at synth, if there are no subnets,
   *   if the removal policy is `SNAPSHOT`, or if the teardown function is of another stack
   */
  constructor(scope: Construct, id: string, props: StagingAreaDrainProps) {
    super(scope, id);
    this.refuseInsideVpc(props.vpc);
    const links = this.numberOfLinks(props.timeout ?? Duration.minutes(90));
    this.teardownFunction = teardownFunctionFor(this, props);
    const deletesSecurityGroups = props.deleteSecurityGroups ?? this.ownsVpc(props.vpc);
    const grants = this.teardownFunction._grantDrain(deletesSecurityGroups ? props.vpc.vpcArn : undefined);

    let previous: IDependable[] = [props.vpc, ...(props.dependencies ?? []), grants];
    for (let link = 0; link < links; link++) {
      const resource = this.addLink(link, props, deletesSecurityGroups);
      resource.node.addDependency(...previous, grants);
      previous = [resource];
    }
    this.warnOfMissingDependencies(props);
  }

  private addLink(link: number, { vpc, vpcSubnets, removalPolicy }: StagingAreaDrainProps, deletesSecurityGroups: boolean): CustomResource {
    const properties: StagingAreaDrainProperties = {
      Drain: this.node.addr,
      Link: String(link),
      VpcId: vpc.vpcId,
      SubnetIds: this.subnetsOf(vpc, vpcSubnets),
      ...(deletesSecurityGroups && { DeleteSecurityGroups: 'true' }),
    };
    return new CustomResource(this, `Link${link}`, {
      resourceType: STAGING_AREA_DRAIN,
      serviceToken: this.teardownFunction.functionArn,
      serviceTimeout: LONG_SERVICE_TIMEOUT,
      removalPolicy,
      properties: { ...properties },
    });
  }

  private subnetsOf(vpc: ec2.IVpc, selection?: ec2.SubnetSelection): string[] {
    const all = [...vpc.publicSubnets, ...vpc.privateSubnets, ...vpc.isolatedSubnets].map(({ subnetId }) => subnetId);
    const selected = selection ? vpc.selectSubnets(selection).subnetIds : all;
    if (selected.length === 0) {
      throw validationError(
        this,
        `The VPC '${vpc.node.path}' has no subnets that are known here.`,
        'Name the staging subnets as vpcSubnets.',
      );
    }
    return selected;
  }

  private numberOfLinks(timeout: Duration): number {
    if (timeout.isUnresolved()) {
      throw validationError(
        this,
        'The timeout must be known at synth: the number of links depends on it.',
        'Pass a Duration without tokens.',
      );
    }
    if (timeout.toSeconds() > LONGEST.toSeconds()) {
      throw validationError(
        this,
        `The timeout is ${timeout.toHumanString()}, but at most two hours.`,
        'DRS promises to leave within 90 minutes.',
      );
    }
    return Math.max(1, Math.ceil(timeout.toMinutes({ integral: false }) / DRAIN_LINK_MINUTES));
  }

  private ownsVpc(vpc: ec2.IVpc): boolean {
    return Resource.isOwnedResource(vpc) && Stack.of(vpc) === Stack.of(this);
  }

  /** The drain depends on all of the VPC's construct: inside of it, it would depend on itself. */
  private refuseInsideVpc(vpc: ec2.IVpc) {
    if (this.node.scopes.includes(vpc)) {
      throw validationError(
        this,
        `The drain is declared inside of the VPC '${vpc.node.path}', which it has to outlive.`,
        'Declare it beside the VPC.',
      );
    }
  }

  /** Security groups and endpoints that are declared beside the VPC would go first, if nobody says that they must not. */
  private warnOfMissingDependencies({ vpc, dependencies = [] }: StagingAreaDrainProps) {
    const isCovered = (node: IConstruct) => [vpc, ...dependencies].some((root) => node.node.scopes.includes(root as IConstruct));
    const vpcId = Token.asString(vpc.vpcId);
    Aspects.of(Stack.of(this)).add({
      visit: (node) => {
        const isOfVpc = (node instanceof ec2.CfnSecurityGroup || node instanceof ec2.CfnVPCEndpoint) && node.vpcId === vpcId;
        if (isOfVpc && !isCovered(node) && !dependsOn(node, this)) {
          const what = (node.node.scope as Construct).node.path;
          Annotations.of(this).addWarningV2(
            `cdk-drs:drainDependency:${node.node.addr}`,
            `'${what}' may be deleted while DRS is still in the VPC. If the replication servers or the agents need it, name it in the dependencies of the drain.`,
          );
        }
      },
    });
  }
}

/** Whether somebody has said that it goes before the drain. */
function dependsOn(node: CfnResource, drain: StagingAreaDrain): boolean {
  return node.obtainDependencies().some((dependency) => (dependency as IConstruct).node.scopes.includes(drain));
}
