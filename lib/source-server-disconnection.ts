import { CustomResource } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  SOURCE_SERVER_DISCONNECTION,
  type SourceServerDisconnectionAttributes,
  type SourceServerDisconnectionProperties,
} from './contract';
import { checkAssumeRoleOptions } from './private/assume-role';
import { deleteBefore, drsAccount, isRetained, propertiesOf } from './private/custom-resource-props';
import { LONG_SERVICE_TIMEOUT, SHORT_SERVICE_TIMEOUT, teardownFunctionFor } from './private/provider';
import { declareOnce, isOtherAccount, printed, validationError } from './private/validation';
import type { DisconnectionOptions } from './disconnection-options';
import { RecoveryInstancePolicy } from './recovery-instance-policy';
import type { ISourceServer } from './source-server';
import type { TeardownFunction } from './teardown-function';

/**
 * Properties of a source server disconnection.
 */
export interface SourceServerDisconnectionProps extends DisconnectionOptions {
  /**
   * The source server to disconnect. Its Region may be another than the stack's; its account, too, with a role of that account to assume.
   */
  readonly sourceServer: ISourceServer;
}

/**
 * Disconnects a source server from AWS Elastic Disaster Recovery (DRS) when the resource is deleted, and does nothing before.
 *
 * Deploying it verifies that the source server exists. Deleting it, with its stack or by an update that removes it, stops the replication for good:
 * DRS deletes the snapshots and the staging resources, and tells the agent to uninstall itself. A server that is gone already counts as disconnected.
 * A server that has a recovery instance can't be disconnected: unless the policy says otherwise, the deletion fails, and its reason says what to do.
 * A rollback disconnects nothing.
 *
 * @see https://docs.aws.amazon.com/drs/latest/APIReference/API_DisconnectSourceServer.html
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { SourceServer, SourceServerDisconnection } from 'cdk-drs';
 *
 * declare const stack: Stack;
 * new SourceServerDisconnection(stack, 'AppServer', {
 *   sourceServer: SourceServer.fromSourceServerId(stack, 'Server', 's-1234567890abcdef0'),
 * });
 */
export class SourceServerDisconnection extends Construct {
  /**
   * The hostname of the source server as of the last deployment, or `UNKNOWN`.
   *
   * @attribute
   */
  public get sourceServerHostname(): string {
    return this.attribute('SourceServerHostname');
  }

  /**
   * The state of the source server's replication as of the last deployment, such as `CONTINUOUS`, or `UNKNOWN`.
   *
   * @see https://docs.aws.amazon.com/drs/latest/APIReference/API_DataReplicationInfo.html
   * @attribute
   */
  public get dataReplicationState(): string {
    return this.attribute('DataReplicationState');
  }

  /** The function that does the work: the one that was passed, or the stack's default. */
  public readonly teardownFunction: TeardownFunction;

  private readonly resource: CustomResource;

  /**
   * Declares that a source server is disconnected when this resource is deleted.
   *
   * @param scope the construct that this one belongs to
   * @param id the ID of this construct
   * @param props which source server, and how it is disconnected
   * @throws if the removal policy is `SNAPSHOT`, if STS would refuse the `assumeRoleOptions`, if the source server is of another account than the stack or the role to assume,
   *   if it is declared in this stack already, or if the teardown function is of another stack
   */
  constructor(scope: Construct, id: string, props: SourceServerDisconnectionProps) {
    super(scope, id);
    const { sourceServer, ...options } = props;
    checkAssumeRoleOptions(this, props);
    this.refuseOtherAccount(props);
    this.refuseTwice(sourceServer);
    this.teardownFunction = teardownFunctionFor(this, options);

    const properties: SourceServerDisconnectionProperties = {
      SourceServerArn: sourceServer.sourceServerArn,
      ...(isRetained(options) && { RetainOnReplace: 'true' }),
      ...propertiesOf(options),
    };
    const mayTakeLong = options.recoveryInstancePolicy === RecoveryInstancePolicy.TERMINATE_DRILLS;
    this.resource = new CustomResource(this, 'Resource', {
      resourceType: SOURCE_SERVER_DISCONNECTION,
      serviceToken: this.teardownFunction.functionArn,
      serviceTimeout: mayTakeLong ? LONG_SERVICE_TIMEOUT : SHORT_SERVICE_TIMEOUT,
      removalPolicy: options.removalPolicy,
      properties: { ...properties },
    });
    this.teardownFunction._grantDisconnection(this.resource, options, {
      region: sourceServer.env.region,
      sourceServerArn: sourceServer.sourceServerArn,
    });
    deleteBefore(this.resource, options.stagingAreaDrain);
  }

  private attribute(name: keyof SourceServerDisconnectionAttributes): string {
    return this.resource.getAttString(name);
  }

  private refuseOtherAccount(props: SourceServerDisconnectionProps) {
    const { sourceServer, assumeRole } = props;
    const { account } = sourceServer.env;
    const actor = drsAccount(this, props);
    if (isOtherAccount(account, actor)) {
      const who = assumeRole
        ? `the role ${printed(assumeRole.roleArn, assumeRole)} to account ${actor}`
        : `the stack is deployed to account ${actor}`;
      throw validationError(
        this,
        `The source server ${printed(sourceServer.sourceServerArn, sourceServer)} belongs to account ${account}, but ${who}.`,
        `Pass a role of account ${account} as assumeRole, or declare the disconnection in a stack of that account.`,
      );
    }
  }

  private refuseTwice(sourceServer: ISourceServer) {
    // IDs are unique within a Region.
    const other = declareOnce(this, sourceServer.sourceServerId, sourceServer.env.region);
    if (other !== undefined) {
      throw validationError(
        this,
        `The source server ${printed(sourceServer.sourceServerId, sourceServer)} is declared in this stack already, by '${other}'.`,
        'Remove one of the two: deleting either would disconnect the server that the other still declares.',
      );
    }
  }
}
