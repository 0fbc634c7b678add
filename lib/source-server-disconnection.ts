import { CustomResource, Duration, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  SOURCE_SERVER_DISCONNECTION,
  type SourceServerDisconnectionAttributes,
  type SourceServerDisconnectionProperties,
} from './contract';
import {
  actingAccount,
  goesBefore,
  isOtherAccount,
  isRetained,
  problem,
  propertiesOf,
  teardownFunctionFor,
  THREE_RUNS,
} from './private/custom-resource-props';
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
   * @throws if the removal policy is `SNAPSHOT`, if the source server is of another account than the stack or the role to assume,
   *   if it is declared in this stack already, or if the teardown function is of another stack
   */
  constructor(scope: Construct, id: string, props: SourceServerDisconnectionProps) {
    super(scope, id);
    this.refuseOtherAccount(props);
    this.refuseTwice(props.sourceServer);
    this.teardownFunction = teardownFunctionFor(this, props);

    const properties: SourceServerDisconnectionProperties = {
      SourceServerArn: props.sourceServer.sourceServerArn,
      ...(isRetained(props) && { RetainOnReplace: 'true' }),
      ...propertiesOf(props),
    };
    this.resource = new CustomResource(this, 'Resource', {
      resourceType: SOURCE_SERVER_DISCONNECTION,
      serviceToken: this.teardownFunction.functionArn,
      serviceTimeout: props.recoveryInstancePolicy === RecoveryInstancePolicy.TERMINATE_DRILLS ? THREE_RUNS : HALF_AN_HOUR,
      removalPolicy: props.removalPolicy,
      properties: { ...properties },
    });
    this.teardownFunction._grantDisconnection(this.resource, props);
    goesBefore(this.resource, props.stagingAreaDrain);
  }

  private attribute(name: keyof SourceServerDisconnectionAttributes): string {
    return this.resource.getAttString(name);
  }

  private refuseOtherAccount(props: SourceServerDisconnectionProps) {
    const { sourceServer, assumeRole } = props;
    const { account } = sourceServer.env;
    const actor = actingAccount(this, props);
    if (isOtherAccount(account, actor)) {
      const who = assumeRole ? `the role ${assumeRole.roleArn} to account ${actor}` : `the stack is deployed to account ${actor}`;
      throw problem(
        this,
        `The source server ${sourceServer.sourceServerArn} belongs to account ${account}, but ${who}.`,
        `Pass a role of account ${account} as assumeRole, or declare the disconnection in a stack of that account.`,
      );
    }
  }

  private refuseTwice({ sourceServerId, env: { region } }: ISourceServer) {
    const declared = declarationsOf(Stack.of(this), sourceServerId);
    // IDs are unique within a Region: one that is not known yet may be the same.
    const other = declared.find((it) => Token.compareStrings(it.region, region) !== TokenComparison.DIFFERENT);
    if (other) {
      throw problem(
        this,
        `The source server ${sourceServerId} is declared in this stack already, by '${other.path}'.`,
        'Remove one of the two: deleting either would disconnect the server that the other still declares.',
      );
    }
    declared.push({ region, path: this.node.path });
  }
}

/** The function answers within four minutes; the rest is for Lambda to run it again, twice. */
const HALF_AN_HOUR = Duration.seconds(1800);

interface Declaration {
  readonly region: string;
  readonly path: string;
}

const declarations = new WeakMap<Stack, Map<string, Declaration[]>>();

/** Where the server is declared in the stack. A token is the same server wherever it is the same token. */
function declarationsOf(stack: Stack, sourceServerId: string): Declaration[] {
  const ofStack = declarations.get(stack) ?? new Map<string, Declaration[]>();
  declarations.set(stack, ofStack);
  const ofServer = ofStack.get(sourceServerId) ?? [];
  ofStack.set(sourceServerId, ofServer);
  return ofServer;
}
