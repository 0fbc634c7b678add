import type { Unknowns } from '../../../emulator/settings';
import { extended } from '../simulation/fixtures';
import type { Action, Step } from '../simulation/steps';
import type { StackSpec } from '../simulation/templates';

/** A deletion that is meant: of a stack that stands, or by an update of it. */
export interface Genuine {
  readonly what: string;
  readonly spec: StackSpec;
  /** Deployed and deleted in express mode. */
  readonly express?: true;
  /** What happens before, to a stack that stands. */
  readonly before?: readonly Action[];
  /** What the stack is updated to; it is deleted if there is nothing. */
  readonly next?: StackSpec;
  /** Those that must replicate no more, by index; whoever else is declared must go on. */
  readonly servers: readonly number[];
  /** Whether their records must be gone as well. */
  readonly records?: true;
  /** What is unknown and lets the deletion fail, which says so; it succeeds once somebody has seen to it. */
  readonly failsWith?: (settings: Partial<Unknowns>) => boolean;
  /** What is unknown and leaves nothing to do about it: no deletion of the stack succeeds then. */
  readonly heldForEver?: (settings: Partial<Unknowns>) => boolean;
  /** What somebody does where a deletion has failed. */
  readonly mending?: readonly Action[];
}

/** What must disconnect nobody. */
export interface Kept {
  readonly what: string;
  /** What the stack is before, if it stands. */
  readonly stands?: StackSpec;
  readonly steps: readonly Step[];
  /** The status that the stack ends in: it was played, then. */
  readonly ends: string;
}

const FIRST = 0;
const SECOND = 1;
/** The one that is kept, in another stack than those. */
export const KEPT = 2;
const OTHER = 3;

const first = { name: 'One', server: FIRST };
const second = { name: 'Two', server: SECOND };
const drill: Action = { do: 'launch', server: FIRST, kinds: ['drill'] };
const endRecovery: Action = { do: 'end recovery', server: FIRST };

/** Longer than anybody waits for it. */
function lasts(seconds = 0): boolean {
  return seconds >= 300;
}

export const genuine: readonly Genuine[] = [
  { what: 'a stack is deleted', spec: { disconnections: [first, second] }, servers: [FIRST, SECOND] },
  {
    what: 'a stack of last year is deleted',
    spec: { disconnections: [first, second] },
    before: [{ do: 'age', stack: 'A' }],
    servers: [FIRST, SECOND],
  },
  {
    what: 'a stack is deleted in express mode',
    spec: { disconnections: [first, second] },
    express: true,
    servers: [FIRST, SECOND],
  },
  { what: 'an update removes a server', spec: { disconnections: [first, second] }, next: { disconnections: [second] }, servers: [FIRST] },
  {
    what: 'an update puts another server in its place',
    spec: { disconnections: [first] },
    next: { disconnections: [{ name: 'One', server: SECOND }] },
    servers: [FIRST],
  },
  {
    what: 'a stack is deleted with the one that is nested in it',
    spec: { disconnections: [second], nested: { disconnections: [first] } },
    servers: [FIRST, SECOND],
  },
  {
    what: 'an update removes a server from a nested stack',
    spec: { disconnections: [], nested: { disconnections: [first, second] } },
    next: { disconnections: [], nested: { disconnections: [second] } },
    servers: [FIRST],
  },
  {
    what: 'an update removes a nested stack',
    spec: { disconnections: [second], nested: { disconnections: [first] } },
    next: { disconnections: [second] },
    servers: [FIRST],
  },
  { what: 'a fleet is deleted', spec: { disconnections: [], fleets: [{ name: 'Fleet', selection: 0 }] }, servers: [FIRST, SECOND] },
  {
    what: 'a stack is deleted, with the record',
    spec: { disconnections: [{ ...first, deleteSourceServer: true }] },
    servers: [FIRST],
    records: true,
    failsWith: ({ recordLingers }) => lasts(recordLingers),
  },
  {
    what: 'a stack is deleted, a recovery instance is disconnected',
    spec: { disconnections: [{ ...first, policy: 'DISCONNECT' }] },
    before: [drill],
    servers: [FIRST],
    failsWith: ({ conflictLingers }) => lasts(conflictLingers),
  },
  {
    what: 'a stack is deleted, a drill is terminated',
    spec: { disconnections: [{ ...first, policy: 'TERMINATE_DRILLS' }] },
    before: [drill],
    servers: [FIRST],
    failsWith: ({ terminationJobs, terminatedInstances }) => terminationJobs !== 'complete' || terminatedInstances === 'holding',
    heldForEver: ({ terminationJobs }) => terminationJobs === 'never-end',
    mending: [endRecovery],
  },
  {
    what: 'a stack is deleted, a recovery instance is in the way',
    spec: { disconnections: [first] },
    before: [drill],
    servers: [FIRST],
    failsWith: () => true,
    mending: [endRecovery],
  },
  {
    what: 'a stack is deleted, the machine of a recovery instance is gone',
    spec: { disconnections: [first] },
    before: [drill, { do: 'end machine', server: FIRST }],
    servers: [FIRST],
    failsWith: ({ terminatedInstances }) => terminatedInstances === 'holding',
    mending: [endRecovery],
  },
  {
    what: 'a stack is deleted, somebody has disconnected its server',
    spec: { disconnections: [first] },
    before: [{ do: 'disconnect by hand', server: FIRST }],
    servers: [FIRST],
  },
  {
    what: 'a stack is deleted, then its staging area drains',
    spec: { disconnections: [first, second], drain: 2 },
    servers: [FIRST, SECOND],
    failsWith: ({ replicationServerLingers = 0, networkInterfaceLingers = 0 }) =>
      replicationServerLingers + networkInterfaceLingers > 1_680,
  },
  {
    what: 'the record of an extended server is deleted',
    spec: { disconnections: [{ name: 'Extended', server: extended, deleteSourceServer: true }] },
    servers: [extended],
    records: true,
  },
];

