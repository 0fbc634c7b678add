import * as path from 'node:path';
import { Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, type IDependable } from 'constructs';
import { FAILED_DELETIONS, METRIC_NAMESPACE, STACK_ID_VARIABLE } from './contract';
import { type DisconnectionGrants, Grants, type Target } from './private/grants';
import { ServerGrants } from './private/server-grants';
import { isOtherAccount, printed } from './private/validation';

/** The ID of a stack's default teardown function. ServiceToken can't be updated, so this is a permanent contract. */
const DEFAULT_ID = 'DRSTeardownFunction';

/** Lambda's newest, by its name: aws-cdk-lib has a constant for it only since 2.224. */
const NODEJS_24 = new lambda.Runtime('nodejs24.x', lambda.RuntimeFamily.NODEJS);

/**
 * Properties of a teardown function.
 */
export interface TeardownFunctionProps {
  /**
   * The log group that the function writes to: the record of what was disconnected, and why.
   *
   * @default - a log group of its own, which stays when the stack is deleted and keeps its events for three months
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * The role that the function runs with. What the function needs is granted to it; for an imported role that can't be changed, grant it yourself.
   *
   * @default - a role of its own, which may do nothing but what the resources of the stack need
   */
  readonly role?: iam.IRole;

  /**
   * Whether the role may disconnect none but the single source servers that are declared for this function, each by its ARN.
   *
   * It takes room on the role for each of them, of which IAM has 10,240 bytes: about fifty fit. Their IDs must stand in the app.
   * Recovery instances are granted for the whole Region all the same, since nobody knows their IDs before there are any.
   *
   * @default false - the role may disconnect every source server of the Regions of those that are declared
   */
  readonly scopeToDeclaredServers?: boolean;
}

/**
 * The Lambda function that tears down DRS resources when CloudFormation deletes the resources that stand for them.
 *
 * A stack has one by default. Make one yourself to choose its log group or its role, and pass it to the constructs that shall use it.
 * It runs outside of VPCs: inside the one that is being torn down, its own network would go first.
 *
 * @example
 * import { RemovalPolicy, Stack } from 'aws-cdk-lib';
 * import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
 * import { SourceServer, SourceServerDisconnection, TeardownFunction } from 'cdk-drs';
 *
 * declare const stack: Stack;
 * const teardownFunction = new TeardownFunction(stack, 'OwnTeardownFunction', {
 *   logGroup: new LogGroup(stack, 'TeardownLog', { retention: RetentionDays.TWO_YEARS, removalPolicy: RemovalPolicy.RETAIN }),
 * });
 * new SourceServerDisconnection(stack, 'AppServer', {
 *   sourceServer: SourceServer.fromSourceServerId(stack, 'Server', 's-1234567890abcdef0'),
 *   teardownFunction,
 * });
 */
export class TeardownFunction extends Construct {
  /**
   * The stack's default teardown function, which has no options: so it is the same whichever construct makes it.
   *
   * @internal
   */
  public static _defaultOf(stack: Stack): TeardownFunction {
    const existing = stack.node.tryFindChild(DEFAULT_ID);
    if (existing && !(existing instanceof TeardownFunction)) {
      throw new Error(
        `The construct '${existing.node.path}' has the ID of the stack's teardown function. Rename it, or pass a TeardownFunction of your own.`,
      );
    }
    return existing ?? new TeardownFunction(stack, DEFAULT_ID);
  }

  /** The ARN of the Lambda function, which custom resources name as their service token. */
  public readonly functionArn: string;

  /** The log group that the function writes to. */
  public readonly logGroup: logs.ILogGroup;

  /** The role that the function runs with. */
  public readonly role: iam.IRole;

  private readonly grants: Grants;

  /**
   * Makes a function for the disconnections and drains of its stack that it is passed to.
   *
   * @param scope the construct that this one belongs to, in the stack of what it shall delete
   * @param id the ID of this construct. Renaming or moving it later makes another function, which CloudFormation refuses for resources that are deployed.
   * @param props its log group, its role, and how far that may go
   * @throws if the role is of another account than the stack; at synthesis, if what is granted by `scopeToDeclaredServers` doesn't fit on the role
   */
  constructor(scope: Construct, id: string, props: TeardownFunctionProps = {}) {
    super(scope, id);
    this.logGroup = props.logGroup ?? this.createLogGroup();
    this.role = props.role ?? this.createRole();
    this.refuseOtherAccount();
    this.grants = new Grants(this, this.role, props.scopeToDeclaredServers ? new ServerGrants(this, this.role) : undefined);
    this.functionArn = this.createFunction().functionArn;
  }

  /**
   * The number of attempts to delete a resource that failed: a server may still replicate although its resource is meant to be gone.
   *
   * Watch it: a deletion that fails in the clean-up of an update is tried three times, then CloudFormation drops the resource and the update succeeds.
   * The metric comes from the function's log, so it costs nothing until a deletion fails. Its dimension is the stack's name.
   *
   * @param props how it is to be seen
   * @default - the sum over five minutes
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html
   */
  public metricFailedDeletions(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName: FAILED_DELETIONS,
      dimensionsMap: { StackName: Stack.of(this).stackName },
      statistic: cloudwatch.Stats.SUM,
      ...props,
    }).attachTo(this);
  }

  /**
   * Grants what a disconnection needs. The disconnection goes before the grants, and before the role that it assumes if that is declared in this app.
   *
   * @internal
   */
  public _grantDisconnection(resource: Construct, options: DisconnectionGrants, target: Target): void {
    resource.node.addDependency(...this.grants.forDisconnection(resource, options, target));
  }

  /**
   * Grants what the links of a drain need: to look, and to delete what DRS has made, in that VPC alone.
   *
   * @internal
   */
  public _grantDrain(vpcArn?: string): IDependable {
    return this.grants.forDrain(vpcArn);
  }

  private createLogGroup(): logs.ILogGroup {
    return new logs.LogGroup(this, 'LogGroup', { retention: logs.RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.RETAIN });
  }

  private createRole(): iam.IRole {
    return new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  }

  private refuseOtherAccount() {
    const { account } = Stack.of(this);
    if (isOtherAccount(this.role.env.account, account)) {
      throw new Error(
        `The role ${printed(this.role.roleArn, this.role)} belongs to account ${this.role.env.account}, but a Lambda function can only run with a role of its own account, ${account}. ` +
          `Pass a role of that account. [${this.node.path}]`,
      );
    }
  }

  private createFunction(): lambda.IFunction {
    const fn = new lambda.Function(this, 'Resource', {
      description: 'Disconnects source servers of AWS Elastic Disaster Recovery when CloudFormation deletes their resources (cdk-drs)',
      // One level above, whether this file runs from lib/, from dist/ or from a built app.
      code: lambda.Code.fromAsset(path.join(__dirname, '..', 'bundle')),
      handler: 'index.handler',
      runtime: NODEJS_24,
      timeout: Duration.minutes(15),
      memorySize: 512,
      // A request is answered for this stack alone: whoever may invoke the function could name another one.
      environment: { [STACK_ID_VARIABLE]: Aws.STACK_ID },
      role: this.role,
      logGroup: this.logGroup,
    });
    fn.node.addDependency(this.grants.forLog(this.logGroup));
    return fn;
  }
}
