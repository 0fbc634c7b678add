import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { Duration, RemovalPolicy, Stack, Stage, Token, TokenComparison } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, type IDependable } from 'constructs';
import { FAILED_DELETIONS, METRIC_NAMESPACE } from './contract';
import { RecoveryInstancePolicy } from './recovery-instance-policy';

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
}

/** What a disconnection may do beyond the disconnect, and as whom. */
interface DisconnectionGrants {
  readonly recoveryInstancePolicy?: RecoveryInstancePolicy;
  readonly deleteSourceServer?: boolean;
  readonly assumeRole?: iam.IRole;
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
 * const teardownFunction = new TeardownFunction(stack, 'Teardown', {
 *   logGroup: new LogGroup(stack, 'TeardownLog', { retention: RetentionDays.TWO_YEARS, removalPolicy: RemovalPolicy.RETAIN }),
 * });
 * new SourceServerDisconnection(stack, 'AppServer', {
 *   sourceServer: SourceServer.fromSourceServerId(stack, 'Server', 's-1234567890abcdef0'),
 *   teardownFunction,
 * });
 */
export class TeardownFunction extends Construct {
  /**
   * The stack's default teardown function, which has no options: whoever asks first changes nothing for the others.
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

  /** What disconnections need, by their options: most are alike, and working it out takes longer than all else of them. */
  private readonly grantsOfDisconnections = new Map<string, IDependable[]>();

  /**
   * Makes a function for the disconnections and drains of its stack that it is passed to.
   *
   * @param scope the construct that this one belongs to, in the stack of what it shall delete
   * @param id the ID of this construct. Renaming or moving it later makes another function, which CloudFormation refuses for resources that are deployed.
   * @param props its log group and its role
   * @throws if the role is of another account than the stack
   */
  constructor(scope: Construct, id: string, props: TeardownFunctionProps = {}) {
    super(scope, id);
    this.logGroup = props.logGroup ?? this.createLogGroup();
    this.role = props.role ?? this.createRole();
    this.refuseOtherAccount();
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
   * Grants what a disconnection needs: policies that all of the stack share, whatever their number and their servers.
   * The disconnection goes before them, and before the role that it assumes if that is declared in this app.
   *
   * @internal
   */
  public _grantDisconnection(resource: Construct, options: DisconnectionGrants, tags?: { [key: string]: string }): void {
    const { recoveryInstancePolicy, deleteSourceServer, assumeRole } = options;
    // Values that are not known yet may look alike although they are not.
    const difference = Object.values(tags ?? {}).some((value) => Token.isUnresolved(value)) ? resource.node.addr : undefined;
    const key = JSON.stringify([recoveryInstancePolicy, deleteSourceServer, assumeRole?.node.addr, tags, difference]);
    const grants = this.grantsOfDisconnections.get(key) ?? this.grantsOf(options, tags, difference);
    this.grantsOfDisconnections.set(key, grants);
    resource.node.addDependency(...grants);
  }

  private grantsOf(options: DisconnectionGrants, tags?: { [key: string]: string }, difference?: string): IDependable[] {
    const { recoveryInstancePolicy: policy, deleteSourceServer, assumeRole } = options;
    if (assumeRole) {
      const isOfThisApp = Stage.of(assumeRole) === Stage.of(this);
      return [this.grant(this.judgement()), this.grantAssumption(assumeRole), ...(isOfThisApp ? [assumeRole] : [])];
    }
    return [
      ...(tags
        ? [
            this.grant([this.onSourceServers('drs:DisconnectSourceServer', tags)], difference),
            this.grant([this.describes(), ...this.judgement()]),
          ]
        : [this.grant([this.onSourceServers('drs:DisconnectSourceServer'), this.describes(), ...this.judgement()])]),
      ...(deleteSourceServer ? [this.grant([this.onSourceServers('drs:DeleteSourceServer', tags)], difference)] : []),
      ...(policy === RecoveryInstancePolicy.DISCONNECT ? [this.grantDisconnectRecoveryInstances()] : []),
      ...(policy === RecoveryInstancePolicy.TERMINATE_DRILLS ? [this.grantTerminateDrills()] : []),
    ];
  }

  /**
   * Grants what the links of a drain need: to look, and to delete what DRS has made, in that VPC alone.
   *
   * @internal
   */
  public _grantDrain(vpcArn?: string): IDependable {
    const deletion = new iam.PolicyStatement({
      actions: ['ec2:DeleteSecurityGroup'],
      resources: [Stack.of(this).formatArn({ service: 'ec2', resource: 'security-group', resourceName: '*' })],
      conditions: {
        ArnEquals: { 'ec2:Vpc': vpcArn },
        Null: { 'aws:ResourceTag/AWSElasticDisasterRecoveryManaged': 'false' },
      },
    });
    return this.grant([
      ...this.judgement(),
      new iam.PolicyStatement({
        actions: ['ec2:DescribeInstances', ...(vpcArn === undefined ? [] : ['ec2:DescribeSecurityGroups'])],
        resources: ['*'],
      }),
      ...(vpcArn === undefined ? [] : [deletion]),
    ]);
  }

  /** The describe actions of DRS know no resources. DescribeRecoveryInstances looks at EC2 on behalf of its caller. */
  private describes(): iam.PolicyStatement {
    return new iam.PolicyStatement({
      actions: ['drs:DescribeSourceServers', 'drs:DescribeRecoveryInstances', 'ec2:DescribeInstances'],
      resources: ['*'],
    });
  }

  private onSourceServers(action: string, tags: { [key: string]: string } = {}): iam.PolicyStatement {
    const conditions = Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]);
    return new iam.PolicyStatement({
      actions: [action],
      resources: [this.anyOf('drs', 'source-server')],
      ...(conditions.length > 0 && { conditions: { StringEquals: Object.fromEntries(conditions) as object } }),
    });
  }

