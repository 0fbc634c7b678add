/** Where AWS's behaviour is unknown, or only worth varying in a test, it is a setting. */
export interface Settings {
  /** How many times faster than the wall clock the embedded AWS runs. */
  readonly speed: number;
  /** Seconds of emulated time until a new or edited IAM policy takes effect. */
  readonly policyPropagation: number;
  /** What a disconnect of an already disconnected server answers. */
  readonly disconnectedAgain: 'ok' | 'conflict' | 'validation';
  /** What a disconnect of an EXTENDED server answers. */
  readonly disconnectExtended: 'ok' | 'conflict' | 'validation';
  /** What DRS says of an ID that belongs to another account. */
  readonly foreignServer: 'not-found' | 'access-denied' | 'validation';
  /** Seconds of emulated time for which a source server still counts as held once nothing holds it any more. */
  readonly conflictLingers: number;
  /** Whether the record of a disconnected recovery instance holds its source server until it is deleted. */
  readonly disconnectedRecordHolds: boolean;
  /** Seconds of emulated time for which DeleteSourceServer doesn't see that a server was disconnected. */
  readonly recordLingers: number;
  /** What becomes of the jobs that terminate recovery instances; where they fail, the instances stay. */
  readonly terminationJobs: 'complete' | 'never-end' | 'fail';
  /** Whether DescribeStacks returns LastOperations, and what an OnFailure=DELETE leaves in it. */
  readonly lastOperations: 'absent' | 'names-only-the-create' | 'names-a-delete-too';
  /** Whether DescribeStacks repeats why a stack is being deleted, as its events tell it. */
  readonly deletionReason: 'told' | 'absent';
  /** Seconds of emulated time until a replication server is gone once its last source server has left it; Infinity if it never goes. */
  readonly replicationServerLingers: number;
  /** Seconds of emulated time for which CloudFormation goes on trying to delete what EC2 says has dependencies. */
  readonly deletionRetries: number;
  /** How many results EC2 looks at for one answer where the caller doesn't say. */
  readonly ec2PageSize: number;
  /** How many processes of one function may run at once. */
  readonly functionConcurrency: number;
}

export const defaultSettings: Settings = {
  speed: 1,
  policyPropagation: 0,
  disconnectedAgain: 'conflict',
  disconnectExtended: 'conflict',
  foreignServer: 'not-found',
  conflictLingers: 0,
  disconnectedRecordHolds: false,
  recordLingers: 0,
  terminationJobs: 'complete',
  lastOperations: 'names-only-the-create',
  deletionReason: 'told',
  // Measured once, live.
  replicationServerLingers: 11 * 60,
  // Live reports say 15 to 22 minutes.
  deletionRetries: 15 * 60,
  ec2PageSize: 1000,
  functionConcurrency: 4,
};
