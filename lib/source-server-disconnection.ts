import { CustomResource, Duration, RemovalPolicy, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  SOURCE_SERVER_DISCONNECTION,
  type SourceServerDisconnectionAttributes,
  type SourceServerDisconnectionProperties,
} from './contract';
import type { ISourceServer } from './source-server';
import { TeardownFunction } from './teardown-function';

/**
 * Properties of a source server disconnection.
 */
export interface SourceServerDisconnectionProps {
  /**
   * The source server to disconnect. It must replicate to the stack's account; its Region may be another.
   */
  readonly sourceServer: ISourceServer;

  /**
   * What happens to the source server when the resource leaves the stack, or the stack is deleted.
   *
   * `DESTROY` disconnects it; `RETAIN` and `RETAIN_ON_UPDATE_OR_DELETE` leave it replicating.
   * `SNAPSHOT` is refused: a disconnect deletes every point-in-time snapshot.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The function that does the work. It must belong to the same stack.
   *
   * Choose it before the first deployment: CloudFormation refuses to change the function of a custom resource.
   *
   * @default - the stack's default teardown function, which is shared by all that name none
   */
  readonly teardownFunction?: TeardownFunction;
}

/**
 * Disconnects a source server from AWS Elastic Disaster Recovery (DRS) when the resource is deleted, and does nothing before.
 *
 * Deploying it verifies that the source server exists. Deleting it, with its stack or by an update that removes it, stops the replication for good:
 * DRS deletes the snapshots and the staging resources, and tells the agent to uninstall itself. A server that is gone already counts as disconnected.
 * A server that has a recovery instance can't be disconnected: the deletion fails, and its reason says what to do.
 * A rollback disconnects nothing.
 *
 * @see https://docs.aws.amazon.com/drs/latest/APIReference/API_DisconnectSourceServer.html
 */
export class SourceServerDisconnection extends Construct {
  /**
   * The hostname of the source server as of the last deployment, or `UNKNOWN`.
   *
   * @attribute
   */
  public readonly sourceServerHostname: string;

  /**
   * The state of the source server's replication as of the last deployment, such as `CONTINUOUS`, or `UNKNOWN`.
   *
   * @see https://docs.aws.amazon.com/drs/latest/APIReference/API_DataReplicationInfo.html
   * @attribute
   */
  public readonly dataReplicationState: string;

  /** The function that does the work: the one that was passed, or the stack's default. */
  public readonly teardownFunction: TeardownFunction;

  /**
   * @throws if the removal policy is `SNAPSHOT`, if the source server is of another account or declared in this stack already,
   *   or if the teardown function is of another stack
   */
  constructor(scope: Construct, id: string, props: SourceServerDisconnectionProps) {
    super(scope, id);
    this.refuseSnapshot(props.removalPolicy);
    this.refuseOtherAccount(props.sourceServer);
    this.refuseTwice(props.sourceServer);
    this.teardownFunction = this.checkStack(props.teardownFunction) ?? TeardownFunction._defaultOf(Stack.of(this));

    const isRetained = props.removalPolicy === RemovalPolicy.RETAIN || props.removalPolicy === RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    const properties: SourceServerDisconnectionProperties = {
      SourceServerArn: props.sourceServer.sourceServerArn,
      ...(isRetained && { RetainOnReplace: 'true' }),
    };
    const resource = new CustomResource(this, 'Resource', {
      resourceType: SOURCE_SERVER_DISCONNECTION,
      serviceToken: this.teardownFunction.functionArn,
      // The function answers within four minutes; the rest is for Lambda to run it again, twice.
      serviceTimeout: Duration.seconds(1800),
      removalPolicy: props.removalPolicy,
      properties: { ...properties },
    });
    resource.node.addDependency(this.teardownFunction._grantDisconnect());

    const attribute = (name: keyof SourceServerDisconnectionAttributes) => resource.getAttString(name);
    this.sourceServerHostname = attribute('SourceServerHostname');
    this.dataReplicationState = attribute('DataReplicationState');
  }

  private refuseSnapshot(removalPolicy?: RemovalPolicy) {
    if (removalPolicy === RemovalPolicy.SNAPSHOT) {
      throw this.error(
        'The removal policy SNAPSHOT is not possible: a disconnect deletes every point-in-time snapshot of the source server.',
        'Use RemovalPolicy.DESTROY to disconnect it, or RemovalPolicy.RETAIN to leave it replicating.',
      );
    }
  }

  private refuseOtherAccount(sourceServer: ISourceServer) {
    const { account } = Stack.of(this);
    if (Token.compareStrings(sourceServer.env.account, account) === TokenComparison.DIFFERENT) {
      throw this.error(
        `The source server ${sourceServer.sourceServerArn} belongs to account ${sourceServer.env.account}, but the stack is deployed to account ${account}.`,
        `Declare the disconnection in a stack of account ${sourceServer.env.account}.`,
      );
    }
  }

  private refuseTwice(sourceServer: ISourceServer) {
    const declared = declaredServers(Stack.of(this));
    const other = declared.find((it) => isSameServer(it.sourceServer, sourceServer));
    if (other) {
      throw this.error(
        `The source server ${sourceServer.sourceServerId} is declared in this stack already, by '${other.path}'.`,
        'Remove one of the two: deleting either would disconnect the server that the other still declares.',
      );
    }
    declared.push({ sourceServer, path: this.node.path });
  }

  private checkStack(teardownFunction?: TeardownFunction): TeardownFunction | undefined {
    if (teardownFunction && Stack.of(teardownFunction) !== Stack.of(this)) {
      throw this.error(
        `The teardown function '${teardownFunction.node.path}' belongs to the stack '${Stack.of(teardownFunction).stackName}', not to '${Stack.of(this).stackName}'.`,
        'Create a TeardownFunction in this stack and pass that: a grant to a function of another stack would make the two depend on each other.',
      );
    }
    return teardownFunction;
  }

  private error(what: string, fix: string): Error {
    return new Error(`${what} ${fix} [${this.node.path}]`);
  }
}

interface Declared {
  readonly sourceServer: ISourceServer;
  readonly path: string;
}

const declarations = new WeakMap<Stack, Declared[]>();

function declaredServers(stack: Stack): Declared[] {
  const declared = declarations.get(stack) ?? [];
  declarations.set(stack, declared);
  return declared;
}

/** IDs are unique within a Region; two tokens are the same server if they are the same token. */
function isSameServer(one: ISourceServer, other: ISourceServer): boolean {
  return (
    Token.compareStrings(one.sourceServerId, other.sourceServerId) === TokenComparison.SAME &&
    Token.compareStrings(one.env.region, other.env.region) !== TokenComparison.DIFFERENT
  );
}
