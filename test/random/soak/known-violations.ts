import type { Kind } from '../sequences';
import type { Sequence } from '../simulation/steps';

/** A violation that the soak finds and that is not mended yet. */
export interface KnownViolation {
  readonly seed: number;
  readonly kind: Kind;
  /** The first sequence of its kind that shows it, from 0. */
  readonly index: number;
  /** The invariants that it violates. */
  readonly what: string;
  readonly smallest: Sequence;
  /** Why it is still there. */
  readonly why: string;
}

const ofFleet = (server: number) =>
  'I6: DeleteSourceServer was called for the Delete of A-Nested-…/Fleet drs:fleet:111122223333:eu-central-1:a5040c21a87c979b: ' +
  `s-1a2b3c4d5e6f7000${server}, which it has not seen with the tags`;

export const known: readonly KnownViolation[] = [
  {
    seed: 20261123,
    kind: 'nested',
    index: 1991,
    what: [1, 0, 4].map(ofFleet).join('\n'),
    smallest: {
      settings: {},
      seed: 0,
      steps: [
        { do: 'deploy', stack: 'A', spec: { disconnections: [{ name: 'One', server: 0 }], fleets: [] } },
        {
          do: 'deploy',
          stack: 'A',
          spec: {
            disconnections: [{ name: 'One', server: 6, role: 0 }],
            fleets: [],
            nested: {
              disconnections: [{ name: 'One', server: 0 }],
              fleets: [{ name: 'Fleet', selection: 0, deleteSourceServer: true }],
            },
          },
        },
        { do: 'fail', operation: 'DeleteSourceServer', kind: 'slow', times: 1000, delay: 45000 },
        { do: 'delete', stack: 'A' },
        { do: 'clear faults' },
      ],
    },
    why: 'A run of a fleet that was answered FAILED for want of time goes on with the calls that it had begun. To mend it, a call must know that its request was answered.',
  },
];