  /** Is the deletion genuine? A nested stack's ancestors tell, whose names no template knows. */
  private judgement(): iam.PolicyStatement[] {
    const stack = Stack.of(this);
    return [
      new iam.PolicyStatement({
        actions: ['cloudformation:DescribeStacks'],
        resources: [stack.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: '*' })],
      }),
      new iam.PolicyStatement({ actions: ['cloudformation:ListStackResources'], resources: [stack.stackId] }),
    ];
  }

  private grantDisconnectRecoveryInstances(): IDependable {
    const actions = ['drs:DisconnectRecoveryInstance', 'drs:DeleteRecoveryInstance'];
    return this.grant([new iam.PolicyStatement({ actions, resources: [this.anyOf('drs', 'recovery-instance')] })]);
  }

  /** DRS terminates on behalf of its caller, so the EC2 actions are the caller's to have: through DRS alone, for what carries its tag alone. */
  private grantTerminateDrills(): IDependable {
    return this.grant([
      new iam.PolicyStatement({ actions: ['drs:TerminateRecoveryInstances'], resources: [this.anyOf('drs', 'recovery-instance')] }),
      new iam.PolicyStatement({ actions: ['drs:DescribeJobs', 'ec2:DescribeVolumes'], resources: ['*'] }),
      new iam.PolicyStatement({
        actions: ['ec2:TerminateInstances', 'ec2:DeleteVolume'],
        resources: [this.anyOf('ec2', 'instance'), this.anyOf('ec2', 'volume')],
        conditions: {
          Null: { 'aws:ResourceTag/AWSElasticDisasterRecoveryManaged': 'false' },
          Bool: { 'aws:ViaAWSService': 'true' },
          // A drill may have been launched into a machine of somebody's own, which carries this tag then.
          StringNotEquals: { 'aws:ResourceTag/AWSDRS': 'AllowLaunchingIntoThisInstance' },
        },
      }),
    ]);
  }

  /** Roles of two stacks may look alike in a template that is not finished yet, so their constructs tell them apart. */
  private grantAssumption(role: iam.IRole): IDependable {
    const statement = new iam.PolicyStatement({ actions: ['sts:AssumeRole'], resources: [role.roleArn] });
    return this.grant([statement], Token.isUnresolved(role.roleArn) ? role.node.addr : undefined);
  }

  /** All of the account, in any Region: IDs may change, and servers may replicate elsewhere. */
  private anyOf(service: string, resource: string): string {
    return Stack.of(this).formatArn({ service, region: '*', resource, resourceName: '*' });
  }

  /** A policy of its own for each content: CloudFormation edits policies before it sends the deletions that still need what they said. */
  private grant(statements: iam.PolicyStatement[], difference = ''): IDependable {
    const content = JSON.stringify(Stack.of(this).resolve(new iam.PolicyDocument({ statements })));
    const id = `Grant${createHash('sha256')
      .update(content + difference)
      .digest('hex')
      .slice(0, 8)}`;
    const existing = this.node.tryFindChild(id) as iam.Policy | undefined;
    if (existing) {
      return existing;
    }
    const policy = new iam.Policy(this, id, { document: new iam.PolicyDocument({ statements }) });
    this.role.attachInlinePolicy(policy);
    return policy;
  }

  private createLogGroup(): logs.ILogGroup {
    return new logs.LogGroup(this, 'LogGroup', { retention: logs.RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.RETAIN });
  }

  private createRole(): iam.IRole {
    return new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  }

  private refuseOtherAccount() {
    const { account } = Stack.of(this);
    if (Token.compareStrings(this.role.env.account, account) === TokenComparison.DIFFERENT) {
      throw new Error(
        `The role ${this.role.roleArn} belongs to account ${this.role.env.account}, but a Lambda function can only run with a role of its own account, ${account}. ` +
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
      role: this.role,
      logGroup: this.logGroup,
    });
    // A grant of our own: logGroup.grantWrite would give an imported role a resource policy instead, of which an account may have ten.
    const grant = this.grant([
      new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [this.logGroup.logGroupArn] }),
    ]);
    fn.node.addDependency(grant);
    return fn;
  }
}
