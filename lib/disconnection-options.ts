import type { RemovalPolicy } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { AssumeRoleOptions } from './assume-role-options';
import type { RecoveryInstancePolicy } from './recovery-instance-policy';
import type { StagingAreaDrain } from './staging-area-drain';
import type { TeardownFunction } from './teardown-function';

/**
 * What disconnections of single servers and of fleets have in common.
 */
export interface DisconnectionOptions {
  /**
   * What happens if a source server has recovery instances when it is to be disconnected.
   *
   * @default RecoveryInstancePolicy.FAIL
   */
  readonly recoveryInstancePolicy?: RecoveryInstancePolicy;

  /**
   * Whether DRS's record of a source server is deleted, too, once the server is disconnected.
   *
   * Of a server that is extended from another account only the record is here: it is deleted, and the server goes on replicating in its staging account.
   *
   * @default false - the record stays, and shows the server as disconnected
   */
  readonly deleteSourceServer?: boolean;

  /**
   * The role to assume for the calls of DRS. It must belong to the source servers' account, trust the role of the teardown function, and outlive this resource.
   *
   * Grant it what the disconnection needs, which the example `cross-account` lists.
   *
   * @default - the calls are made with the role of the teardown function
   */
  readonly assumeRole?: iam.IRole;

  /**
   * What the role to assume asks of a session: an external ID, a source identity, tags.
   *
   * Change its trust policy before this: an update that the role refuses rolls back.
   *
   * @default - nothing: a session with the name of the stack
   */
  readonly assumeRoleOptions?: AssumeRoleOptions;

  /**
   * The drain of the staging area that the source servers replicate into: it waits, after they are disconnected, until DRS has left.
   *
   * @default - nobody waits: subnets and VPCs of the stack that DRS is still in can't be deleted
   */
  readonly stagingAreaDrain?: StagingAreaDrain;

  /**
   * What happens when the resource leaves the stack, or the stack is deleted.
   *
   * `DESTROY` disconnects; `RETAIN` and `RETAIN_ON_UPDATE_OR_DELETE` leave the source servers replicating.
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
