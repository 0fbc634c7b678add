/**
 * What the deletion of a disconnection does about the recovery instances of its source server, which keep it from being disconnected.
 *
 * A failback that is in progress makes the deletion fail under every policy. There is deliberately none that terminates a real recovery instance.
 *
 * @see https://docs.aws.amazon.com/drs/latest/userguide/recovery-instances.html
 */
export enum RecoveryInstancePolicy {
  /**
   * The deletion fails, and its reason says which recovery instances there are and which commands end their hold.
   */
  FAIL = 'FAIL',

  /**
   * Recovery instances, drills and real ones, are disconnected from DRS first. Their EC2 instances run on, but unprotected: they can't fail back any more.
   *
   * If the source server is still held after that, the records of the disconnected recovery instances are deleted, too.
   */
  DISCONNECT = 'DISCONNECT',

  /**
   * Drills are terminated first, with their EC2 instances and volumes. A real recovery instance makes the deletion fail, and then nothing is terminated.
   *
   * DRS terminates them with the permissions of the teardown function, or of the role that it assumes. A deletion may take up to fourteen minutes.
   */
  TERMINATE_DRILLS = 'TERMINATE_DRILLS',
}