const failing: StackSpec['sibling'] = { fails: ['create', 'update'], position: 'after' };
const late: StackSpec['sibling'] = { fails: ['create', 'update'], seconds: { create: 120, update: 120 } };
const kept = { name: 'One', server: KEPT };
const other = { name: 'Other', server: OTHER };
const both = { disconnections: [kept, other] };

export const others: readonly Kept[] = [
  {
    what: 'a create fails',
    steps: [{ do: 'deploy', stack: 'B', spec: { disconnections: [kept], sibling: failing } }],
    ends: 'ROLLBACK_COMPLETE',
  },
  {
    what: 'a create fails, with OnFailure=DELETE',
    steps: [{ do: 'deploy', stack: 'B', spec: { disconnections: [kept], sibling: failing }, onFailure: 'DELETE' }],
    ends: 'DELETE_COMPLETE',
  },
  {
    what: 'a create fails and is left, then the stack is deleted',
    steps: [
      { do: 'deploy', stack: 'B', spec: { disconnections: [kept], sibling: failing }, onFailure: 'DO_NOTHING' },
      { do: 'delete', stack: 'B' },
    ],
    ends: 'DELETE_COMPLETE',
  },
  {
    what: 'a create fails and is left, then it is rolled back',
    steps: [
      { do: 'deploy', stack: 'B', spec: { disconnections: [kept], sibling: failing }, onFailure: 'DO_NOTHING' },
      { do: 'roll back', stack: 'B' },
    ],
    ends: 'ROLLBACK_COMPLETE',
  },
  {
    what: 'a create fails, and its stack is deleted after the rollback',
    steps: [
      { do: 'deploy', stack: 'B', spec: { disconnections: [kept], sibling: failing } },
      { do: 'delete', stack: 'B' },
    ],
    ends: 'DELETE_COMPLETE',
  },
  {
    what: 'a create is cancelled by a deletion',
    steps: [
      { do: 'deploy', stack: 'B', spec: { disconnections: [kept], sibling: late }, then: 60 },
      { do: 'delete', stack: 'B' },
    ],
    ends: 'DELETE_COMPLETE',
  },
  {
    what: 'the create of a nested stack fails',
    steps: [{ do: 'deploy', stack: 'B', spec: { disconnections: [other], nested: { disconnections: [kept], sibling: failing } } }],
    ends: 'ROLLBACK_COMPLETE',
  },
  {
    what: 'a create in express mode fails and is left, then the stack is deleted in express mode',
    steps: [
      { do: 'deploy', stack: 'B', spec: { disconnections: [kept], sibling: failing }, express: true },
      { do: 'delete', stack: 'B', express: true },
    ],
    ends: 'DELETE_COMPLETE',
  },
  {
    what: 'a create in express mode fails in a nested stack, then the stack is deleted',
    steps: [
      { do: 'deploy', stack: 'B', spec: { disconnections: [other], nested: { disconnections: [kept], sibling: failing } }, express: true },
      { do: 'delete', stack: 'B' },
    ],
    ends: 'DELETE_COMPLETE',
  },
  {
    what: 'an update that adds a server fails',
    stands: { disconnections: [other] },
    steps: [{ do: 'deploy', stack: 'B', spec: { ...both, sibling: failing } }],
    ends: 'UPDATE_ROLLBACK_COMPLETE',
  },
  {
    what: 'an update that removes a server fails',
    stands: both,
    steps: [{ do: 'deploy', stack: 'B', spec: { disconnections: [other], sibling: failing } }],
    ends: 'UPDATE_ROLLBACK_COMPLETE',
  },
  {
    what: 'an update that adds a server is cancelled',
    stands: { disconnections: [other] },
    steps: [
      { do: 'deploy', stack: 'B', spec: { ...both, sibling: { seconds: { create: 600 } } }, then: 120 },
      { do: 'cancel update', stack: 'B' },
    ],
    ends: 'UPDATE_ROLLBACK_COMPLETE',
  },
  {
    what: 'a construct is renamed',
    stands: { disconnections: [kept] },
    steps: [{ do: 'deploy', stack: 'B', spec: { disconnections: [{ ...kept, name: 'Three' }] } }],
    ends: 'UPDATE_COMPLETE',
  },
  {
    what: 'a construct is renamed in a nested stack',
    stands: { disconnections: [], nested: { disconnections: [kept] } },
    steps: [{ do: 'deploy', stack: 'B', spec: { disconnections: [], nested: { disconnections: [{ ...kept, name: 'Three' }] } } }],
    ends: 'UPDATE_COMPLETE',
  },
  {
    what: 'an update of a nested stack removes a server, and the root fails later',
    stands: { disconnections: [], nested: both },
    steps: [{ do: 'deploy', stack: 'B', spec: { disconnections: [], sibling: late, nested: { disconnections: [other] } } }],
    ends: 'UPDATE_ROLLBACK_COMPLETE',
  },
  {
    what: 'an update adds a nested stack, and the root fails later',
    stands: { disconnections: [other] },
    steps: [{ do: 'deploy', stack: 'B', spec: { disconnections: [other], sibling: late, nested: { disconnections: [kept] } } }],
    ends: 'UPDATE_ROLLBACK_COMPLETE',
  },
  {
    what: 'a server that is retained is removed, then its stack is deleted',
    stands: { disconnections: [{ ...kept, retain: true }, other] },
    steps: [
      { do: 'deploy', stack: 'B', spec: { disconnections: [other] } },
      { do: 'delete', stack: 'B' },
    ],
    ends: 'DELETE_COMPLETE',
  },
  {
    what: 'two servers change places',
    stands: { disconnections: [kept, other] },
    steps: [
      {
        do: 'deploy',
        stack: 'B',
        spec: {
          disconnections: [
            { ...kept, name: other.name },
            { ...other, name: kept.name },
          ],
        },
      },
    ],
    ends: 'UPDATE_COMPLETE',
  },
  {
    what: 'a fleet gets another selection',
    stands: { disconnections: [], fleets: [{ name: 'Fleet', selection: 2 }] },
    steps: [{ do: 'deploy', stack: 'B', spec: { disconnections: [], fleets: [{ name: 'Fleet', selection: 0 }] } }],
    ends: 'UPDATE_COMPLETE',
  },
];
