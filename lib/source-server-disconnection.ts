import { CustomResource, Duration, RemovalPolicy, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import {
  SOURCE_SERVER_DISCONNECTION,
  type SourceServerDisconnectionAttributes,
  type SourceServerDisconnectionProperties,
} from './contract';
import { RecoveryInstancePolicy } from './recovery-instance-policy';
import type { ISourceServer } from './source-server';
import { TeardownFunction } from './teardown-function';

/**
 * Properties of a source server disconnection.
 */
export interface SourceServerDisconnectionProps {
  /**
   * The source server to disconnect. Its Region may be another than the stack's; its account, too, with a role of that account to assume.
   */
  readonly sourceServer: ISourceServer;

  /**
   * What happens if the source server has recovery instances when it is to be disconnected.
   *
   * @default RecoveryInstancePolicy.FAIL
   */
  readonly recoveryInstancePolicy?: RecoveryInstancePolicy;

  /**
   * Whether DRS's record of the source server is deleted, too, once the server is disconnected.
   *
   * Of a server that is extended from another account only the record is here: it is deleted, and the server goes on replicating in its staging account.
   *
   * @default false - the record stays, and shows the server as disconnected
   */
  readonly deleteSourceServer?: boolean;

  /**
   * The role to assume for the calls of DRS. It must belong to the source server's account, trust the role of the teardown function, and outlive this resource.
   *
   * Grant it what the disconnection needs; the README lists it.
   *
   * @default - the calls are made with the role of the teardown function
   */
  readonly assumeRole?: iam.IRole;

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
 * A server that has a recovery instance can't be disconnected: unless the policy says otherwise, the deletion fails, and its reason says what to do.
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
   * @throws if the removal policy is `SNAPSHOT`, if the source server is of another account than the stack or the role to assume,
   *   if it is declared in this stack already, or if the teardown function is of another stack
   */
  constructor(scope: Construct, id: string, props: SourceServerDisconnectionProps) {
    super(scope, id);
    this.refuseSnapshot(props.removalPolicy);
    this.refuseOtherAccount(props);
    this.refuseTwice(props.sourceServer);
    this.teardownFunction = this.checkStack(props.teardownFunction) ?? TeardownFunction._defaultOf(Stack.of(this));

    const resource = new CustomResource(this, 'Resource', {
      resourceType: SOURCE_SERVER_DISCONNECTION,
      serviceToken: this.teardownFunction.functionArn,
      serviceTimeout: props.recoveryInstancePolicy === RecoveryInstancePolicy.TERMINATE_DRILLS ? WITH_DRILLS : WITHOUT_DRILLS,
      removalPolicy: props.removalPolicy,
      properties: { ...propertiesOf(props) },
    });
    resource.node.addDependency(...this.teardownFunction._grantDisconnection(props));
    if (props.assumeRole) {
      // Where the role is declared in this app: it goes, with its policies, after what needs it.
      resource.node.addDependency(props.assumeRole);
    }

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

  private refuseOtherAccount({ sourceServer, assumeRole }: SourceServerDisconnectionProps) {
    const { account } = sourceServer.env;
    const actor = assumeRole?.env.account ?? Stack.of(this).account;
    if (Token.compareStrings(account, actor) === TokenComparison.DIFFERENT) {
      const who = assumeRole ? `the role ${assumeRole.roleArn} to account ${actor}` : `the stack is deployed to account ${actor}`;
      throw this.error(
        `The source server ${sourceServer.sourceServerArn} belongs to account ${account}, but ${who}.`,
        `Pass a role of account ${account} as assumeRole, or declare the disconnection in a stack of that account.`,
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

/** The function answers within four minutes; the rest is for Lambda to run it again, twice. */
const WITHOUT_DRILLS = Duration.seconds(1800);
/** A job that terminates drills may take all of the function's fifteen minutes, three times. */
const WITH_DRILLS = Duration.seconds(3300);

/** What is as by default is left out, so that a template of an earlier version says the same. */
function propertiesOf(props: SourceServerDisconnectionProps): SourceServerDisconnectionProperties {
  const { recoveryInstancePolicy: policy = RecoveryInstancePolicy.FAIL } = props;
  const isRetained = props.removalPolicy === RemovalPolicy.RETAIN || props.removalPolicy === RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
  return {
    SourceServerArn: props.sourceServer.sourceServerArn,
    ...(isRetained && { RetainOnReplace: 'true' }),
    ...(policy !== RecoveryInstancePolicy.FAIL && { RecoveryInstancePolicy: policy }),
    ...(props.deleteSourceServer && { DeleteSourceServer: 'true' }),
    ...(props.assumeRole && { AssumeRoleArn: props.assumeRole.roleArn }),
  };
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
