/** Something of AWS that nobody knows. */
interface Unknown<Value> {
  /** As its row in docs/reliability.md says it. */
  readonly what: string;
  /** What the embedded AWS does unless told. */
  readonly likely: Value;
  /** What the tests play, each of them. Numbers are seconds of emulated time, and may be others, too. */
  readonly values: readonly Value[];
}

/** Everything of AWS that nobody knows, and that matters here: `test/e2e/unknowns.ts` plays every value. */
export const unknowns = {
  disconnectedAgain: {
    what: 'what a second disconnect answers',
    likely: 'conflict',
    values: ['ok', 'conflict', 'validation', 'not-found'],
  },
  disconnectShows: {
    what: 'how long an accepted disconnect takes until DRS shows it: none, by the API reference',
    likely: 0,
    values: [0, 20],
  },
  disconnectExtended: {
    what: 'what a disconnect of an extended server answers',
    likely: 'conflict',
    values: ['ok', 'conflict', 'validation', 'not-found'],
  },
  foreignServer: {
    what: "what DRS says of another account's server",
    likely: 'not-found',
    values: ['not-found', 'access-denied', 'validation'],
  },
  lastOperations: {
    what: 'which operations `DescribeStacks` tells: the current one with what it follows from, it alone, in a deletion still the one before, none',
    likely: 'current-and-cause',
    values: ['current-and-cause', 'current', 'lagging', 'absent'],
  },
  deletionReason: {
    what: 'when `DescribeStacks` repeats why a stack is being deleted',
    likely: 'never',
    values: ['never', 'on-failure', 'always'],
  },
  stackEventsKept: {
    what: 'how long `DescribeStackEvents` tells what happened to a stack: about 90 days, by what operators say',
    likely: 7_776_000,
    values: [7_776_000, Infinity],
  },
  cleanUpListing: {
    what: 'how `ListStackResources` shows what the clean-up of an update removes: as it was, until its turn; as it was, until it is gone; not at all',
    likely: 'until-its-turn',
    values: ['until-its-turn', 'until-gone', 'never'],
  },
  replacedListing: {
    what: 'which physical ID `ListStackResources` shows of what an update has replaced, while it cleans up: the new one, by captures',
    likely: 'successor',
    values: ['successor', 'predecessor'],
  },
  nestedCleanUp: {
    what: 'whether a nested stack cleans up after its root has updated everything, or as soon as it is updated itself',
    likely: 'after-the-root',
    values: ['after-the-root', 'at-once'],
  },
  pendingFunction: {
    what: 'what CloudFormation makes of a custom resource whose function is still pending, as may be in express mode: by the documentation it tries again',
    likely: 'tried-again',
    values: ['tried-again', 'fails'],
  },
  refactoring: {
    what: 'whether a stack refactoring can move a custom resource; what names `AWS::StackId`, such as the function, it can not',
    likely: 'moves-custom-resources',
    values: ['moves-custom-resources', 'refuses-custom-resources'],
  },
  conflictLingers: {
    what: 'how long a conflict outlasts its recovery instance',
    likely: 0,
    values: [0, 5, 40, 300],
  },
  disconnectedRecordHolds: {
    what: 'whether a recovery instance that is disconnected still holds its server, until its record is deleted',
    likely: false,
    values: [false, true],
  },
  disconnectedRecord: {
    what: 'what a disconnect leaves of the record: it may go, with or without having been shown as disconnected, and with the last one the account may be as if DRS had never been used',
    likely: 'stays',
    values: ['stays', 'goes', 'goes-unseen', 'goes-with-account'],
  },
  recordLingers: {
    what: 'how long a disconnect takes until the record may be deleted',
    likely: 0,
    values: [0, 5, 40, 300],
  },
  terminationJobs: {
    what: 'how a termination job ends; where it fails, the instances stay',
    likely: 'complete',
    values: ['complete', 'fail', 'never-end'],
  },
  terminatedInstances: {
    what: 'what becomes of a recovery instance whose machine is terminated: DRS shows it for a while, by live scripts; whether it holds its server then is not known',
    likely: 'listed',
    values: ['forgotten', 'listed', 'holding'],
  },
  terminatedState: {
    what: 'how DRS shows its machine then',
    likely: 'TERMINATED',
    values: ['TERMINATED', 'NOT_FOUND'],
  },
  replicationServerLingers: {
    what: 'how long a replication server outlasts its last source server: measured once, live',
    likely: 660,
    values: [60, 660, 3_000, Infinity],
  },
  networkInterfaceLingers: {
    what: 'how long the network interface of a replication server outlasts it: DRS may make and delete interfaces of its own',
    likely: 0,
    values: [0, 300, Infinity],
  },
  configurationTemplateDeletion: {
    what: 'until when DRS refuses to delete a configuration template: one live project had to delete source servers and jobs before',
    likely: 'while-records-or-jobs',
    values: ['never', 'while-records-or-jobs', 'while-replicating'],
  },
  replicationTemplates: {
    what: 'how many replication configuration templates an account may have in a Region; of launch templates it is one',
    likely: 1,
    values: [1, Infinity],
  },
  failedDeletion: {
    what: 'what becomes of what a resource depends on whose deletion failed, when its stack is deleted',
    likely: 'stays',
    values: ['stays', 'deleted-all-the-same'],
  },
  deletionRetries: {
    what: 'how long CloudFormation goes on trying to delete what EC2 says has dependencies: 15 to 22 minutes, by live reports',
    likely: 900,
    values: [900, 1_320],
  },
  cleanUpOrder: {
    what: 'whether the clean-up of an update deletes what depended on a removed policy before it, as one live test saw, or after it',
    likely: 'dependents-first',
    values: ['dependents-first', 'policies-first'],
  },
  invocationViaService: {
    what: 'whether `aws:ViaAWSService` is true where CloudFormation invokes a function, as AWS says of its other calls',
    likely: true,
    values: [true, false],
  },
  policyPropagation: {
    what: 'how long a new or edited policy takes to spread',
    likely: 0,
    values: [0, 15, 60, 200],
  },
} as const satisfies Readonly<Record<string, Unknown<string | number | boolean>>>;

type Values<Name extends keyof typeof unknowns> = (typeof unknowns)[Name]['values'][number];

/** A value for each unknown. */
export type Unknowns = { readonly [Name in keyof typeof unknowns]: Values<Name> extends number ? number : Values<Name> };

/** What is our own choice, and nothing that AWS leaves open: for tests, and for whoever is in a hurry. */
export interface Choices {
  /** How many times faster than the wall clock the embedded AWS runs. */
  readonly speed: number;
  /** How many results EC2 looks at for one answer where the caller doesn't say. */
  readonly ec2PageSize: number;
  /** How many processes of one function may run at once. */
  readonly functionConcurrency: number;
}

export type Settings = Unknowns & Choices;

const likely = Object.fromEntries(Object.entries(unknowns).map(([name, unknown]) => [name, unknown.likely])) as unknown as Unknowns;

export const defaultSettings: Settings = { ...likely, speed: 1, ec2PageSize: 1000, functionConcurrency: 4 };
